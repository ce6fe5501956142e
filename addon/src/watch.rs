//! What ends a long call early: the end of the worker, a deadline, or another thread's request.
//!
//! SQLite asks its progress handler every few thousand steps of its virtual machine, and the file
//! system of [`crate::vfs`] asks while it waits for a lock.

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use napi_sys as sys;
use rusqlite::ffi;

use crate::db::Db;
use crate::entry::{Call, UNDEFINED};
use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::js;

/// Virtual machine steps between two looks: some tens of microseconds, against 0.1 for the look.
const STEPS_BETWEEN_LOOKS: c_int = 4_000;

thread_local! {
    /// The watch of the connection that is being used on this thread, where it has anything to
    /// watch for: SQLite's file system does not know connections.
    static ACTIVE: Cell<*const Watch> = const { Cell::new(ptr::null()) };
}

/// When an execution must have ended.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Instant,
    /// As it was given, for the message.
    milliseconds: u32,
}

impl Deadline {
    /// So many milliseconds from now.
    pub fn after(milliseconds: u32) -> Self {
        Self {
            at: Instant::now() + Duration::from_millis(milliseconds.into()),
            milliseconds,
        }
    }
}

/// Why a call was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its deadline of so many milliseconds.
    Deadline(u32),
    /// A request of a thread that has the token.
    Interrupt,
}

/// A counter in memory that other threads share; each change asks the running call to end.
#[derive(Debug)]
struct Token {
    /// Keeps the memory alive.
    reference: sys::napi_ref,
    env: sys::napi_env,
    counter: *const AtomicI32,
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: made by this env, and dropped at the latest in its cleanup hook.
        unsafe { sys::napi_delete_reference(self.env, self.reference) };
    }
}

/// What a connection watches for.
#[derive(Debug, Default)]
pub struct Watch {
    deadline: Cell<Option<Deadline>>,
    cause: Cell<Option<Cause>>,
    token: RefCell<Option<Token>>,
    /// The counter when the outermost call began: requests before that are not for it.
    seen: Cell<i32>,
    needed: Cell<bool>,
}

impl Watch {
    /// Called when a call begins. A call inside of a callback belongs to the one around it.
    #[inline]
    pub fn start(&self, nested: bool) {
        if !nested {
            self.cause.set(None);
            if self.needed.get() {
                self.seen.set(self.count());
            }
        }
    }

    /// Runs a call of SQLite that may take long, under a deadline of its own if it has one.
    #[inline]
    pub fn during<T>(&self, deadline: Option<Deadline>, run: impl FnOnce() -> T) -> T {
        if deadline.is_none() && !self.needed.get() {
            run()
        } else {
            self.actively(deadline, run)
        }
    }

    fn actively<T>(&self, deadline: Option<Deadline>, run: impl FnOnce() -> T) -> T {
        let own = deadline.or(self.deadline.get());
        let before = self.deadline.replace(own);
        let active = ACTIVE.replace(self);
        let value = run();
        ACTIVE.set(active);
        self.deadline.set(before);
        value
    }

    /// Why the call was ended, once.
    pub fn take_cause(&self) -> Option<Cause> {
        self.cause.take()
    }

    /// Lets go of the shared memory.
    pub fn end(&self) {
        self.needed.set(false);
        self.token.take();
    }

    fn count(&self) -> i32 {
        let token = self.token.borrow();
        token.as_ref().map_or(0, |token| {
            // SAFETY: the reference keeps the memory alive, and it is aligned for an `i32`.
            unsafe { &*token.counter }.load(Ordering::Relaxed)
        })
    }

    fn must_stop(&self) -> bool {
        if let Some(deadline) = self.deadline.get()
            && Instant::now() >= deadline.at
        {
            self.cause.set(Some(Cause::Deadline(deadline.milliseconds)));
            return true;
        }
        let asked = self.needed.get() && self.count() != self.seen.get();
        if asked {
            self.cause.set(Some(Cause::Interrupt));
        }
        asked
    }
}

/// Whether a wait on this thread should go on.
pub fn may_wait() -> bool {
    // SAFETY: set by `during` for as long as the connection is being used.
    let active = unsafe { ACTIVE.get().as_ref() };
    !active.is_some_and(Watch::must_stop) && EnvState::current_may_run_javascript()
}

impl Db {
    /// Has SQLite look at the watch of this connection.
    pub fn watch(&self, raw: *mut ffi::sqlite3) {
        // SAFETY: the connection is open; the argument lives as long as it is.
        unsafe {
            ffi::sqlite3_progress_handler(
                raw,
                STEPS_BETWEEN_LOOKS,
                Some(look),
                ptr::from_ref(self).cast_mut().cast(),
            );
        }
    }
}

/// SQLite's progress handler: not 0 interrupts the call that is running.
unsafe extern "C" fn look(data: *mut c_void) -> c_int {
    catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the connection that registered it, which is being used and so alive.
        let db = unsafe { &*data.cast::<Db>() };
        c_int::from(db.watched().must_stop() || !db.state().may_run_javascript())
    }))
    .unwrap_or(1)
}

/// `dbToken(db, view)`: from now on a change of the view's first 32-bit element, by whatever
/// thread, interrupts what runs on the connection.
pub fn set_token(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    db.raw()?;
    let env = call.env();
    // SAFETY: only the address is taken; the reference below keeps the memory.
    let bytes = unsafe { js::view_bytes(env, call.arg(1)) }?;
    #[allow(clippy::cast_ptr_alignment)] // checked below
    let counter = bytes.as_ptr().cast::<AtomicI32>();
    if bytes.len() < 4 || !counter.is_aligned() {
        return Err(Failure::ArgType("an Int32Array was expected".to_owned()));
    }
    let mut reference = ptr::null_mut();
    // SAFETY: the value is in scope; the out-parameter is a local.
    js::ok(unsafe { sys::napi_create_reference(env, call.arg(1), 1, &raw mut reference) })?;
    let watch = db.watched();
    watch.token.replace(Some(Token {
        reference,
        env,
        counter,
    }));
    watch.needed.set(true);
    watch.seen.set(watch.count());
    Ok(UNDEFINED)
}
