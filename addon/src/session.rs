//! Sessions, and the changesets that they record (<https://sqlite.org/sessionintro.html>).

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;
use rusqlite::ffi;

use crate::api;
use crate::callback;
use crate::db::{Db, errstr};
use crate::entry::{Call, UNDEFINED};
use crate::failure::{Failure, Result};
use crate::function::shared;
use crate::handle::{self, Object};
use crate::hooks;
use crate::js;
use crate::usage::Counted;

/// A session, or a deleted one whose handle is still held.
#[repr(C)]
#[derive(Debug)]
pub struct Session {
    raw: Cell<*mut ffi::sqlite3_session>,
    db: Rc<Db>,
    /// Set while SQLite reads from it, when an authorizer may run.
    busy: Cell<bool>,
}

// SAFETY: `repr(C)`, the head is first, and the kind is no other type's.
unsafe impl Object for Session {
    const KIND: u32 = 0x7470_7365;
    const NAME: &'static str = "session";
    const COUNTED: Counted = Counted::Sessions;
}

impl Session {
    /// Deletes SQLite's session. Does nothing when deleted. Leaves the list of its connection to
    /// the caller when that empties it.
    pub fn delete(&self) {
        let raw = self.raw.replace(ptr::null_mut());
        if !raw.is_null() {
            // SAFETY: created and not deleted until now, and its connection is still there.
            unsafe { ffi::sqlite3session_delete(raw) };
        }
    }

    fn raw(&self) -> Result<*mut ffi::sqlite3_session> {
        let raw = self.raw.get();
        if raw.is_null() {
            Err(Failure::State("session is not open"))
        } else {
            self.db.steps().hold();
            Ok(raw)
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.db.release_session(self);
        self.db.steps().hold();
        self.delete();
    }
}

/// `dbSession(db, name, table | undefined) -> handle`
pub fn create(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let connection = db.raw()?;
    let mut raw = ptr::null_mut();
    api::with_string(call, 1, |name, _| {
        // SAFETY: the connection is open; the name ends with a NUL; the rest is a local.
        db.settle(unsafe { ffi::sqlite3session_create(connection, name.as_ptr(), &raw mut raw) })
    })?;
    let session = Rc::new(Session {
        raw: Cell::new(raw),
        db: shared(db),
        busy: Cell::new(false),
    });
    db.adopt_session(Rc::as_ptr(&session));
    let attach = |table: *const c_char| {
        // SAFETY: the session was just created; null stands for all tables.
        db.settle(unsafe { ffi::sqlite3session_attach(raw, table) })
    };
    if js::is_undefined(call.env(), call.arg(2))? {
        attach(ptr::null())?;
    } else {
        api::with_string(call, 2, |table, _| attach(table.as_ptr()))?;
    }
    handle::create(call.env(), session)
}

/// `sessionChanges(session, patchset) -> Uint8Array`
pub fn changes(call: &Call<'_>) -> Result<sys::napi_value> {
    let session = call.handle::<Session>(0)?;
    let raw = session.raw()?;
    let read = if call.int(1)? != 0 {
        ffi::sqlite3session_patchset
    } else {
        ffi::sqlite3session_changeset
    };
    let (mut len, mut data) = (0, ptr::null_mut());
    let before = session.busy.replace(true);
    let code = session.db.in_session(|| {
        // SAFETY: not deleted, and not deletable while busy; out-parameters are locals.
        unsafe { read(raw, &raw mut len, &raw mut data) }
    });
    session.busy.set(before);
    let outcome = session.db.settle(code).and_then(|()| {
        let bytes = if data.is_null() {
            &[]
        } else {
            // SAFETY: SQLite gave the start and the length.
            unsafe { std::slice::from_raw_parts(data.cast::<u8>(), len.unsigned_abs() as usize) }
        };
        js::bytes(call.env(), bytes)
    });
    // SAFETY: ours to free, after it was copied; null is fine.
    unsafe { ffi::sqlite3_free(data) };
    outcome
}

/// `sessionClose(session)`
pub fn close(call: &Call<'_>) -> Result<sys::napi_value> {
    let session = call.handle::<Session>(0)?;
    if session.busy.get() {
        return Err(Failure::State("session is currently in use"));
    }
    if session.db.in_callback() {
        return Err(Failure::State(
            "session cannot be closed while in a callback",
        ));
    }
    session.raw()?;
    session.db.release_session(session);
    session.delete();
    Ok(UNDEFINED)
}

/// What the callbacks of one application need.
struct Application<'a> {
    db: &'a Db,
    conflict: sys::napi_value,
    filter: sys::napi_value,
}

impl Application<'_> {
    /// Asks JavaScript, whose answer is always a 32-bit integer.
    fn ask(
        &self,
        function: sys::napi_value,
        argument: impl FnOnce(sys::napi_env) -> Result<sys::napi_value>,
    ) -> Option<c_int> {
        // What happens in this callback may happen here, and SQLite has ended these before.
        hooks::tell_all(self.db);
        callback::enter(self.db, |_| {
            let env = self.db.state().raw();
            let answer = callback::call(env, function, &[argument(env)?])?;
            js::read_i32(env, answer)
        })
    }
}

/// `dbApply(db, changeset, conflict, filter | undefined) -> result code`, of which 0 and
/// `SQLITE_ABORT` are no failure. The functions answer with integers.
pub fn apply(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    // SAFETY: the bytes are copied before JavaScript runs again.
    let mut changeset = unsafe { js::view_bytes(call.env(), call.arg(1)) }?.to_vec();
    let len = c_int::try_from(changeset.len()).map_err(|_| {
        Failure::Resource(format!(
            "a changeset of {} bytes is too long",
            changeset.len()
        ))
    })?;
    let filtered = !js::is_undefined(call.env(), call.arg(3))?;
    let application = Application {
        db,
        conflict: call.arg(2),
        filter: call.arg(3),
    };
    db.watched().start(db.in_callback());
    let run = || {
        // SAFETY: the bytes and what the callbacks need live through the call.
        unsafe {
            ffi::sqlite3changeset_apply(
                raw,
                len,
                changeset.as_mut_ptr().cast(),
                if filtered { Some(filter) } else { None },
                Some(conflict),
                ptr::from_ref(&application).cast_mut().cast(),
            )
        }
    };
    let code = db.watched().during(None, || db.in_session(run));
    callback::after(db)?;
    match code {
        ffi::SQLITE_OK | ffi::SQLITE_ABORT => js::int32(call.env(), code),
        // What the connection says of its last call may be about another one.
        code => Err(Failure::Sqlite {
            errcode: code,
            message: errstr(code),
            errstr: String::new(),
        }),
    }
}

unsafe extern "C" fn filter(data: *mut c_void, table: *const c_char) -> c_int {
    // SAFETY: what `apply` handed over; SQLite gives a name that ends with a NUL.
    let (application, table) = unsafe {
        (
            &*data.cast::<Application<'_>>(),
            CStr::from_ptr(table).to_bytes(),
        )
    };
    application
        .ask(application.filter, |env| js::text(env, table))
        .unwrap_or(0)
}

unsafe extern "C" fn conflict(
    data: *mut c_void,
    kind: c_int,
    _change: *mut ffi::sqlite3_changeset_iter,
) -> c_int {
    // SAFETY: what `apply` handed over.
    let application = unsafe { &*data.cast::<Application<'_>>() };
    application
        .ask(application.conflict, |env| js::int32(env, kind))
        .unwrap_or(ffi::SQLITE_CHANGESET_ABORT)
}
