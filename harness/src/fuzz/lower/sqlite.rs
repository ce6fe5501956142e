//! What `node:sqlite` has beyond rows and transactions: functions that queries call, iterators, sessions.

use serde_json::{Value, json};

use super::{Writer, drop, method};
use crate::fuzz::{
    ops::{ON_PURPOSE, Op, function},
    program::{How, IteratorFate, Meddling, Step, Then},
};

/// As many rows as an iterator has.
const ROWS: u8 = 5;
const SERIES: &str =
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n FROM c";

impl Writer<'_> {
    /// A query whose function does these steps, and meddles with the query at last.
    pub(super) fn query(&mut self, db: u8, inside: &[Step], then: Then, meddling: Meddling) {
        let name = self.connect(db);
        self.did(format!("query then {then:?} {meddling:?}"));
        let mut steps = self.within(inside);
        let meddles = match meddling {
            Meddling::None => None,
            Meddling::Closes => Some(method(&name, "close", vec![])),
            Meddling::RunsAgain => Some(method("query", "get", vec![])),
            Meddling::Redefines => Some(define(&name, &[])),
        };
        steps.extend(meddles.map(|op| Value::from(op.may())));
        match then {
            Then::Return => {}
            Then::Throw => steps.push(Op::new("fail").with("message", ON_PURPOSE).into()),
            Then::Raise => steps.push(Op::new("raise").with("of", "a text").into()),
        }
        self.push(define(&name, &steps));
        let prepare = method(&name, "prepare", vec![json!("SELECT f() AS n")]);
        self.push(prepare.kept("query"));
        let get = method("query", "get", vec![]).kept("row");
        let thrown = match then {
            Then::Return => None,
            Then::Throw => Some(ON_PURPOSE),
            Then::Raise => Some("a text"),
        };
        match (meddling, thrown) {
            (Meddling::None, None) => {
                self.push(get);
                self.push(n_of("row").gives(7));
            }
            (Meddling::None, Some(text)) => self.push(get.with("throws", text)),
            _ => self.push(get.may()),
        }
        self.push(drop("query"));
        if meddling == Meddling::Closes {
            // It may have been allowed to.
            self.push(method(&name, "close", vec![]).may());
            self.state.connected.remove(&db);
        }
    }

    /// An iterator that does not come to its end, unless it was asked for all rows.
    pub(super) fn iterate(&mut self, db: u8, rows: u8, fate: IteratorFate) {
        let name = self.connect(db);
        self.did(format!("iterate {fate:?}"));
        let prepare = method(&name, "prepare", vec![json!(SERIES)]);
        self.push(prepare.kept("series"));
        self.push(method("series", "iterate", vec![]).kept("rows"));
        for row in 1..=rows.min(ROWS) {
            self.push(method("rows", "next", vec![]).kept("next"));
            let value = Op::new("get").with("slot", "next").with("name", "value");
            self.push(value.kept("row"));
            self.push(n_of("row").gives(row));
        }
        match fate {
            IteratorFate::Returned => {
                self.push(method("rows", "return", vec![]));
                self.push(method("rows", "next", vec![]).kept("next"));
                let done = Op::new("get").with("slot", "next").with("name", "done");
                self.push(done.gives(true));
            }
            IteratorFate::Abandoned => {
                self.push(drop("rows"));
                self.push(drop("series"));
                self.push(Op::new("gc"));
            }
            IteratorFate::Closed => {
                self.close(db);
                self.push(method("rows", "next", vec![]).may());
            }
            IteratorFate::Overtaken => {
                self.push(method("series", "get", vec![]).kept("row"));
                self.push(n_of("row").gives(1));
                self.push(method("rows", "next", vec![]).may());
            }
        }
        self.push(drop("rows"));
    }

    /// The changes of a session: some, or an error once its connection is closed.
    pub(super) fn session(&mut self, db: u8, late: bool) {
        let name = self.connect(db);
        self.push(method(&name, "createSession", vec![]).kept("session"));
        self.write(db, 1, How::Alone);
        let changes = method("session", "changeset", vec![]);
        if late {
            self.close(db);
            self.push(changes.throws());
        } else {
            self.push(changes.gives_a("object"));
            self.push(method("session", "close", vec![]));
        }
        self.push(drop("session"));
    }
}

/// The function `f` of a connection.
fn define(db: &str, steps: &[Value]) -> Op {
    let f = function(steps, &[("returns", json!(7)), ("once", json!(true))]);
    method(db, "function", vec![json!("f"), f])
}

/// The column `n` of a row.
fn n_of(row: &str) -> Op {
    Op::new("get").with("slot", row).with("name", "n")
}
