//! No panic may cross into C: what could panic runs in here, and a panic becomes a note among the events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::report;

/// Runs a piece of the guard's own work. When it panics its result is `otherwise`.
pub(crate) fn shield<R>(otherwise: R, work: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no text");
            // A second panic, in the report itself, can only be swallowed.
            let _ = catch_unwind(AssertUnwindSafe(|| {
                report::note(&format!("the guard failed: {text}"));
            }));
            otherwise
        }
    }
}

/// A poisoned lock is used on: the panic was reported, and the tables stay valid between their operations.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
