//! The entry points, as `index.cjs` knows them: flat functions over handles.
//!
//! Each has its signature in its first line. None throws: a status other than 0 in the shared
//! buffer says that [`take_failure`] has something to tell.

use std::ffi::{CStr, CString, c_int};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;
use rusqlite::ffi;

use crate::affinity::ThreadKey;
use crate::backup;
use crate::callback;
use crate::code;
use crate::content;
use crate::db::{Db, OpenOptions};
use crate::entry::{self, Call, UNDEFINED};
use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::function;
use crate::handle;
use crate::hooks;
use crate::js;
use crate::layout;
use crate::rows::Integers;
use crate::session;
use crate::stmt::Stmt;
use crate::usage;
use crate::vfs;
use crate::vtab;
use crate::watch;

/// Makes a table of Node-API callbacks: name, body, how many arguments it looks at, and whether the
/// shared buffer must be there.
macro_rules! entry_points {
    ($($name:literal => $body:path, $arguments:literal, $needs_buffer:literal;)*) => {
        &[$((
            $name,
            {
                unsafe extern "C" fn callback(
                    env: sys::napi_env,
                    info: sys::napi_callback_info,
                ) -> sys::napi_value {
                    // SAFETY: `register` gives each callback its env's state as data.
                    unsafe { entry::run(env, info, $arguments, $needs_buffer, $body) }
                }
                callback
            },
        )),*]
    };
}

#[cfg(any(feature = "misuse", debug_assertions))]
pub(crate) use entry_points;

/// An entry point as Node-API calls it.
pub type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

const ENTRY_POINTS: &[(&CStr, Callback)] = entry_points! {
    c"init" => init, 5, false;
    c"code" => code::get, 1, false;
    c"keepCode" => code::keep, 2, true;
    c"takeFailure" => take_failure, 0, true;
    c"dbOpen" => db_open, 3, true;
    c"dbClose" => db_close, 1, true;
    c"dbExec" => db_exec, 2, true;
    c"dbPrepare" => db_prepare, 3, true;
    c"dbLocation" => db_location, 2, true;
    c"dbInTransaction" => db_in_transaction, 1, true;
    c"dbLimit" => db_limit, 3, true;
    c"dbFunction" => function::define, 5, true;
    c"dbAggregate" => function::define_aggregate, 5, true;
    c"dbModule" => vtab::create, 6, true;
    c"dbAuthorizer" => hooks::set_authorizer, 2, true;
    c"dbProfile" => hooks::set_profile, 2, true;
    c"dbToken" => watch::set_token, 2, true;
    c"dbSerialize" => content::serialize, 2, true;
    c"dbDeserialize" => content::deserialize, 3, true;
    c"dbConfigure" => content::configure, 3, true;
    c"dbLoadExtension" => content::load_extension, 3, true;
    c"dbInCallback" => db_in_callback, 1, true;
    c"dbSession" => session::create, 3, true;
    c"dbApply" => session::apply, 4, true;
    c"sessionChanges" => session::changes, 2, true;
    c"sessionClose" => session::close, 1, true;
    c"backupStart" => backup::start, 4, true;
    c"backupStep" => backup::step, 3, true;
    c"backupFinish" => backup::finish, 2, true;
    c"stmtRun" => stmt_run, 6, true;
    c"stmtGet" => stmt_get, 6, true;
    c"stmtAll" => stmt_all, 6, true;
    c"stmtMore" => stmt_more, 1, true;
    c"stmtStart" => stmt_start, 6, true;
    c"stmtNext" => stmt_next, 1, true;
    c"stmtReset" => stmt_reset, 1, true;
    c"stmtRewind" => stmt_rewind, 1, true;
    c"stmtIdle" => stmt_idle, 1, true;
    c"stmtFinalize" => stmt_finalize, 1, true;
    c"stmtBigInts" => stmt_bigints, 2, true;
    c"stmtDeadline" => stmt_deadline, 2, true;
    c"stmtStatus" => stmt_status, 3, true;
    c"stmtColumnNames" => stmt_column_names, 1, true;
    c"stmtColumns" => stmt_columns, 1, true;
    c"stmtParameterNames" => stmt_parameter_names, 1, true;
    c"stmtSql" => stmt_sql, 1, true;
    c"stmtExpandedSql" => stmt_expanded_sql, 1, true;
    c"sqliteVersion" => sqlite_version, 0, true;
    c"usage" => usage::get, 0, true;
};

/// Puts the entry points on `exports`, with a state of their own for this env.
///
/// # Errors
/// A sentence for the person who built or installed this binary.
pub fn register(env: sys::napi_env, exports: sys::napi_value) -> std::result::Result<(), String> {
    // SAFETY: takes nothing, gives a constant of the build.
    let threadsafe = unsafe { ffi::sqlite3_threadsafe() };
    if threadsafe != 2 {
        return Err(format!(
            "this build of @threadproof/sqlite has SQLITE_THREADSAFE={threadsafe} instead of 2: \
             build it inside its repository, whose .cargo/config.toml sets the flags of SQLite"
        ));
    }
    usage::configure();
    vfs::register()?;
    let quiet = |_: Failure| "the thread is ending".to_owned();
    let state = EnvState::install(env).map_err(quiet)?;
    let entry_points = ENTRY_POINTS.iter();
    #[cfg(any(feature = "misuse", debug_assertions))]
    let entry_points = entry_points.chain(crate::misuse::ENTRY_POINTS);
    for (name, callback) in entry_points {
        let mut function = ptr::null_mut();
        // SAFETY: the name ends with a NUL; the state outlives the functions, being held by the
        // env's instance data.
        js::ok(unsafe {
            sys::napi_create_function(
                env,
                name.as_ptr(),
                name.to_bytes().len().cast_signed(),
                Some(*callback),
                Rc::as_ptr(&state).cast_mut().cast(),
                &raw mut function,
            )
        })
        .map_err(quiet)?;
        // SAFETY: both values are in scope.
        js::ok(unsafe { sys::napi_set_named_property(env, exports, name.as_ptr(), function) })
            .map_err(quiet)?;
    }
    Ok(())
}

/// Reads a string argument and hands it over with its NUL, in memory of the env.
pub(crate) fn with_string<T>(
    call: &Call<'_>,
    index: usize,
    run: impl FnOnce(&CStr, &[u8]) -> Result<T>,
) -> Result<T> {
    let mut scratch = call.state.take_scratch();
    let outcome = js::read_string(call.env(), call.arg(index), &mut scratch).and_then(|()| {
        scratch.push(0);
        let text = CStr::from_bytes_until_nul(&scratch).expect("a NUL was just added");
        run(text, &scratch[..scratch.len() - 1])
    });
    call.state.give_scratch(scratch);
    outcome
}

/// Reads a path, which may be bytes that are no valid text.
pub(crate) fn with_path<T>(
    call: &Call<'_>,
    index: usize,
    run: impl FnOnce(&CStr) -> Result<T>,
) -> Result<T> {
    // SAFETY: the bytes are copied before JavaScript runs again.
    match unsafe { js::view_bytes(call.env(), call.arg(index)) } {
        Ok(bytes) => {
            let path = CString::new(bytes)
                .map_err(|_| Failure::ArgType("a path cannot hold a NUL".to_owned()))?;
            run(&path)
        }
        Err(_) => with_string(call, index, |path, _| run(path)),
    }
}

/// `init(arena, take, probe, threadName, view) -> layout version`
fn init(call: &Call<'_>) -> Result<sys::napi_value> {
    call.state
        .share(call.arg(0), call.arg(1), call.arg(2), call.arg(4))?;
    with_string(call, 3, |name, _| {
        ThreadKey::name_current(&name.to_string_lossy());
        Ok(())
    })?;
    js::int32(call.env(), layout::VERSION.cast_signed())
}

/// `takeFailure() -> [kind, message, errcode, errstr] | undefined`
fn take_failure(call: &Call<'_>) -> Result<sys::napi_value> {
    let Some(failure) = call.state.take_failure() else {
        return Ok(UNDEFINED);
    };
    failure_parts(call.env(), &failure)
}

/// A failure as `index.cjs` reads it: `[kind, message, errcode, errstr]`.
pub(crate) fn failure_parts(env: sys::napi_env, failure: &Failure) -> Result<sys::napi_value> {
    let parts = js::array(env, 4)?;
    js::set(env, parts, 0, js::int32(env, failure.kind())?)?;
    js::set(env, parts, 1, js::utf8(env, failure.message().as_bytes())?)?;
    if let Failure::Sqlite {
        errcode, errstr, ..
    } = failure
    {
        js::set(env, parts, 2, js::int32(env, *errcode)?)?;
        js::set(env, parts, 3, js::utf8(env, errstr.as_bytes())?)?;
    }
    Ok(parts)
}

/// `dbOpen(path, bits, timeout) -> handle`
fn db_open(call: &Call<'_>) -> Result<sys::napi_value> {
    let options = OpenOptions::from_bits(call.int(1)?, call.int(2)?);
    // SAFETY: the guard's state is the inside of an `Rc` that the instance data holds.
    let state = unsafe {
        Rc::increment_strong_count(ptr::from_ref(call.state));
        Rc::from_raw(ptr::from_ref(call.state))
    };
    let db = with_path(call, 0, |path| Db::open(&state, path, options))?;
    handle::create(call.env(), db)
}

/// `dbClose(db)`
fn db_close(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    db.raw()?;
    if db.in_callback() {
        return Err(Failure::State(
            "database cannot be closed while in a callback",
        ));
    }
    db.close();
    Ok(UNDEFINED)
}

/// `dbInCallback(db)`: fails in a callback, with what `deserialize` says then.
fn db_in_callback(call: &Call<'_>) -> Result<sys::napi_value> {
    content::check_idle(call.handle::<Db>(0)?).map(|()| UNDEFINED)
}

/// `dbExec(db, sql)`
fn db_exec(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    with_string(call, 1, |sql, _| db.exec(sql)).map(|()| UNDEFINED)
}

/// `dbPrepare(db, sql, how) -> handle | undefined`, and in the buffer: parameters, columns,
/// whether any parameter has a name.
fn db_prepare(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let db = function::shared(db);
    let how = call.int(2)?;
    let prepared = with_string(call, 1, |sql, _| Stmt::prepare(&db, sql, how))?;
    let Some(stmt) = prepared else {
        return Ok(UNDEFINED);
    };
    let raw = stmt.raw()?;
    let parameters = stmt.parameters();
    // SAFETY: just prepared.
    let (named, columns) = unsafe {
        (
            (1..=parameters).any(|at| !ffi::sqlite3_bind_parameter_name(raw, at).is_null()),
            ffi::sqlite3_column_count(raw),
        )
    };
    call.put_i32(layout::ROWS, parameters);
    call.put_i32(layout::COLUMNS, columns);
    call.put_i32(layout::FLAGS, if named { layout::NAMED } else { 0 });
    let (handle, watch) = handle::create_watched(call.env(), Rc::clone(&stmt))?;
    stmt.watch_handle(watch);
    Ok(handle)
}

/// `dbLocation(db, name) -> string | null`
fn db_location(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    with_string(call, 1, |name, _| {
        // SAFETY: the connection is open; the name lives until it is copied.
        unsafe {
            let path = ffi::sqlite3_db_filename(raw, name.as_ptr());
            if path.is_null() || *path == 0 {
                js::null(call.env())
            } else {
                js::c_string(call.env(), path)
            }
        }
    })
}

/// `dbInTransaction(db) -> boolean`
fn db_in_transaction(call: &Call<'_>) -> Result<sys::napi_value> {
    let open = call.handle::<Db>(0)?.in_transaction()?;
    js::boolean(call.env(), open)
}

/// `dbLimit(db, id, value) -> previous value`; a negative value only reads.
fn db_limit(call: &Call<'_>) -> Result<sys::napi_value> {
    let raw = call.handle::<Db>(0)?.raw()?;
    let (id, value) = (call.int(1)?, call.int(2)?);
    // SAFETY: the connection is open; an unknown id gives -1.
    js::int32(call.env(), unsafe { ffi::sqlite3_limit(raw, id, value) })
}

/// `stmtRun(stmt, count, …values)`, and in the buffer: changes and rowid.
fn stmt_run(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.run(call)
}

/// `stmtGet(stmt, count, …values) -> first entry of the side array`, and in the buffer: 0 or 1 row.
fn stmt_get(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.get(call)
}

/// `stmtAll(stmt, count, …values)`, likewise; more rows follow until the flag `DONE`.
fn stmt_all(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.all(call)
}

/// `stmtMore(stmt)`, likewise.
fn stmt_more(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.more(call)
}

/// `stmtStart(stmt, count, …values)`: binds, reads nothing.
fn stmt_start(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.start(call)
}

/// `stmtNext(stmt)`: like `stmtGet`, but stays where it is.
fn stmt_next(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.next(call)
}

/// `stmtReset(stmt)`: gives locks back.
fn stmt_reset(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.stop().map(|()| UNDEFINED)
}

/// `stmtRewind(stmt)`: the same before an execution, which says how the one before ended.
fn stmt_rewind(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.rewind().map(|()| UNDEFINED)
}

/// `stmtIdle(stmt)`: fails when finalized or being executed.
fn stmt_idle(call: &Call<'_>) -> Result<sys::napi_value> {
    call.handle::<Stmt>(0)?.idle().map(|_| UNDEFINED)
}

/// `stmtFinalize(stmt)`
fn stmt_finalize(call: &Call<'_>) -> Result<sys::napi_value> {
    let stmt = call.handle::<Stmt>(0)?;
    stmt.free()?;
    stmt.finalize();
    callback::after(stmt.db())?;
    Ok(UNDEFINED)
}

/// `stmtDeadline(stmt, milliseconds)`: how long an execution may take; negative for ever.
fn stmt_deadline(call: &Call<'_>) -> Result<sys::napi_value> {
    let stmt = call.handle::<Stmt>(0)?;
    stmt.raw()?;
    stmt.set_deadline(u32::try_from(call.int(1)?).ok());
    Ok(UNDEFINED)
}

/// `stmtStatus(stmt, counter, reset) -> number`
fn stmt_status(call: &Call<'_>) -> Result<sys::napi_value> {
    let raw = call.handle::<Stmt>(0)?.raw()?;
    let (counter, reset) = (call.int(1)?, call.int(2)?);
    // SAFETY: not finalized; an unknown counter reads as 0.
    js::int32(call.env(), unsafe {
        ffi::sqlite3_stmt_status(raw, counter, reset)
    })
}

/// `stmtBigInts(stmt, on)`
fn stmt_bigints(call: &Call<'_>) -> Result<sys::napi_value> {
    let stmt = call.handle::<Stmt>(0)?;
    stmt.raw()?;
    stmt.set_integers(if call.int(1)? != 0 {
        Integers::BigInts
    } else {
        Integers::Numbers
    });
    Ok(UNDEFINED)
}

/// `stmtColumnNames(stmt) -> [string]`; an empty array on a finalized statement is an error.
fn stmt_column_names(call: &Call<'_>) -> Result<sys::napi_value> {
    let env = call.env();
    let raw = call.handle::<Stmt>(0)?.raw()?;
    // SAFETY: not finalized.
    let count = unsafe { ffi::sqlite3_column_count(raw) };
    let names = js::array(env, count.unsigned_abs() as usize)?;
    for at in 0..count {
        // SAFETY: SQLite keeps the name until the next call on the statement.
        let name = unsafe { js::c_string(env, ffi::sqlite3_column_name(raw, at)) }?;
        js::set(env, names, at.unsigned_abs(), name)?;
    }
    Ok(names)
}

/// `stmtColumns(stmt) -> [column, database, name, table, type, …]`, five for each column.
fn stmt_columns(call: &Call<'_>) -> Result<sys::napi_value> {
    type Part = unsafe extern "C" fn(*mut ffi::sqlite3_stmt, c_int) -> *const std::ffi::c_char;
    const PARTS: [Part; 5] = [
        ffi::sqlite3_column_origin_name,
        ffi::sqlite3_column_database_name,
        ffi::sqlite3_column_name,
        ffi::sqlite3_column_table_name,
        ffi::sqlite3_column_decltype,
    ];
    let env = call.env();
    let raw = call.handle::<Stmt>(0)?.raw()?;
    // SAFETY: not finalized.
    let count = unsafe { ffi::sqlite3_column_count(raw) };
    let parts = js::array(env, count.unsigned_abs() as usize * PARTS.len())?;
    let mut index = 0;
    for at in 0..count {
        for part in PARTS {
            // SAFETY: SQLite keeps the text until the next call on the statement.
            let text = unsafe { js::c_string(env, part(raw, at)) }?;
            js::set(env, parts, index, text)?;
            index += 1;
        }
    }
    Ok(parts)
}

/// `stmtParameterNames(stmt) -> [string | null]`, with their prefixes.
fn stmt_parameter_names(call: &Call<'_>) -> Result<sys::napi_value> {
    let env = call.env();
    let stmt = call.handle::<Stmt>(0)?;
    let raw = stmt.raw()?;
    let names = js::array(env, stmt.parameters().unsigned_abs() as usize)?;
    for at in 1..=stmt.parameters() {
        // SAFETY: SQLite keeps the name as long as the statement.
        let name = unsafe { js::c_string(env, ffi::sqlite3_bind_parameter_name(raw, at)) }?;
        js::set(env, names, at.unsigned_abs() - 1, name)?;
    }
    Ok(names)
}

/// `stmtSql(stmt) -> string`
fn stmt_sql(call: &Call<'_>) -> Result<sys::napi_value> {
    let raw = call.handle::<Stmt>(0)?.raw()?;
    // SAFETY: SQLite keeps the text as long as the statement.
    unsafe { js::c_string(call.env(), ffi::sqlite3_sql(raw)) }
}

/// `stmtExpandedSql(stmt) -> string | null`, null when SQLite has no memory or its limit is hit.
fn stmt_expanded_sql(call: &Call<'_>) -> Result<sys::napi_value> {
    let raw = call.handle::<Stmt>(0)?.raw()?;
    // SAFETY: not finalized; the text is ours to free, after it was copied.
    unsafe {
        let text = ffi::sqlite3_expanded_sql(raw);
        let value = js::c_string(call.env(), text);
        ffi::sqlite3_free(text.cast());
        value
    }
}

/// `sqliteVersion() -> string`
fn sqlite_version(call: &Call<'_>) -> Result<sys::napi_value> {
    // SAFETY: a static string.
    unsafe { js::c_string(call.env(), ffi::sqlite3_libversion()) }
}
