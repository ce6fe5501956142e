//! A prepared statement: its execution, row by row or in batches.

use std::cell::Cell;
use std::ffi::{CStr, c_int};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;
use rusqlite::ffi;

use crate::bind;
use crate::callback;
use crate::db::Db;
use crate::entry::{Call, UNDEFINED};
use crate::failure::{Failure, Result};
use crate::handle::Object;
use crate::layout;
use crate::rows::{self, Batch, Integers};
use crate::usage::Counted;
use crate::watch::Deadline;

/// Said of how a statement is prepared: `SQLITE_PREPARE_PERSISTENT`.
const PERSISTENT: c_int = 1;
/// The same: SQLite is told how long the text is without its NUL, and says so where that is too long.
const COUNTED: c_int = 2;

/// A statement, or a finalized one whose handle is still held.
#[repr(C)]
#[derive(Debug)]
pub struct Stmt {
    raw: Cell<*mut ffi::sqlite3_stmt>,
    db: Rc<Db>,
    slot: Cell<usize>,
    parameters: c_int,
    /// Stepped and not reset: it may hold a lock.
    active: Cell<bool>,
    /// SQLite works on it right now, and may be in a callback.
    busy: Cell<bool>,
    /// SQLite takes it back to its start, and may be telling a subscriber: it may be executed then,
    /// but not be freed.
    stopping: Cell<bool>,
    /// Milliseconds that an execution may take, and when the one that runs must have ended.
    allowed: Cell<Option<u32>>,
    deadline: Cell<Option<Deadline>>,
    /// Tells whether JavaScript still has the handle; null until there is one.
    handle: Cell<sys::napi_ref>,
    reprepared: Cell<c_int>,
    integers: Cell<Integers>,
}

// SAFETY: `repr(C)`, the head is first, and the kind is no other type's.
unsafe impl Object for Stmt {
    const KIND: u32 = 0x7470_7374;
    const NAME: &'static str = "statement";
    const COUNTED: Counted = Counted::Statements;
}

/// What becomes of a statement after rows were read.
#[derive(Debug, Clone, Copy)]
enum After {
    /// It stays where it is.
    Stay,
    /// It goes back to its start.
    Stop,
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
    pub fn prepare(db: &Rc<Db>, sql: &CStr, how: c_int) -> Result<Option<Rc<Self>>> {
        let connection = db.raw()?;
        db.make_room();
        // With its NUL, SQLite need not copy the text.
        let length = sql.count_bytes() + usize::from(how & COUNTED == 0);
        let length = c_int::try_from(length)
            .map_err(|_| Failure::Resource(format!("SQL of {length} bytes is too long")))?;
        let flags = if how & PERSISTENT != 0 {
            ffi::SQLITE_PREPARE_PERSISTENT
        } else {
            0
        };
        let mut raw = ptr::null_mut();
        // SAFETY: the pointer and the length are those of `sql`; the rest are locals.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                connection,
                sql.as_ptr(),
                length,
                flags,
                &raw mut raw,
                ptr::null_mut(),
            )
        };
        if let Err(failure) = db.settle(code) {
            // SAFETY: null, or prepared in spite of what a callback left.
            unsafe { ffi::sqlite3_finalize(raw) };
            return Err(failure);
        }
        if raw.is_null() {
            return Ok(None);
        }
        let stmt = Rc::new(Self {
            raw: Cell::new(raw),
            db: Rc::clone(db),
            slot: Cell::new(0),
            // SAFETY: the statement was just prepared.
            parameters: unsafe { ffi::sqlite3_bind_parameter_count(raw) },
            active: Cell::new(false),
            busy: Cell::new(false),
            stopping: Cell::new(false),
            allowed: Cell::new(None),
            deadline: Cell::new(None),
            handle: Cell::new(ptr::null_mut()),
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
            self.db.steps().hold();
            Ok(raw)
        }
    }

    /// The same, for what SQLite must not be asked in the middle of its own work on it.
    ///
    /// # Errors
    /// Lifecycle, when it is finalized or being executed.
    #[inline]
    pub fn idle(&self) -> Result<*mut ffi::sqlite3_stmt> {
        let raw = self.raw()?;
        if self.busy.get() {
            Err(Failure::State("statement is already being executed"))
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

    /// The same, for what frees it.
    ///
    /// # Errors
    /// As [`Self::idle`].
    pub fn free(&self) -> Result<*mut ffi::sqlite3_stmt> {
        let raw = self.idle()?;
        if self.stopping.get() {
            Err(Failure::State("statement is already being executed"))
        } else {
            Ok(raw)
        }
    }

    /// How long an execution may take; `None` for ever.
    pub fn set_deadline(&self, milliseconds: Option<u32>) {
        self.allowed.set(milliseconds);
    }

    /// Takes the reference to the handle of this statement.
    pub fn watch_handle(&self, reference: sys::napi_ref) {
        self.handle.set(reference);
    }

    /// Whether the garbage collector has taken the handle, which nobody can then use again.
    pub fn is_collected(&self) -> bool {
        let reference = self.handle.get();
        if reference.is_null() || self.busy.get() || self.stopping.get() {
            return false;
        }
        let mut value = ptr::null_mut();
        // SAFETY: the reference is deleted only when this is dropped.
        let status = unsafe {
            sys::napi_get_reference_value(self.db.state().raw(), reference, &raw mut value)
        };
        status == sys::Status::napi_ok && value.is_null()
    }

    /// Frees SQLite's statement. Does nothing when finalized.
    pub fn finalize(&self) {
        let raw = self.raw.replace(ptr::null_mut());
        if !raw.is_null() {
            self.db.steps().hold();
            self.db.release(self.slot.get());
            // SAFETY: prepared and not finalized until now.
            unsafe { self.db.free(raw) };
        }
    }

    /// Back to the start: gives locks back, keeps bindings. What callbacks leave is for the caller.
    #[inline]
    fn reset(&self) -> c_int {
        let raw = self.raw.get();
        if !self.active.get() || raw.is_null() {
            return ffi::SQLITE_OK;
        }
        let before = self.stopping.replace(true);
        // SAFETY: not finalized, and not before this returns. The code is that of the last step.
        let code = self.db.at_top(raw, || unsafe { ffi::sqlite3_reset(raw) });
        self.stopping.set(before);
        self.active.set(false);
        code
    }

    /// The same at the end of an execution, of which it is a part.
    #[inline]
    fn end(&self) -> Result<()> {
        let before = self.busy.replace(true);
        self.reset();
        let outcome = callback::after(&self.db);
        self.busy.set(before);
        outcome
    }

    /// The same after an error, which is the one to report.
    fn abandon(&self) {
        // The error that led here is the one to report.
        let _ = self.end();
    }

    /// The same as a call of its own.
    #[inline]
    pub fn stop(&self) -> Result<()> {
        self.idle()?;
        self.reset();
        callback::after(&self.db)
    }

    /// Back to the start before an execution. As in Node, an iteration that failed says so once more.
    #[inline]
    pub fn rewind(&self) -> Result<()> {
        self.idle()?;
        self.busy.set(true);
        let code = self.reset();
        let outcome = self.db.settle(code);
        self.busy.set(false);
        outcome
    }

    /// Starts an execution: reset, bind. Arguments: handle, count, then the values (see `bind`).
    #[inline]
    fn begin(&self, call: &Call<'_>) -> Result<()> {
        self.rewind()?;
        self.db.watched().start(self.db.in_callback());
        if let Some(milliseconds) = self.allowed.get() {
            self.deadline.set(Some(Deadline::after(milliseconds)));
        } else {
            self.deadline.set(None);
        }
        bind::all(self, call)
    }

    #[inline]
    fn step(&self, raw: *mut ffi::sqlite3_stmt) -> Result<Step> {
        self.active.set(true);
        self.busy.set(true);
        let code = self.db.watched().during(self.deadline.get(), || {
            // SAFETY: not finalized.
            self.db.at_top(raw, || unsafe { ffi::sqlite3_step(raw) })
        });
        // Before anybody else makes SQLite say something.
        let step = match code {
            ffi::SQLITE_ROW => Ok(Step::Row),
            ffi::SQLITE_DONE => Ok(Step::Done),
            code => Err(self.db.failure(code)),
        };
        let outcome = callback::after(&self.db);
        self.busy.set(false);
        outcome.and(step)
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
        self.step(raw).inspect_err(|_| self.abandon())?;
        // A statement with RETURNING counts its changes when it ends, not at its first row.
        self.end()?;
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
        // What runs when the statement stops must not find a row in the shared buffer.
        let outcome = if self.db.speaks_at_end() {
            self.read(call, 1, After::Stop)
        } else {
            self.read_one(call)
                .and_then(|value| self.end().map(|()| value))
        };
        outcome.inspect_err(|_| self.abandon())
    }

    /// The first batch of all rows. [`Self::more`] goes on where it is not done.
    pub fn all(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.begin(call)?;
        self.more(call)
    }

    /// The next batch.
    pub fn more(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.idle()?;
        self.read(call, i32::MAX, After::Stay)
            .inspect_err(|_| self.abandon())
    }

    /// Starts an iteration: binds, and reads nothing yet.
    pub fn start(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.begin(call).map(|()| UNDEFINED)
    }

    /// The next row of an iteration. A row that cannot be read is an error, and the next call
    /// goes on behind it; an error of SQLite ends the execution.
    pub fn next(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        self.idle()?;
        self.read_one(call).inspect_err(|failure| {
            if !matches!(failure, Failure::OutOfRange(_) | Failure::Sqlite { .. }) {
                self.abandon();
            }
        })
    }

    /// Steps and encodes up to `limit` rows, or fewer when the batch is full.
    fn read(&self, call: &Call<'_>, limit: i32, after: After) -> Result<sys::napi_value> {
        let mut buffers = call.state.take_buffers();
        let outcome = self.fill(call, limit, after, Batch::new(call.state, &mut buffers));
        call.state.give_buffers(buffers);
        outcome
    }

    /// Steps once and encodes the row, if there is one. The statement stays where it is.
    fn read_one(&self, call: &Call<'_>) -> Result<sys::napi_value> {
        let raw = self.raw()?;
        let integers = self.integers.get();
        match self.step(raw)? {
            Step::Done => {
                self.end()?;
                call.put_i32(layout::ROWS, 0);
                call.put_i32(layout::FLAGS, layout::DONE);
                Ok(UNDEFINED)
            }
            Step::Row => {
                call.put_i32(layout::ROWS, 1);
                call.put_i32(layout::FLAGS, self.columns_changed(raw));
                if let Some(first) = rows::direct(call, raw, integers)? {
                    return Ok(first);
                }
                let mut buffers = call.state.take_buffers();
                let mut batch = Batch::new(call.state, &mut buffers);
                let outcome = batch
                    .row(raw, integers)
                    .and_then(|()| batch.hand_over(call));
                call.state.give_buffers(buffers);
                outcome
            }
        }
    }

    fn fill(
        &self,
        call: &Call<'_>,
        limit: i32,
        after: After,
        mut batch: Batch<'_>,
    ) -> Result<sys::napi_value> {
        let raw = self.raw()?;
        // User functions may change the setting; it holds from the next call on.
        let integers = self.integers.get();
        let mut flags = 0;
        let mut rows = 0;
        loop {
            match self.step(raw)? {
                Step::Done => {
                    flags |= layout::DONE;
                    self.end()?;
                    break;
                }
                Step::Row => {
                    if rows == 0 {
                        flags |= self.columns_changed(raw);
                    }
                    batch.row(raw, integers)?;
                    rows += 1;
                    if rows >= limit || batch.is_full() {
                        break;
                    }
                }
            }
        }
        if matches!(after, After::Stop) {
            // Before anything is put into the shared buffer: subscribers are told of the end.
            self.end()?;
        }
        call.put_i32(layout::ROWS, rows);
        call.put_i32(layout::FLAGS, flags);
        batch.hand_over(call)
    }
}

impl Drop for Stmt {
    fn drop(&mut self) {
        let reference = self.handle.replace(ptr::null_mut());
        if !reference.is_null() {
            // SAFETY: made with the handle and deleted once, on the env's thread.
            unsafe { sys::napi_delete_reference(self.db.state().raw(), reference) };
        }
        #[cfg(any(feature = "misuse", debug_assertions))]
        if !self.raw.get().is_null() && !self.db.state().is_alive() {
            crate::misuse::count_late_end();
        }
        self.db.mute(|| self.finalize());
    }
}
