//! The language of programs: what `js-tests/differential/interpreter.cjs` runs. Data only; a program
//! that was saved is read again by whoever speaks its version.

use serde::{Deserialize, Serialize};

/// Version of the language. The interpreter refuses any other.
pub const PROGRAM_VERSION: u32 = 1;

/// A program: operations in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// [`PROGRAM_VERSION`].
    pub version: u32,
    /// What is done.
    pub ops: Vec<Op>,
}

impl Program {
    /// A program of this version.
    pub fn new(ops: Vec<Op>) -> Self {
        Program {
            version: PROGRAM_VERSION,
            ops,
        }
    }

    /// The line that a child reads.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("a program is plain data")
    }
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Db,
    Stmt,
    Iter,
    Session,
    Store,
    Bytes,
    Promise,
    Value,
}

/// A slot. While it is empty it stands for the object of its kind that was kept last, so that a program
/// from which an operation was taken still means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ref {
    /// What it holds.
    pub kind: Kind,
    /// Which one.
    pub at: u8,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Op {
    /// `new DatabaseSync(...args)`; without `new` when `plain`.
    Open {
        /// Where the database is kept.
        keep: Option<Ref>,
        /// Called as a function.
        plain: bool,
        /// The arguments.
        args: Vec<Val>,
    },
    /// The same of a subclass.
    Subclass {
        /// Where the database is kept.
        keep: Option<Ref>,
        /// The arguments.
        args: Vec<Val>,
    },
    /// `new` on the constructor of an object.
    Construct {
        /// The object.
        on: Ref,
        /// The arguments.
        args: Vec<Val>,
    },
    /// A method of an object.
    Call {
        /// The receiver.
        on: Ref,
        /// Its name; `@dispose` and `@iterator` are symbols.
        method: String,
        /// The arguments.
        args: Vec<Val>,
        /// Where the result is kept.
        keep: Option<Ref>,
    },
    /// A method, or accessor, of an object on another receiver.
    Borrow {
        /// Whose method it is.
        from: Ref,
        /// Its name.
        method: String,
        /// On what it is called.
        receiver: Val,
        /// The arguments.
        args: Vec<Val>,
    },
    /// Reads a property.
    Get {
        /// Of what.
        on: Ref,
        /// Its name.
        name: String,
    },
    /// Writes a property.
    Set {
        /// Of what.
        on: Ref,
        /// Its name.
        name: String,
        /// What is written.
        value: Val,
    },
    /// Deletes a property.
    Delete {
        /// Of what.
        on: Ref,
        /// Its name.
        name: String,
    },
    /// Something with a property of `limits`.
    Limit {
        /// The database.
        on: Ref,
        /// The limit's name.
        name: String,
        /// What is done with it.
        change: Change,
    },
    /// Own properties, prototypes, what `inspect` says.
    Describe {
        /// Of what.
        on: Ref,
    },
    /// `for (const row of …)`.
    Each {
        /// What is iterated.
        on: Ref,
        /// After how many rows the loop is left.
        most: u8,
        /// What is done for each row.
        ops: Vec<Op>,
        /// How it is left.
        leave: Leave,
    },
    /// All rows at once.
    Collect {
        /// What is iterated.
        on: Ref,
        /// How.
        how: Collect,
    },
    /// A method of a tag store as the tag of a template.
    Tag {
        /// The store.
        on: Ref,
        /// The method.
        method: String,
        /// The literal parts.
        strings: Vec<String>,
        /// What stands between them.
        values: Vec<Val>,
        /// Where the result is kept.
        keep: Option<Ref>,
    },
    /// `backup(...args)`.
    Backup {
        /// The arguments.
        args: Vec<Val>,
        /// Where the promise is kept.
        keep: Option<Ref>,
    },
    /// Waits for a promise.
    Settle {
        /// Which one.
        on: Ref,
    },
    /// Collects garbage.
    CollectGarbage {},
    /// Subscribes to the diagnostics channel.
    Listen {
        /// Who is told.
        func: Func,
    },
    /// Ends all subscriptions.
    Unlisten {},
    /// The module's exports and constants.
    Exports {},
}

/// What is done with a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Change {
    Read,
    Set(Val),
    Delete,
    Keys,
}

/// How a loop is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Leave {
    Breaks,
    Throws,
}

/// How all rows of an iterator are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Collect {
    Spread,
    ToArray,
    Take,
    Map,
    From,
    Destructure,
}

/// A value of JavaScript. Words stand for themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, or the variant's own line")]
pub enum Val {
    Undefined,
    Null,
    Date,
    Regexp,
    Map,
    Set,
    Promise,
    Boxed,
    Holes,
    ThrowingProxy,
    Bool(bool),
    /// As JavaScript's `Number` reads it.
    Num(String),
    /// As `BigInt` reads it.
    Big(String),
    Str(String),
    /// UTF-16 code units, for strings that are not well formed.
    Units(Vec<u16>),
    Long {
        unit: String,
        times: u32,
    },
    Bytes {
        kind: String,
        data: Vec<u8>,
    },
    Sym(String),
    Error {
        name: String,
        message: String,
        code: Option<String>,
    },
    /// An object; a value may be a getter.
    Obj(Vec<(String, Val)>),
    /// The same without a prototype.
    Bare(Vec<(String, Val)>),
    /// As the value of an object's property: an accessor.
    Getter(Func),
    Arr(Vec<Val>),
    Func(Func),
    /// What a slot holds.
    Of(Ref),
    /// One of the module's constants.
    Constant(String),
    /// One of the module's exports.
    Class(String),
    /// A path in the program's own folder; the folder itself when empty.
    Path(String),
    /// The same as a Buffer.
    PathBytes(String),
    /// The same as a URL.
    Url(String),
    /// The same as a string `file:…?query`.
    Uri {
        name: String,
        query: String,
    },
}

/// A function that tells of its calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Func {
    /// Tells it from others in the trace.
    pub id: u8,
    /// Its `length`.
    pub arity: u8,
    /// What it does when called.
    pub ops: Vec<Op>,
    /// How it ends.
    pub end: End,
}

/// How a function ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, or the variant's own line")]
pub enum End {
    Sum,
    Join,
    /// How often it was called before.
    Count,
    /// The first argument as a list, with the others added.
    List,
    Args,
    #[serde(rename = "self")]
    Itself,
    Arg(u8),
    Returns(Box<Val>),
    Throws(Box<Val>),
    Promise(Box<Val>),
    /// One after the other, from the start again.
    Cycle(Vec<End>),
}

impl Op {
    /// What it is, as the interpreter labels it: `call stmt run`.
    pub fn label(&self) -> String {
        let value = serde_json::to_value(self).expect("an operation is plain data");
        let Some((kind, fields)) = value.as_object().and_then(|one| one.iter().next()) else {
            return String::new();
        };
        let slot = fields.get("on").or(fields.get("from"));
        let on = slot.and_then(|slot| slot.get("kind"));
        let name = ["method", "name", "how"]
            .iter()
            .find_map(|key| fields.get(*key));
        let mut label = kind.clone();
        for part in [on, name]
            .into_iter()
            .flatten()
            .filter_map(|part| part.as_str())
        {
            label.push(' ');
            label.push_str(part);
        }
        label
    }
}
