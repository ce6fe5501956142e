//! The wrappers around Node-API: each checks its arguments, calls Node, and looks at the status.

pub(crate) mod special;
pub(crate) mod table;

use std::cell::Cell;

use crate::check::{affinity, callbacks, exceptions, tracked};
use crate::env::{EXCEPTION_PENDING, EnvState};
use crate::sys::{
    CallbackScope, Context, Deferred, Env, HookHandle, Info, OK, Out, Reference, Scope, Status,
    Threadsafe, Value, Work,
};
use crate::thread::{self, Thread};

/// What is wrong with the env that a call was given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Nothing,
    /// It belongs to another thread.
    Foreign,
    /// It has ended.
    Ended,
}

/// One call of a Node-API function, from before it reaches Node until its status was looked at.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) env: Env,
    /// None for an env that was made before the guard looked.
    pub(crate) state: Option<&'static EnvState>,
    pub(crate) thread: &'static Thread,
    pub(crate) wrong: Wrong,
    /// The wrong env was told under the rule of an argument that came with it.
    pub(crate) told: Cell<bool>,
}

impl Call {
    #[inline]
    pub(crate) fn enter(name: &'static str, env: Env) -> Self {
        let thread = thread::current();
        let Some(state) = thread.own(env.0 as usize) else {
            return affinity::unknown(name, env, thread);
        };
        thread.current.set(Some(state));
        let call = Self {
            name,
            env,
            state: Some(state),
            thread,
            wrong: Wrong::Nothing,
            told: Cell::new(false),
        };
        if state.pending() == EXCEPTION_PENDING {
            exceptions::verify(&call);
        }
        if let Some(running) = callbacks::innermost(thread)
            && running.env != env
        {
            affinity::other(&call, running);
        }
        call
    }

    /// After the arguments were checked.
    #[inline]
    pub(crate) fn checked(&self) {
        if self.wrong != Wrong::Nothing && !self.told.get() {
            affinity::tell(self, None);
        }
    }

    /// After Node returned.
    #[inline]
    pub(crate) fn returned(&self, status: Status) {
        if status != OK {
            exceptions::failed(self, status);
        }
    }
}

/// An argument of a call, and what can be said about it.
pub(crate) trait Arg: Copy {
    #[inline]
    fn before(self, _call: &Call) {}
    #[inline]
    fn after(self, _call: &Call, _status: Status) {}
}

macro_rules! plain {
    ($($type:ty),*) => {$( impl Arg for $type {} )*};
}

plain!(
    bool,
    i32,
    i64,
    u32,
    u64,
    usize,
    f64,
    Info,
    CallbackScope,
    HookHandle
);
impl<T> Arg for *const T {}
impl<T> Arg for *mut T {}
impl<T> Arg for Option<T> where T: Copy {}

impl Arg for Value {
    #[inline]
    fn before(self, call: &Call) {
        if call.thread.unset.get().is_some() {
            exceptions::argument(self, call);
        }
    }

    #[inline]
    fn after(self, call: &Call, status: Status) {
        if status != OK && self.0.is_null() {
            exceptions::null_argument(call, status);
        }
    }
}

impl Arg for Out<Value> {
    #[inline]
    fn after(self, call: &Call, status: Status) {
        if status != OK || call.thread.unset.get().is_some() {
            exceptions::result(self, call, status);
        }
    }
}

macro_rules! kept_by_env {
    ($($type:ty),*) => {$(
        impl Arg for $type {
            #[inline]
            fn before(self, call: &Call) {
                tracked::used(self.0 as usize, call);
            }
        }
        impl Arg for Out<$type> {}
    )*};
}

kept_by_env!(Reference, Deferred, Work, Context, Threadsafe);
impl Arg for Scope {}
impl Arg for Out<Scope> {}
impl Arg for Out<CallbackScope> {}
impl Arg for Out<HookHandle> {}
