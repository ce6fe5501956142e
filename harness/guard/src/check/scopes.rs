//! Handle scopes are closed in order, in the callback that opened them.

use crate::api::{Call, Wrong};
use crate::report::finding::{self, Finding, Titled};
use crate::shield::shield;
use crate::stack::{self, Stack, StackId};
use crate::sys::{OK, Out, Scope, Status};
use crate::thread::Thread;

use super::callbacks::Running;

const RULE: &str = "callback/handle-scopes";

pub(crate) fn opened(call: &Call, status: Status, result: Out<Scope>) {
    const FIRST: u64 = 256;
    const ONE_OF: u64 = 64;
    if status != OK || result.0.is_null() || call.wrong != Wrong::Nothing || call.state.is_none() {
        return;
    }
    let scopes = &call.thread.scopes;
    let number = scopes.opened.get();
    scopes.opened.set(number + 1);
    let stack = if number < FIRST || number.is_multiple_of(ONE_OF) {
        shield(StackId::NONE, || stack::keep(&stack::capture()))
    } else {
        StackId::NONE
    };
    // SAFETY: Node has just written there.
    scopes.push(unsafe { (*result.0).0 } as usize, stack);
}

pub(crate) fn closed(call: &Call, scope: Scope) {
    if call.wrong != Wrong::Nothing || call.state.is_none() {
        return;
    }
    let scopes = &call.thread.scopes;
    let count = scopes.count.get();
    let wanted = scope.0 as usize;
    if count > 0 && scopes.get(count - 1).0 == wanted {
        scopes.count.set(count - 1);
        return;
    }
    // Deeper than the guard keeps handles: only the number is known.
    if count > 0 && scopes.get(count - 1).0 == 0 {
        scopes.count.set(count - 1);
        return;
    }
    shield((), || {
        match (0..count)
            .rev()
            .find(|&index| scopes.get(index).0 == wanted)
        {
            Some(index) => {
                scopes.count.set(index);
                wrong(
                    call,
                    "closed before a scope that was opened in it",
                    Some(scopes.get(index).1),
                );
            }
            None => wrong(
                call,
                "not open on this thread: closed twice, or of another env",
                None,
            ),
        }
    });
}

pub(crate) fn used(call: &Call, scope: Scope) {
    if call.wrong != Wrong::Nothing || call.state.is_none() {
        return;
    }
    let scopes = &call.thread.scopes;
    let wanted = scope.0 as usize;
    let count = scopes.count.get();
    if !(0..count)
        .rev()
        .any(|index| matches!(scopes.get(index).0, 0) || scopes.get(index).0 == wanted)
    {
        shield((), || {
            wrong(call, "used after it was closed, or of another env", None);
        });
    }
}

fn wrong(call: &Call, what: &str, opened: Option<StackId>) {
    let Some(env) = call.state else { return };
    let mut stacks = vec![Titled::here("misused here", stack::capture())];
    if let Some(opened) = opened {
        stacks.push(Titled::here("opened here", stack::kept(opened)));
    }
    finding::tell(&Finding {
        rule: RULE,
        call: call.name,
        object: env.object,
        message: format!("{}: a handle scope is {what}", call.name),
        stacks,
        count: 1,
    });
}

/// A callback returned; scopes that it opened must be closed by now.
pub(crate) fn balance(thread: &Thread, running: &Running) {
    let count = thread.scopes.count.get();
    let Some(env) = running.state else { return };
    if count == running.scopes {
        return;
    }
    // What was opened around this callback is closed by whoever opened it.
    thread.scopes.count.set(running.scopes);
    shield((), || {
        let callback = Titled::here("the callback", Stack::of(running.function));
        let (message, stacks) = if count > running.scopes {
            let opened = (running.scopes..count)
                .map(|index| stack::kept(thread.scopes.get(index).1))
                .find(|stack| !stack.frames().is_empty());
            let message = format!(
                "a callback returned with {} handle scope(s) left open",
                count - running.scopes
            );
            let mut stacks = vec![callback];
            if let Some(opened) = opened {
                stacks.insert(0, Titled::here("opened here", opened));
            }
            (message, stacks)
        } else {
            (
                "a callback closed a handle scope that it had not opened".to_owned(),
                vec![callback],
            )
        };
        finding::tell(&Finding {
            rule: RULE,
            call: "napi_open_handle_scope",
            object: env.object,
            message,
            stacks,
            count: 1,
        });
    });
}
