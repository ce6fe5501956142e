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

use napi_sys as sys;

use crate::db::Db;
use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::hooks;
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
    pub fn call(&self, scope: &mut Scope, args: &[sys::napi_value]) -> Result<sys::napi_value> {
        let env = self.state.raw();
        let function = scope.function(self)?;
        invoke(env, scope.undefined, function, args)
    }

    /// Calls it where no callback runs.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn call_once(&self, args: &[sys::napi_value]) -> Result<sys::napi_value> {
        call(self.state.raw(), self.function()?, args)
    }

    fn function(&self) -> Result<sys::napi_value> {
        let mut function = ptr::null_mut();
        // SAFETY: the reference is of this env and deleted only with `self`.
        js::ok(unsafe {
            sys::napi_get_reference_value(self.state.raw(), self.reference, &raw mut function)
        })?;
        if function.is_null() {
            return Err(Failure::Quiet);
        }
        Ok(function)
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
    invoke(env, js::undefined(env)?, function, args)
}

#[inline]
fn invoke(
    env: sys::napi_env,
    receiver: sys::napi_value,
    function: sys::napi_value,
    args: &[sys::napi_value],
) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: all values are in scope; the out-parameter is a local.
    js::ok(unsafe {
        sys::napi_call_function(
            env,
            receiver,
            function,
            args.len(),
            args.as_ptr(),
            &raw mut value,
        )
    })?;
    Ok(value)
}

/// Calls JavaScript to clean up, although an exception may be pending, which Node-API would refuse:
/// it is put aside and thrown again afterwards. An exception of the clean-up itself is dropped
/// then, and when it is to be `quiet`.
///
/// # Errors
/// Those of `run`, where they count.
pub fn despite_exception(
    env: sys::napi_env,
    quiet: bool,
    run: impl FnOnce(sys::napi_env) -> Result<()>,
) -> Result<()> {
    let mut pending = false;
    let mut first = ptr::null_mut();
    // SAFETY: out-parameters are locals.
    unsafe {
        js::ok(sys::napi_is_exception_pending(env, &raw mut pending))?;
        if pending {
            js::ok(sys::napi_get_and_clear_last_exception(env, &raw mut first))?;
        }
    }
    let outcome = run(env);
    if !pending && !quiet {
        return outcome;
    }
    let mut second = ptr::null_mut();
    // SAFETY: the exception is in scope; while the thread is ending there may be none to throw.
    unsafe {
        if outcome.is_err() {
            sys::napi_get_and_clear_last_exception(env, &raw mut second);
        }
        if !first.is_null() {
            sys::napi_throw(env, first);
        }
    }
    Ok(())
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
    fn take(&self) -> Result<()> {
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

    /// Takes what is there away, for a clean-up that is called in spite of it.
    pub fn set_aside(&self) -> Option<Failure> {
        self.take().err()
    }

    /// Puts it back, in place of what the clean-up left.
    pub fn put_back(&self, failure: Option<Failure>) {
        if let Some(failure) = failure {
            self.forget();
            self.put(failure);
        }
    }

    /// Forgets it, where nobody can be told.
    fn forget(&self) {
        self.any.set(false);
        self.failure.take();
    }
}

/// How many callbacks share one handle scope. Opening one costs an allocation; a handle is 8 bytes.
const SHARING: u32 = 64;

/// A handle scope that stays open between callbacks, until SQLite's call returns, with the handles
/// that each of them needs.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    raw: sys::napi_handle_scope,
    left: u32,
    undefined: sys::napi_value,
    /// The callback that was called last, and its function.
    last: (*const Callback, sys::napi_value),
}

impl Scope {
    fn open(env: sys::napi_env) -> Option<Self> {
        let mut raw = ptr::null_mut();
        // SAFETY: on the env's own thread, inside of a call from JavaScript.
        let status = unsafe { sys::napi_open_handle_scope(env, &raw mut raw) };
        if status != sys::Status::napi_ok {
            return None;
        }
        let undefined = js::undefined(env).ok();
        if undefined.is_none() {
            // SAFETY: opened above.
            unsafe { sys::napi_close_handle_scope(env, raw) };
        }
        Some(Self {
            raw,
            left: SHARING,
            undefined: undefined?,
            last: (ptr::null(), ptr::null_mut()),
        })
    }

    #[inline]
    fn function(&mut self, callback: &Callback) -> Result<sys::napi_value> {
        if !ptr::eq(self.last.0, callback) {
            self.last = (callback, callback.function()?);
        }
        Ok(self.last.1)
    }
}

/// The scope of the callbacks of the call that runs on a connection right now.
#[derive(Debug, Default)]
pub struct Scopes {
    open: Cell<Option<Scope>>,
}

impl Scopes {
    /// Makes sure that a scope is open, and takes it away: calls inside of the callback have their
    /// own.
    #[inline]
    fn enter(&self, env: sys::napi_env) -> Option<Scope> {
        match self.open.take() {
            Some(mut scope) if scope.left > 0 => {
                scope.left -= 1;
                Some(scope)
            }
            full => {
                if let Some(scope) = full {
                    // SAFETY: opened here, and the innermost one.
                    unsafe { sys::napi_close_handle_scope(env, scope.raw) };
                }
                Scope::open(env)
            }
        }
    }

    /// Closes what callbacks left open. To be called after each call of SQLite that may have called
    /// back, before any handle is made for the caller.
    #[inline]
    fn leave(&self, env: sys::napi_env) {
        if let Some(scope) = self.open.take() {
            // SAFETY: opened by `enter`, and the innermost one.
            unsafe { sys::napi_close_handle_scope(env, scope.raw) };
        }
    }
}

/// To be called after each call of SQLite that may have called back: ends what callbacks shared,
/// and gives up what they left.
///
/// # Errors
/// The first failure of a callback.
#[inline]
pub fn after(db: &Db) -> Result<()> {
    db.scopes().leave(db.state().raw());
    let outcome = db.raised().take();
    if !db.reports().borrow().is_empty() {
        report(db);
    }
    outcome
}

/// Reports what ended, with a scope and a failure of its own.
#[cold]
fn report(db: &Db) {
    hooks::tell_all(db);
    db.scopes().leave(db.state().raw());
    db.raised().forget();
}

/// The same where nobody can be told of a failure.
pub fn after_quietly(db: &Db) {
    let _ = after(db);
}

/// Runs a callback of `db`: in a handle scope, counted, and with panics caught. `None` says that
/// it failed, and SQLite must be told so; why is remembered until [`after`].
#[inline]
pub fn enter<T>(db: &Db, run: impl FnOnce(&mut Scope) -> Result<T>) -> Option<T> {
    // After a failure nothing more is called, as Node-API itself has it after an exception.
    if db.is_muted() || db.raised().is_set() || !db.state().is_alive() {
        return None;
    }
    let mut scope = db.scopes().enter(db.state().raw())?;
    db.count_callback(1);
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&mut scope)))
        .unwrap_or_else(|panic| Err(Failure::of_panic(panic.as_ref())));
    db.count_callback(-1);
    db.scopes().open.set(Some(scope));
    match outcome {
        Ok(value) => Some(value),
        Err(failure) => {
            db.raised().put(failure);
            None
        }
    }
}
