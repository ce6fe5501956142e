//! Backups: steps on a pool thread, with the source connection shared by turns.
//!
//! A connection here has no mutex; [`crate::gate`] keeps the threads apart.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use napi_sys as sys;
use rusqlite::ffi;

use crate::api;
use crate::callback::Callback;
use crate::db::{Db, errstr};
use crate::entry::{Call, UNDEFINED};
use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::function::shared;
use crate::gate::{Gate, lock};
use crate::handle::{self, Object};
use crate::js;
use crate::usage::Counted;

/// What a step gave.
#[derive(Debug, Clone)]
enum Progress {
    /// Pages that are left, and all pages.
    Pages { left: c_int, all: c_int, done: bool },
    /// The source or the destination is locked: try again.
    Busy,
    /// Held back: try again.
    Held,
    /// SQLite refused.
    Failed(Failure),
}

/// What the pool works with. SQLite's objects are used by one thread at a time: by the pool
/// between [`Gate::begin`] and [`Gate::end`], by the owner while no step runs.
#[derive(Debug)]
struct Work {
    backup: *mut ffi::sqlite3_backup,
    destination: *mut ffi::sqlite3,
    /// The file, if this backup made it.
    made: Option<CString>,
}

// SAFETY: see above; a connection without mutex may change threads between its calls
// (https://sqlite.org/threadsafe.html, "multi-thread").
unsafe impl Send for Work {}

impl Work {
    /// Copies up to `pages` pages.
    fn step(&self, pages: c_int) -> Progress {
        if self.backup.is_null() {
            return Progress::Failed(Failure::State("backup has ended"));
        }
        // SAFETY: not finished; no other thread uses either connection now.
        unsafe {
            match ffi::sqlite3_backup_step(self.backup, pages) {
                code @ (ffi::SQLITE_OK | ffi::SQLITE_DONE) => Progress::Pages {
                    left: ffi::sqlite3_backup_remaining(self.backup),
                    all: ffi::sqlite3_backup_pagecount(self.backup),
                    done: code == ffi::SQLITE_DONE,
                },
                code if matches!(code & 0xff, ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED) => {
                    Progress::Busy
                }
                code => Progress::Failed(failure(self.destination, code)),
            }
        }
    }

    /// Ends the backup, and takes back what it did if that is not whole.
    fn finish(&mut self, whole: bool) {
        let backup = std::mem::replace(&mut self.backup, ptr::null_mut());
        let destination = std::mem::replace(&mut self.destination, ptr::null_mut());
        // SAFETY: each is null or used here for the last time.
        unsafe {
            if !backup.is_null() {
                ffi::sqlite3_backup_finish(backup);
            }
            ffi::sqlite3_close(destination);
        }
        if let Some(path) = self.made.take().filter(|_| !whole) {
            remove(&path);
        }
    }
}

/// Removes a file that SQLite named; where it cannot be, it stays.
fn remove(path: &CStr) {
    #[cfg(unix)]
    let path = {
        use std::os::unix::ffi::OsStrExt as _;
        std::path::Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()))
    };
    #[cfg(not(unix))]
    let Ok(path) = path.to_str() else { return };
    let _ = std::fs::remove_file(path);
}

/// What a connection says of its last call, or what the code means if it says nothing.
///
/// # Safety
/// `connection` is null or open.
unsafe fn failure(connection: *mut ffi::sqlite3, code: c_int) -> Failure {
    // SAFETY: promised by the caller; SQLite answers for null, too.
    unsafe {
        let said = ffi::sqlite3_extended_errcode(connection);
        if connection.is_null() || said & 0xff != code & 0xff {
            return Failure::Sqlite {
                errcode: code,
                message: errstr(code),
                errstr: errstr(code),
            };
        }
        Failure::Sqlite {
            errcode: said,
            message: CStr::from_ptr(ffi::sqlite3_errmsg(connection))
                .to_string_lossy()
                .into_owned(),
            errstr: errstr(said),
        }
    }
}

/// A backup under way, or one that has ended.
#[repr(C)]
#[derive(Debug)]
pub struct Backup {
    db: Rc<Db>,
    state: Rc<EnvState>,
    gate: Arc<Gate>,
    source: Arc<Mutex<()>>,
    work: Arc<Mutex<Work>>,
    ended: Cell<bool>,
}

// SAFETY: `repr(C)`, the head is first, and the kind is no other type's.
unsafe impl Object for Backup {
    const KIND: u32 = 0x7470_626b;
    const NAME: &'static str = "backup";
    const COUNTED: Counted = Counted::Backups;
}

impl Backup {
    /// Ends it. Does nothing when it has ended.
    pub fn finish(&self, whole: bool) {
        if self.ended.replace(true) {
            return;
        }
        // SQLite's source is touched below: no backup of it may be at work.
        self.db.steps().hold();
        self.db.steps().remove(&self.gate);
        self.state.release_backup(self);
        lock(&self.work).finish(whole);
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        self.finish(false);
    }
}

/// `backupStart(db, path, source, target) -> handle`
pub fn start(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let source = db.raw()?;
    let mut work = Work {
        backup: ptr::null_mut(),
        destination: ptr::null_mut(),
        made: None,
    };
    let outcome = api::with_path(call, 1, |path| open(&mut work, path)).and_then(|()| {
        api::with_string(call, 2, |from, _| {
            let from = from.to_owned();
            api::with_string(call, 3, |to, _| {
                // SAFETY: both connections are open; the names end with a NUL.
                work.backup = unsafe {
                    ffi::sqlite3_backup_init(work.destination, to.as_ptr(), source, from.as_ptr())
                };
                if work.backup.is_null() {
                    // SAFETY: open; errors of the start are reported there.
                    let code = unsafe { ffi::sqlite3_errcode(work.destination) };
                    // SAFETY: as above.
                    return Err(unsafe { failure(work.destination, code) });
                }
                Ok(())
            })
        })
    });
    if let Err(failure) = outcome {
        work.finish(false);
        return Err(failure);
    }
    let gate = Gate::new();
    db.steps().add(&gate);
    let backup = Rc::new(Backup {
        db: shared(db),
        state: Rc::clone(db.state()),
        gate,
        source: db.steps().source(),
        work: Arc::new(Mutex::new(work)),
        ended: Cell::new(false),
    });
    db.state().adopt_backup(Rc::as_ptr(&backup));
    handle::create(call.env(), backup)
}

/// Opens the destination. A file that is not there is made, and it is remembered that it was.
fn open(work: &mut Work, path: &CStr) -> Result<()> {
    let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_URI | ffi::SQLITE_OPEN_NOMUTEX;
    for made in [false, true] {
        let create = if made { ffi::SQLITE_OPEN_CREATE } else { 0 };
        // SAFETY: the path ends with a NUL; the connection is closed in any case.
        let code = unsafe {
            ffi::sqlite3_close(work.destination);
            ffi::sqlite3_open_v2(
                path.as_ptr(),
                &raw mut work.destination,
                flags | create,
                ptr::null(),
            )
        };
        if code == ffi::SQLITE_OK {
            if made {
                // SAFETY: open; SQLite gives a text that ends with a NUL, empty for memory.
                let file = unsafe {
                    CStr::from_ptr(ffi::sqlite3_db_filename(work.destination, c"main".as_ptr()))
                };
                work.made = Some(file.to_owned()).filter(|file| !file.is_empty());
            }
            // SAFETY: open.
            unsafe { ffi::sqlite3_extended_result_codes(work.destination, 1) };
            return Ok(());
        }
        if made || code & 0xff != ffi::SQLITE_CANTOPEN {
            // SAFETY: SQLite made a connection to report the error, or none for lack of memory.
            return Err(unsafe { failure(work.destination, code) });
        }
    }
    Ok(())
}

/// One step in the pool.
struct Task {
    work: sys::napi_async_work,
    backup: Rc<Backup>,
    callback: Callback,
    /// Keeps the function alive until it is called.
    kept: sys::napi_ref,
    shared: Shared,
}

/// The part of a task that the pool may touch.
struct Shared {
    gate: Arc<Gate>,
    source: Arc<Mutex<()>>,
    work: Arc<Mutex<Work>>,
    pages: c_int,
    progress: Progress,
}

/// `backupStep(backup, pages, done)`: `done(status, left, all, failure)` is called on a later turn.
/// Status: 0 more, 1 done, 2 locked, 3 held back, 4 failed, with `[kind, message, errcode, errstr]`.
pub fn step(call: &Call<'_>) -> Result<sys::napi_value> {
    let env = call.env();
    let backup = call.handle::<Backup>(0)?;
    if backup.ended.get() {
        return Err(Failure::State("backup has ended"));
    }
    let pages = call.int(1)?;
    let callback = Callback::new(&backup.state, call.arg(2))?;
    let mut name = ptr::null_mut();
    let label = b"threadproof.backup";
    let mut kept = ptr::null_mut();
    // SAFETY: pointers and lengths are those of a constant; out-parameters are locals.
    unsafe {
        js::ok(sys::napi_create_string_latin1(
            env,
            label.as_ptr().cast(),
            label.len().cast_signed(),
            &raw mut name,
        ))?;
        js::ok(sys::napi_create_reference(
            env,
            call.arg(2),
            1,
            &raw mut kept,
        ))?;
    }
    let task = Box::into_raw(Box::new(Task {
        work: ptr::null_mut(),
        // SAFETY: read through a handle.
        backup: unsafe { handle::share(backup) },
        callback,
        kept,
        shared: Shared {
            gate: Arc::clone(&backup.gate),
            source: Arc::clone(&backup.source),
            work: Arc::clone(&backup.work),
            pages,
            progress: Progress::Held,
        },
    }));
    backup.gate.queue();
    // SAFETY: the task lives until `complete`, or until it is freed below.
    unsafe {
        let status = sys::napi_create_async_work(
            env,
            ptr::null_mut(),
            name,
            Some(execute),
            Some(complete),
            task.cast(),
            &raw mut (*task).work,
        );
        let queued = status == sys::Status::napi_ok
            && sys::napi_queue_async_work(env, (*task).work) == sys::Status::napi_ok;
        if !queued {
            backup.gate.hold();
            free(env, &Box::from_raw(task));
            return Err(Failure::Quiet);
        }
    }
    Ok(UNDEFINED)
}

/// On a pool thread: nothing of the env is touched.
unsafe extern "C" fn execute(_env: sys::napi_env, data: *mut c_void) {
    // SAFETY: the task that was queued; the owner leaves this part alone until `complete`.
    let shared = unsafe { &mut (*data.cast::<Task>()).shared };
    if !shared.gate.begin() {
        return;
    }
    let made = catch_unwind(AssertUnwindSafe(|| {
        let _source = lock(&shared.source);
        lock(&shared.work).step(shared.pages)
    }));
    shared.progress =
        made.unwrap_or_else(|panic| Progress::Failed(Failure::of_panic(panic.as_ref())));
    shared.gate.end();
}

/// Frees what Node keeps for a task, on its env's thread.
///
/// # Safety
/// The work is not queued.
unsafe fn free(env: sys::napi_env, task: &Task) {
    // SAFETY: promised by the caller; a failure leaves them to Node.
    unsafe {
        if !task.work.is_null() {
            sys::napi_delete_async_work(env, task.work);
        }
        sys::napi_delete_reference(env, task.kept);
    }
}

/// Back on the env's thread.
unsafe extern "C" fn complete(env: sys::napi_env, status: sys::napi_status, data: *mut c_void) {
    // SAFETY: the task that was queued, for the last time.
    let task = unsafe { Box::from_raw(data.cast::<Task>()) };
    let told = catch_unwind(AssertUnwindSafe(|| {
        if status == sys::Status::napi_ok && task.backup.state.is_alive() {
            // Nobody waits for the answer: an exception is thrown when this returns.
            let _ = tell(env, &task);
        }
    }));
    drop(told);
    // SAFETY: the work has ended.
    unsafe { free(env, &task) };
}

fn tell(env: sys::napi_env, task: &Task) -> Result<sys::napi_value> {
    let number = |number| js::int32(env, number);
    let (status, left, all, failure) = match &task.shared.progress {
        Progress::Pages { left, all, done } => (i32::from(*done), *left, *all, None),
        Progress::Busy => (2, 0, 0, None),
        Progress::Held => (3, 0, 0, None),
        Progress::Failed(failure) => (4, 0, 0, Some(failure)),
    };
    let failure =
        failure.map_or_else(|| js::null(env), |failure| api::failure_parts(env, failure))?;
    task.callback
        .call_once(&[number(status)?, number(left)?, number(all)?, failure])
}

/// `backupFinish(backup, whole)`: ends it; what is not whole is taken back.
pub fn finish(call: &Call<'_>) -> Result<sys::napi_value> {
    let backup = call.handle::<Backup>(0)?;
    backup.finish(call.int(1)? != 0);
    Ok(UNDEFINED)
}
