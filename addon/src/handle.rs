//! Handles: native objects as JavaScript sees them, opaque externals.
//!
//! An external costs 1 ns to read where a wrapped and tagged object costs 110, and it cannot be
//! cloned or transferred. The price is that nothing checks its type, so each object starts with a
//! [`Head`], and the JavaScript layer keeps externals in private fields.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;

use crate::affinity::ThreadKey;
use crate::failure::{Failure, Result};
use crate::js;

/// The first field of every object behind a handle.
#[repr(C)]
#[derive(Debug)]
pub struct Head {
    kind: u32,
    owner: ThreadKey,
}

impl Head {
    /// A head for an object of the calling thread.
    pub fn new<T: Object>() -> Self {
        Self {
            kind: T::KIND,
            owner: ThreadKey::current(),
        }
    }

    /// The thread that the object belongs to.
    pub fn owner(&self) -> ThreadKey {
        self.owner
    }
}

/// A type that handles point to.
///
/// # Safety
/// The type is `#[repr(C)]` and its first field is its [`Head`]; no two types share a kind.
pub unsafe trait Object: Sized {
    /// What tells the types apart.
    const KIND: u32;
    /// The word for it in messages.
    const NAME: &'static str;
}

/// Makes a handle that holds one strong count.
pub fn create<T: Object>(env: sys::napi_env, object: Rc<T>) -> Result<sys::napi_value> {
    let data = Rc::into_raw(object).cast_mut().cast::<c_void>();
    let mut value = ptr::null_mut();
    // SAFETY: `data` is one strong count, released by the finalizer.
    let status = unsafe {
        sys::napi_create_external(
            env,
            data,
            Some(finalize::<T>),
            ptr::null_mut(),
            &raw mut value,
        )
    };
    if let Err(failure) = js::ok(status) {
        // SAFETY: Node did not take the count.
        drop(unsafe { Rc::from_raw(data.cast::<T>()) });
        return Err(failure);
    }
    Ok(value)
}

/// Makes a handle that holds one strong count, and a reference that tells whether JavaScript still
/// has the handle. The reference is to be deleted when the object is dropped.
pub fn create_watched<T: Object>(
    env: sys::napi_env,
    object: Rc<T>,
) -> Result<(sys::napi_value, sys::napi_ref)> {
    let data = Rc::into_raw(object).cast_mut().cast::<c_void>();
    let (mut value, mut reference) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: `data` is one strong count, released by the finalizer; out-parameters are locals.
    let made = unsafe {
        js::ok(sys::napi_create_external(
            env,
            data,
            None,
            ptr::null_mut(),
            &raw mut value,
        ))
        .and_then(|()| {
            js::ok(sys::napi_add_finalizer(
                env,
                value,
                data,
                Some(finalize::<T>),
                ptr::null_mut(),
                &raw mut reference,
            ))
        })
    };
    if let Err(failure) = made {
        // SAFETY: Node did not take the count.
        drop(unsafe { Rc::from_raw(data.cast::<T>()) });
        return Err(failure);
    }
    Ok((value, reference))
}

/// Reads a handle, and checks that it is of this type and of the calling thread.
///
/// # Errors
/// [`Failure::Affinity`] on another thread: the object itself is not touched.
#[inline]
pub fn read<'a, T: Object>(
    env: sys::napi_env,
    value: sys::napi_value,
    caller: ThreadKey,
) -> Result<&'a T> {
    let mut data = ptr::null_mut();
    // SAFETY: the out-parameter is a local; another type gives a status.
    let status = unsafe { sys::napi_get_value_external(env, value, &raw mut data) };
    if status != sys::Status::napi_ok || data.is_null() {
        return Err(wrong::<T>());
    }
    // SAFETY: externals of this env are ours and start with a head, which never changes.
    let head = unsafe { &*data.cast::<Head>() };
    if head.kind != T::KIND {
        return Err(wrong::<T>());
    }
    if head.owner != caller {
        return Err(Failure::Affinity {
            what: T::NAME,
            owner: head.owner,
            caller,
        });
    }
    // SAFETY: the kind says that this is a `T`; the external keeps it alive through the call.
    Ok(unsafe { &*data.cast::<T>() })
}

/// A further strong count of an object that is read through a handle.
///
/// # Safety
/// `object` came from [`read`], so it lives in an `Rc`.
pub unsafe fn share<T: Object>(object: &T) -> Rc<T> {
    // SAFETY: promised by the caller; the count is raised before it is taken.
    unsafe {
        Rc::increment_strong_count(ptr::from_ref(object));
        Rc::from_raw(ptr::from_ref(object))
    }
}

#[cold]
fn wrong<T: Object>() -> Failure {
    Failure::ArgType(format!("a handle of a {} was expected", T::NAME))
}

unsafe extern "C" fn finalize<T: Object>(
    _env: sys::napi_env,
    data: *mut c_void,
    _hint: *mut c_void,
) {
    // SAFETY: as in `read`.
    let owner = unsafe { &*data.cast::<Head>() }.owner;
    if owner != ThreadKey::current() {
        // Counts are not atomic and SQLite has no mutex here: a leak is the lesser harm.
        return;
    }
    // SAFETY: the strong count that `create` handed over.
    let object = unsafe { Rc::from_raw(data.cast::<T>()) };
    let _ = catch_unwind(AssertUnwindSafe(move || drop(object)));
}
