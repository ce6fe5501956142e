//! What goes into native code and comes back.

use serde_json::{Value, json};

use super::{Writer, call, drop, slot};
use crate::fuzz::{
    ops::{ON_PURPOSE, Op, bytes, function},
    program::{Fate, Scarce, Sort},
};

const MIB: u32 = 1024 * 1024;

const KINDS: [(Fate, &str); 4] = [
    (Fate::Held, "ArrayBuffer"),
    (Fate::Collected, "ArrayBuffer"),
    (Fate::Moved, "ArrayBuffer"),
    (Fate::Shrunk, "resizable"),
];

/// Fresh bytes in a slot, of a kind with which this can happen to them.
fn fresh(length: u32, fate: Fate) -> Op {
    let kind = KINDS.into_iter().find(|(other, _)| *other == fate);
    let kind = kind.map_or("ArrayBuffer", |(_, kind)| kind);
    Op::new("keep")
        .with("slot", "bytes")
        .with("of", bytes(length, 1, kind))
}

/// What happens to them, where that needs no event loop.
fn befalls(fate: Fate) -> Vec<Value> {
    let of_bytes = |name: &str| Op::new(name).with("slot", "bytes");
    match fate {
        Fate::Held | Fate::Collected => Vec::new(),
        Fate::Moved => vec![
            of_bytes("detach").with("as", "moved").into(),
            Op::new("fill").with("slot", "moved").with("byte", 9).into(),
        ],
        Fate::Shrunk => vec![of_bytes("resize").with("length", 0).into()],
    }
}

impl Writer<'_> {
    pub(super) fn keep(&mut self, length: u16, fate: Fate) {
        self.did(format!("keep {fate:?}"));
        self.push(fresh(length.into(), fate));
        self.push(call("keep", vec![slot("bytes")]));
        self.out.extend(befalls(fate));
        let sum = call("sum", vec![]);
        match fate {
            Fate::Held => self.push(sum.gives(length)),
            Fate::Collected => {
                self.push(drop("bytes"));
                self.push(Op::new("gc"));
                self.push(sum.gives(length).may_throw());
            }
            Fate::Moved => self.push(sum.gives(length).may_throw()),
            // Nothing is left of them, or all that was given.
            Fate::Shrunk => self.push(sum.may()),
        }
    }

    pub(super) fn scan(&mut self, fate: Fate, throws: bool) {
        /// So long that they have pages of their own.
        const LENGTH: u32 = 1 << 18;
        self.did(format!("scan {fate:?} throws={throws}"));
        self.push(fresh(LENGTH, fate));
        let mut inside = befalls(fate);
        if throws {
            inside.push(Op::new("fail").with("message", ON_PURPOSE).into());
        }
        let callback = function(&inside, &[("once", json!(true))]);
        let scan = call("scan", vec![slot("bytes"), callback]);
        self.push(match (throws, fate) {
            (true, _) => scan.with("throws", ON_PURPOSE),
            (false, Fate::Held | Fate::Collected) => scan.gives(LENGTH),
            (false, Fate::Moved | Fate::Shrunk) => scan.gives(LENGTH).may_throw(),
        });
        self.push(drop("bytes"));
    }

    pub(super) fn echo(&mut self, sort: Sort, digit: u8, times: u8) {
        self.did(format!("echo {sort:?}"));
        let echo = |value: Value| call("echo", vec![value.clone()]).gives(value);
        let big = |text: String| json!({ "$": "bigint", "text": text });
        let op = match sort {
            Sort::Small => echo(json!(digit)),
            Sort::Double => echo(json!(f64::from(digit) + 0.5)),
            Sort::Large => echo(json!(u64::from(digit) << 40)),
            Sort::BigInt => echo(big(format!("{digit}{}", "0".repeat(17)))),
            Sort::WideBigInt => echo(big(format!("{digit}{}", "1".repeat(20)))).may_throw(),
            Sort::Text => echo(json!(format!("{digit} äöü 🧵"))),
            Sort::LongText => echo(json!(digit.to_string().repeat(200))),
            Sort::TextWithNul => echo(json!({ "$": "text", "units": [97, 0, 98, digit] })),
            Sort::Bytes => echo(bytes(64, digit, "ArrayBuffer")),
        };
        if sort == Sort::Bytes {
            // What was given out is not written to by later calls.
            let other = bytes(64, digit.wrapping_add(1), "ArrayBuffer");
            self.push(op.kept("echoed"));
            self.push(call("echo", vec![other]));
            let still = Op::new("equals").with("slot", "echoed");
            self.push(still.with("expected", bytes(64, digit, "ArrayBuffer")));
        } else if times > 1 && self.depth == 0 {
            let repeat = Op::new("repeat").with("times", times);
            self.push(repeat.with("then", json!([Value::from(op)])));
        } else {
            self.push(op);
        }
    }

    pub(super) fn increment(&mut self, times: u16) {
        self.push(call("increment", vec![json!(times)]));
    }

    /// A file stays open for as long as the env: once is enough.
    pub(super) fn open(&mut self) {
        if std::mem::replace(&mut self.state.opened, true) {
            return;
        }
        self.push(call("open", vec![json!({ "$": "dir" })]));
    }

    /// Whatever it is that the process does not have: the target must say so, and work when it is there again.
    pub(super) fn without(&mut self, what: Scarce) {
        let is_alone = self.at == 0 && self.state.spawned == self.state.joined;
        // V8 needs memory of its own when it collects all the time.
        if !is_alone || !self.program.schedule.is_default() {
            return;
        }
        self.did(format!("without {what:?}"));
        let limit = |resource: &str, extra: u32| {
            Op::new("limit")
                .with("resource", resource)
                .with("extra", extra)
        };
        let unlimit = |resource: &str| Op::new("unlimit").with("resource", resource);
        match what {
            Scarce::Descriptors => {
                self.push(limit("descriptors", 0));
                let open = call("open", vec![json!({ "$": "dir" })]);
                // One that is open already needs none.
                let may_be_open = self.state.opened || self.is_shared();
                self.push(if may_be_open {
                    open.may()
                } else {
                    open.throws()
                });
                self.push(unlimit("descriptors"));
                self.open();
            }
            Scarce::Memory => {
                let reserve = |bytes| call("reserve", vec![json!(bytes)]);
                self.push(limit("memory", 256 * MIB));
                self.push(reserve(900 * MIB).throws());
                self.push(unlimit("memory"));
                self.push(reserve(MIB).gives(MIB));
            }
            Scarce::Threads => {
                self.push(limit("memory", 48 * MIB));
                // A thread with a small stack may be had.
                self.push(call("start", vec![function(&[], &[])]).may());
                self.push(unlimit("memory"));
                self.push(call("stop", vec![]));
                self.tick();
            }
        }
    }
}
