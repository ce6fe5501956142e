//! Single values between SQLite and JavaScript, for callbacks. Rows cross in batches, see `rows`.

use std::ffi::{c_int, c_uchar};
use std::ptr;

use napi_sys as sys;
use rusqlite::ffi;

use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::js;
use crate::rows::{self, Integers};

/// What SQLite may be given by a callback.
#[derive(Debug, Clone, PartialEq)]
pub enum Owned {
    /// NULL.
    Null,
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT, UTF-8.
    Text(Vec<u8>),
    /// BLOB.
    Blob(Vec<u8>),
}

/// Why a value of JavaScript cannot be given to SQLite: the builtin's words.
pub type Refusal = &'static str;

const TOO_LARGE: Refusal = "BigInt value is too large for SQLite";
const PROMISE: Refusal = "Asynchronous user-defined functions are not supported";
const OTHER: Refusal = "Returned JavaScript value cannot be converted to a SQLite value";

/// Makes a JavaScript value of an argument.
///
/// # Errors
/// [`Failure::OutOfRange`] for an integer that does not fit a number.
///
/// # Safety
/// `value` is an argument of a running callback of SQLite.
#[inline]
pub unsafe fn to_js(
    env: sys::napi_env,
    value: *mut ffi::sqlite3_value,
    integers: Integers,
) -> Result<sys::napi_value> {
    // SAFETY: promised by the caller; texts and blobs are copied before the next call.
    unsafe {
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => {
                let number = ffi::sqlite3_value_int64(value);
                if integers == Integers::BigInts {
                    js::bigint(env, number)
                } else if let Ok(small) = i32::try_from(number) {
                    js::int32(env, small)
                } else if rows::is_safe(number) {
                    #[allow(clippy::cast_precision_loss)] // exact within 2^53
                    js::double(env, number as f64)
                } else {
                    Err(rows::too_large(number))
                }
            }
            ffi::SQLITE_FLOAT => js::double(env, ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => {
                let text = ffi::sqlite3_value_text(value);
                if text.is_null() {
                    return Err(Failure::Resource("no memory for a text".to_owned()));
                }
                let len = ffi::sqlite3_value_bytes(value).unsigned_abs() as usize;
                js::text(env, std::slice::from_raw_parts(text, len))
            }
            ffi::SQLITE_BLOB => {
                let len = ffi::sqlite3_value_bytes(value).unsigned_abs() as usize;
                let blob = ffi::sqlite3_value_blob(value);
                if blob.is_null() {
                    js::bytes(env, &[])
                } else {
                    js::bytes(env, std::slice::from_raw_parts(blob.cast(), len))
                }
            }
            _ => js::null(env),
        }
    }
}

/// Reads a value that a callback gave. The inner error is for SQLite to report.
///
/// # Errors
/// [`Failure::Quiet`] when the env is ending.
#[allow(clippy::type_complexity)] // two kinds of error: ours, and SQLite's to report
pub fn from_js(
    state: &EnvState,
    value: sys::napi_value,
) -> Result<std::result::Result<Owned, Refusal>> {
    let env = state.raw();
    let mut kind = 0;
    // SAFETY: the out-parameter is a local.
    js::ok(unsafe { sys::napi_typeof(env, value, &raw mut kind) })?;
    Ok(match kind {
        sys::ValueType::napi_null | sys::ValueType::napi_undefined => Ok(Owned::Null),
        sys::ValueType::napi_number => {
            let mut number = 0.0;
            // SAFETY: the out-parameter is a local.
            js::ok(unsafe { sys::napi_get_value_double(env, value, &raw mut number) })?;
            Ok(Owned::Real(number))
        }
        sys::ValueType::napi_bigint => {
            let (mut number, mut lossless) = (0, false);
            // SAFETY: out-parameters are locals.
            js::ok(unsafe {
                sys::napi_get_value_bigint_int64(env, value, &raw mut number, &raw mut lossless)
            })?;
            if lossless {
                Ok(Owned::Integer(number))
            } else {
                Err(TOO_LARGE)
            }
        }
        sys::ValueType::napi_string => {
            let mut text = Vec::new();
            js::read_string(env, value, &mut text)?;
            Ok(Owned::Text(text))
        }
        sys::ValueType::napi_object => object(state, value)?,
        _ => Err(OTHER),
    })
}

fn object(state: &EnvState, value: sys::napi_value) -> Result<std::result::Result<Owned, Refusal>> {
    let env = state.raw();
    // SAFETY: the bytes are copied before JavaScript runs again.
    if let Ok(bytes) = unsafe { js::view_bytes(env, value) } {
        return Ok(Ok(Owned::Blob(bytes.to_vec())));
    }
    let mut promise = false;
    // SAFETY: the out-parameter is a local.
    js::ok(unsafe { sys::napi_is_promise(env, value, &raw mut promise) })?;
    if promise {
        return Ok(Err(PROMISE));
    }
    // Buffers without a view: older Node-API does not know shared ones, JavaScript does.
    let view = state.view_of(value)?;
    // SAFETY: as above.
    Ok(match unsafe { js::view_bytes(env, view) } {
        Ok([]) => Ok(Owned::Null),
        Ok(bytes) => Ok(Owned::Blob(bytes.to_vec())),
        Err(_) => Err(OTHER),
    })
}

/// Makes a value the result of a function. Numbers go the short way.
///
/// # Errors
/// [`Failure::Quiet`] when the env is ending.
///
/// # Safety
/// `context` is that of a running callback of SQLite.
#[inline]
pub unsafe fn set_result(
    state: &EnvState,
    context: *mut ffi::sqlite3_context,
    value: sys::napi_value,
) -> Result<()> {
    let mut number = 0.0;
    // SAFETY: the out-parameter is a local; another type gives a status.
    if unsafe { sys::napi_get_value_double(state.raw(), value, &raw mut number) }
        == sys::Status::napi_ok
    {
        // SAFETY: promised by the caller.
        unsafe { ffi::sqlite3_result_double(context, number) };
        return Ok(());
    }
    // SAFETY: SQLite copies the bytes before JavaScript runs again, and refuses too many of them.
    if let Ok(bytes) = unsafe { js::view_bytes(state.raw(), value) } {
        // SAFETY: promised by the caller.
        unsafe { give_blob(context, bytes) };
        return Ok(());
    }
    match from_js(state, value)? {
        // SAFETY: promised by the caller.
        Ok(value) => unsafe { give(context, &value) },
        // SAFETY: promised by the caller.
        Err(refusal) => unsafe { refuse(context, refusal) },
    }
    Ok(())
}

/// # Safety
/// `context` is that of a running callback of SQLite.
unsafe fn give_blob(context: *mut ffi::sqlite3_context, blob: &[u8]) {
    // SAFETY: promised by the caller. The pointer of an empty slice is not null, so that an empty
    // blob stays a blob.
    unsafe {
        ffi::sqlite3_result_blob64(
            context,
            blob.as_ptr().cast(),
            blob.len() as u64,
            ffi::SQLITE_TRANSIENT(),
        );
    }
}

/// Makes `value` the result; texts and blobs are copied.
///
/// # Safety
/// `context` is that of a running callback of SQLite.
pub unsafe fn give(context: *mut ffi::sqlite3_context, value: &Owned) {
    #[allow(clippy::cast_possible_truncation)] // the encoding's number is 1
    const UTF8: c_uchar = ffi::SQLITE_UTF8 as c_uchar;
    // SAFETY: promised by the caller; SQLite copies before it returns.
    unsafe {
        match value {
            Owned::Null => ffi::sqlite3_result_null(context),
            Owned::Integer(number) => ffi::sqlite3_result_int64(context, *number),
            Owned::Real(number) => ffi::sqlite3_result_double(context, *number),
            Owned::Text(text) => ffi::sqlite3_result_text64(
                context,
                text.as_ptr().cast(),
                text.len() as u64,
                ffi::SQLITE_TRANSIENT(),
                UTF8,
            ),
            Owned::Blob(blob) => give_blob(context, blob),
        }
    }
}

/// Makes an error the result.
///
/// # Safety
/// `context` is that of a running callback of SQLite.
pub unsafe fn refuse(context: *mut ffi::sqlite3_context, message: &str) {
    let len = c_int::try_from(message.len()).unwrap_or(0);
    // SAFETY: promised by the caller; the pointer and the length are those of `message`.
    unsafe { ffi::sqlite3_result_error(context, message.as_ptr().cast(), len) };
}

/// All arguments of a callback as JavaScript values; `first` comes before them.
///
/// # Errors
/// As [`to_js`].
///
/// # Safety
/// `count` and `values` are those of a running callback of SQLite.
#[inline]
pub unsafe fn arguments<T>(
    env: sys::napi_env,
    first: Option<sys::napi_value>,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
    integers: Integers,
    run: impl FnOnce(&[sys::napi_value]) -> Result<T>,
) -> Result<T> {
    /// Few functions take more; they get memory of their own.
    const SHORT: usize = 8;
    let lead = usize::from(first.is_some());
    let total = count.unsigned_abs() as usize + lead;
    let mut short = [ptr::null_mut(); SHORT];
    let mut long;
    let args: &mut [sys::napi_value] = if total <= SHORT {
        &mut short[..total]
    } else {
        long = vec![ptr::null_mut(); total];
        &mut long
    };
    if let Some(first) = first {
        args[0] = first;
    }
    for (at, arg) in args[lead..].iter_mut().enumerate() {
        // SAFETY: promised by the caller: `values` holds `count` values.
        *arg = unsafe { to_js(env, *values.add(at), integers) }?;
    }
    run(args)
}

/// A copy of a value that outlives the callback.
///
/// # Safety
/// `value` is an argument of a running callback of SQLite.
pub unsafe fn copy(value: *mut ffi::sqlite3_value) -> Owned {
    // SAFETY: promised by the caller; a null pointer stands for nothing to copy.
    unsafe {
        let bytes = |start: *const u8| {
            if start.is_null() {
                Vec::new()
            } else {
                let len = ffi::sqlite3_value_bytes(value).unsigned_abs() as usize;
                std::slice::from_raw_parts(start, len).to_vec()
            }
        };
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => Owned::Integer(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => Owned::Real(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => Owned::Text(bytes(ffi::sqlite3_value_text(value))),
            ffi::SQLITE_BLOB => Owned::Blob(bytes(ffi::sqlite3_value_blob(value).cast())),
            _ => Owned::Null,
        }
    }
}
