//! The language of fuzz programs: what threads do to a target, without what must come of it. [`super::lower`] makes an
//! executable program of it, with expectations. Every program means something, also when parts were taken out of it: a step
//! whose object is not there makes one, and a step that makes no sense where it stands is passed over.

use serde::{Deserialize, Serialize};

/// Version of the language. A reader refuses any other.
pub const PROGRAM_VERSION: u32 = 1;

/// A program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// [`PROGRAM_VERSION`].
    pub version: u32,
    /// Where its first thread runs.
    pub root: Root,
    /// How turns are given to its threads.
    #[serde(default, skip_serializing_if = "Schedule::is_default")]
    pub schedule: Schedule,
    /// The first one is the root; the others run when one before them in the list spawns them.
    pub threads: Vec<Thread>,
}

/// Where the first thread of a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Root {
    /// In the main thread of the process: what one program leaves there is there for the next.
    Main,
    /// In a worker: the target is unloaded when the program has ended.
    Worker,
}

/// What makes rare orders of events less rare. Recorded, so that a replay has it, too.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// All threads of the process share one core.
    pub one_core: bool,
    /// V8 collects garbage all the time.
    pub gc_stress: bool,
    /// `UV_THREADPOOL_SIZE` is 1.
    pub one_pool_thread: bool,
}

impl Schedule {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(super) fn is_default(&self) -> bool {
        *self == Schedule::default()
    }
}

/// A thread: its steps, and how it ends then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// `main`, `a`, `b`, …
    pub name: String,
    /// In their order.
    pub steps: Vec<Step>,
    /// What comes after them.
    #[serde(default, skip_serializing_if = "End::is_default")]
    pub end: End,
}

/// How a thread ends.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(tag = "how", rename_all = "kebab-case", deny_unknown_fields)]
pub enum End {
    /// By itself.
    #[default]
    Return,
    /// By `process.exit()`, in a callback from native code or not.
    Exit {
        /// In a callback.
        inside: bool,
    },
    /// By an error that nobody catches.
    Throw {
        /// In a callback.
        inside: bool,
    },
    /// By `worker.terminate()`.
    Terminated {
        /// Where it stands then.
        at: At,
    },
}

impl End {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_default(&self) -> bool {
        *self == End::Return
    }
}

/// Where a thread stands when it is terminated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// In its event loop.
    Idle,
    /// In JavaScript that waits.
    JavaScript,
    /// In a callback from native code.
    Callback,
    /// In a callback from a loop in native code.
    Loop,
    /// In JavaScript, with asynchronous work under way.
    Work,
    /// In a native call that takes long.
    Busy,
    /// In JavaScript, while a native thread calls it.
    Tick,
    /// In the middle of loading the target.
    Load,
    /// Anywhere: the other thread does not wait.
    AnyTime,
}

/// A way to give a value to a thread that is being started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as JavaScript names them")]
pub enum By {
    WorkerData,
    Message,
    Port,
    Broadcast,
    Environment,
}

/// How the target is initialised once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as adapters name them")]
pub enum Way {
    RequireCache,
    Dlopen,
    HardLink,
    Copy,
    Vm,
}

/// What a callback does at last.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// It returns a number.
    #[default]
    Return,
    /// It throws an error.
    Throw,
    /// It throws what is no error.
    Raise,
}

/// What the first function of a list does to the list.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Nothing.
    #[default]
    None,
    /// It takes itself out.
    RemovesItself,
    /// It takes the others out.
    RemovesOthers,
    /// It puts many more on it.
    Adds,
}

/// How rows are written.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Each by itself.
    #[default]
    Alone,
    /// In a transaction that is committed.
    Committed,
    /// In one that is taken back.
    TakenBack,
}

/// What a function that a query calls does to the query at last. The addon may refuse or allow it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Meddling {
    /// Nothing.
    #[default]
    None,
    /// It closes the connection.
    Closes,
    /// It runs the statement that calls it.
    RunsAgain,
    /// It puts another function in its own place.
    Redefines,
}

impl Meddling {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    fn is_none(&self) -> bool {
        *self == Meddling::None
    }
}

/// What becomes of an iterator that has not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IteratorFate {
    /// `return()` ends it.
    Returned,
    /// Nobody holds it any more.
    Abandoned,
    /// Its connection is closed.
    Closed,
    /// Its statement is run again.
    Overtaken,
}

/// What becomes of the bytes that the target was given.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// They stay.
    #[default]
    Held,
    /// They are collected.
    Collected,
    /// They are moved, and overwritten there.
    Moved,
    /// Their buffer is made shorter.
    Shrunk,
}

/// What is echoed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sort {
    Small,
    Double,
    Large,
    BigInt,
    WideBigInt,
    Text,
    LongText,
    TextWithNul,
    Bytes,
}

/// What a process may not have for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scarce {
    /// No descriptor more.
    Descriptors,
    /// Less address space than is asked for.
    Memory,
    /// Not enough address space for the stack of a thread.
    Threads,
}

/// A step. `slot` is a place of its thread that keeps an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are named after what they are")]
pub enum Step {
    // Threads.
    /// Starts a thread, and gives it what a slot holds.
    Spawn {
        thread: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        given: Option<By>,
    },
    /// Waits for its end, or brings it about.
    Join {
        thread: String,
    },
    /// Waits until all threads that come here have come, in the event loop or in JavaScript.
    Meet {
        point: u8,
        idle: bool,
    },
    /// Collects garbage.
    Gc,
    /// A turn of the event loop.
    Turn,

    // Loading.
    /// Loads the target, if nothing has done so.
    Require,
    /// Initialises the target once more.
    Load {
        way: Way,
    },
    /// Tries all functions on what they are not made for.
    Misuse,

    // Objects.
    Make {
        slot: u8,
    },
    Use {
        slot: u8,
    },
    Dispose {
        slot: u8,
    },
    Drop {
        slot: u8,
    },
    /// An object that needs the one in the slot; kept in `into`.
    Child {
        slot: u8,
        into: u8,
    },
    /// A callback while the object is in use.
    Visit {
        slot: u8,
        inside: Vec<Step>,
    },
    /// An object of another kind where the target wants one of this.
    Other {
        dispose: bool,
    },
    /// A structured clone where it wants the object.
    Clone {
        slot: u8,
        dispose: bool,
    },
    /// What the thread was given when it was started.
    Given,

    // Classes.
    /// An instance, from the constructor or from a function.
    New {
        slot: u8,
        construct: bool,
    },
    Add {
        slot: u8,
        by: u8,
    },

    // What belongs to an env.
    Set {
        number: u8,
    },
    Get,
    Singleton,
    Cached {
        held: bool,
    },

    // Callbacks.
    Call {
        inside: Vec<Step>,
        then: Then,
    },
    /// The same from a loop that ends when the callback says so.
    Until {
        inside: Vec<Step>,
        then: Then,
    },
    /// Puts functions on a list and has them called, one of which changes it.
    List {
        functions: u8,
        change: Change,
    },
    Listen,
    Emit,
    /// A native thread calls a function for a while.
    Tick,

    // Asynchronous work.
    Later {
        slot: u8,
    },
    Settle {
        slot: u8,
    },

    // Data.
    Keep {
        length: u16,
        fate: Fate,
    },
    Scan {
        fate: Fate,
        throws: bool,
    },
    Echo {
        sort: Sort,
        digit: u8,
        times: u8,
    },
    Increment {
        times: u16,
    },

    // Handles.
    Acquire {
        slot: u8,
        number: u8,
    },
    Read {
        slot: u8,
    },
    Release {
        slot: u8,
    },
    /// Uses a handle of another thread.
    Foreign {
        thread: String,
        release: bool,
    },

    // Databases: all threads use one file, each with connections of its own.
    /// Writes rows of this thread.
    Write {
        db: u8,
        rows: u8,
        how: How,
    },
    /// Counts the rows of this thread, which nobody else writes.
    Count {
        db: u8,
    },
    /// Uses a statement of a connection that was closed.
    Late {
        db: u8,
    },
    Close {
        db: u8,
    },

    // The surface of `node:sqlite`, on the same connections.
    /// A query that calls a function of JavaScript.
    Query {
        db: u8,
        inside: Vec<Step>,
        then: Then,
        #[serde(default, skip_serializing_if = "Meddling::is_none")]
        meddling: Meddling,
    },
    /// Takes some rows from an iterator.
    Iterate {
        db: u8,
        rows: u8,
        fate: IteratorFate,
    },
    /// Records what is written in a session.
    Session {
        db: u8,
        /// Whether the connection is closed before its changes are asked for.
        late: bool,
    },

    // Files.
    Open,

    // Resources.
    /// Wants something of the target that the process cannot have for a moment. While other threads run it would be them who
    /// do without, so it is for the first thread when it is alone.
    Without {
        what: Scarce,
    },
}

impl Program {
    /// How many steps it has, those in callbacks and the ends of threads that do not just return included.
    pub fn size(&self) -> usize {
        let ends = self.threads.iter().filter(|one| !one.end.is_default());
        let steps: usize = self.threads.iter().map(|one| size(&one.steps)).sum();
        steps + ends.count()
    }
}

/// How many steps a list has, those in callbacks included.
fn size(steps: &[Step]) -> usize {
    let inner = |step: &Step| step.inside().map_or(0, size);
    steps.iter().map(|step| 1 + inner(step)).sum()
}

impl Step {
    /// The steps of its callback.
    pub fn inside(&self) -> Option<&[Step]> {
        match self {
            Step::Visit { inside, .. }
            | Step::Call { inside, .. }
            | Step::Until { inside, .. }
            | Step::Query { inside, .. } => Some(inside),
            _ => None,
        }
    }

    /// Its name in the file format.
    pub fn name(&self) -> &'static str {
        match self {
            Step::Spawn { .. } => "spawn",
            Step::Join { .. } => "join",
            Step::Meet { .. } => "meet",
            Step::Gc => "gc",
            Step::Turn => "turn",
            Step::Require => "require",
            Step::Load { .. } => "load",
            Step::Misuse => "misuse",
            Step::Make { .. } => "make",
            Step::Use { .. } => "use",
            Step::Dispose { .. } => "dispose",
            Step::Drop { .. } => "drop",
            Step::Child { .. } => "child",
            Step::Visit { .. } => "visit",
            Step::Other { .. } => "other",
            Step::Clone { .. } => "clone",
            Step::Given => "given",
            Step::New { .. } => "new",
            Step::Add { .. } => "add",
            Step::Set { .. } => "set",
            Step::Get => "get",
            Step::Singleton => "singleton",
            Step::Cached { .. } => "cached",
            Step::Call { .. } => "call",
            Step::Until { .. } => "until",
            Step::List { .. } => "list",
            Step::Listen => "listen",
            Step::Emit => "emit",
            Step::Tick => "tick",
            Step::Later { .. } => "later",
            Step::Settle { .. } => "settle",
            Step::Keep { .. } => "keep",
            Step::Scan { .. } => "scan",
            Step::Echo { .. } => "echo",
            Step::Increment { .. } => "increment",
            Step::Acquire { .. } => "acquire",
            Step::Read { .. } => "read",
            Step::Release { .. } => "release",
            Step::Foreign { .. } => "foreign",
            Step::Write { .. } => "write",
            Step::Count { .. } => "count",
            Step::Late { .. } => "late",
            Step::Close { .. } => "close",
            Step::Query { .. } => "query",
            Step::Iterate { .. } => "iterate",
            Step::Session { .. } => "session",
            Step::Open => "open",
            Step::Without { .. } => "without",
        }
    }
}
