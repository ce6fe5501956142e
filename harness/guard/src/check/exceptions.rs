//! Failed calls: the last one of each thread, exceptions that wait, and what is done in spite of them.

use std::sync::atomic::Ordering;

use super::callbacks::{self, Occasion};
use crate::api::{Call, Wrong, table::node};
use crate::env::{ENDED, ENDING, EXCEPTION_PENDING, EnvState, NOTHING_PENDING};
use crate::report::finding::{self, Finding, Titled};
use crate::shield::shield;
use crate::stack::{self, StackId};
use crate::sys::{
    CANNOT_RUN_JS, Env, ErrorInfo, GENERIC_FAILURE, INVALID_ARG, OK, Out, PENDING_EXCEPTION, Scope,
    Status, Value,
};
use crate::thread::{self, FAILED_FRAMES, Failed, Thread};

/// So many refused calls in one callback are a loop that does not look at the status.
const LOOP: u32 = 1000;
/// Of a call that keeps failing the same way the addresses are taken so often.
const TAKEN: u32 = 256;

/// Keeps `napi_get_last_error_info` as the addon is going to see it, while the guard asks Node something.
struct Quiet {
    place: *mut ErrorInfo,
    before: Option<ErrorInfo>,
}

impl Quiet {
    fn new(env: Env) -> Self {
        let mut place = std::ptr::null();
        // SAFETY: an env of this thread; the call only reads.
        let status = unsafe { node::napi_get_last_error_info(env, &raw mut place) };
        let place = place.cast_mut().cast::<ErrorInfo>();
        // SAFETY: the structure is part of the env.
        let before = (status == OK && !place.is_null()).then(|| unsafe { *place });
        Self { place, before }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // SAFETY: the same structure of the same env, which this thread owns.
            unsafe { *self.place = before };
        }
    }
}

fn is_pending(env: Env) -> bool {
    let mut pending = false;
    // SAFETY: an env of this thread; the call is allowed at any time.
    let status = unsafe { node::napi_is_exception_pending(env, &raw mut pending) };
    status == OK && pending
}

/// Whether JavaScript cannot run any more. Only a call that is refused tells, so an exception that waits is taken
/// out for a moment; when the env is ending it is gone for good anyway.
fn is_ending(env: Env) -> bool {
    let _quiet = Quiet::new(env);
    let mut scope = Scope(std::ptr::null_mut());
    // SAFETY: an env of this thread. What is called may be called in any state, and runs no JavaScript.
    if unsafe { node::napi_open_handle_scope(env, Out(&raw mut scope)) } != OK {
        return false;
    }
    let ending = is_refused(env);
    // SAFETY: the scope that was opened above.
    unsafe { node::napi_close_handle_scope(env, scope) };
    ending
}

fn is_refused(env: Env) -> bool {
    let waits = is_pending(env);
    let mut error = Value(std::ptr::null_mut());
    let mut equal = false;
    // SAFETY: an env of this thread, values of its open scope, and no JavaScript is run by any of these.
    unsafe {
        if waits && node::napi_get_and_clear_last_exception(env, Out(&raw mut error)) != OK {
            return false;
        }
        if error.0.is_null() && node::napi_get_undefined(env, Out(&raw mut error)) != OK {
            return false;
        }
        let status = node::napi_strict_equals(env, error, error, &raw mut equal);
        if waits && status == OK {
            node::napi_throw(env, error);
        }
        matches!(status, PENDING_EXCEPTION | CANNOT_RUN_JS)
    }
}

/// Before a call, when an exception waited: Node has taken it meanwhile if the last callback is over.
#[cold]
pub(crate) fn verify(call: &Call) {
    let _quiet = Quiet::new(call.env);
    if let Some(state) = call.state
        && !is_pending(call.env)
    {
        state.set_pending(NOTHING_PENDING, StackId::NONE);
    }
}

/// A call did not return `napi_ok`.
#[cold]
pub(crate) fn failed(call: &Call, status: Status) {
    remember(call.thread, call, status);
    let (Wrong::Nothing, Some(state)) = (call.wrong, call.state) else {
        return;
    };
    match status {
        PENDING_EXCEPTION | CANNOT_RUN_JS => shield((), || refused(call, status, state)),
        // Node 20 and 22 say this when a setter or a proxy threw; the exception waits all the same.
        GENERIC_FAILURE | INVALID_ARG if state.pending() == NOTHING_PENDING => shield((), || {
            let _quiet = Quiet::new(call.env);
            if is_pending(call.env) {
                state.set_pending(EXCEPTION_PENDING, stack::keep(&stack::capture()));
            }
        }),
        _ => {}
    }
}

fn remember(thread: &Thread, call: &Call, status: Status) {
    let before = thread.failed.get();
    let same = before.filter(|before| before.status == status && before.call == call.name);
    let times = same.map_or(1, |same| same.times.saturating_add(1));
    let mut addresses = [0; FAILED_FRAMES];
    if let Some(same) = same.filter(|_| times > TAKEN) {
        addresses = same.addresses;
    } else {
        let mut slots = addresses.iter_mut();
        stack::walk(&mut |address| {
            let place = crate::objects::find(address);
            if place.is_some_and(|place| place.main) {
                return false;
            }
            if place.is_some_and(|place| place.guard) {
                return true;
            }
            slots.next().is_some_and(|slot| {
                *slot = address;
                true
            })
        });
    }
    thread.failed.set(Some(Failed {
        call: call.name,
        status,
        env: call.state,
        addresses,
        times,
    }));
}

fn refused(call: &Call, status: Status, state: &EnvState) {
    match state.pending() {
        ENDING => {
            if state.refused.fetch_add(1, Ordering::Relaxed) + 1 == LOOP {
                tell(
                    call,
                    "terminate/loops-end",
                    format!(
                        "{} was refused {LOOP} times in one callback, because the env is ending",
                        call.name
                    ),
                    None,
                );
            }
        }
        EXCEPTION_PENDING if is_ending(call.env) => {
            state.set_pending(ENDING, StackId::NONE);
            state.refused.store(1, Ordering::Relaxed);
        }
        // Throwing over an exception changes nothing, and is how many addons end an error path.
        EXCEPTION_PENDING if call.name.contains("_throw") => {}
        EXCEPTION_PENDING => {
            let since = StackId(state.pending_since.load(Ordering::Relaxed));
            tell(
                call,
                "callback/exceptions",
                format!(
                    "{} was called, and refused, while an exception was pending",
                    call.name
                ),
                Some(("the exception is pending since here", since)),
            );
        }
        _ => {
            let waits = status == PENDING_EXCEPTION && {
                let _quiet = Quiet::new(call.env);
                is_pending(call.env)
            };
            if waits {
                state.set_pending(EXCEPTION_PENDING, stack::keep(&stack::capture()));
            } else {
                state.set_pending(ENDING, StackId::NONE);
                state.refused.store(1, Ordering::Relaxed);
            }
        }
    }
}

fn tell(call: &Call, rule: &'static str, message: String, with: Option<(&'static str, StackId)>) {
    let Some(state) = call.state else { return };
    let mut stacks = vec![Titled::here("misused here", stack::capture())];
    if let Some((title, stack)) = with {
        stacks.push(Titled::here(title, stack::kept(stack)));
    }
    finding::tell(&Finding {
        rule,
        call: call.name,
        object: state.object,
        message,
        stacks,
        count: 1,
    });
}

/// The addon threw.
pub(crate) fn thrown(call: &Call, status: Status) {
    if status == OK
        && call.wrong == Wrong::Nothing
        && let Some(state) = call.state
        && state.pending() == NOTHING_PENDING
    {
        let stack = shield(StackId::NONE, super::tracked::sampled);
        state.set_pending(EXCEPTION_PENDING, stack);
    }
}

/// The addon took the exception.
pub(crate) fn cleared(call: &Call) {
    call.thread.unset.set(None);
    if let Some(state) = call.state
        && state.pending() == EXCEPTION_PENDING
    {
        state.set_pending(NOTHING_PENDING, StackId::NONE);
    }
}

/// A place for a result, after the call: when it was refused, the result is not set.
#[cold]
pub(crate) fn result(place: Out<Value>, call: &Call, status: Status) {
    if place.0.is_null() || call.wrong != Wrong::Nothing || call.state.is_none() {
        return;
    }
    // SAFETY: the addon's own variable, initialised or not; only its bits are looked at.
    let bits = unsafe { std::ptr::read_volatile(place.0.cast::<usize>()) };
    if matches!(status, PENDING_EXCEPTION | CANNOT_RUN_JS) {
        call.thread.unset.set(Some((bits, call.name)));
    } else if status == OK
        && call
            .thread
            .unset
            .get()
            .is_some_and(|(unset, _)| unset == bits)
    {
        // The same slot holds a value now.
        call.thread.unset.set(None);
    }
}

/// A value that is passed while a refused call left a result unset.
#[cold]
pub(crate) fn argument(value: Value, call: &Call) {
    if let Some((bits, by)) = call.thread.unset.get()
        && bits == value.0 as usize
        && bits != 0
    {
        depends(call, by);
    }
}

/// A null was refused as an argument: it may be the unset result.
#[cold]
pub(crate) fn null_argument(call: &Call, status: Status) {
    if status == INVALID_ARG
        && let Some((0, by)) = call.thread.unset.get()
    {
        depends(call, by);
    }
}

fn depends(call: &Call, by: &'static str) {
    call.thread.unset.set(None);
    if call.wrong != Wrong::Nothing || call.state.is_none() {
        return;
    }
    shield((), || {
        tell(
            call,
            rule(call.env),
            format!("{} with the result of {by}, which had failed", call.name),
            None,
        );
    });
}

/// A failed status was ignored. What the rule is called depends on why it failed, and what was going on.
fn rule(env: Env) -> &'static str {
    if !is_ending(env) {
        return "callback/exceptions";
    }
    match callbacks::innermost(thread::current()).map(|running| running.occasion) {
        Some(Occasion::Init) => "terminate/during-load",
        Some(Occasion::Complete) => "terminate/async-work",
        _ => "terminate/failed-status",
    }
}

/// The addon ends the process. When a refused call came before, that is why.
#[cold]
pub(crate) fn fatal() {
    shield((), || {
        let thread = thread::current();
        let Some(Failed {
            call,
            status,
            env: Some(env),
            addresses,
            ..
        }) = thread.failed.get()
        else {
            return;
        };
        if env.owner != thread.serial() || env.life() == ENDED {
            return;
        }
        let handle = Env(env.env as *mut _);
        if !is_pending(handle) && !is_ending(handle) {
            // It failed for a reason of its own.
            return;
        }
        let mut stacks = vec![Titled::here("misused here", stack::capture())];
        stacks.push(Titled::here("failed here", stack::of_addresses(&addresses)));
        finding::tell(&Finding {
            rule: rule(handle),
            call: "napi_fatal_error",
            object: env.object,
            message: format!("napi_fatal_error after {call} had failed with status {status}"),
            stacks,
            count: 1,
        });
    });
}
