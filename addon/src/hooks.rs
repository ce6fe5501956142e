//! What SQLite asks or tells about every statement of a connection: authorizer and profile.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;
use rusqlite::ffi;

use crate::callback::{self, Callback};
use crate::db::Db;
use crate::entry::{Call, UNDEFINED};
use crate::failure::Result;
use crate::js;

/// A statement that ended.
#[derive(Debug)]
pub struct Report {
    sql: Vec<u8>,
    nanoseconds: i64,
}

/// Hands one to JavaScript. Failures of subscribers are Node's to report.
fn tell(db: &Db, report: &Report) {
    let _ = callback::enter(db, |scope| {
        let env = db.state().raw();
        // A count of its own: the function may replace itself.
        let Some(function) = db.profiler().borrow().clone() else {
            return Ok(());
        };
        #[allow(clippy::cast_precision_loss)] // durations below 104 days are exact
        let duration = js::double(env, report.nanoseconds as f64)?;
        let sql = js::text(env, &report.sql)?;
        function.call(scope, &[sql, duration]).map(|_| ())
    });
}

/// Hands over the reports of statements that SQLite ran for another one, when it has returned: a
/// subscriber may do to the connection what SQLite would not survive in the middle of its work, such
/// as a rollback while a full-text index is being written.
pub fn tell_all(db: &Db) {
    // One after the other: a subscriber may cause more.
    while let Some(reports) = Some(db.reports().take()).filter(|reports| !reports.is_empty()) {
        for report in &reports {
            tell(db, report);
        }
    }
}

/// The function of an argument, or none for `undefined`.
fn optional(call: &Call<'_>, db: &Db, index: usize) -> Result<Option<Rc<Callback>>> {
    if js::is_undefined(call.env(), call.arg(index))? {
        Ok(None)
    } else {
        Callback::new(db.state(), call.arg(index)).map(|function| Some(Rc::new(function)))
    }
}

/// `dbAuthorizer(db, function | undefined)`: the function gets a code and four strings or nulls,
/// and answers with `SQLITE_OK`, `SQLITE_DENY` or `SQLITE_IGNORE`.
pub fn set_authorizer(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    let function = optional(call, db, 1)?;
    let hook = function.as_ref().map(|_| authorize as _);
    db.authorizer().replace(function);
    // SAFETY: the connection is open; the argument lives as long as it is.
    db.settle(unsafe {
        ffi::sqlite3_set_authorizer(raw, hook, ptr::from_ref(db).cast_mut().cast())
    })?;
    Ok(UNDEFINED)
}

unsafe extern "C" fn authorize(
    data: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    database: *const c_char,
    trigger: *const c_char,
) -> c_int {
    // SAFETY: the connection that registered it, which is being used and so alive.
    let db = unsafe { &*data.cast::<Db>() };
    if db.is_muted() {
        // SQLite prepares nothing of its own while objects are ended.
        return ffi::SQLITE_OK;
    }
    callback::enter(db, |scope| {
        let env = db.state().raw();
        // A count of its own: the function may replace itself.
        let Some(function) = db.authorizer().borrow().clone() else {
            return Ok(ffi::SQLITE_OK);
        };
        let mut args = [js::int32(env, action)?; 5];
        for (arg, text) in args[1..].iter_mut().zip([first, second, database, trigger]) {
            // SAFETY: SQLite gives null or a text that ends with a NUL.
            *arg = unsafe { js::c_string(env, text) }?;
        }
        let answer = js::read_i32(env, function.call(scope, &args)?)?;
        // What SQLite would not survive is denied instead.
        let deadly = || match action {
            // VACUUM attaches a database while it runs, and SQLite crashes when that is ignored.
            ffi::SQLITE_ATTACH => is_vacuum(db.top()),
            // SAFETY: null or a text that ends with a NUL.
            ffi::SQLITE_PRAGMA => db.looks_at_tables() && unsafe { is_table_info(first) },
            // Sessions take values of new columns from one, and go on without if there is no row.
            ffi::SQLITE_SELECT => db.looks_at_tables() && db.is_at_work(),
            _ => false,
        };
        Ok(if answer == ffi::SQLITE_IGNORE && deadly() {
            ffi::SQLITE_DENY
        } else {
            answer
        })
    })
    .unwrap_or(ffi::SQLITE_DENY)
}

/// Whether a pragma is the one by which sessions learn the columns of a table. They run it twice, each time
/// with a question, first to see how much memory they need: if only the first is ignored, they
/// write beyond it.
///
/// # Safety
/// The name is null or a text that ends with a NUL.
unsafe fn is_table_info(name: *const c_char) -> bool {
    // SAFETY: promised by the caller.
    !name.is_null()
        && unsafe { CStr::from_ptr(name) }
            .to_bytes()
            .eq_ignore_ascii_case(b"table_xinfo")
}

/// Whether a statement, if there is one, can be `VACUUM`.
fn is_vacuum(statement: *mut ffi::sqlite3_stmt) -> bool {
    // SAFETY: null or the statement that is being run; SQLite keeps its text as long as itself.
    let sql = unsafe {
        let sql = ffi::sqlite3_sql(statement);
        if sql.is_null() {
            return false;
        }
        CStr::from_ptr(sql).to_bytes()
    };
    let word = b"vacuum";
    sql.windows(word.len())
        .any(|part| part.eq_ignore_ascii_case(word))
}

/// `dbProfile(db, function | undefined)`: the function gets the SQL and the duration in
/// nanoseconds of each statement that ended, when it ended.
pub fn set_profile(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    let function = optional(call, db, 1)?;
    db.will_speak();
    let events = if function.is_some() {
        ffi::SQLITE_TRACE_PROFILE
    } else {
        0
    };
    db.profiler().replace(function);
    // SAFETY: the connection is open; the argument lives as long as it is.
    db.check(unsafe {
        ffi::sqlite3_trace_v2(
            raw,
            events,
            Some(profile),
            ptr::from_ref(db).cast_mut().cast(),
        )
    })?;
    Ok(UNDEFINED)
}

unsafe extern "C" fn profile(
    _event: c_uint,
    data: *mut c_void,
    statement: *mut c_void,
    nanoseconds: *mut c_void,
) -> c_int {
    // SAFETY: the connection that registered it, which is being used and so alive; SQLite gives a
    // statement and a 64-bit integer with this event.
    let (db, statement, nanoseconds) = unsafe {
        (
            &*data.cast::<Db>(),
            statement.cast::<ffi::sqlite3_stmt>(),
            nanoseconds.cast::<i64>().read(),
        )
    };
    if db.is_freeing() || db.is_muted() {
        return 0;
    }
    // SAFETY: the expanded text is ours to free after it was copied; it may exceed a limit, and then
    // the text as it was prepared serves, which lives as long as the statement.
    let sql = unsafe {
        let expanded = ffi::sqlite3_expanded_sql(statement);
        let sql = if expanded.is_null() {
            ffi::sqlite3_sql(statement).cast()
        } else {
            expanded.cast_const()
        };
        let copy = if sql.is_null() {
            Vec::new()
        } else {
            CStr::from_ptr(sql).to_bytes().to_vec()
        };
        ffi::sqlite3_free(expanded.cast());
        copy
    };
    let report = Report { sql, nanoseconds };
    if ptr::eq(db.top(), statement) {
        // It has ended, and with it whatever ran for it.
        tell_all(db);
        tell(db, &report);
    } else {
        db.reports().borrow_mut().push(report);
    }
    0
}
