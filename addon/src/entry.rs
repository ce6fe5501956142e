//! The one guard around every entry point.
//!
//! An entry point reads its arguments, checks that its env is alive, does its work and returns a
//! value or a [`Failure`]. It never throws, never unwinds into Node, and never insists that a
//! Node-API call succeeds.

// The shared buffer is an ArrayBuffer, which starts on a multiple of 8, and so do its slots.
#![allow(clippy::cast_ptr_alignment)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi_sys as sys;

use crate::affinity::ThreadKey;
use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::handle::{self, Object};
use crate::layout;

/// Longest list of arguments of any entry point.
const MAX_ARGS: usize = 6;

/// One call: its env and its arguments.
#[derive(Debug)]
pub struct Call<'a> {
    /// The state of the env that was called.
    pub state: &'a EnvState,
    args: [sys::napi_value; MAX_ARGS],
    caller: ThreadKey,
}

impl Call<'_> {
    /// The env as Node-API names it.
    #[inline]
    pub fn env(&self) -> sys::napi_env {
        self.state.raw()
    }

    /// An argument; `undefined` where the caller gave fewer.
    #[inline]
    pub fn arg(&self, index: usize) -> sys::napi_value {
        self.args[index]
    }

    /// An argument that is a handle.
    #[inline]
    pub fn handle<T: Object>(&self, index: usize) -> Result<&T> {
        handle::read(self.env(), self.args[index], self.caller)
    }

    /// An argument that is an integer.
    #[inline]
    pub fn int(&self, index: usize) -> Result<i32> {
        crate::js::read_i32(self.env(), self.args[index])
    }

    /// Writes a field of the shared buffer's header.
    #[inline]
    pub fn put_i32(&self, index: usize, value: i32) {
        // SAFETY: the guard checked that the buffer is there, and it is aligned to 8 bytes.
        unsafe { self.state.arena().cast::<i32>().add(index).write(value) };
    }

    /// Writes a field of the shared buffer's header.
    #[inline]
    pub fn put_f64(&self, index: usize, value: f64) {
        // SAFETY: as in `put_i32`.
        unsafe { self.state.arena().cast::<f64>().add(index).write(value) };
    }

    /// Writes a field of the shared buffer's header.
    #[inline]
    pub fn put_i64(&self, index: usize, value: i64) {
        // SAFETY: as in `put_i32`.
        unsafe { self.state.arena().cast::<i64>().add(index).write(value) };
    }
}

/// What an entry point is: a value to return (null for `undefined`) or a failure.
pub type Body = fn(&Call<'_>) -> Result<sys::napi_value>;

/// The value that stands for `undefined`.
pub const UNDEFINED: sys::napi_value = ptr::null_mut();

/// Runs a body as a Node-API callback that looks at up to so many `arguments`. Called by what
/// [`crate::api`] makes for each entry point. All but the first one, which hands over the shared buffer, need that buffer.
///
/// # Safety
/// `env` and `info` are those of a running callback whose data is an [`EnvState`] of `env`.
#[inline]
pub unsafe fn run(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    arguments: usize,
    needs_buffer: bool,
    body: Body,
) -> sys::napi_value {
    let mut args = [ptr::null_mut(); MAX_ARGS];
    // Node-API makes `undefined` of those that are not given, which costs a little for each.
    let mut count = arguments.min(MAX_ARGS);
    let mut data = ptr::null_mut();
    // SAFETY: `args` has room for `count` values; the rest are locals or null where allowed.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            args.as_mut_ptr(),
            ptr::null_mut(),
            &raw mut data,
        )
    };
    if status != sys::Status::napi_ok || data.is_null() {
        return UNDEFINED;
    }
    // SAFETY: the data is this env's state, which lives until its instance data is finalized; no
    // JavaScript runs after that.
    let state = unsafe { &*data.cast::<EnvState>() };
    if !state.is_alive() || (needs_buffer && state.arena().is_null()) {
        return UNDEFINED;
    }
    let call = Call {
        state,
        args,
        caller: ThreadKey::current(),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| body(&call)))
        .unwrap_or_else(|panic| Err(Failure::of_panic(panic.as_ref())));
    let (kind, value) = match outcome {
        Ok(value) => (0, value),
        Err(failure) => {
            let kind = failure.kind();
            state.fail(failure);
            (kind, UNDEFINED)
        }
    };
    if !state.arena().is_null() {
        call.put_i32(layout::STATUS, kind);
    }
    value
}
