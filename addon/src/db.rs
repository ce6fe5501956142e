//! A connection: opening, closing, and the watch over long calls.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use rusqlite::ffi;

use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::handle::{Head, Object};
use crate::stmt::Stmt;

unsafe extern "C" {
    /// Left out of the generated bindings: closes once the last statement is gone.
    fn sqlite3_close_v2(db: *mut ffi::sqlite3) -> c_int;
}

/// Virtual machine steps between two looks at whether the worker is being terminated: some tens of
/// microseconds, against 0.1 for the look.
const STEPS_BETWEEN_LOOKS: c_int = 4_000;

/// How a connection is opened: the options of `new DatabaseSync()`.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // they are switches of SQLite, each independent
pub struct OpenOptions {
    /// `SQLITE_OPEN_READONLY` instead of read, write and create.
    pub read_only: bool,
    /// `SQLITE_DBCONFIG_ENABLE_FKEY`.
    pub foreign_keys: bool,
    /// `SQLITE_DBCONFIG_DQS_DML` and `_DDL`.
    pub double_quoted_strings: bool,
    /// `SQLITE_DBCONFIG_DEFENSIVE`.
    pub defensive: bool,
    /// `SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION`.
    pub extensions: bool,
    /// Busy timeout in milliseconds.
    pub timeout: c_int,
}

impl OpenOptions {
    /// Reads the bits that `index.cjs` sends.
    pub fn from_bits(bits: i32, timeout: c_int) -> Self {
        let bit = |at: i32| bits & (1 << at) != 0;
        Self {
            read_only: bit(0),
            foreign_keys: bit(1),
            double_quoted_strings: bit(2),
            defensive: bit(3),
            extensions: bit(4),
            timeout,
        }
    }
}

/// An open connection, or a closed one whose handle is still held.
#[repr(C)]
#[derive(Debug)]
pub struct Db {
    head: Head,
    raw: Cell<*mut ffi::sqlite3>,
    state: Rc<EnvState>,
    statements: RefCell<Vec<*const Stmt>>,
}

// SAFETY: `repr(C)`, the head is first, and the kind is no other type's.
unsafe impl Object for Db {
    const KIND: u32 = 0x7470_6462;
    const NAME: &'static str = "database";
}

impl Db {
    /// Opens `path`, which may be a URI.
    ///
    /// # Errors
    /// SQLite's; nothing stays open then.
    pub fn open(state: &Rc<EnvState>, path: &CStr, options: OpenOptions) -> Result<Rc<Self>> {
        let access = if options.read_only {
            ffi::SQLITE_OPEN_READONLY
        } else {
            ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE
        };
        let mut raw = ptr::null_mut();
        // SAFETY: the path ends with a NUL; the out-parameter is a local. Without SQLite's mutex,
        // because each use checks the thread.
        let code = unsafe {
            ffi::sqlite3_open_v2(
                path.as_ptr(),
                &raw mut raw,
                access | ffi::SQLITE_OPEN_URI | ffi::SQLITE_OPEN_NOMUTEX,
                ptr::null(),
            )
        };
        let db = Rc::new(Self {
            head: Head::new::<Self>(),
            raw: Cell::new(raw),
            state: Rc::clone(state),
            statements: RefCell::new(Vec::new()),
        });
        // From here on, dropping `db` closes the connection.
        db.check(code)?;
        db.configure(options)?;
        // SAFETY: the connection is open; the argument lives as long as it is.
        unsafe {
            ffi::sqlite3_progress_handler(
                raw,
                STEPS_BETWEEN_LOOKS,
                Some(look),
                Rc::as_ptr(&db).cast_mut().cast(),
            );
        }
        state.adopt(Rc::as_ptr(&db));
        Ok(db)
    }

    fn configure(&self, options: OpenOptions) -> Result<()> {
        let raw = self.raw.get();
        // SAFETY: the connection is open.
        self.check(unsafe { ffi::sqlite3_extended_result_codes(raw, 1) })?;
        for (what, on) in [
            (ffi::SQLITE_DBCONFIG_ENABLE_FKEY, options.foreign_keys),
            (ffi::SQLITE_DBCONFIG_DQS_DML, options.double_quoted_strings),
            (ffi::SQLITE_DBCONFIG_DQS_DDL, options.double_quoted_strings),
            (ffi::SQLITE_DBCONFIG_DEFENSIVE, options.defensive),
            (
                ffi::SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
                options.extensions,
            ),
        ] {
            // SAFETY: these settings take an int and a pointer to one, or null.
            let code = unsafe {
                ffi::sqlite3_db_config(raw, what, c_int::from(on), ptr::null_mut::<c_int>())
            };
            self.check(code)?;
        }
        // SAFETY: the connection is open.
        self.check(unsafe { ffi::sqlite3_busy_timeout(raw, options.timeout) })
    }

    /// The connection of SQLite.
    ///
    /// # Errors
    /// Lifecycle, when it is closed.
    #[inline]
    pub fn raw(&self) -> Result<*mut ffi::sqlite3> {
        let raw = self.raw.get();
        if raw.is_null() {
            Err(Failure::State("database is not open"))
        } else {
            Ok(raw)
        }
    }

    /// The env that it was opened in.
    #[inline]
    pub fn state(&self) -> &Rc<EnvState> {
        &self.state
    }

    /// Turns a result code into a result, with SQLite's message of this moment.
    #[inline]
    pub fn check(&self, code: c_int) -> Result<()> {
        if code == ffi::SQLITE_OK {
            Ok(())
        } else {
            Err(self.failure(code))
        }
    }

    /// What SQLite says of its last call.
    #[cold]
    pub fn failure(&self, code: c_int) -> Failure {
        let raw = self.raw.get();
        if code & 0xff == ffi::SQLITE_INTERRUPT && !self.state.may_run_javascript() {
            return Failure::Quiet;
        }
        if raw.is_null() {
            let errstr = errstr(code);
            return Failure::Sqlite {
                errcode: code,
                message: errstr.clone(),
                errstr,
            };
        }
        // SAFETY: the connection is open; the message is copied before the next call.
        let (errcode, message) = unsafe {
            let message = ffi::sqlite3_errmsg(raw);
            let message = if message.is_null() {
                errstr(code)
            } else {
                CStr::from_ptr(message).to_string_lossy().into_owned()
            };
            (ffi::sqlite3_extended_errcode(raw), message)
        };
        Failure::Sqlite {
            errcode,
            message,
            errstr: errstr(errcode),
        }
    }

    /// Runs all statements of `sql`, which ends with a NUL.
    ///
    /// # Errors
    /// SQLite's, of the first statement that fails; those before it stand.
    pub fn exec(&self, sql: &CStr) -> Result<()> {
        let raw = self.raw()?;
        // SAFETY: the connection is open; no callback is given.
        let code =
            unsafe { ffi::sqlite3_exec(raw, sql.as_ptr(), None, ptr::null_mut(), ptr::null_mut()) };
        self.check(code)
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> Result<bool> {
        let raw = self.raw()?;
        // SAFETY: the connection is open.
        Ok(unsafe { ffi::sqlite3_get_autocommit(raw) } == 0)
    }

    /// Remembers a statement, so that closing finalizes it.
    pub fn adopt(&self, stmt: *const Stmt) -> usize {
        let mut statements = self.statements.borrow_mut();
        statements.push(stmt);
        statements.len() - 1
    }

    /// Forgets the statement in `slot`. The last one moves there and is told so.
    pub fn release(&self, slot: usize) {
        let mut statements = self.statements.borrow_mut();
        statements.swap_remove(slot);
        if let Some(&moved) = statements.get(slot) {
            // SAFETY: a statement leaves the list before it is freed.
            unsafe { &*moved }.moved_to(slot);
        }
    }

    /// Finalizes all statements and closes. Does nothing when closed.
    pub fn close(&self) {
        let raw = self.raw.get();
        if raw.is_null() {
            return;
        }
        loop {
            let last = self.statements.borrow().last().copied();
            let Some(stmt) = last else { break };
            // SAFETY: a statement leaves the list before it is freed; `finalize` takes it out.
            unsafe { &*stmt }.finalize();
        }
        self.raw.set(ptr::null_mut());
        self.state.release(self);
        // SAFETY: open until now; closed in any case: at once, or once SQLite's last use ends.
        unsafe {
            ffi::sqlite3_progress_handler(raw, 0, None, ptr::null_mut());
            if ffi::sqlite3_close(raw) != ffi::SQLITE_OK {
                sqlite3_close_v2(raw);
            }
        }
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        #[cfg(any(feature = "misuse", debug_assertions))]
        if !self.raw.get().is_null() && !self.state.is_alive() {
            crate::misuse::count_late_end();
        }
        self.close();
    }
}

/// SQLite's name of a result code.
pub fn errstr(code: c_int) -> String {
    // SAFETY: a static string for any code.
    unsafe { CStr::from_ptr(ffi::sqlite3_errstr(code)) }
        .to_string_lossy()
        .into_owned()
}

/// SQLite's progress handler: not 0 interrupts the call that is running.
unsafe extern "C" fn look(data: *mut c_void) -> c_int {
    catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the connection that registered it, which is being used and so alive.
        let db = unsafe { &*data.cast::<Db>() };
        c_int::from(!db.state.may_run_javascript())
    }))
    .unwrap_or(1)
}
