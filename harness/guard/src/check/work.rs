//! Async work: its completion is a callback of the addon, too, and it ends when the work is deleted.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::api::{Call, Wrong};
use crate::shield::shield;
use crate::sys::{Env, OK, Out, Status, Work};

use super::callbacks::{Occasion, Running};
use super::tracked::{self, Kind};

pub(crate) type Execute = unsafe extern "C-unwind" fn(Env, *mut c_void);
pub(crate) type Complete = unsafe extern "C-unwind" fn(Env, Status, *mut c_void);

struct Record {
    execute: Option<Execute>,
    complete: Option<Complete>,
    data: *mut c_void,
    completed: AtomicBool,
}

/// What Node is given instead of the addon's functions and data.
pub(crate) struct Given {
    pub(crate) execute: Option<Execute>,
    pub(crate) complete: Option<Complete>,
    pub(crate) data: *mut c_void,
    ours: bool,
}

unsafe extern "C-unwind" fn execute(env: Env, record: *mut c_void) {
    // SAFETY: made by `record`; it stays until the work was completed.
    let (execute, data) = unsafe {
        let record = &*record.cast::<Record>();
        (record.execute, record.data)
    };
    if let Some(execute) = execute {
        // SAFETY: the addon's own function with its own data.
        unsafe { execute(env, data) };
    }
}

unsafe extern "C-unwind" fn complete(env: Env, status: Status, record: *mut c_void) {
    // SAFETY: as above. The addon may delete the work, and so the record, in its function.
    let (complete, data) = unsafe {
        let record = &*record.cast::<Record>();
        record.completed.store(true, Ordering::Release);
        (record.complete, record.data)
    };
    if let Some(complete) = complete {
        let running = Running::new(Occasion::Complete, env, complete as usize);
        running.enter();
        // SAFETY: the addon's own function with its own data.
        unsafe { complete(env, status, data) };
    }
}

pub(crate) fn record(
    call: &Call,
    own_execute: Option<Execute>,
    own_complete: Option<Complete>,
    data: *mut c_void,
) -> Given {
    if call.state.is_none() || call.wrong != Wrong::Nothing {
        return Given {
            execute: own_execute,
            complete: own_complete,
            data,
            ours: false,
        };
    }
    let record = Box::into_raw(Box::new(Record {
        execute: own_execute,
        complete: own_complete,
        data,
        completed: AtomicBool::new(false),
    }));
    Given {
        // Node refuses work without it.
        execute: own_execute.map(|_| execute as Execute),
        complete: own_complete.map(|_| complete as Complete),
        data: record.cast(),
        ours: true,
    }
}

pub(crate) fn made(call: &Call, status: Status, given: &Given, result: Out<Work>) {
    if given.ours && status != OK {
        // SAFETY: made by `record`, and Node did not take it.
        drop(unsafe { Box::from_raw(given.data.cast::<Record>()) });
        return;
    }
    tracked::made(call, status, Kind::Work, result.0.cast());
    if given.ours && status == OK && !result.0.is_null() {
        // SAFETY: Node has just written there.
        let work = unsafe { (*result.0).0 } as usize;
        shield((), || tracked::set_record(work, given.data as usize));
    }
}

/// The addon is about to delete work. The record goes with it, unless the work never ran: then it is a few words.
pub(crate) fn deleted(call: &Call, work: Work) {
    let record = shield(0, || tracked::take_record(work.0 as usize));
    if record != 0 {
        // SAFETY: taken out of the table, so nobody else frees it.
        unsafe {
            let record = record as *mut Record;
            if (*record).completed.load(Ordering::Acquire) {
                drop(Box::from_raw(record));
            }
        }
    }
    tracked::closed(call, work.0 as usize);
}
