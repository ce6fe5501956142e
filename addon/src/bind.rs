//! Parameters: from the shared buffer, and from arguments, into a statement.
//!
//! Arguments of the entry points that bind: handle, count, then up to four values. Numbers, bigints
//! and booleans cross in the shared buffer (see [`crate::layout`]); texts and blobs are the values,
//! in order. More than four cross as one array, and so do all values when there are more than
//! [`layout::MAX_PARAMS`].

// The shared buffer is an ArrayBuffer, which starts on a multiple of 8, and so do its slots.
#![allow(clippy::cast_ptr_alignment)]

use std::ffi::c_int;

use napi_sys as sys;
use rusqlite::ffi;

use crate::entry::Call;
use crate::failure::{Failure, Result};
use crate::js;
use crate::layout::{self, param};
use crate::stmt::Stmt;

/// Set in the count: the first value is an array of the texts and blobs.
const EXTRAS_IN_ARRAY: i32 = 1 << 16;
/// Set in the count: the first value is an array of all values, and the buffer holds none.
const ALL_IN_ARRAY: i32 = 1 << 17;

/// Position of the first value among the arguments.
const FIRST_VALUE: usize = 2;

/// Binds all parameters of a call. Those that are not given become NULL.
///
/// # Errors
/// SQLite's (too long, too many); [`Failure::ArgType`] for a value that the JavaScript layer should
/// not have let through.
pub fn all(stmt: &Stmt, call: &Call<'_>) -> Result<()> {
    let word = call.int(1)?;
    let count = word & 0xffff;
    let raw = stmt.raw()?;
    if count < stmt.parameters() {
        // SAFETY: not finalized.
        unsafe { ffi::sqlite3_clear_bindings(raw) };
    }
    if count == 0 {
        return Ok(());
    }
    let mut scratch = call.state.take_scratch();
    let bound = if word & ALL_IN_ARRAY != 0 {
        from_array(stmt, call, count, &mut scratch)
    } else {
        from_buffer(stmt, call, count, word & EXTRAS_IN_ARRAY != 0, &mut scratch)
    };
    call.state.give_scratch(scratch);
    bound
}

fn from_buffer(
    stmt: &Stmt,
    call: &Call<'_>,
    count: c_int,
    in_array: bool,
    scratch: &mut Vec<u8>,
) -> Result<()> {
    let raw = stmt.raw()?;
    let mut extras = 0u32;
    let mut next_extra = || {
        let at = extras;
        extras += 1;
        if in_array {
            element(call, at)
        } else if FIRST_VALUE + at as usize > 5 {
            Err(Failure::ArgType(
                "too many values beside the buffer".to_owned(),
            ))
        } else {
            Ok(call.arg(FIRST_VALUE + at as usize))
        }
    };
    for index in 0..count.unsigned_abs() as usize {
        if index >= layout::MAX_PARAMS {
            return Err(Failure::ArgType("too many values in the buffer".to_owned()));
        }
        let at = c_int::try_from(index + 1).expect("the buffer holds 64 values");
        // SAFETY: the buffer is there (the guard checked) and holds `MAX_PARAMS` tags and values.
        let (tag, slot) = unsafe {
            let arena = call.state.arena();
            (
                arena.add(layout::PARAM_TAGS + index).read(),
                arena.add(layout::PARAM_VALUES + 8 * index),
            )
        };
        // SAFETY: not finalized; a slot is eight aligned bytes.
        let code = unsafe {
            match tag {
                param::NULL => ffi::sqlite3_bind_null(raw, at),
                param::NUMBER => ffi::sqlite3_bind_double(raw, at, slot.cast::<f64>().read()),
                param::BIGINT => ffi::sqlite3_bind_int64(raw, at, slot.cast::<i64>().read()),
                param::BOOL => {
                    ffi::sqlite3_bind_int(raw, at, c_int::from(slot.cast::<f64>().read() != 0.0))
                }
                param::TEXT => text(call.env(), raw, at, next_extra()?, scratch)?,
                param::BLOB => blob(call.env(), raw, at, next_extra()?)?,
                tag => return Err(Failure::ArgType(format!("unknown parameter tag {tag}"))),
            }
        };
        stmt.db().check(code)?;
    }
    Ok(())
}

fn from_array(stmt: &Stmt, call: &Call<'_>, count: c_int, scratch: &mut Vec<u8>) -> Result<()> {
    let raw = stmt.raw()?;
    let env = call.env();
    for at in 1..=count {
        let value = element(call, at.unsigned_abs() - 1)?;
        let mut kind = 0;
        // SAFETY: the out-parameter is a local.
        js::ok(unsafe { sys::napi_typeof(env, value, &raw mut kind) })?;
        // SAFETY: not finalized; out-parameters are locals.
        let code = unsafe {
            match kind {
                sys::ValueType::napi_number => {
                    let mut number = 0.0;
                    js::ok(sys::napi_get_value_double(env, value, &raw mut number))?;
                    ffi::sqlite3_bind_double(raw, at, number)
                }
                sys::ValueType::napi_bigint => {
                    let (mut number, mut lossless) = (0, false);
                    js::ok(sys::napi_get_value_bigint_int64(
                        env,
                        value,
                        &raw mut number,
                        &raw mut lossless,
                    ))?;
                    ffi::sqlite3_bind_int64(raw, at, number)
                }
                sys::ValueType::napi_boolean => {
                    let mut truth = false;
                    js::ok(sys::napi_get_value_bool(env, value, &raw mut truth))?;
                    ffi::sqlite3_bind_int(raw, at, c_int::from(truth))
                }
                sys::ValueType::napi_string => text(env, raw, at, value, scratch)?,
                sys::ValueType::napi_object => blob(env, raw, at, value)?,
                _ => ffi::sqlite3_bind_null(raw, at),
            }
        };
        stmt.db().check(code)?;
    }
    Ok(())
}

fn element(call: &Call<'_>, index: u32) -> Result<sys::napi_value> {
    js::element(call.env(), call.arg(FIRST_VALUE), index)
}

/// Binds a copy of a string. SQLite refuses what is longer than its limit.
fn text(
    env: sys::napi_env,
    raw: *mut ffi::sqlite3_stmt,
    at: c_int,
    value: sys::napi_value,
    scratch: &mut Vec<u8>,
) -> Result<c_int> {
    js::read_string(env, value, scratch)?;
    #[allow(clippy::cast_possible_truncation)] // the encoding's number is 1
    let encoding = ffi::SQLITE_UTF8 as u8;
    // SAFETY: SQLite copies the text before it returns.
    Ok(unsafe {
        ffi::sqlite3_bind_text64(
            raw,
            at,
            scratch.as_ptr().cast(),
            scratch.len() as u64,
            ffi::SQLITE_TRANSIENT(),
            encoding,
        )
    })
}

/// Binds a copy of a view's bytes.
fn blob(
    env: sys::napi_env,
    raw: *mut ffi::sqlite3_stmt,
    at: c_int,
    value: sys::napi_value,
) -> Result<c_int> {
    // SAFETY: the bytes are copied by SQLite before JavaScript runs again. An empty slice's pointer
    // is not null, so that an empty blob stays a blob.
    Ok(unsafe {
        let bytes = js::view_bytes(env, value)?;
        ffi::sqlite3_bind_blob64(
            raw,
            at,
            bytes.as_ptr().cast(),
            bytes.len() as u64,
            ffi::SQLITE_TRANSIENT(),
        )
    })
}
