//! An env is used by its own thread, and only while it lives.

use std::cell::Cell;

use crate::api::{Call, Wrong};
use crate::env::{self, ENDED, EnvState};
use crate::report::finding::{self, Finding, Titled};
use crate::shield::shield;
use crate::stack::{self, Stack};
use crate::sys::Env;
use crate::thread::Thread;

use super::callbacks::{self, Running};
use super::tracked::Kind;

/// A call with an env that this thread did not use just before: it is another of its own, or a wrong one.
#[cold]
pub(crate) fn unknown(name: &'static str, env: Env, thread: &'static Thread) -> Call {
    let state = shield(None, || env::at(env.0 as usize));
    let wrong = match state {
        None => Wrong::Nothing,
        Some(state) if state.life() == ENDED => Wrong::Ended,
        Some(state) if state.owner != thread.serial() => Wrong::Foreign,
        Some(state) => {
            thread.remember(state);
            thread.current.set(Some(state));
            Wrong::Nothing
        }
    };
    Call {
        name,
        env,
        state,
        thread,
        wrong,
        told: Cell::new(false),
    }
}

/// Node calls a function of an env on the thread of another: that function was found on a way that no env has.
#[cold]
pub(crate) fn entered(env: &EnvState, thread: &Thread, function: usize) {
    if finding::any_of_family(env.object, "env/") {
        // How it was found was told already; this is only what comes of it.
        return;
    }
    finding::tell(&Finding {
        rule: "env/callbacks-per-env",
        call: "napi_call_function",
        object: env.object,
        message: format!(
            "a function of the env of thread {} is called on thread {}",
            env.tid,
            thread.tid()
        ),
        stacks: vec![Titled::here("the function", Stack::of(function))],
        count: 1,
    });
}

/// Calls that only give something back: they may come from a destructor, in whatever callback.
fn gives_back(name: &str) -> bool {
    [
        "delete",
        "remove",
        "unref",
        "destroy",
        "close",
        "instance_data",
        "adjust",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// A call with an env of this thread, while a callback of another one runs: when both are of the same addon, the
/// env was kept somewhere and found by the wrong one.
#[cold]
pub(crate) fn other(call: &Call, running: &Running) {
    let (Some(env), Some(inner)) = (call.state, running.state) else {
        return;
    };
    if env.object != inner.object || env.id == inner.id || gives_back(call.name) {
        return;
    }
    shield((), || {
        finding::tell(&Finding {
            rule: "env/env-not-cached",
            call: call.name,
            object: env.object,
            message: format!(
                "{} with another env of this thread than that which the callback was given",
                call.name
            ),
            stacks: vec![
                Titled::here("misused here", stack::capture()),
                Titled::here("the callback", Stack::of(running.function)),
            ],
            count: 1,
        });
    });
}

/// Tells that a call came with a wrong env. What came with it (a reference, a deferred) names the rule when it is
/// that which was handed to the wrong thread.
#[cold]
pub(crate) fn tell(call: &Call, with: Option<(Kind, &'static str)>) {
    call.told.set(true);
    if callbacks::innermost(call.thread).is_some_and(|running| running.env == call.env) {
        // Node itself passed it: the function that runs is the one in the wrong place.
        return;
    }
    shield((), || {
        let Some(env) = call.state else { return };
        let has_own = env::owns_one(call.thread, env.object);
        let rule = match (with, call.wrong, has_own) {
            (Some((Kind::Deferred, _)), ..) => "affinity/promises-of-owner",
            (Some((Kind::Reference, rule)), Wrong::Foreign, true) => rule,
            (_, Wrong::Foreign, false) => "affinity/calls-from-owner",
            _ => "env/env-not-cached",
        };
        let name = call.name;
        let message = match (call.wrong, has_own) {
            (Wrong::Ended, _) => format!(
                "{name} with an env that has ended (it belonged to thread {})",
                env.tid
            ),
            (_, true) => format!(
                "{name} with the env of thread {}, on thread {}, which has an env of its own",
                env.tid,
                call.thread.tid()
            ),
            (_, false) => format!(
                "{name} on thread {}, but its env belongs to thread {}",
                call.thread.tid(),
                env.tid
            ),
        };
        finding::tell(&Finding {
            rule,
            call: name,
            object: env.object,
            message,
            stacks: vec![Titled::here("misused here", stack::capture())],
            count: 1,
        });
    });
}
