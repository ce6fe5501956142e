//! What SQLite itself takes, without JavaScript: bind, step, read the columns, reset.
//!
//! `cargo bench -p threadproof-sqlite --bench raw`. The ids are those of `js-tests/bench`, whose
//! `--raw` subtracts these figures from its own: the rest is what crossing into JavaScript costs.
#![allow(missing_docs, reason = "Criterion's macros make undocumented items")]

use std::ffi::c_int;
use std::hint::black_box;
use std::ptr;

use criterion::{BatchSize, measurement::WallTime};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use rusqlite::{Connection, ffi};

/// Rows of each table of the fixture.
const ROWS: i32 = 10_000;
/// A stride without a common factor with [`ROWS`]: every key in turn, none beside the last one.
const STRIDE: i32 = 7_919;
/// Written before a rollback, as `js-tests/bench` does it: some milliseconds of work.
const WRITES: u64 = 2_000;

fn database() -> Connection {
    let connection = Connection::open_in_memory().expect("memory is enough for a database");
    connection
        .execute_batch(include_str!("fixture.sql"))
        .expect("the fixture is valid SQL");
    connection
}

/// A prepared statement of the C interface.
struct Statement<'a> {
    raw: *mut ffi::sqlite3_stmt,
    connection: &'a Connection,
}

impl<'a> Statement<'a> {
    /// Prepares a query of the fixture's list.
    fn of(connection: &'a Connection, id: &str) -> Self {
        let sql: String = connection
            .query_row("select sql from query where id = ?", [id], |row| row.get(0))
            .expect("the fixture lists this query");
        Self::new(connection, &sql)
    }

    fn new(connection: &'a Connection, sql: &str) -> Self {
        let mut raw = ptr::null_mut();
        let length = c_int::try_from(sql.len()).expect("queries are short");
        // SAFETY: pointer and length are those of `sql`, the connection is open.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                connection.handle(),
                sql.as_ptr().cast(),
                length,
                0,
                &raw mut raw,
                ptr::null_mut(),
            )
        };
        assert_eq!(code, ffi::SQLITE_OK, "{sql}");
        Self { raw, connection }
    }

    fn bind_int(&self, at: c_int, value: i32) {
        // SAFETY: the statement is prepared; SQLite checks the index.
        unsafe { ffi::sqlite3_bind_double(self.raw, at, f64::from(value)) };
    }

    fn bind_real(&self, at: c_int, value: f64) {
        // SAFETY: as above.
        unsafe { ffi::sqlite3_bind_double(self.raw, at, value) };
    }

    fn bind_text(&self, at: c_int, text: &str) {
        let length = c_int::try_from(text.len()).expect("texts are short");
        // SAFETY: as above; SQLite copies the text.
        unsafe {
            ffi::sqlite3_bind_text(
                self.raw,
                at,
                text.as_ptr().cast(),
                length,
                ffi::SQLITE_TRANSIENT(),
            )
        };
    }

    /// Steps to the end, reads every value of every row, resets. Returns how many rows there were.
    fn run(&self) -> u64 {
        let mut rows = 0;
        // SAFETY: the statement is prepared.
        while unsafe { ffi::sqlite3_step(self.raw) } == ffi::SQLITE_ROW {
            self.read();
            rows += 1;
        }
        self.reset();
        rows
    }

    /// The first row, as `get()` wants it.
    fn first(&self) {
        // SAFETY: the statement is prepared.
        let code = unsafe { ffi::sqlite3_step(self.raw) };
        assert_eq!(code, ffi::SQLITE_ROW);
        self.read();
        self.reset();
    }

    fn reset(&self) {
        // SAFETY: the statement is prepared.
        let code = unsafe { ffi::sqlite3_reset(self.raw) };
        assert_eq!(code, ffi::SQLITE_OK);
    }

    /// Reads a row as any binding has to: the type of each column, then the value. A text or blob
    /// is found, not copied.
    #[inline]
    fn read(&self) {
        // SAFETY: the statement stands on a row; the index is below its number of columns.
        unsafe {
            for column in 0..ffi::sqlite3_data_count(self.raw) {
                let value = ffi::sqlite3_column_value(self.raw, column);
                match ffi::sqlite3_value_type(value) {
                    ffi::SQLITE_INTEGER => {
                        black_box(ffi::sqlite3_value_int64(value));
                    }
                    ffi::SQLITE_FLOAT => {
                        black_box(ffi::sqlite3_value_double(value));
                    }
                    ffi::SQLITE_TEXT => {
                        black_box(ffi::sqlite3_value_text(value));
                        black_box(ffi::sqlite3_value_bytes(value));
                    }
                    ffi::SQLITE_BLOB => {
                        black_box(ffi::sqlite3_value_blob(value));
                        black_box(ffi::sqlite3_value_bytes(value));
                    }
                    _ => {}
                }
            }
        }
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        // SAFETY: prepared, finalized once, and the connection is still open.
        unsafe { ffi::sqlite3_finalize(self.raw) };
        debug_assert!(self.connection.is_autocommit());
    }
}

/// Every key of a table, far from one another.
fn keys() -> impl Iterator<Item = i32> {
    let mut key = 0;
    std::iter::repeat_with(move || {
        key = (key + STRIDE) % ROWS;
        key + 1
    })
}

fn gets(group: &mut BenchmarkGroup<'_, WallTime>, connection: &Connection) {
    for id in ["get-int", "get-mixed"] {
        let statement = Statement::of(connection, id);
        let mut keys = keys();
        group.throughput(Throughput::Elements(1));
        group.bench_function(id, |bencher| {
            bencher.iter(|| {
                statement.bind_int(1, keys.next().expect("without end"));
                statement.first();
            });
        });
    }
}

fn scans(group: &mut BenchmarkGroup<'_, WallTime>, connection: &Connection) {
    for shape in ["ints", "mixed", "wide", "text", "short"] {
        let id = format!("all-{shape}-100");
        let statement = Statement::of(connection, &id);
        group.throughput(Throughput::Elements(100));
        group.bench_function(&id, |bencher| {
            bencher.iter(|| assert_eq!(statement.run(), 100));
        });
    }
}

/// Writes inside a transaction; beginning it and rolling it back is not counted.
fn writes(group: &mut BenchmarkGroup<'_, WallTime>, connection: &Connection) {
    let insert = Statement::of(connection, "run-insert");
    let update = Statement::of(connection, "run-update");
    let mut keys = keys();
    let restart = || {
        connection
            .execute_batch(if connection.is_autocommit() {
                "begin"
            } else {
                "rollback; begin"
            })
            .expect("nothing else uses the connection");
    };
    group.throughput(Throughput::Elements(WRITES));
    group.bench_function("run-insert", |bencher| {
        bencher.iter_batched(
            restart,
            |()| {
                for at in 0..WRITES {
                    let at = i32::try_from(at).expect("a small constant");
                    insert.bind_int(1, at);
                    insert.bind_real(2, f64::from(at) * 0.5);
                    insert.bind_text(3, "the name of an item");
                    insert.run();
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("run-update", |bencher| {
        bencher.iter_batched(
            restart,
            |()| {
                for _ in 0..WRITES {
                    let key = keys.next().expect("without end");
                    update.bind_int(1, key);
                    update.bind_int(2, key);
                    update.run();
                }
            },
            BatchSize::PerIteration,
        );
    });
    // A filter on the command line may have left both out.
    if !connection.is_autocommit() {
        connection
            .execute_batch("rollback")
            .expect("a transaction is open");
    }
}

/// What a statement costs to make and to free.
fn prepare(group: &mut BenchmarkGroup<'_, WallTime>, connection: &Connection) {
    let sql: String = connection
        .query_row("select sql from query where id = 'prepare'", [], |row| {
            row.get(0)
        })
        .expect("the fixture lists this query");
    group.throughput(Throughput::Elements(1));
    group.bench_function("prepare", |bencher| {
        bencher.iter(|| drop(Statement::new(connection, &sql)));
    });
}

fn raw(criterion: &mut Criterion) {
    let connection = database();
    let mut group = criterion.benchmark_group("raw");
    gets(&mut group, &connection);
    scans(&mut group, &connection);
    writes(&mut group, &connection);
    prepare(&mut group, &connection);
    group.finish();
}

criterion_group!(benches, raw);
criterion_main!(benches);
