//! Test-only entry points that do what no JavaScript can: carry a native handle to another thread.
//!
//! They exist in debug builds and with the feature `misuse`, so that the affinity check can be
//! attacked for real. They are in no release build, and so in no package.

use std::ffi::CStr;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use napi_sys as sys;

use crate::api::{Callback, entry_points};
use crate::entry::{self, Call};
use crate::failure::{Failure, Result};
use crate::handle;
use crate::js;

/// The entry points of this module.
pub const ENTRY_POINTS: &[(&CStr, Callback)] = entry_points! {
    c"misuseExpose" => expose, 1, true;
    c"misuseAdopt" => adopt, 1, true;
    c"misusePanic" => panic_now, 0, true;
    c"misuseLateEnds" => late_ends, 0, true;
};

/// Connections and statements of the process that were still open after the cleanup hook of their
/// env had run: the hook is there to leave none to the finalizers, whose order nobody knows.
static LATE_ENDS: AtomicI32 = AtomicI32::new(0);

/// Counts one that a finalizer had to end.
pub fn count_late_end() {
    LATE_ENDS.fetch_add(1, Ordering::Relaxed);
}

/// `misuseLateEnds() -> number`
fn late_ends(call: &Call<'_>) -> Result<sys::napi_value> {
    js::int32(call.env(), LATE_ENDS.load(Ordering::Relaxed))
}

/// `misuseExpose(handle) -> bigint`: the number of a handle, for another thread.
fn expose(call: &Call<'_>) -> Result<sys::napi_value> {
    let bits = handle::bits_of(call.env(), call.arg(0)).ok_or(Failure::Quiet)?;
    let mut value = ptr::null_mut();
    // SAFETY: the out-parameter is a local.
    js::ok(unsafe { sys::napi_create_bigint_uint64(call.env(), bits, &raw mut value) })?;
    Ok(value)
}

/// `misuseAdopt(bits) -> handle`: the handle of another thread. It does not keep the object alive; the test does.
fn adopt(call: &Call<'_>) -> Result<sys::napi_value> {
    let (mut bits, mut lossless) = (0, false);
    let mut value = ptr::null_mut();
    // SAFETY: out-parameters are locals.
    unsafe {
        js::ok(sys::napi_get_value_bigint_uint64(
            call.env(),
            call.arg(0),
            &raw mut bits,
            &raw mut lossless,
        ))?;
        #[expect(clippy::cast_precision_loss, reason = "handles have 52 bits")]
        js::ok(sys::napi_create_double(
            call.env(),
            bits as f64,
            &raw mut value,
        ))?;
    }
    Ok(value)
}

/// `misusePanic()`: panics, to see that the guard turns it into an error.
fn panic_now(_call: &Call<'_>) -> Result<sys::napi_value> {
    panic!("asked for by a test")
}
