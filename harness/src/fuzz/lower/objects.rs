//! Objects of the target, and what belongs to an env.

use serde_json::{Value, json};

use super::{Held, Life, Writer, call, drop, held, instance, method, name, record, slot};
use crate::fuzz::ops::Op;

impl Writer<'_> {
    /// A fresh object in a slot; its number.
    pub(super) fn make(&mut self, slot: u8) -> usize {
        self.push(call("make", vec![]).kept(&name(slot)));
        let number = self.state.lives.len();
        self.state.lives.push(Life::Alive);
        self.state.slots.insert(slot, Held::Object(number));
        number
    }

    /// The object in a slot, made if there is none. The second: whether it needs the first one.
    fn object(&mut self, slot: u8) -> (usize, bool) {
        match self.state.slots.get(&slot) {
            Some(Held::Object(number)) => (*number, false),
            Some(Held::Child(number)) => (*number, true),
            _ => (self.make(slot), false),
        }
    }

    /// One that needs no other.
    fn whole(&mut self, slot: u8) -> usize {
        match self.object(slot) {
            (number, false) => number,
            (_, true) => self.make(slot),
        }
    }

    pub(super) fn use_(&mut self, slot: u8) {
        let (number, is_child) = self.object(slot);
        let args = vec![held(slot)];
        let life = self.state.lives[number];
        self.did(format!(
            "use {life:?} child={is_child} depth={}",
            self.depth.min(2)
        ));
        match (life, is_child) {
            (Life::Alive, false) => self.answered("use", args, "use"),
            (Life::Alive, true) => self.answered("use", args, "use of a child"),
            (Life::Disposed, false) => self.push(call("use", args).throws()),
            _ => self.push(call("use", args).may()),
        }
    }

    pub(super) fn dispose(&mut self, slot: u8) {
        let number = self.whole(slot);
        let life = self.state.lives[number];
        self.did(format!("dispose {life:?} depth={}", self.depth.min(2)));
        let op = call("dispose", vec![held(slot)]);
        // In a callback it may be in use; twice may be an error or nothing.
        let certain = life == Life::Alive && self.depth == 0;
        self.push(if certain { op } else { op.may() });
        self.state.lives[number] = match life {
            Life::Alive if certain => Life::Disposed,
            Life::Disposed => Life::Disposed,
            _ => Life::Unsure,
        };
    }

    pub(super) fn child(&mut self, slot: u8, into: u8) {
        let number = self.whole(slot);
        let op = call("child", vec![held(slot)]);
        match self.state.lives[number] {
            Life::Alive => {
                self.push(op.kept(&name(into)));
                self.state.slots.insert(into, Held::Child(number));
            }
            Life::Disposed => self.push(op.throws()),
            Life::Unsure => self.push(op.may()),
        }
    }

    pub(super) fn other(&mut self, dispose: bool) {
        self.push(call("other", vec![]).kept("other"));
        let function = if dispose { "dispose" } else { "use" };
        self.push(call(function, vec![slot("other")]).throws());
        self.push(drop("other"));
    }

    pub(super) fn clone(&mut self, slot: u8, dispose: bool) {
        self.object(slot);
        self.push(
            Op::new("clone")
                .with("slot", name(slot))
                .with("as", "clone"),
        );
        let function = if dispose { "dispose" } else { "use" };
        self.push(call(function, vec![self::slot("clone")]).throws());
        self.push(drop("clone"));
    }

    /// What the thread was given is a clone, or null where it cannot be cloned.
    pub(super) fn given(&mut self) {
        if self.at != 0 && self.was_given() {
            self.push(call("use", vec![slot("given")]).throws());
        }
    }

    /// A fresh counter in a slot.
    pub(super) fn new_counter(&mut self, slot: u8, construct: bool) -> i64 {
        let slot_name = name(slot);
        if construct {
            let make = Op::new("make").with("name", "Counter");
            self.push(make.with("args", json!([])).kept(&slot_name));
        } else {
            self.push(call("make", vec![]).kept(&slot_name));
        }
        self.push(instance(&slot_name, "target"));
        self.state.slots.insert(slot, Held::Counter(0));
        0
    }

    pub(super) fn add(&mut self, slot: u8, by: u8) {
        let before = match self.state.slots.get(&slot) {
            Some(Held::Counter(sum)) => *sum,
            _ => self.new_counter(slot, false),
        };
        let sum = before + i64::from(by);
        self.push(method(&name(slot), "add", vec![json!(by)]).gives(sum));
        let get = Op::new("get").with("slot", name(slot));
        self.push(get.with("name", "value").gives(sum));
        self.state.slots.insert(slot, Held::Counter(sum));
    }

    pub(super) fn set(&mut self, number: u8) {
        self.push(call("set", vec![json!(number)]));
        self.state.number = Some(number);
    }

    pub(super) fn get(&mut self) {
        let get = call("get", vec![]);
        match self.state.number {
            Some(number) => self.push(get.gives(number)),
            // What another program has set is still there.
            None if self.is_shared() => self.push(get.gives_a("number")),
            None => self.answered("get", vec![], "get in a fresh env"),
        }
    }

    pub(super) fn singleton(&mut self) {
        for kept in ["single", "again"] {
            self.push(call("singleton", vec![]).kept(kept));
        }
        self.push(Op::new("local").with("slot", "single"));
        self.push(
            Op::new("same")
                .with("slot", "single")
                .with("other", "again"),
        );
        self.push(drop("again"));
    }

    pub(super) fn cached(&mut self, held: bool) {
        let uses = |writer: &mut Self, known: bool| {
            writer.push(call("cached", vec![]).kept("cached").gives_a("object"));
            writer.push(Op::new("local").with("slot", "cached"));
            let uses = call("uses", vec![slot("cached")]);
            writer.push(if known {
                uses.gives(1)
            } else {
                uses.gives_a("number")
            });
        };
        uses(self, false);
        if held || self.state.cached || self.is_shared() {
            self.state.cached = true;
            return;
        }
        self.push(drop("cached"));
        self.push(Op::new("gc"));
        self.push(Op::new("gc"));
        uses(self, true);
        self.push(drop("cached"));
    }

    pub(super) fn acquire(&mut self, slot: u8, number: u8) -> u8 {
        self.push(call("acquire", vec![json!(number)]).kept(&name(slot)));
        self.state.slots.insert(slot, Held::Handle(number, false));
        // The first one is for other threads, too.
        if self.depth == 0 && !std::mem::replace(&mut self.state.gave, true) {
            let give = Op::new("give").with("name", format!("of {}", self.name()));
            self.push(give.with("of", held(slot)));
        }
        number
    }

    fn handle(&mut self, slot: u8) -> (u8, bool) {
        match self.state.slots.get(&slot) {
            Some(Held::Handle(number, released)) => (*number, *released),
            _ => (self.acquire(slot, 7), false),
        }
    }

    pub(super) fn read(&mut self, slot: u8) {
        let (number, released) = self.handle(slot);
        let read = call("read", vec![held(slot)]);
        self.push(if released {
            read.throws()
        } else {
            read.gives(number)
        });
    }

    pub(super) fn release(&mut self, slot: u8) {
        let (number, released) = self.handle(slot);
        let release = call("release", vec![held(slot)]);
        self.push(if released { release.throws() } else { release });
        self.state.slots.insert(slot, Held::Handle(number, true));
    }

    /// A handle means nothing in a thread that it was not made in.
    pub(super) fn foreign(&mut self, thread: &str, release: bool) {
        let Some(giver) = self.giver(thread) else {
            return;
        };
        let theirs: Value = json!({ "$": "given", "name": format!("of {giver}") });
        let function = if release { "release" } else { "read" };
        let op = call(function, vec![theirs]);
        // The owner may be named only while it is known to live.
        let named = self.has("affinity-error") && self.is_parent(&giver);
        self.push(if named {
            op.with("throws", "ERR_THREAD_AFFINITY")
        } else {
            op.throws()
        });
    }
}

/// The label under which answers of `visit` are compared.
pub(super) fn visited(writer: &mut Writer<'_>, op: Op) {
    writer.push(op.kept("visited"));
    writer.push(record("visit", "visited"));
}
