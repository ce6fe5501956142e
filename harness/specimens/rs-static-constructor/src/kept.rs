//! Where the constructor is kept between the initialisation of the module and the calls of its factory.

use napi::bindgen_prelude::{Function, FunctionRef};
use napi::{Env, Error, Result};

/// The constructor, held by a reference.
pub(crate) type Constructor = FunctionRef<(), ()>;

/// The fault: one for the whole process, and so of the env that was initialised last.
#[cfg(feature = "planted")]
static CONSTRUCTOR: std::sync::Mutex<Option<Constructor>> = std::sync::Mutex::new(None);

#[cfg(feature = "planted")]
#[allow(clippy::unnecessary_wraps)] // the corrected form can fail
pub(crate) fn keep(_: Env, constructor: Constructor) -> Result<()> {
    let before = lock().replace(constructor);
    // The reference of another env must not be deleted here.
    std::mem::forget(before);
    Ok(())
}

#[cfg(feature = "planted")]
pub(crate) fn constructor(env: &Env) -> Result<Function<'_, (), ()>> {
    let guard = lock();
    let constructor = guard.as_ref().ok_or_else(missing)?;
    constructor.borrow_back(env)
}

#[cfg(feature = "planted")]
fn lock() -> std::sync::MutexGuard<'static, Option<Constructor>> {
    // Nothing panics while it is held.
    CONSTRUCTOR
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(not(feature = "planted"))]
pub(crate) fn keep(env: Env, constructor: Constructor) -> Result<()> {
    use napi_sys as sys;

    unsafe extern "C" fn forget(
        _: sys::napi_env,
        data: *mut std::ffi::c_void,
        _: *mut std::ffi::c_void,
    ) {
        // SAFETY: `data` is the box that `keep` leaked, and Node calls this once, on the env's thread.
        drop(unsafe { Box::from_raw(data.cast::<Constructor>()) });
    }

    let data = Box::into_raw(Box::new(constructor));
    // SAFETY: `env` is alive, and `forget` frees what `data` points to when it ends.
    let status = unsafe {
        sys::napi_set_instance_data(env.raw(), data.cast(), Some(forget), std::ptr::null_mut())
    };
    if status == sys::Status::napi_ok {
        return Ok(());
    }
    // SAFETY: Node did not take it, so it is still ours.
    drop(unsafe { Box::from_raw(data) });
    Err(missing())
}

#[cfg(not(feature = "planted"))]
pub(crate) fn constructor(env: &Env) -> Result<Function<'_, (), ()>> {
    let mut data = std::ptr::null_mut();
    // SAFETY: `env` is alive, and `data` outlives the call.
    let status = unsafe { napi_sys::napi_get_instance_data(env.raw(), &raw mut data) };
    if status != napi_sys::Status::napi_ok || data.is_null() {
        return Err(missing());
    }
    // SAFETY: only `keep` sets the instance data of this binary, and it lives as long as the env.
    let constructor = unsafe { &*data.cast::<Constructor>() };
    constructor.borrow_back(env)
}

fn missing() -> Error {
    Error::from_reason("the module keeps no constructor")
}
