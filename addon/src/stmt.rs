//! A prepared statement: its execution, row by row or in batches.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr;
use std::rc::Rc;

use napi::sys;
use rusqlite::ffi;

use crate::bind;
use crate::db::Db;
use crate::entry::{Call, UNDEFINED};
use crate::failure::{Failure, Result};
use crate::handle::{Head, Object};
use crate::layout;
use crate::rows::{Batch, Integers};

/// A statement, or a finalized one whose handle is still held.
#[repr(C)]
#[derive(Debug)]
pub struct Stmt {
    head: Head,
    raw: Cell<*mut ffi::sqlite3_stmt>,
    db: Rc<Db>,
    slot: Cell<usize>,
    parameters: c_int,
    /// Stepped and not reset: it may hold a lock.
    active: Cell<bool>,
    reprepared: Cell<c_int>,
    integers: Cell<Integers>,
}

// SAFETY: `repr(C)`, the head is first, and the kind is no other type's.
unsafe impl Object for Stmt {
    const KIND: u32 = 0x7470_7374;
    const NAME: &'static str = "statement";
}

/// What a step gave.
enum Step {
    Row,
    Done,
}

impl Stmt {
    /// Prepares the first statement of `sql`; `None` when there is none (blank, or comments only).
    ///
    /// # Errors
    /// SQLite's.
    pub fn prepare(db: &Rc<Db>, sql: &[u8], persistent: bool) -> Result<Option<Rc<Self>>> {
        let connection = db.raw()?;
        let length = c_int::try_from(sql.len())
            .map_err(|_| Failure::Resource(format!("SQL of {} bytes is too long", sql.len())))?;
        let flags = if persistent {
            ffi::SQLITE_PREPARE_PERSISTENT
        } else {
            0
        };
        let mut raw = ptr::null_mut();
        // SAFETY: the pointer and the length are those of `sql`; the rest are locals.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                connection,
                sql.as_ptr().cast(),
                length,
                flags,
                &raw mut raw,
                ptr::null_mut(),
            )
        };
        db.check(code)?;
        if raw.is_null() {
            return Ok(None);
        }
        let stmt = Rc::new(Self {
            head: Head::new::<Self>(),
            raw: Cell::new(raw),
            db: Rc::clone(db),
            slot: Cell::new(0),
            // SAFETY: the statement was just prepared.
            parameters: unsafe { ffi::sqlite3_bind_parameter_count(raw) },
            active: Cell::new(false),
            reprepared: Cell::new(0),
            integers: Cell::new(Integers::Numbers),
        });
        stmt.slot.set(db.adopt(Rc::as_ptr(&stmt)));
        Ok(Some(stmt))
    }

    /// The statement of SQLite.
    ///
    /// # Errors
    /// Lifecycle, when it is finalized.
    #[inline]
    pub fn raw(&self) -> Result<*mut ffi::sqlite3_stmt> {
        let raw = self.raw.get();
        if raw.is_null() {
            Err(Failure::State("statement has been finalized"))
        } else {
            Ok(raw)
        }
    }

    /// Its connection.
    #[inline]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// How many parameters it has.
    #[inline]
    pub fn parameters(&self) -> c_int {
        self.parameters
    }

    /// How integers are read from now on.
    pub fn set_integers(&self, integers: Integers) {
        self.integers.set(integers);
    }

    /// Told by the connection when its list moves.
    pub fn moved_to(&self, slot: usize) {
        self.slot.set(slot);
    }

    /// Frees SQLite's statement. Does nothing when finalized.
    pub fn finalize(&self) {
        let raw = self.raw.replace(ptr::null_mut());
        if !raw.is_null() {
            self.db.release(self.slot.get());
            // SAFETY: prepared and not finalized until now. The code is that of the last step,
            // which was reported then.
            unsafe { ffi::sqlite3_finalize(raw) };
        }
    }

    /// Back to the start: gives locks back, keeps bindings.
    pub fn reset(&self) {
        if self.active.replace(false) && !self.raw.get().is_null() {
            // SAFETY: not finalized. The code is that of the last step, which was reported then.
            unsafe { ffi::sqlite3_reset(self.raw.get()) };
        }
    }

    /// Starts an execution: reset, bind. Arguments: handle, count, then the values (see `bind`).
    fn begin(&self, call: &Call<'_>) -> Result<()> {
        self.raw()?;
        self.reset();
        bind::all(self, call)
    }

    #[inline]
    fn step(&self, raw: *mut ffi::sqlite3_stmt) -> Result<Step> {
        self.active.set(true);
        // SAFETY: not finalized.
        match unsafe { ffi::sqlite3_step(raw) } {
            ffi::SQLITE_ROW => Ok(Step::Row),
            ffi::SQLITE_DONE => Ok(Step::Done),
            code => Err(self.db.failure(code)),
        }
    }

    /// Whether SQLite compiled the statement anew since the last look: its columns may differ.
    fn columns_changed(&self, raw: *mut ffi::sqlite3_stmt) -> i32 {
        // SAFETY: not finalized; the counter is not reset.
        let now = unsafe { ffi::sqlite3_stmt_status(raw, ffi::SQLITE_STMTSTATUS_REPREPARE, 0) };
        if self.reprepared.replace(now) == now {
            0
        } else {
            layout::COLUMNS_CHANGED
        }
    }

    /// Runs without reading rows.
    pub fn run(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.begin(call)?;
        let raw = self.raw()?;
        self.step(raw).inspect_err(|_| self.reset())?;
        // A statement with RETURNING counts its changes when it ends, not at its first row.
        self.reset();
        let connection = self.db.raw()?;
        // SAFETY: the connection is open.
        let (changes, rowid) = unsafe {
            (
                ffi::sqlite3_changes64(connection),
                ffi::sqlite3_last_insert_rowid(connection),
            )
        };
        #[allow(clippy::cast_precision_loss)] // JavaScript looks at the exact value then
        {
            call.put_f64(layout::CHANGES_F64, changes as f64);
            call.put_f64(layout::ROWID_F64, rowid as f64);
        }
        call.put_i64(layout::CHANGES_I64, changes);
        call.put_i64(layout::ROWID_I64, rowid);
        Ok(UNDEFINED)
    }

    /// The first row, if any.
    pub fn get(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.begin(call)?;
        let outcome = self.read(call, 1);
        self.reset();
        outcome
    }

    /// The first batch of all rows. [`Self::more`] goes on where it is not done.
    pub fn all(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.begin(call)?;
        self.more(call)
    }

    /// The next batch.
    pub fn more(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        let outcome = self.read(call, i32::MAX);
        if outcome.is_err() {
            self.reset();
        }
        outcome
    }

    /// Starts an iteration: binds, and reads nothing yet.
    pub fn start(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.begin(call).map(|()| UNDEFINED)
    }

    /// The next row of an iteration. A row that cannot be read is an error, and the next call
    /// goes on behind it; an error of SQLite ends the execution.
    pub fn next(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        let outcome = self.read(call, 1);
        if matches!(outcome, Err(Failure::Sqlite { .. } | Failure::Quiet)) {
            self.reset();
        }
        outcome
    }

    /// Steps and encodes up to `limit` rows, or fewer when the batch is full.
    fn read(&self, call: &Call<'_>, limit: i32) -> Result<sys::napi_value> {
        let mut buffers = call.state.take_buffers();
        let outcome = self.fill(call, limit, Batch::new(call.state, &mut buffers));
        call.state.give_buffers(buffers);
        outcome
    }

    fn fill(&self, call: &Call<'_>, limit: i32, mut batch: Batch<'_>) -> Result<sys::napi_value> {
        let raw = self.raw()?;
        let mut flags = 0;
        let mut rows = 0;
        loop {
            match self.step(raw)? {
                Step::Done => {
                    flags |= layout::DONE;
                    self.reset();
                    break;
                }
                Step::Row => {
                    if rows == 0 {
                        flags |= self.columns_changed(raw);
                    }
                    batch.row(raw, self.integers.get())?;
                    rows += 1;
                    if rows >= limit || batch.is_full() {
                        break;
                    }
                }
            }
        }
        call.put_i32(layout::ROWS, rows);
        call.put_i32(layout::FLAGS, flags);
        batch.hand_over(call)
    }
}

impl Drop for Stmt {
    fn drop(&mut self) {
        #[cfg(any(feature = "misuse", debug_assertions))]
        if !self.raw.get().is_null() && !self.db.state().is_alive() {
            crate::misuse::count_late_end();
        }
        self.finalize();
    }
}
