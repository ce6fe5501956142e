//! A connection: opening, closing, and what its callbacks leave behind.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int};
use std::ptr;
use std::rc::Rc;

use rusqlite::ffi;

use crate::callback::{self, Callback, Raised, Scopes};
use crate::env::EnvState;
use crate::exec::Kept;
use crate::failure::{Failure, Result};
use crate::gate::Steps;
use crate::handle::Object;
use crate::hooks::Report;
use crate::session::Session;
use crate::stmt::Stmt;
use crate::usage::Counted;
use crate::watch::{Cause, Watch};

unsafe extern "C" {
    /// Left out of the generated bindings: closes once the last statement is gone.
    fn sqlite3_close_v2(db: *mut ffi::sqlite3) -> c_int;
}

/// Statements of a connection before the first look for those whose objects were collected.
const CROWDED: usize = 256;

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
    raw: Cell<*mut ffi::sqlite3>,
    state: Rc<EnvState>,
    statements: RefCell<Vec<*const Stmt>>,
    /// How many statements there may be before those whose objects are gone are looked for.
    crowded: Cell<usize>,
    sessions: RefCell<Vec<*const Session>>,
    /// JavaScript functions that SQLite calls for the whole connection.
    authorizer: RefCell<Option<Rc<Callback>>>,
    profiler: RefCell<Option<Rc<Callback>>>,
    /// Statements that ended and were not reported yet.
    reports: RefCell<Vec<Report>>,
    /// The statement that is being run, as opposed to those that SQLite runs for it.
    top: Cell<*mut ffi::sqlite3_stmt>,
    /// How many callbacks run right now, each inside of a call on this connection.
    callbacks: Cell<u32>,
    /// What a callback left for the call that it ran in.
    raised: Raised,
    scopes: Scopes,
    /// Set while objects are ended by the garbage collector: then no callback is called.
    muted: Cell<bool>,
    /// Set once anything is registered that is called when a statement stops.
    speaks: Cell<bool>,
    /// Set while SQLite reads a session or applies a changeset, with statements of its own.
    in_session: Cell<bool>,
    /// Set while a statement is freed: what did not come to its end is not reported.
    freeing: Cell<bool>,
    /// Statements of transaction control that `exec` keeps, by their text.
    kept: Kept,
    /// Backup steps that other threads may be making on this connection.
    steps: Steps,
    watch: Watch,
}

// SAFETY: `repr(C)`, the head is first, and the kind is no other type's.
unsafe impl Object for Db {
    const KIND: u32 = 0x7470_6462;
    const NAME: &'static str = "database";
    const COUNTED: Counted = Counted::Databases;
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
            raw: Cell::new(raw),
            state: Rc::clone(state),
            statements: RefCell::new(Vec::new()),
            crowded: Cell::new(CROWDED),
            sessions: RefCell::new(Vec::new()),
            authorizer: RefCell::new(None),
            profiler: RefCell::new(None),
            reports: RefCell::new(Vec::new()),
            top: Cell::new(ptr::null_mut()),
            callbacks: Cell::new(0),
            raised: Raised::default(),
            scopes: Scopes::default(),
            muted: Cell::new(false),
            freeing: Cell::new(false),
            in_session: Cell::new(false),
            speaks: Cell::new(false),
            kept: Kept::default(),
            steps: Steps::default(),
            watch: Watch::default(),
        });
        // From here on, dropping `db` closes the connection.
        db.check(code)?;
        db.configure(options)?;
        db.watch(raw);
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

    /// The connection of SQLite, which no other thread is using from now until this thread goes
    /// back to its event loop.
    ///
    /// # Errors
    /// Lifecycle, when it is closed.
    #[inline]
    pub fn raw(&self) -> Result<*mut ffi::sqlite3> {
        let raw = self.raw.get();
        if raw.is_null() {
            Err(Failure::State("database is not open"))
        } else {
            self.steps.hold();
            Ok(raw)
        }
    }

    /// Backup steps of this connection.
    #[inline]
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// The statements that `exec` keeps.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// What can end a long call early.
    #[inline]
    pub fn watched(&self) -> &Watch {
        &self.watch
    }

    /// What the callbacks of the running call left.
    #[inline]
    pub fn raised(&self) -> &Raised {
        &self.raised
    }

    /// Handle scopes of those callbacks.
    #[inline]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Whether callbacks may be called: not while the garbage collector ends objects.
    #[inline]
    pub fn is_muted(&self) -> bool {
        self.muted.get()
    }

    /// Whether anything may be called when a statement stops: subscribers, aggregates that did not
    /// come to their end, scans of virtual tables.
    #[inline]
    pub fn speaks_at_end(&self) -> bool {
        self.speaks.get()
    }

    /// Says that something like that was registered.
    pub fn will_speak(&self) {
        self.speaks.set(true);
    }

    /// Whether a statement is being freed.
    #[inline]
    pub fn is_freeing(&self) -> bool {
        self.freeing.get()
    }

    /// Frees a statement of SQLite that may be in the middle of its execution.
    ///
    /// # Safety
    /// The statement is of this connection, and not used again.
    pub unsafe fn free(&self, stmt: *mut ffi::sqlite3_stmt) {
        let before = self.freeing.replace(true);
        // SAFETY: promised by the caller. The code is that of the last step, which was reported.
        unsafe { ffi::sqlite3_finalize(stmt) };
        self.freeing.set(before);
    }

    /// Runs something during which no callback is called.
    pub fn mute<T>(&self, run: impl FnOnce() -> T) -> T {
        let before = self.muted.replace(true);
        let value = run();
        self.muted.set(before);
        value
    }

    /// Counts a callback that starts or ends.
    pub fn count_callback(&self, by: i32) {
        self.callbacks
            .set(self.callbacks.get().saturating_add_signed(by));
    }

    /// Whether a callback runs inside of a call on this connection.
    pub fn in_callback(&self) -> bool {
        self.callbacks.get() != 0
    }

    /// The authorizer, which SQLite knows by this connection's address.
    pub fn authorizer(&self) -> &RefCell<Option<Rc<Callback>>> {
        &self.authorizer
    }

    /// Runs a call of SQLite that steps or resets `stmt`.
    #[inline]
    pub fn at_top<T>(&self, stmt: *mut ffi::sqlite3_stmt, run: impl FnOnce() -> T) -> T {
        let before = self.top.replace(stmt);
        let value = run();
        self.top.set(before);
        value
    }

    /// That statement; null when none runs.
    pub fn top(&self) -> *mut ffi::sqlite3_stmt {
        self.top.get()
    }

    /// Statements that ended while SQLite works.
    #[inline]
    pub fn reports(&self) -> &RefCell<Vec<Report>> {
        &self.reports
    }

    /// What is told of each statement that ended.
    pub fn profiler(&self) -> &RefCell<Option<Rc<Callback>>> {
        &self.profiler
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

    /// The same for a call in which callbacks may have run: what they left comes first.
    #[inline]
    pub fn settle(&self, code: c_int) -> Result<()> {
        // Before anybody else makes SQLite say something.
        let checked = self.check(code);
        callback::after(self).and(checked)
    }

    /// What SQLite says of its last call.
    #[cold]
    pub fn failure(&self, code: c_int) -> Failure {
        let raw = self.raw.get();
        match self.watch.take_cause() {
            Some(Cause::Deadline(milliseconds)) => return Failure::Deadline(milliseconds),
            // Also where a wait for a lock ended, which SQLite calls busy.
            Some(Cause::Interrupt) => {
                let errstr = errstr(ffi::SQLITE_INTERRUPT);
                return Failure::Sqlite {
                    errcode: ffi::SQLITE_INTERRUPT,
                    message: errstr.clone(),
                    errstr,
                };
            }
            None => {}
        }
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

    /// Finalizes statements whose objects were collected. Node calls finalizers on a later turn of
    /// the event loop, so a program that prepares many statements before it yields would keep all.
    pub fn make_room(&self) {
        if self.statements.borrow().len() < self.crowded.get() || !self.state.has_collected() {
            return;
        }
        let mut at = self.statements.borrow().len();
        while at > 0 {
            at -= 1;
            let Some(&stmt) = self.statements.borrow().get(at) else {
                continue;
            };
            // SAFETY: a statement leaves the list before it is freed.
            let stmt = unsafe { &*stmt };
            if stmt.is_collected() {
                self.mute(|| stmt.finalize());
            }
        }
        let left = self.statements.borrow().len();
        self.crowded.set(CROWDED.max(left + left / 2));
    }

    /// Finalizes all statements.
    pub fn finalize_all(&self) {
        loop {
            let last = self.statements.borrow().last().copied();
            let Some(stmt) = last else { break };
            // SAFETY: a statement leaves the list before it is freed; `finalize` takes it out.
            unsafe { &*stmt }.finalize();
        }
    }

    /// Remembers a session, so that closing deletes it first.
    pub fn adopt_session(&self, session: *const Session) {
        self.sessions.borrow_mut().push(session);
    }

    /// Runs a call of SQLite that reads a session or applies a changeset.
    pub fn in_session<T>(&self, run: impl FnOnce() -> T) -> T {
        let before = self.in_session.replace(true);
        let value = run();
        self.in_session.set(before);
        value
    }

    /// Whether SQLite may look at tables for a session or a changeset now.
    pub fn looks_at_tables(&self) -> bool {
        self.in_session.get() || !self.sessions.borrow().is_empty()
    }

    /// Whether a session may be at work with statements of its own: while a statement that writes is under
    /// way, or in such a call. A statement that is prepared anew is not under way.
    pub fn is_at_work(&self) -> bool {
        let top = self.top();
        // SAFETY: null, of which both say that it is nothing that writes, or the statement that is run.
        let writes =
            || unsafe { ffi::sqlite3_stmt_busy(top) != 0 && ffi::sqlite3_stmt_readonly(top) == 0 };
        self.in_session.get() || writes()
    }

    /// Forgets a deleted session.
    pub fn release_session(&self, session: *const Session) {
        self.sessions.borrow_mut().retain(|&s| !ptr::eq(s, session));
    }

    /// Ends sessions and statements, then closes. Does nothing when closed. A backup that is under
    /// way keeps SQLite's connection until it ends.
    pub fn close(&self) {
        let raw = self.raw.get();
        if raw.is_null() {
            return;
        }
        self.steps.hold();
        // Scans of virtual tables are told; this connection is still whole then, and refuses to be
        // closed a second time.
        self.count_callback(1);
        for session in self.sessions.take() {
            // SAFETY: a session leaves the list before it is freed.
            unsafe { &*session }.delete();
        }
        self.finalize_all();
        self.kept.free();
        self.count_callback(-1);
        callback::after_quietly(self);
        self.raw.set(ptr::null_mut());
        self.state.release(self);
        // SAFETY: open until now; closed in any case: at once, or once SQLite's last use ends.
        // What SQLite would call back is gone before this connection is.
        unsafe {
            ffi::sqlite3_progress_handler(raw, 0, None, ptr::null_mut());
            ffi::sqlite3_set_authorizer(raw, None, ptr::null_mut());
            ffi::sqlite3_trace_v2(raw, 0, None, ptr::null_mut());
            if ffi::sqlite3_close(raw) != ffi::SQLITE_OK {
                // A backup keeps it; nobody is left to end the transaction that it may wait for.
                let rollback = c"rollback".as_ptr();
                ffi::sqlite3_exec(raw, rollback, None, ptr::null_mut(), ptr::null_mut());
                sqlite3_close_v2(raw);
            }
        }
        self.authorizer.take();
        self.profiler.take();
        self.watch.end();
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        #[cfg(any(feature = "misuse", debug_assertions))]
        if !self.raw.get().is_null() && !self.state.is_alive() {
            crate::misuse::count_late_end();
        }
        self.mute(|| self.close());
    }
}

/// SQLite's name of a result code.
pub fn errstr(code: c_int) -> String {
    // SAFETY: a static string for any code.
    unsafe { CStr::from_ptr(ffi::sqlite3_errstr(code)) }
        .to_string_lossy()
        .into_owned()
}
