//! How threads begin, wait for each other, and end.

use serde_json::{Value, json};

use super::{Held, Writer, call, database::uses_database, name};
use crate::fuzz::{
    ops::{ON_PURPOSE, Op, function, idle, signal, wait},
    program::{At, By, End, Program, Root, Step},
};

/// The exit code of threads that exit.
const CODE: u8 = 7;

/// The exit code of the process, where its main thread ends it.
pub(super) fn exit_code(program: &Program) -> Option<u8> {
    let root = program.threads.first()?;
    match root.end {
        End::Exit { .. } if program.root == Root::Main => Some(CODE),
        End::Throw { .. } if program.root == Root::Main => Some(1),
        _ => None,
    }
}

impl Writer<'_> {
    /// All that the thread does.
    pub(super) fn thread(&mut self) {
        let thread = self.threads.live[self.at];
        let added = (self.at == 0).then(|| self.added());
        if let Some((_, times)) = added
            && times > 0
        {
            self.load();
            if !self.is_fresh {
                self.push(call("count", vec![]).kept("counted before"));
            }
        }
        if self.at == 0 && uses_database(self.program, self.surface) {
            self.make_database();
        }
        for step in &thread.steps {
            self.step(step);
        }
        for child in self.state.spawned.clone() {
            self.last_of(child);
        }
        match added {
            Some((true, times)) if times > 0 => {
                // Who asks before has initialised it.
                let count = if self.is_fresh {
                    json!(times)
                } else {
                    json!({ "$": "plus", "name": "counted before", "by": times })
                };
                self.push(call("count", vec![]).gives(count));
            }
            _ => {}
        }
        if self.at == 0 && exit_code(self.program).is_some() {
            let end = self.end();
            self.did(format!("end of the process {end:?}"));
            self.write_end(end);
        } else if self.at == 0 {
            let opened = self.has("file") && self.opens();
            if opened && !self.state.opened {
                let files = Op::new("files").with("expected", json!([]));
                self.push(files.with("except", json!(["data"])));
            }
        } else {
            let end = self.end();
            self.did(format!("end {end:?}"));
            self.write_end(end);
        }
    }

    /// How much all threads add to the counter of the process, and whether that is certain.
    fn added(&self) -> (bool, u64) {
        if !self.has("shared") {
            return (true, 0);
        }
        let mut certain = true;
        let mut sum = 0;
        for (at, thread) in self.threads.live.iter().enumerate() {
            for step in &thread.steps {
                if let Step::Increment { times } = step {
                    sum += u64::from(*times);
                    certain &= !self.threads.is_unsure(at);
                }
            }
        }
        (certain, sum)
    }

    /// Whether any thread opens a file.
    fn opens(&self) -> bool {
        let mut steps = self.threads.live.iter().flat_map(|thread| &thread.steps);
        steps.any(|step| matches!(step, Step::Open))
    }

    pub(super) fn spawn(&mut self, thread: &str, given: Option<By>) {
        let child = self.threads.find(thread);
        let Some(child) = child.filter(|child| self.threads.is_child(self.at, *child)) else {
            return;
        };
        if !self.state.spawned.insert(child) {
            return;
        }
        let mut op = Op::new("spawn").with("thread", thread);
        if let Some(by) = given.filter(|_| self.has("resource")) {
            let slot = self.something();
            self.did(format!("spawn given {by:?}"));
            op = op.with("given", name(slot)).with("by", json!(by));
        }
        self.push(op);
    }

    /// A slot with an object that can be given.
    fn something(&mut self) -> u8 {
        let slots = self.state.slots.iter();
        let mut objects =
            slots.filter(|(_, held)| matches!(held, Held::Object(_) | Held::Child(_)));
        if let Some((slot, _)) = objects.next() {
            return *slot;
        }
        self.load();
        self.make(0);
        0
    }

    /// Whether whoever started this thread gave it something.
    pub(super) fn was_given(&self) -> bool {
        let name = self.name();
        let steps = self
            .threads
            .live
            .iter()
            .enumerate()
            .flat_map(|(at, thread)| {
                let of_parent = self.threads.is_child(at, self.at);
                thread.steps.iter().filter(move |_| of_parent)
            });
        let mut first = steps.filter_map(|step| match step {
            Step::Spawn { thread, given } if thread == name => Some(given.is_some()),
            _ => None,
        });
        first.next().unwrap_or(false)
    }

    /// At the end of the thread that started it a thread must have ended, but when that ends the process.
    fn last_of(&mut self, child: usize) {
        let exits = self.at == 0
            && exit_code(self.program).is_some()
            && matches!(self.end(), End::Exit { .. });
        let thread = &self.threads.live[child].name;
        match self.end_of(child) {
            End::Terminated { at } if exits && !matches!(at, At::AnyTime | At::Busy) => {
                if self.state.spawned.contains(&child) && !self.state.joined.contains(&child) {
                    // It is still there then.
                    self.push(idle(&format!("{thread} is there"), 1));
                    self.push(signal_never(&format!("{thread} is gone")));
                }
            }
            _ => self.join_child(child),
        }
    }

    pub(super) fn join(&mut self, thread: &str) {
        if let Some(child) = self.threads.find(thread) {
            self.join_child(child);
        }
    }

    fn join_child(&mut self, child: usize) {
        if !self.state.spawned.contains(&child) || !self.state.joined.insert(child) {
            return;
        }
        let thread = self.threads.live[child].name.clone();
        let exits = Op::new("exits").with("thread", thread.clone());
        let terminate = Op::new("terminate").with("thread", thread.clone());
        let here = format!("{thread} is there");
        match self.end_of(child) {
            End::Return => self.push(exits),
            End::Exit { .. } => self.push(exits.with("code", CODE)),
            End::Throw { .. } => self.push(exits.with("code", 1).with("error", ON_PURPOSE)),
            End::Terminated { at } => {
                match at {
                    At::AnyTime => {}
                    At::Busy => self.push(Op::new("inside").with("name", here)),
                    _ => self.push(idle(&here, 1)),
                }
                self.push(terminate);
                if at == At::AnyTime {
                    self.push(exits.with("code", "any"));
                } else {
                    self.push(exits.with("code", 1));
                    self.push(signal(&format!("{thread} is gone")));
                }
            }
        }
    }

    pub(super) fn meet(&mut self, point: u8, is_idle: bool) {
        let Some(count) = self.points.get(&point).copied() else {
            return;
        };
        if self.threads.is_unsure(self.at) || !self.state.met.insert(point) {
            return;
        }
        let name = format!("at {point}");
        self.push(signal(&name));
        self.push(if is_idle {
            idle(&name, count)
        } else {
            wait(&name, count)
        });
    }

    /// The thread whose handle this one may try here: it has one, and it has given it.
    pub(super) fn giver(&self, thread: &str) -> Option<String> {
        let giver = self
            .threads
            .find(thread)
            .filter(|giver| *giver != self.at)?;
        let steps = &self.threads.live[giver].steps;
        let first = steps
            .iter()
            .position(|step| matches!(step, Step::Acquire { .. }))?;
        let is_before = if self.threads.is_child(giver, self.at) {
            // It gave before it started this one.
            let spawns = steps.iter().position(
                |step| matches!(step, Step::Spawn { thread, .. } if thread == self.name()),
            );
            spawns.is_some_and(|spawns| first < spawns)
        } else if self.state.joined.contains(&giver) {
            !self.threads.is_unsure(giver)
        } else {
            // Both were at a point after that.
            let mut later = steps[first..].iter();
            later.any(
                |step| matches!(step, Step::Meet { point, .. } if self.met_with(giver, *point)),
            )
        };
        is_before.then(|| thread.to_owned())
    }

    /// Whether a thread has started this one: it lives as long as this one does.
    pub(super) fn is_parent(&self, thread: &str) -> bool {
        let parent = self.threads.find(thread);
        parent.is_some_and(|parent| self.threads.is_child(parent, self.at))
    }

    fn met_with(&self, other: usize, point: u8) -> bool {
        let own = self.threads.live[other].steps.iter();
        let first_is_later = own
            .clone()
            .take_while(|step| !matches!(step, Step::Acquire { .. }));
        let mut before = first_is_later
            .filter(|step| matches!(step, Step::Meet { point: one, .. } if *one == point));
        self.state.met.contains(&point) && !self.threads.is_unsure(other) && before.next().is_none()
    }

    fn end(&self) -> End {
        self.end_of(self.at)
    }

    /// How a thread ends on this target, which may lack what its end needs.
    fn end_of(&self, thread: usize) -> End {
        let end = self.threads.live[thread].end;
        let calls = self.has("call") || self.has("until");
        match end {
            End::Exit { inside } => End::Exit {
                inside: inside && calls,
            },
            End::Throw { inside } => End::Throw {
                inside: inside && calls,
            },
            End::Terminated { at } => {
                let can = match at {
                    At::Idle | At::JavaScript | At::AnyTime => true,
                    At::Callback => self.has("call"),
                    At::Loop => self.has("until"),
                    At::Work => self.has("later"),
                    At::Busy => self.has("busy"),
                    At::Tick => self.has("ticker"),
                    At::Load => self.has("load-into"),
                };
                End::Terminated {
                    at: if can { at } else { At::JavaScript },
                }
            }
            End::Return => End::Return,
        }
    }

    fn write_end(&mut self, end: End) {
        let calls = if self.has("call") { "call" } else { "until" };
        let last = |op: Op, inside: bool| {
            if inside {
                call(calls, vec![function(&[op.into()], &[])])
            } else {
                op
            }
        };
        match end {
            End::Return => {}
            End::Exit { inside } => {
                self.load_if(inside);
                self.push(last(Op::new("exit").with("code", CODE), inside));
            }
            End::Throw { inside: true } => {
                self.load();
                let fails = last(Op::new("fail").with("message", ON_PURPOSE), true);
                self.push(fails.with("ends", true));
            }
            End::Throw { inside: false } => {
                self.push(Op::new("uncaught").with("message", ON_PURPOSE));
            }
            End::Terminated { at } => self.write_stay(at),
        }
    }

    fn load_if(&mut self, needed: bool) {
        if needed {
            self.load();
        }
    }

    /// The thread stays where it is until it is ended.
    fn write_stay(&mut self, at: At) {
        let thread = self.name().to_owned();
        let (here, gone) = (format!("{thread} is there"), format!("{thread} is gone"));
        let stay = [signal(&here).into(), wait(&gone, 1).into()];
        match at {
            At::AnyTime => {}
            At::Idle => {
                self.push(signal(&here));
                self.push(idle(&gone, 1));
            }
            At::JavaScript => self.out.extend(stay),
            At::Callback => {
                self.load();
                self.push(call("call", vec![function(&stay, &[])]));
            }
            At::Loop => {
                self.load();
                let goes_on = [("returns", json!(false))];
                self.push(call("until", vec![function(&stay, &goes_on)]));
            }
            At::Work => {
                self.load();
                self.push(call("later", vec![]));
                self.out.extend(stay);
            }
            At::Busy => {
                self.load();
                self.push(call("busy", vec![json!({ "$": "cell", "name": here })]));
            }
            At::Tick => {
                self.load();
                let tick = self.start_ticking();
                self.push(idle(&tick, 1));
                self.out.extend(stay);
            }
            At::Load => {
                let load = Op::new("load").with("as", "target");
                self.push(load.with("then", json!(stay)));
            }
        }
    }
}

/// Says nothing, and lets the name be known: a program may not wait for what nobody ever says.
fn signal_never(name: &str) -> Op {
    Op::new("repeat")
        .with("times", 0)
        .with("then", json!([Value::from(signal(name))]))
}
