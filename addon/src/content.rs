//! A whole database as bytes, and extensions: what changes a connection as a whole.

use std::ffi::{CStr, c_char, c_int, c_uchar, c_void};
use std::ptr;

use napi_sys as sys;
use rusqlite::ffi;

use crate::api;
use crate::callback;
use crate::db::Db;
use crate::entry::{Call, UNDEFINED};
use crate::failure::{Failure, Result};
use crate::js;

/// `dbSerialize(db, name) -> Uint8Array`
pub fn serialize(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    api::with_string(call, 1, |name, _| {
        let mut len = 0;
        // SAFETY: the connection is open; the name ends with a NUL; the length is a local.
        let data = unsafe { ffi::sqlite3_serialize(raw, name.as_ptr(), &raw mut len, 0) };
        callback::after(db)?;
        if data.is_null() {
            // SQLite has said nothing of this: what it says of its last call is all there is.
            return match len {
                ..0 => Err(db.failure(ffi::SQLITE_ERROR)),
                0 => js::bytes(call.env(), &[]),
                1.. => Err(Failure::Resource(format!("no memory for {len} bytes"))),
            };
        }
        let len = usize::try_from(len).unwrap_or(0);
        // SAFETY: SQLite gave the start and the length; ours to free after it was copied.
        unsafe {
            let bytes = js::bytes(call.env(), std::slice::from_raw_parts(data, len));
            ffi::sqlite3_free(data.cast());
            bytes
        }
    })
}

/// Whether statements may all be ended now.
///
/// # Errors
/// Lifecycle, in a callback.
pub fn check_idle(db: &Db) -> Result<()> {
    if db.in_callback() {
        return Err(Failure::State(
            "database cannot be deserialized while in a callback",
        ));
    }
    Ok(())
}

/// `dbDeserialize(db, bytes, name)`: finalizes all statements first.
pub fn deserialize(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    check_idle(db)?;
    // SAFETY: the bytes are copied into memory of SQLite's before JavaScript runs again.
    let (data, len) = unsafe {
        let bytes = js::view_bytes(call.env(), call.arg(1))?;
        let data = ffi::sqlite3_malloc64(bytes.len() as u64).cast::<c_uchar>();
        if data.is_null() {
            return Err(Failure::Resource("Failed to allocate memory".to_owned()));
        }
        ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len());
        (data, bytes.len().cast_signed() as i64)
    };
    db.finalize_all();
    api::with_string(call, 2, |name, _| {
        let flags = ffi::SQLITE_DESERIALIZE_FREEONCLOSE | ffi::SQLITE_DESERIALIZE_RESIZEABLE;
        // SAFETY: SQLite frees the memory, now if this fails and else with the connection.
        let code = unsafe { ffi::sqlite3_deserialize(raw, name.as_ptr(), data, len, len, flags) };
        db.settle(code)
    })?;
    Ok(UNDEFINED)
}

/// `dbConfigure(db, setting, on)`: a switch of `sqlite3_db_config`.
pub fn configure(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    let setting = match call.int(1)? {
        0 => ffi::SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
        1 => ffi::SQLITE_DBCONFIG_DEFENSIVE,
        other => return Err(Failure::ArgType(format!("unknown setting {other}"))),
    };
    let on = c_int::from(call.int(2)? != 0);
    // SAFETY: these settings take an int and a pointer to one, or null.
    db.check(unsafe { ffi::sqlite3_db_config(raw, setting, on, ptr::null_mut::<c_int>()) })?;
    Ok(UNDEFINED)
}

/// `dbLoadExtension(db, path, entry | undefined) -> message | undefined`
pub fn load_extension(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    let load = |path: &CStr, entry: *const c_char| {
        let mut message: *mut c_char = ptr::null_mut();
        // SAFETY: the connection is open; the texts end with a NUL; the message is ours to free.
        unsafe {
            let code = ffi::sqlite3_load_extension(raw, path.as_ptr(), entry, &raw mut message);
            let text = if code == ffi::SQLITE_OK {
                Ok(UNDEFINED)
            } else {
                js::c_string(call.env(), message)
            };
            ffi::sqlite3_free(message.cast::<c_void>());
            text
        }
    };
    api::with_string(call, 1, |path, _| {
        if js::is_undefined(call.env(), call.arg(2))? {
            load(path, ptr::null())
        } else {
            let path = path.to_owned();
            api::with_string(call, 2, |entry, _| load(&path, entry.as_ptr()))
        }
    })
}
