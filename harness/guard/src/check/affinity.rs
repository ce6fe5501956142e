//! An env is used by its own thread, and only while it lives.

use std::cell::Cell;

use crate::api::{Call, Wrong};
use crate::env::{self, ENDED};
use crate::report::finding::{self, Finding, Titled};
use crate::shield::shield;
use crate::stack;
use crate::sys::Env;
use crate::thread::Thread;

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

/// Tells that a call came with a wrong env. What came with it (a reference, a deferred) names the rule when it is
/// that which was handed to the wrong thread.
#[cold]
pub(crate) fn tell(call: &Call, with: Option<(Kind, &'static str)>) {
    call.told.set(true);
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
        finding::tell(Finding {
            rule,
            call: name,
            object: env.object,
            message,
            stacks: vec![Titled::here("misused here", stack::capture())],
            count: 1,
        });
    });
}
