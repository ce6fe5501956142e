//! Threadsafe functions: any thread may use them, but none after their finalizer.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::api::Call;
use crate::env;
use crate::report::finding::{self, Finding, Titled};
use crate::shield::shield;
use crate::stack;
use crate::sys::{Env, Finalize, OK, Out, Status, Threadsafe};

use super::tracked::{self, Kind, Life};

/// The addon's finalizer, and the function that it belongs to.
pub(crate) struct Record {
    function: AtomicUsize,
    finalize: Option<Finalize>,
    data: *mut c_void,
}

pub(crate) fn record(finalize: Option<Finalize>, data: *mut c_void) -> *mut Record {
    Box::into_raw(Box::new(Record {
        function: AtomicUsize::new(0),
        finalize,
        data,
    }))
}

/// Node has made the function, or has not and will never call its finalizer.
pub(crate) fn made(call: &Call, status: Status, record: *mut Record, result: Out<Threadsafe>) {
    if status == OK && !result.0.is_null() && call.state.is_some() {
        // SAFETY: Node has just written there; the finalizer runs later, on this thread.
        unsafe {
            (*record)
                .function
                .store((*result.0).0 as usize, Ordering::Relaxed);
        }
    } else if status != OK {
        // SAFETY: made by `record`, and nobody else has it.
        drop(unsafe { Box::from_raw(record) });
    }
}

pub(crate) unsafe extern "C-unwind" fn finalized(
    env: Env,
    data: *mut c_void,
    context: *mut c_void,
) {
    // SAFETY: made by `record`; Node calls the finalizer once.
    let record = unsafe { Box::from_raw(data.cast::<Record>()) };
    let Record {
        function,
        finalize,
        data,
    } = *record;
    if let Some(finalize) = finalize {
        // SAFETY: the addon's own finalizer with its own data.
        unsafe { finalize(env, data, context) };
    }
    let function = function.into_inner();
    if function != 0 {
        shield((), || tracked::finalized(function));
    }
}

/// A call that has no env.
pub(crate) fn used(name: &'static str, function: Threadsafe) {
    shield((), || {
        let Some(entry) = tracked::get(function.0 as usize) else {
            return;
        };
        if entry.kind != Kind::Threadsafe || entry.life == Life::Alive {
            return;
        }
        let Some(env) = env::with_id(entry.env) else {
            return;
        };
        finding::tell(&Finding {
            rule: "cleanup/threadsafe-functions",
            call: name,
            object: env.object,
            message: format!("{name}: a threadsafe function was used after its finalizer had run"),
            stacks: vec![
                Titled::here("misused here", stack::capture()),
                Titled {
                    title: "made here",
                    tid: entry.tid,
                    stack: tracked::made_at(entry),
                },
            ],
            count: 1,
        });
    });
}
