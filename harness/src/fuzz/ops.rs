//! Operations of the driver, as `js-tests/driver/language.cjs` describes them.

use serde_json::{Map, Value, json};

/// What a callback throws, and what a thread ends by.
pub(super) const ON_PURPOSE: &str = "on purpose";

/// An operation under construction.
#[derive(Clone, Debug)]
pub(super) struct Op(Map<String, Value>);

impl Op {
    pub(super) fn new(name: &str) -> Self {
        Op(Map::from_iter([("op".to_owned(), json!(name))]))
    }

    /// With one field more.
    pub(super) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0.insert(field.to_owned(), value.into());
        self
    }

    /// Its result is kept.
    pub(super) fn kept(self, slot: &str) -> Self {
        self.with("as", slot)
    }

    /// It must give this.
    pub(super) fn gives(self, value: impl Into<Value>) -> Self {
        self.with("equals", value)
    }

    /// It must give something of this type.
    pub(super) fn gives_a(self, kind: &str) -> Self {
        self.with("type", kind)
    }

    /// It must throw.
    pub(super) fn throws(self) -> Self {
        self.with("throws", true)
    }

    /// It may throw, or do what is said otherwise.
    pub(super) fn may_throw(self) -> Self {
        self.with("mayThrow", true)
    }

    /// Whatever comes of it, the process lives.
    pub(super) fn may(self) -> Self {
        self.with("may", true)
    }
}

impl From<Op> for Value {
    fn from(op: Op) -> Value {
        Value::Object(op.0)
    }
}

/// Calls a function of the target.
pub(super) fn call(name: &str, args: Vec<Value>) -> Op {
    Op::new("call").with("name", name).with("args", args)
}

/// Waits in JavaScript.
pub(super) fn wait(name: &str, count: usize) -> Op {
    Op::new("wait").with("name", name).with("count", count)
}

/// Waits in the event loop.
pub(super) fn idle(name: &str, count: usize) -> Op {
    Op::new("idle").with("name", name).with("count", count)
}

pub(super) fn signal(name: &str) -> Op {
    Op::new("signal").with("name", name)
}

pub(super) fn drop(slot: &str) -> Op {
    Op::new("drop").with("slot", slot)
}

pub(super) fn record(label: &str, slot: &str) -> Op {
    Op::new("record")
        .with("label", label)
        .with("of", self::slot(slot))
}

/// What a slot holds.
pub(super) fn slot(name: &str) -> Value {
    json!({ "$": "slot", "name": name })
}

/// A function that does this; `more` are its other fields.
pub(super) fn function(then: &[Value], more: &[(&str, Value)]) -> Value {
    let mut function = json!({ "$": "fn", "then": then });
    for (name, value) in more {
        function[*name] = value.clone();
    }
    function
}

/// A view of bytes that are all the same.
pub(super) fn bytes(length: u32, fill: u8, kind: &str) -> Value {
    json!({ "$": "bytes", "length": length, "fill": fill, "kind": kind })
}
