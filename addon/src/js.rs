//! The few Node-API calls that the entry points need, each with its status checked.
//!
//! During the teardown of a worker any call may fail; then the answer is [`Failure::Quiet`], and
//! the entry point returns without a word.

use std::ffi::c_void;
use std::ptr;

use napi_sys as sys;

use crate::failure::{Failure, Result};

/// Turns a status into a result: everything but `napi_ok` means that nothing more can be done.
#[inline]
pub fn ok(status: sys::napi_status) -> Result<()> {
    if status == sys::Status::napi_ok {
        Ok(())
    } else {
        Err(Failure::Quiet)
    }
}

/// Reads a string as UTF-8 into `buf`, lone surrogates as U+FFFD, embedded NULs kept. One NUL
/// stands behind the text, outside of `buf`'s length.
///
/// # Errors
/// [`Failure::ArgType`] when the value is no string.
pub fn read_string(env: sys::napi_env, value: sys::napi_value, buf: &mut Vec<u8>) -> Result<()> {
    buf.clear();
    if buf.capacity() < 1024 {
        buf.reserve(1024);
    }
    loop {
        let capacity = buf.capacity();
        let mut written = 0;
        // SAFETY: `buf` owns `capacity` bytes, and Node-API writes at most that many with its NUL.
        let status = unsafe {
            sys::napi_get_value_string_utf8(
                env,
                value,
                buf.as_mut_ptr().cast(),
                capacity,
                &raw mut written,
            )
        };
        if status == sys::Status::napi_string_expected {
            return Err(Failure::ArgType("a string was expected".to_owned()));
        }
        ok(status)?;
        // A character never starts that does not fit: up to three bytes may stay empty.
        if written + 4 < capacity {
            // SAFETY: Node-API wrote `written` bytes, and a NUL behind them.
            unsafe { buf.set_len(written) };
            return Ok(());
        }
        let mut length = 0;
        // SAFETY: with no buffer, only the length is asked.
        ok(unsafe {
            sys::napi_get_value_string_utf8(env, value, ptr::null_mut(), 0, &raw mut length)
        })?;
        buf.try_reserve_exact(length + 8)
            .map_err(|_| Failure::Resource(format!("no memory for a text of {length} bytes")))?;
    }
}

/// Makes a string of Latin-1 text (ASCII here).
pub fn latin1(env: sys::napi_env, text: &[u8]) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the pointer and the length are those of `text`.
    let status = unsafe {
        sys::napi_create_string_latin1(
            env,
            text.as_ptr().cast(),
            length(text.len()),
            &raw mut value,
        )
    };
    string_made(status, text.len()).map(|()| value)
}

/// Makes a string of UTF-8 text; what is not valid becomes U+FFFD.
pub fn utf8(env: sys::napi_env, text: &[u8]) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the pointer and the length are those of `text`.
    let status = unsafe {
        sys::napi_create_string_utf8(
            env,
            text.as_ptr().cast(),
            length(text.len()),
            &raw mut value,
        )
    };
    string_made(status, text.len()).map(|()| value)
}

/// Makes a string of text that is likely ASCII; what is not valid UTF-8 becomes U+FFFD.
#[inline]
pub fn text(env: sys::napi_env, text: &[u8]) -> Result<sys::napi_value> {
    if text.is_ascii() {
        latin1(env, text)
    } else {
        utf8(env, text)
    }
}

/// Makes a string of UTF-16 units.
pub fn utf16(env: sys::napi_env, text: &[u16]) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the pointer and the length are those of `text`.
    let status = unsafe {
        sys::napi_create_string_utf16(env, text.as_ptr(), length(text.len()), &raw mut value)
    };
    string_made(status, text.len()).map(|()| value)
}

/// Lengths are `isize` in Node-API; a slice is never longer.
#[inline]
fn length(len: usize) -> isize {
    len.cast_signed()
}

/// Nearly all failures mean that the thread is ending; those of huge values mean no memory.
fn large(failure: Failure, what: &str, bytes: usize) -> Failure {
    const HUGE: usize = 1 << 28;
    if bytes < HUGE {
        failure
    } else {
        Failure::Resource(format!("no memory for a {what} of {bytes} bytes"))
    }
}

/// V8 has a longest string (2^29 - 24 units); SQLite's texts may be longer.
fn string_made(status: sys::napi_status, bytes: usize) -> Result<()> {
    const V8_LONGEST: usize = (1 << 29) - 24;
    if status == sys::Status::napi_ok {
        Ok(())
    } else if bytes > V8_LONGEST {
        Err(Failure::Resource(format!(
            "a text of {bytes} bytes is longer than JavaScript strings can be ({V8_LONGEST})"
        )))
    } else {
        Err(Failure::Quiet)
    }
}

/// Makes a `Uint8Array` with a copy of `bytes` as its whole buffer.
pub fn bytes(env: sys::napi_env, bytes: &[u8]) -> Result<sys::napi_value> {
    let mut data: *mut c_void = ptr::null_mut();
    let mut buffer = ptr::null_mut();
    // SAFETY: out-parameters are locals; V8 owns the new buffer of `bytes.len()` bytes.
    let status =
        unsafe { sys::napi_create_arraybuffer(env, bytes.len(), &raw mut data, &raw mut buffer) };
    ok(status).map_err(|failure| large(failure, "blob", bytes.len()))?;
    if !data.is_null() {
        // SAFETY: `data` is the fresh buffer of exactly this length.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast::<u8>(), bytes.len()) };
    }
    let mut array = ptr::null_mut();
    // SAFETY: `buffer` was made above and holds `bytes.len()` bytes.
    ok(unsafe {
        sys::napi_create_typedarray(
            env,
            sys::TypedarrayType::uint8_array,
            bytes.len(),
            buffer,
            0,
            &raw mut array,
        )
    })?;
    Ok(array)
}

/// Makes an empty array.
pub fn array(env: sys::napi_env, len: usize) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_create_array_with_length(env, len, &raw mut value) })?;
    Ok(value)
}

/// Sets one element of an array.
pub fn set(
    env: sys::napi_env,
    array: sys::napi_value,
    index: u32,
    value: sys::napi_value,
) -> Result<()> {
    // SAFETY: both values are of this env and in scope.
    ok(unsafe { sys::napi_set_element(env, array, index, value) })
}

/// Reads one element of an array. User code may run, if the array is a user's.
pub fn element(env: sys::napi_env, array: sys::napi_value, index: u32) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the value is in scope; the out-parameter is a local.
    ok(unsafe { sys::napi_get_element(env, array, index, &raw mut value) })?;
    Ok(value)
}

/// Makes a number.
pub fn int32(env: sys::napi_env, number: i32) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_create_int32(env, number, &raw mut value) })?;
    Ok(value)
}

/// Makes a number.
pub fn double(env: sys::napi_env, number: f64) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_create_double(env, number, &raw mut value) })?;
    Ok(value)
}

/// Makes a bigint.
pub fn bigint(env: sys::napi_env, number: i64) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_create_bigint_int64(env, number, &raw mut value) })?;
    Ok(value)
}

/// Makes `undefined`.
pub fn undefined(env: sys::napi_env) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_get_undefined(env, &raw mut value) })?;
    Ok(value)
}

/// Whether a value is `undefined`.
pub fn is_undefined(env: sys::napi_env, value: sys::napi_value) -> Result<bool> {
    let mut kind = 0;
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_typeof(env, value, &raw mut kind) })?;
    Ok(kind == sys::ValueType::napi_undefined)
}

/// Makes a boolean.
pub fn boolean(env: sys::napi_env, truth: bool) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_get_boolean(env, truth, &raw mut value) })?;
    Ok(value)
}

/// Makes `null`.
pub fn null(env: sys::napi_env) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    ok(unsafe { sys::napi_get_null(env, &raw mut value) })?;
    Ok(value)
}

/// Makes a string of what SQLite gave, or `null` for a null pointer.
///
/// # Safety
/// `text` is null or a NUL-terminated string that lives through the call.
pub unsafe fn c_string(
    env: sys::napi_env,
    text: *const std::ffi::c_char,
) -> Result<sys::napi_value> {
    if text.is_null() {
        return null(env);
    }
    // SAFETY: promised by the caller.
    utf8(env, unsafe { std::ffi::CStr::from_ptr(text) }.to_bytes())
}

/// Reads a 32-bit integer.
#[inline]
pub fn read_i32(env: sys::napi_env, value: sys::napi_value) -> Result<i32> {
    let mut number = 0;
    // SAFETY: the out-parameter is a local; a value of another type gives `napi_number_expected`.
    if unsafe { sys::napi_get_value_int32(env, value, &raw mut number) } == sys::Status::napi_ok {
        Ok(number)
    } else {
        Err(Failure::ArgType("a number was expected".to_owned()))
    }
}

/// Reads a number.
pub fn read_f64(env: sys::napi_env, value: sys::napi_value) -> Result<f64> {
    let mut number = 0.0;
    // SAFETY: the out-parameter is a local; a value of another type gives `napi_number_expected`.
    if unsafe { sys::napi_get_value_double(env, value, &raw mut number) } == sys::Status::napi_ok {
        Ok(number)
    } else {
        Err(Failure::ArgType("a number was expected".to_owned()))
    }
}

/// The bytes of a typed array or `DataView`; empty when its buffer is detached.
///
/// # Safety
/// The slice is valid until JavaScript runs again: copy it at once.
pub unsafe fn view_bytes<'a>(env: sys::napi_env, value: sys::napi_value) -> Result<&'a [u8]> {
    let mut data: *mut c_void = ptr::null_mut();
    let mut len = 0;
    let mut kind = 0;
    // SAFETY: out-parameters are locals or null where Node-API allows it.
    let status = unsafe {
        sys::napi_get_typedarray_info(
            env,
            value,
            &raw mut kind,
            &raw mut len,
            &raw mut data,
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    let bytes = if status == sys::Status::napi_ok {
        len * element_size(kind)
    } else {
        let mut bytes = 0;
        // SAFETY: as above.
        let status = unsafe {
            sys::napi_get_dataview_info(
                env,
                value,
                &raw mut bytes,
                &raw mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        if status != sys::Status::napi_ok {
            return Err(Failure::ArgType(
                "a typed array or DataView was expected".to_owned(),
            ));
        }
        bytes
    };
    if data.is_null() || bytes == 0 {
        return Ok(&[]);
    }
    // SAFETY: Node-API gave the start and the length of the view's part of its buffer.
    Ok(unsafe { std::slice::from_raw_parts(data.cast(), bytes) })
}

/// Bytes of one element. Values as in Node-API's `napi_typedarray_type`; 11 is the newer
/// `napi_float16_array`, which older headers do not know.
fn element_size(kind: sys::napi_typedarray_type) -> usize {
    match kind {
        3 | 4 | 11 => 2,
        5..=7 => 4,
        8..=10 => 8,
        _ => 1,
    }
}
