//! The database of a program: what its threads write into one file, and what must stand there at last.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{DATABASE, Surface, Writer, method};
use crate::fuzz::{
    ops::{Op, slot},
    program::{How, Program, Step},
};

/// Rows that are written together: all of them are there, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Their numbers, which no other row of the thread has.
    pub rows: Vec<i64>,
    /// Whether it was taken back.
    pub taken_back: bool,
}

/// What the threads have written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// By the thread's name: whether it has surely come to its end, and its transactions in their order.
    pub threads: BTreeMap<String, (bool, Vec<Transaction>)>,
}

impl Expected {
    pub(super) fn add(&mut self, thread: &str, certain: bool, written: Vec<Transaction>) {
        self.threads.insert(thread.to_owned(), (certain, written));
    }
}

/// Whether any thread of a program uses the database.
pub(super) fn uses_database(program: &Program, surface: &Surface) -> bool {
    let mut steps = program.threads.iter().flat_map(|thread| &thread.steps);
    surface.has(DATABASE)
        && steps.any(|step| {
            matches!(
                step,
                Step::Write { .. }
                    | Step::Count { .. }
                    | Step::Late { .. }
                    | Step::Close { .. }
                    | Step::Query { .. }
                    | Step::Iterate { .. }
                    | Step::Session { .. }
            )
        })
}

fn connection(db: u8) -> String {
    format!("db{db}")
}

fn execute(db: &str, sql: &str) -> Op {
    method(db, "exec", vec![json!(sql)])
}

impl Writer<'_> {
    /// Before anybody else runs: the table is there.
    pub(super) fn make_database(&mut self) {
        self.load();
        self.push(Op::new("database").with("as", "maker"));
        self.push(execute("maker", "PRAGMA journal_mode = WAL"));
        self.push(execute(
            "maker",
            "CREATE TABLE written (thread TEXT, n INTEGER, PRIMARY KEY (thread, n)) WITHOUT ROWID",
        ));
        self.push(method("maker", "close", vec![]));
        self.push(super::drop("maker"));
    }

    /// A connection, opened if it is not.
    pub(super) fn connect(&mut self, db: u8) -> String {
        let name = connection(db);
        if self.state.connected.insert(db) {
            self.push(Op::new("database").with("as", name.clone()));
        }
        name
    }

    pub(super) fn write(&mut self, db: u8, rows: u8, how: How) {
        self.did(format!("write {how:?}"));
        let db = self.connect(db);
        let written = self.state.written.iter().map(|one| one.rows.len());
        let first = i64::try_from(written.sum::<usize>()).unwrap_or(0);
        let numbers: Vec<i64> = (first..first + i64::from(rows)).collect();
        let thread = self.name().to_owned();
        let insert = |n: &i64| {
            execute(
                &db,
                &format!("INSERT INTO written VALUES ('{thread}', {n})"),
            )
        };
        let together = how != How::Alone;
        if together {
            // Not later: two that read first and write then may have to wait for each other for ever.
            self.push(execute(&db, "BEGIN IMMEDIATE"));
        }
        for number in &numbers {
            self.push(insert(number));
        }
        if together {
            let end = if how == How::Committed {
                "COMMIT"
            } else {
                "ROLLBACK"
            };
            self.push(execute(&db, end));
        }
        let taken_back = how == How::TakenBack;
        let transactions: Vec<Vec<i64>> = if together {
            vec![numbers]
        } else {
            numbers.into_iter().map(|number| vec![number]).collect()
        };
        let transactions = transactions.into_iter();
        self.state
            .written
            .extend(transactions.map(|rows| Transaction { rows, taken_back }));
    }

    pub(super) fn count_rows(&mut self, db: u8) {
        let db = self.connect(db);
        let kept = self.state.written.iter().filter(|one| !one.taken_back);
        let count: usize = kept.map(|one| one.rows.len()).sum();
        let sql = format!(
            "SELECT count(*) AS n FROM written WHERE thread = '{}'",
            self.name()
        );
        self.push(method(&db, "prepare", vec![json!(sql)]).kept("statement"));
        self.push(method("statement", "get", vec![]).kept("row"));
        let get = Op::new("get").with("slot", "row").with("name", "n");
        self.push(get.gives(count));
    }

    pub(super) fn late(&mut self, db: u8) {
        let name = self.connect(db);
        let prepare = method(&name, "prepare", vec![json!("SELECT 1 AS n")]);
        self.push(prepare.kept("late"));
        self.close(db);
        self.push(method("late", "get", vec![]).throws());
        self.push(
            Op::new("keep")
                .with("slot", "closed")
                .with("of", slot(&name)),
        );
        self.push(method("closed", "exec", vec![Value::from("SELECT 1")]).throws());
    }

    pub(super) fn close(&mut self, db: u8) {
        let name = self.connect(db);
        self.push(method(&name, "close", vec![]));
        self.state.connected.remove(&db);
    }
}
