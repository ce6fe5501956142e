//! V8's code cache of the JavaScript half, kept between the workers of a process.
//!
//! Compiling lib/main.cjs is most of what a fresh worker pays for this package. The cache is bytes:
//! no value of V8's, no state of an env. V8 itself checks that they are of its version, its flags and
//! a source of this length, and compiles as usual if they are not. That the file is still the same
//! one is checked here, by its time of change.

use std::sync::OnceLock;

use napi_sys as sys;

use crate::entry::{Call, UNDEFINED};
use crate::failure::Result;
use crate::js;

struct Code {
    /// Milliseconds, as JavaScript gives them.
    changed: f64,
    bytes: Vec<u8>,
}

static CODE: OnceLock<Code> = OnceLock::new();

/// `code(changed) -> Uint8Array | undefined`
#[allow(clippy::float_cmp)] // the same time, or another one
pub fn get(call: &Call<'_>) -> Result<sys::napi_value> {
    let changed = js::read_f64(call.env(), call.arg(0))?;
    match CODE.get() {
        Some(code) if code.changed == changed => js::bytes(call.env(), &code.bytes),
        _ => Ok(UNDEFINED),
    }
}

/// `keepCode(changed, bytes)`: the first one stays.
pub fn keep(call: &Call<'_>) -> Result<sys::napi_value> {
    let changed = js::read_f64(call.env(), call.arg(0))?;
    // SAFETY: the bytes are copied before JavaScript runs again.
    let bytes = unsafe { js::view_bytes(call.env(), call.arg(1)) }?;
    CODE.get_or_init(|| Code {
        changed,
        bytes: bytes.to_vec(),
    });
    Ok(UNDEFINED)
}
