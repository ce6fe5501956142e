//! The class `Counter`, whose constructor insists on `new`.

use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, JsObjectValue, Object, ToNapiValue};
use napi::{Env, Error, JsValue, Result, Status};
use napi_sys as sys;

/// What a counter wraps.
struct Count(i64);

/// Makes a callback of a function that gives a `Result`: its error, or a panic, turns into an exception.
macro_rules! callback {
    ($callback:ident => $function:path) => {
        pub(crate) unsafe extern "C" fn $callback(
            env: napi_sys::napi_env,
            info: napi_sys::napi_callback_info,
        ) -> napi_sys::napi_value {
            $crate::class::guarded(env, info, $function)
        }
    };
}
pub(crate) use callback;

type Function = fn(Env, sys::napi_callback_info) -> Result<sys::napi_value>;

pub(crate) fn guarded(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    function: Function,
) -> sys::napi_value {
    let result = std::panic::catch_unwind(|| function(Env::from_raw(env), info));
    let result = result.unwrap_or_else(|_| Err(Error::from_reason("the specimen panicked")));
    result.unwrap_or_else(|error| {
        // SAFETY: this is a callback of `env`, on its thread.
        unsafe { napi::JsTypeError::from(error).throw_into(env) };
        ptr::null_mut()
    })
}

/// The receiver and the first argument of a call.
fn receiver(
    env: &Env,
    info: sys::napi_callback_info,
) -> Result<(Object<'static>, sys::napi_value)> {
    let mut this = ptr::null_mut();
    let mut argument = ptr::null_mut();
    let mut count = 1;
    // SAFETY: `info` belongs to the call that is going on, and there is room for one argument.
    let status = unsafe {
        sys::napi_get_cb_info(
            env.raw(),
            info,
            &raw mut count,
            &raw mut argument,
            &raw mut this,
            ptr::null_mut(),
        )
    };
    check(status)?;
    // SAFETY: `this` is a value of the call.
    let this = unsafe { Object::from_napi_value(env.raw(), this) }?;
    Ok((this, argument))
}

fn check(status: sys::napi_status) -> Result<()> {
    match status {
        sys::Status::napi_ok => Ok(()),
        failed => Err(Error::from_status(Status::from(failed))),
    }
}

fn construct(env: Env, info: sys::napi_callback_info) -> Result<sys::napi_value> {
    let mut target = ptr::null_mut();
    // SAFETY: as in `receiver`.
    check(unsafe { sys::napi_get_new_target(env.raw(), info, &raw mut target) })?;
    if target.is_null() {
        return Err(Error::from_reason("Counter is a class: it wants new"));
    }
    let (mut this, _) = receiver(&env, info)?;
    this.wrap(Count(0), None)?;
    Ok(this.raw())
}

fn add(env: Env, info: sys::napi_callback_info) -> Result<sys::napi_value> {
    let (this, more) = receiver(&env, info)?;
    let count = this.unwrap::<Count>()?;
    // SAFETY: `more` is a value of the call.
    count.0 += unsafe { i64::from_napi_value(env.raw(), more) }?;
    // SAFETY: `env` is alive, and this is its thread.
    unsafe { i64::to_napi_value(env.raw(), count.0) }
}

fn value(env: Env, info: sys::napi_callback_info) -> Result<sys::napi_value> {
    let (this, _) = receiver(&env, info)?;
    // SAFETY: `env` is alive, and this is its thread.
    unsafe { i64::to_napi_value(env.raw(), this.unwrap::<Count>()?.0) }
}

callback!(construct_callback => construct);
callback!(add_callback => add);
callback!(value_callback => value);
