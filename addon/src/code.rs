//! V8's code cache of the JavaScript half, kept between the workers of a process.
//!
//! Compiling lib/main.cjs is most of what a fresh worker pays for this package. The cache is bytes:
//! no value of V8's, no state of an env. V8 itself checks that they are of its version, its flags and
//! this source, and compiles as usual if they are not.

use std::sync::OnceLock;

use napi::sys;

use crate::entry::{Call, UNDEFINED};
use crate::failure::Result;
use crate::js;

static CODE: OnceLock<Vec<u8>> = OnceLock::new();

/// `code() -> Uint8Array | undefined`
pub fn get(call: &Call<'_>) -> Result<sys::napi_value> {
    CODE.get()
        .map_or(Ok(UNDEFINED), |code| js::bytes(call.env(), code))
}

/// `keepCode(bytes)`: the first one stays.
pub fn keep(call: &Call<'_>) -> Result<sys::napi_value> {
    // SAFETY: the bytes are copied before JavaScript runs again.
    let bytes = unsafe { js::view_bytes(call.env(), call.arg(0)) }?;
    CODE.get_or_init(|| bytes.to_vec());
    Ok(UNDEFINED)
}
