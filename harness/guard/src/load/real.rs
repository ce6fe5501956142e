//! The functions of the C library that this library has under the same name.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) type Dlopen = unsafe extern "C" fn(*const c_char, c_int) -> *mut c_void;
pub(crate) type Dlclose = unsafe extern "C" fn(*mut c_void) -> c_int;
pub(crate) type Routine = unsafe extern "C-unwind" fn(*mut c_void) -> *mut c_void;
pub(crate) type PthreadCreate = unsafe extern "C" fn(
    *mut libc::pthread_t,
    *const libc::pthread_attr_t,
    Routine,
    *mut c_void,
) -> c_int;
pub(crate) type Sigaction =
    unsafe extern "C" fn(c_int, *const libc::sigaction, *mut libc::sigaction) -> c_int;
pub(crate) type Signal = unsafe extern "C" fn(c_int, usize) -> usize;

/// Looks a function up behind this library, once.
fn next(place: &AtomicUsize, name: &CStr) -> usize {
    let known = place.load(Ordering::Relaxed);
    if known != 0 {
        return known;
    }
    // SAFETY: a lookup by name.
    let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) } as usize;
    if found == 0 {
        // Nothing can go on without it, and this is no place for a panic.
        // SAFETY: ends the process.
        unsafe { libc::abort() };
    }
    place.store(found, Ordering::Relaxed);
    found
}

macro_rules! real {
    ($($name:ident: $type:ty = $symbol:literal;)*) => {$(
        pub(crate) fn $name() -> $type {
            static PLACE: AtomicUsize = AtomicUsize::new(0);
            // SAFETY: the C library's function of this name has this signature.
            unsafe { std::mem::transmute::<usize, $type>(next(&PLACE, $symbol)) }
        }
    )*};
}

real! {
    dlopen: Dlopen = c"dlopen";
    dlclose: Dlclose = c"dlclose";
    pthread_create: PthreadCreate = c"pthread_create";
    sigaction: Sigaction = c"sigaction";
    signal: Signal = c"signal";
}
