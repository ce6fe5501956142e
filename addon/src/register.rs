//! The entry point that Node looks for, called once for each time that the binary is initialised: once a worker,
//! and again for a second copy of the package in the same env.
//!
//! Ours instead of that of the `napi` crate (3.16), which makes a reference and a threadsafe function in each env
//! and, where one thread has several, forgets those of the earlier ones: Jest initialises an addon for each file.

use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Once;

use napi_sys as sys;

use crate::api;

/// Fills `exports` with the entry points, or throws.
///
/// # Safety
/// Called by Node, on the thread of `env`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn napi_register_module_v1(
    env: sys::napi_env,
    exports: sys::napi_value,
) -> sys::napi_value {
    #[cfg(target_env = "msvc")]
    {
        static SYMBOLS: Once = Once::new();
        // SAFETY: once, before any other call; the library that it opens is this very process.
        SYMBOLS.call_once(|| std::mem::forget(unsafe { sys::setup() }));
    }
    stay_loaded();
    let done = catch_unwind(AssertUnwindSafe(|| api::register(env, exports)));
    let failure = match done {
        Ok(Ok(())) => return exports,
        Ok(Err(reason)) => reason,
        Err(_) => "the addon panicked while it was initialised".to_owned(),
    };
    let message = CString::new(failure.replace('\0', " ")).unwrap_or_default();
    // SAFETY: `env` is Node's own, on its thread. A status says that the env is ending: nobody listens then.
    unsafe { sys::napi_throw_error(env, ptr::null(), message.as_ptr()) };
    ptr::null_mut()
}

/// Keeps the binary mapped until the process ends: unloading would drop SQLite's table of POSIX locks and leave its
/// thread-local destructors pointing nowhere. Best effort: where the system refuses, it is unloaded like any other.
fn stay_loaded() {
    static ONCE: Once = Once::new();
    ONCE.call_once(pin);
}

#[cfg(unix)]
fn pin() {
    let here = (pin as *const ()).cast::<libc::c_void>();
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the address is in this binary, and the result is a local.
    if unsafe { libc::dladdr(here, found.as_mut_ptr()) } == 0 {
        return;
    }
    // SAFETY: `dladdr` has filled it; zeroes are valid, too.
    let name = unsafe { found.assume_init() }.dli_fname;
    if name.is_null() {
        return;
    }
    // SAFETY: the name is a C string of the loader's. The handle is kept for ever on purpose.
    unsafe {
        libc::dlopen(
            name,
            libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE,
        )
    };
}

#[cfg(windows)]
fn pin() {
    const PIN: u32 = 1;
    const FROM_ADDRESS: u32 = 4;
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(
            flags: u32,
            address: *const u16,
            module: *mut *mut std::ffi::c_void,
        ) -> i32;
    }
    let mut module = ptr::null_mut();
    let here = (pin as *const ()).cast::<u16>();
    // SAFETY: with `FROM_ADDRESS` the second argument is an address in this binary.
    unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, here, &raw mut module) };
}

#[cfg(not(any(unix, windows)))]
fn pin() {}
