//! From a program to operations of the driver with what must come of each: the reference model. Pure.
//!
//! It follows each thread and knows what its slots hold. Where the rules leave a choice to the target, or where nobody can know in
//! which state an object is, any outcome is right for as long as the process lives.

mod callbacks;
mod data;
mod database;
mod objects;
mod sqlite;
mod threads;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use database::uses_database;
pub use database::{Expected, Transaction};

use super::{
    ops::{Op, call, drop, record, slot},
    plan::{Points, Threads, points},
    program::{Program, Root, Scarce, Step, Way},
};

/// Not of targets but of the machine: limits of a process can be set.
const LIMITS: &str = "limits of the machine";

/// The capability of targets that are databases.
const DATABASE: &str = "database";

/// The capability of those that have the surface of `node:sqlite`.
const SQLITE: &str = "sqlite";

/// The capabilities that only databases have.
pub const OF_DATABASES: [&str; 2] = [DATABASE, SQLITE];

/// What the target offers, by the names of docs/writing-a-target.md.
#[derive(Clone, Debug, Default)]
pub struct Surface(BTreeSet<String>);

impl Surface {
    /// From the capabilities of a target; `limits`: whether limits of a process can be set here.
    pub fn of(supports: &[String], limits: bool) -> Self {
        let generic = supports
            .iter()
            .filter_map(|one| one.strip_prefix("generic:"));
        // Of the others two matter.
        let database = supports
            .iter()
            .filter(|one| OF_DATABASES.contains(&one.as_str()));
        let names = generic
            .chain(database.map(String::as_str))
            .chain(limits.then_some(LIMITS));
        Surface(names.map(str::to_owned).collect())
    }

    /// Whether it has a capability.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether a step does anything on it.
    pub fn can(&self, step: &Step) -> bool {
        let needs: &[&str] = match step {
            Step::Spawn { .. }
            | Step::Join { .. }
            | Step::Meet { .. }
            | Step::Gc
            | Step::Turn
            | Step::Require => &[],
            Step::Load {
                way: Way::Dlopen | Way::Copy,
            } => {
                return self.has("exports") || self.has("class");
            }
            Step::Load { .. } | Step::New { .. } | Step::Add { .. } => &["class"],
            Step::Misuse => return self.has("class") || self.has("resource"),
            Step::Make { .. }
            | Step::Use { .. }
            | Step::Dispose { .. }
            | Step::Clone { .. }
            | Step::Given => &["resource"],
            Step::Drop { .. } => return self.has("resource") || self.has("class"),
            Step::Child { .. } => &["resource", "child"],
            Step::Visit { .. } => &["resource", "visit"],
            Step::Other { .. } => &["resource", "other"],
            Step::Set { .. } | Step::Get => &["state"],
            Step::Singleton => &["singleton"],
            Step::Cached { .. } => &["cache"],
            Step::Call { .. } => &["call"],
            Step::Until { .. } => &["until"],
            Step::List { .. } => &["list"],
            Step::Listen | Step::Emit => &["listener"],
            Step::Tick => &["ticker"],
            Step::Later { .. } | Step::Settle { .. } => &["later"],
            Step::Keep { .. } => &["bytes"],
            Step::Scan { .. } => &["scan"],
            Step::Echo { .. } => &["echo"],
            Step::Increment { .. } => &["shared"],
            Step::Acquire { .. }
            | Step::Read { .. }
            | Step::Release { .. }
            | Step::Foreign { .. } => &["handles"],
            Step::Write { .. } | Step::Count { .. } | Step::Late { .. } | Step::Close { .. } => {
                &[DATABASE]
            }
            Step::Query { .. } | Step::Iterate { .. } | Step::Session { .. } => &[DATABASE, SQLITE],
            Step::Open => &["file"],
            Step::Without { what } => match what {
                Scarce::Descriptors => &["file", LIMITS],
                Scarce::Memory => &["reserve", LIMITS],
                Scarce::Threads => &["ticker", LIMITS],
            },
        };
        needs.iter().all(|name| self.has(name))
    }
}

/// A program that the driver can run.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// The operations of each thread, by its name.
    pub threads: BTreeMap<String, Vec<Value>>,
    /// The code that its process must exit with, where the program ends it.
    pub ends: Option<u8>,
    /// What must stand in the database at last, where the program has one.
    pub database: Option<Expected>,
    /// What was done in which state: for counting what has been tried.
    pub features: BTreeSet<String>,
}

impl Lowered {
    /// As the process is told.
    pub fn to_json(&self) -> Value {
        let ends = self.ends.map(|code| json!({ "code": code }));
        let database = self.database.is_some();
        json!({ "threads": self.threads, "ends": ends, "database": database })
    }
}

/// Makes the programs of a process executable for a target.
pub fn lower_all(programs: &[Program], surface: &Surface) -> Vec<Lowered> {
    let lowered = programs.iter().enumerate().map(|(at, program)| {
        // Nobody has used what all threads of the process share.
        lower(program, surface, at == 0)
    });
    lowered.collect()
}

/// Makes a program executable for a target; `is_fresh`: it is the first of its process that may use the target.
pub fn lower(program: &Program, surface: &Surface, is_fresh: bool) -> Lowered {
    let threads = Threads::of(program);
    let points = points(&threads);
    let mut lowered = Lowered {
        threads: BTreeMap::new(),
        ends: threads::exit_code(program),
        database: None,
        features: BTreeSet::new(),
    };
    for at in 0..threads.live.len() {
        let mut writer = Writer {
            program,
            threads: &threads,
            points: &points,
            surface,
            is_fresh,
            at,
            depth: 0,
            state: State::default(),
            out: Vec::new(),
            features: BTreeSet::new(),
        };
        writer.thread();
        let name = threads.live[at].name.clone();
        if uses_database(program, surface) {
            let expected = lowered.database.get_or_insert_default();
            let certain = !threads.is_unsure(at);
            expected.add(&name, certain, writer.state.written);
        }
        lowered.threads.insert(name, writer.out);
        lowered.features.extend(writer.features);
    }
    lowered
}

/// What an object may do, by what has happened to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Life {
    #[default]
    Alive,
    Disposed,
    /// Nobody knows: the target may choose.
    Unsure,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    /// An object, by its number.
    Object(usize),
    /// An object that needs the one with this number.
    Child(usize),
    /// A counter with its sum.
    Counter(i64),
    /// A promise.
    Work,
    /// A handle: its number, and whether it was released.
    Handle(u8, bool),
}

/// What is known of a thread.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact that stands by itself"
)]
struct State {
    loaded: bool,
    slots: BTreeMap<u8, Held>,
    /// Objects that were made, by number.
    lives: Vec<Life>,
    /// The number that was set, when that is known.
    number: Option<u8>,
    listeners: u32,
    /// Something holds the cached object, or may do so.
    cached: bool,
    opened: bool,
    gave: bool,
    ticks: u32,
    spawned: BTreeSet<usize>,
    joined: BTreeSet<usize>,
    /// Connections that are open.
    connected: BTreeSet<u8>,
    /// Rows that it has written.
    written: Vec<Transaction>,
    met: BTreeSet<u8>,
}

/// Writes the operations of one thread.
struct Writer<'p> {
    program: &'p Program,
    threads: &'p Threads<'p>,
    points: &'p Points,
    surface: &'p Surface,
    /// Whether the target is in the state in which it is loaded.
    is_fresh: bool,
    /// Which thread.
    at: usize,
    /// How deep in callbacks it is.
    depth: u32,
    state: State,
    out: Vec<Value>,
    features: BTreeSet<String>,
}

impl Writer<'_> {
    fn push(&mut self, op: Op) {
        self.out.push(op.into());
    }

    fn has(&self, name: &str) -> bool {
        self.surface.has(name)
    }

    /// Whether other programs have been in this env, too.
    fn is_shared(&self) -> bool {
        self.at == 0 && self.program.root == Root::Main
    }

    fn name(&self) -> &str {
        &self.threads.live[self.at].name
    }

    /// Notes that something was done.
    fn did(&mut self, what: impl Into<String>) {
        self.features.insert(what.into());
    }

    /// Operations that a callback does.
    fn within(&mut self, steps: &[Step]) -> Vec<Value> {
        let outer = std::mem::take(&mut self.out);
        self.depth += 1;
        for step in steps {
            self.step(step);
        }
        self.depth -= 1;
        std::mem::replace(&mut self.out, outer)
    }

    /// Loads the target, if it is not loaded.
    fn load(&mut self) {
        if std::mem::replace(&mut self.state.loaded, true) {
            return;
        }
        self.push(Op::new("load").with("as", "target"));
        if self.has("exports") {
            self.push(
                Op::new("exports")
                    .with("label", "exports")
                    .with("of", "target"),
            );
        }
    }

    fn step(&mut self, step: &Step) {
        if !self.surface.can(step) || (self.depth > 0 && needs_event_loop(step)) {
            return;
        }
        if !is_of_threads(step) {
            // Loading is not for the middle of a callback: the callback comes from the target.
            self.load();
        }
        let place = if self.depth > 0 { "inside" } else { "outside" };
        self.did(format!("{} {place}", step.name()));
        match step {
            Step::Spawn { thread, given } => self.spawn(thread, *given),
            Step::Join { thread } => self.join(thread),
            Step::Meet { point, idle } => self.meet(*point, *idle),
            Step::Gc => self.push(Op::new("gc")),
            Step::Turn => self.push(Op::new("turn")),
            Step::Require => {}
            Step::Load { way } => self.load_again(*way),
            Step::Misuse => self.push(Op::new("receivers")),
            Step::Make { slot } => {
                self.make(*slot);
            }
            Step::Use { slot } => self.use_(*slot),
            Step::Dispose { slot } => self.dispose(*slot),
            Step::Drop { slot } => {
                if self.state.slots.remove(slot).is_some() {
                    self.push(drop(&name(*slot)));
                }
            }
            Step::Child { slot, into } => self.child(*slot, *into),
            Step::Visit { slot, inside } => self.visit(*slot, inside),
            Step::Other { dispose } => self.other(*dispose),
            Step::Clone { slot, dispose } => self.clone(*slot, *dispose),
            Step::Given => self.given(),
            Step::New { slot, construct } => {
                self.new_counter(*slot, *construct);
            }
            Step::Add { slot, by } => self.add(*slot, *by),
            Step::Set { number } => self.set(*number),
            Step::Get => self.get(),
            Step::Singleton => self.singleton(),
            Step::Cached { held } => self.cached(*held),
            Step::Call { inside, then } => self.call_back("call", inside, *then),
            Step::Until { inside, then } => self.call_back("until", inside, *then),
            Step::List { functions, change } => self.list(*functions, *change),
            Step::Listen => self.listen(),
            Step::Emit => self.emit(),
            Step::Tick => self.tick(),
            Step::Later { slot } => self.later(*slot),
            Step::Settle { slot } => self.settle(*slot),
            Step::Keep { length, fate } => self.keep(*length, *fate),
            Step::Scan { fate, throws } => self.scan(*fate, *throws),
            Step::Echo { sort, digit, times } => self.echo(*sort, *digit, *times),
            Step::Increment { times } => self.increment(*times),
            Step::Acquire { slot, number } => {
                self.acquire(*slot, *number);
            }
            Step::Read { slot } => self.read(*slot),
            Step::Release { slot } => self.release(*slot),
            Step::Foreign { thread, release } => self.foreign(thread, *release),
            Step::Write { db, rows, how } => self.write(*db, *rows, *how),
            Step::Count { db } => self.count_rows(*db),
            Step::Late { db } => self.late(*db),
            Step::Close { db } => self.close(*db),
            Step::Query {
                db,
                inside,
                then,
                meddling,
            } => self.query(*db, inside, *then, *meddling),
            Step::Iterate { db, rows, fate } => self.iterate(*db, *rows, *fate),
            Step::Session { db, late } => self.session(*db, *late),
            Step::Open => self.open(),
            Step::Without { what } => self.without(*what),
        }
    }

    /// Calls a function whose answer is the same everywhere.
    fn answered(&mut self, function: &str, args: Vec<Value>, label: &str) {
        self.push(call(function, args).kept("answer"));
        self.push(record(label, "answer"));
    }

    fn load_again(&mut self, way: Way) {
        self.did(format!("load {way:?}"));
        self.push(
            Op::new("load")
                .with("as", "second")
                .with("again", json!(way)),
        );
        if !self.has("class") {
            self.push(
                Op::new("exports")
                    .with("label", "exports")
                    .with("of", "second"),
            );
            return;
        }
        for of in ["second", "target"] {
            self.push(call("make", vec![]).kept("copy").with("of", of));
            self.push(instance("copy", of));
            self.push(method("copy", "add", vec![json!(2)]).gives(2));
        }
        self.push(drop("copy"));
    }
}

/// What a slot is called in operations.
fn name(slot: u8) -> String {
    format!("s{slot}")
}

fn held(slot: u8) -> Value {
    self::slot(&name(slot))
}

fn method(object: &str, name: &str, args: Vec<Value>) -> Op {
    Op::new("method")
        .with("slot", object)
        .with("name", name)
        .with("args", args)
}

fn instance(object: &str, of: &str) -> Op {
    Op::new("instance")
        .with("slot", object)
        .with("name", "Counter")
        .with("of", of)
}

/// Whether a step is about threads alone.
fn is_of_threads(step: &Step) -> bool {
    matches!(
        step,
        Step::Spawn { .. } | Step::Join { .. } | Step::Meet { .. } | Step::Gc | Step::Turn
    )
}

/// Whether it waits for something that happens in the event loop, which a callback does not have.
fn needs_event_loop(step: &Step) -> bool {
    matches!(
        step,
        Step::Spawn { .. }
            | Step::Join { .. }
            | Step::Meet { .. }
            | Step::Gc
            | Step::Turn
            | Step::Load { .. }
            | Step::Misuse
            | Step::Cached { .. }
            | Step::List { .. }
            | Step::Tick
            | Step::Settle { .. }
            | Step::Keep { .. }
            | Step::Open
            | Step::Without { .. }
            | Step::Foreign { .. }
            | Step::Increment { .. }
            | Step::Write { .. }
            | Step::Count { .. }
            | Step::Late { .. }
            | Step::Close { .. }
            | Step::Query { .. }
            | Step::Iterate { .. }
            | Step::Session { .. }
    )
}

#[cfg(test)]
mod tests;
