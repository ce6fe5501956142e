//! From SQLite into JavaScript: the one way in which callbacks run.
//!
//! A callback runs on the thread of its env, inside of an entry point. An exception of user code
//! stays pending in Node-API, which refuses all further calls into JavaScript and throws it when
//! the entry point returns: so it comes out as the very value that was thrown. SQLite is told that
//! the callback failed, and [`Raised`] tells the entry point not to word an error of its own.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi::sys;

use crate::db::Db;
use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::js;

/// A JavaScript function that outlives the call which handed it over. The reference is weak: the
/// database's object keeps the function, so that the two can be collected together.
#[derive(Debug)]
pub struct Callback {
    state: Rc<EnvState>,
    reference: sys::napi_ref,
}

impl Callback {
    /// Refers to `function`, which is a value of `state`'s env.
    ///
    /// # Errors
    /// [`Failure::ArgType`] when it is no function.
    pub fn new(state: &Rc<EnvState>, function: sys::napi_value) -> Result<Self> {
        let mut kind = 0;
        // SAFETY: the out-parameter is a local.
        js::ok(unsafe { sys::napi_typeof(state.raw(), function, &raw mut kind) })?;
        if kind != sys::ValueType::napi_function {
            return Err(Failure::ArgType("a function was expected".to_owned()));
        }
        let mut reference = ptr::null_mut();
        // SAFETY: the value is in scope; the out-parameter is a local.
        js::ok(unsafe {
            sys::napi_create_reference(state.raw(), function, 0, &raw mut reference)
        })?;
        Ok(Self {
            state: Rc::clone(state),
            reference,
        })
    }

    /// The env of the function.
    pub fn state(&self) -> &Rc<EnvState> {
        &self.state
    }

    /// Calls it; `this` is undefined.
    ///
    /// # Errors
    /// [`Failure::Quiet`] when it threw, or when JavaScript may not run.
    #[inline]
    pub fn call(&self, args: &[sys::napi_value]) -> Result<sys::napi_value> {
        let env = self.state.raw();
        let mut function = ptr::null_mut();
        // SAFETY: the reference is of this env and deleted only with `self`.
        js::ok(unsafe { sys::napi_get_reference_value(env, self.reference, &raw mut function) })?;
        if function.is_null() {
            return Err(Failure::Quiet);
        }
        call(env, function, args)
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        // SAFETY: made by this env and deleted once; the latest moment is the env's cleanup hook.
        // A failure leaves it to Node.
        unsafe { sys::napi_delete_reference(self.state.raw(), self.reference) };
    }
}

/// Calls a function that is in scope; `this` is undefined.
///
/// # Errors
/// As [`Callback::call`].
#[inline]
pub fn call(
    env: sys::napi_env,
    function: sys::napi_value,
    args: &[sys::napi_value],
) -> Result<sys::napi_value> {
    let mut receiver = ptr::null_mut();
    let mut value = ptr::null_mut();
    // SAFETY: all values are in scope; out-parameters are locals.
    unsafe {
        js::ok(sys::napi_get_undefined(env, &raw mut receiver))?;
        js::ok(sys::napi_call_function(
            env,
            receiver,
            function,
            args.len(),
            args.as_ptr(),
            &raw mut value,
        ))?;
    }
    Ok(value)
}

/// What callbacks left for the entry point that they ran in.
#[derive(Debug, Default)]
pub struct Raised {
    any: Cell<bool>,
    failure: RefCell<Option<Failure>>,
}

impl Raised {
    /// Remembers the first failure; [`Failure::Quiet`] stands for an exception that is pending.
    fn put(&self, failure: Failure) {
        if !self.any.replace(true) {
            *self.failure.borrow_mut() = Some(failure);
        }
    }

    /// Gives up what was remembered, once.
    ///
    /// # Errors
    /// The failure, if there was one.
    #[inline]
    pub fn take(&self) -> Result<()> {
        if self.any.get() {
            self.any.set(false);
            Err(self.failure.take().unwrap_or(Failure::Quiet))
        } else {
            Ok(())
        }
    }

    /// Whether there is something to take.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.any.get()
    }

    /// Forgets it, where nobody can be told.
    pub fn forget(&self) {
        self.any.set(false);
        self.failure.take();
    }
}

/// Runs a callback of `db`: with a handle scope, counted, and with panics caught. `None` says that
/// it failed, and SQLite must be told so; why is remembered in [`Db::raised`].
#[inline]
pub fn enter<T>(db: &Db, run: impl FnOnce() -> Result<T>) -> Option<T> {
    let env = db.state().raw();
    if db.is_muted() || !db.state().is_alive() {
        return None;
    }
    let mut scope = ptr::null_mut();
    // SAFETY: on the env's own thread, inside of a call from JavaScript.
    if unsafe { sys::napi_open_handle_scope(env, &raw mut scope) } != sys::Status::napi_ok {
        return None;
    }
    db.count_callback(1);
    let outcome = catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|panic| Err(Failure::of_panic(panic.as_ref())));
    db.count_callback(-1);
    // SAFETY: the scope opened above.
    unsafe { sys::napi_close_handle_scope(env, scope) };
    match outcome {
        Ok(value) => Some(value),
        Err(failure) => {
            db.raised().put(failure);
            None
        }
    }
}
