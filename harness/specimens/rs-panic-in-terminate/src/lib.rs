//! Calls JavaScript functions, and counts for the process how many of them threw.

use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use napi::bindgen_prelude::{FromNapiValue, Function, Unknown};
use napi::{Env, Error, JsValue, Result, Status};
use napi_sys as sys;

static THROWN: AtomicU64 = AtomicU64::new(0);

/// Calls `callback`, and hands on what it returns or throws. The library's own `call` makes an `Error` of what was
/// thrown, which loses what is no object: so this does it by hand.
#[napi_derive::napi]
pub fn call<'env>(
    env: &'env Env,
    callback: Function<'env, (), Unknown<'env>>,
) -> Result<Unknown<'env>> {
    let mut undefined = ptr::null_mut();
    let mut result = ptr::null_mut();
    // SAFETY: `env` is alive, this is its thread, and the results outlive the call.
    check(unsafe { sys::napi_get_undefined(env.raw(), &raw mut undefined) })?;
    // SAFETY: as before; there are no arguments.
    let status = unsafe {
        sys::napi_call_function(
            env.raw(),
            undefined,
            callback.raw(),
            0,
            ptr::null(),
            &raw mut result,
        )
    };
    if status == sys::Status::napi_pending_exception {
        return Err(thrown_again(env)?);
    }
    check(status)?;
    // SAFETY: the call succeeded, so `result` is a value of `env`.
    unsafe { Unknown::from_napi_value(env.raw(), result) }
}

/// Counts what is pending and throws it again; gives the error that says so to the library.
fn thrown_again(env: &Env) -> Result<Error> {
    let mut thrown = ptr::null_mut();
    // SAFETY: `env` is alive, this is its thread, and `thrown` outlives the call.
    check(unsafe { sys::napi_get_and_clear_last_exception(env.raw(), &raw mut thrown) })?;
    THROWN.fetch_add(1, Ordering::Relaxed);
    // SAFETY: `thrown` is a value of `env`.
    let again = check(unsafe { sys::napi_throw(env.raw(), thrown) });
    #[cfg(feature = "planted")]
    // The fault: while the thread is being ended nothing can be thrown, and a panic in a C frame aborts.
    again.expect("what was thrown can be thrown again");
    #[cfg(not(feature = "planted"))]
    again?;
    Ok(Error::from_status(Status::PendingException))
}

fn check(status: sys::napi_status) -> Result<()> {
    match status {
        sys::Status::napi_ok => Ok(()),
        failed => Err(Error::from_status(Status::from(failed))),
    }
}
