//! Callbacks from native code, and what a native thread calls.

use serde_json::{Value, json};

use super::{Held, Life, Writer, call, held, name, objects::visited, slot};
use crate::fuzz::{
    ops::{ON_PURPOSE, Op, drop, function, idle},
    program::{Change, Step, Then},
};

impl Writer<'_> {
    /// A function that is called once.
    pub(super) fn call_back(&mut self, target_function: &str, inside: &[Step], then: Then) {
        let mut steps = self.within(inside);
        let until = target_function == "until";
        let (returned, result) = if until {
            (json!(true), 1)
        } else {
            (json!(7), 7)
        };
        let op = |steps: &[Value]| {
            call(
                target_function,
                vec![function(steps, &[("returns", returned.clone())])],
            )
        };
        self.did(format!("{target_function} then {then:?}"));
        match then {
            Then::Return => self.push(op(&steps).gives(result)),
            Then::Throw => {
                steps.push(Op::new("fail").with("message", ON_PURPOSE).into());
                self.push(op(&steps).with("throws", ON_PURPOSE));
            }
            Then::Raise => {
                steps.push(Op::new("raise").with("of", "a text").into());
                self.push(op(&steps).with("throws", "a text"));
            }
        }
        if then != Then::Return {
            // The next one works.
            self.push(op(&[]).gives(result));
        }
    }

    pub(super) fn visit(&mut self, at: u8, inside: &[Step]) {
        let number = match self.state.slots.get(&at) {
            Some(Held::Object(number)) => *number,
            _ => self.make(at),
        };
        let before = self.state.lives[number];
        // The slot may hold another object afterwards.
        self.push(Op::new("keep").with("slot", "visitee").with("of", held(at)));
        let steps = self.within(inside);
        let after = self.state.lives[number];
        let args = vec![slot("visitee"), function(&steps, &[("once", json!(true))])];
        let op = call("visit", args);
        self.did(format!("visit {before:?} {after:?}"));
        match (before, after) {
            (Life::Alive, Life::Alive) => visited(self, op),
            (Life::Disposed, _) => {
                // Then nothing of what stands inside was done: nobody knows what is in the slots.
                self.push(op.throws());
                self.forget(inside);
            }
            _ => {
                self.push(op.may());
                self.forget(inside);
            }
        }
        self.push(drop("visitee"));
    }

    /// Nobody knows whether these steps were done.
    fn forget(&mut self, inside: &[Step]) {
        if inside.is_empty() {
            return;
        }
        for life in &mut self.state.lives {
            *life = Life::Unsure;
        }
        let held: Vec<u8> = self.state.slots.keys().copied().collect();
        for at in held {
            self.state.slots.remove(&at);
        }
        self.state.number = None;
    }

    pub(super) fn list(&mut self, functions: u8, change: Change) {
        const MORE: usize = 20;
        self.did(format!("list {change:?}"));
        let names: Vec<String> = (0..functions).map(|at| format!("f{at}")).collect();
        let of = |function: &str, name: &str| Value::from(call(function, vec![slot(name)]));
        let nothing = Op::new("keep").with("slot", "more");
        self.push(nothing.with("of", function(&[], &[])));
        let inside: Vec<Value> = match change {
            Change::None => Vec::new(),
            Change::RemovesItself => vec![of("remove", &names[0])],
            Change::RemovesOthers => names[1..].iter().map(|name| of("remove", name)).collect(),
            Change::Adds => vec![of("push", "more"); MORE],
        };
        for (at, one) in names.iter().enumerate() {
            let does: &[Value] = if at == 0 { &inside } else { &[] };
            // Only once: what is not on the list cannot be removed.
            let callback = function(does, &[("once", json!(true))]);
            self.push(
                Op::new("keep")
                    .with("slot", one.clone())
                    .with("of", callback),
            );
        }
        self.out.extend(names.iter().map(|name| of("push", name)));
        self.push(call("each", vec![]).gives_a("number"));
        let mut left: Vec<&str> = names.iter().map(String::as_str).collect();
        match change {
            Change::None => {}
            Change::RemovesItself => left.retain(|name| *name != names[0]),
            Change::RemovesOthers => left.truncate(1),
            Change::Adds => left.extend(["more"; MORE]),
        }
        self.push(call("each", vec![]).gives(left.len()));
        self.out.extend(left.iter().map(|name| of("remove", name)));
        self.push(call("each", vec![]).gives(0));
    }

    pub(super) fn listen(&mut self) {
        self.push(call("listen", vec![function(&[], &[])]));
        self.state.listeners += 1;
    }

    pub(super) fn emit(&mut self) {
        let emit = call("emit", vec![json!(5)]);
        let known = !self.is_shared();
        let listeners = self.state.listeners;
        self.push(if known {
            emit.gives(listeners)
        } else {
            emit.gives_a("number")
        });
    }

    pub(super) fn tick(&mut self) {
        let tick = self.start_ticking();
        self.push(idle(&tick, 2));
        self.push(call("stop", vec![]));
    }

    /// Has a native thread call into this one; the signal that says so.
    pub(super) fn start_ticking(&mut self) -> String {
        self.state.ticks += 1;
        let tick = format!("tick {} of {}", self.state.ticks, self.name());
        self.push(call(
            "start",
            vec![function(&[], &[("calls", json!(tick))])],
        ));
        tick
    }

    pub(super) fn later(&mut self, at: u8) {
        self.push(call("later", vec![]).kept(&name(at)));
        self.state.slots.insert(at, Held::Work);
    }

    pub(super) fn settle(&mut self, at: u8) {
        if self.state.slots.get(&at) != Some(&Held::Work) {
            self.later(at);
        }
        self.push(Op::new("settle").with("slot", name(at)).gives_a("number"));
        self.state.slots.remove(&at);
    }
}
