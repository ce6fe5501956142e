//! What the guard knows of a thread: which envs it used last, which callback runs, what failed last.
//! All of it is plain cells without destructor, so that it can be read from the first to the last moment of a
//! thread, and in a signal handler.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::check::callbacks::Running;
use crate::crash::Crash;
use crate::env::EnvState;
use crate::stack::StackId;
use crate::sys::Status;

const ENVS: usize = 4;
const SCOPES: usize = 64;
/// Addresses that are kept of the last failed call.
pub(crate) const FAILED_FRAMES: usize = 10;

/// The last Node-API call of a thread that did not return `napi_ok`.
#[derive(Clone, Copy)]
pub(crate) struct Failed {
    pub(crate) call: &'static str,
    pub(crate) status: Status,
    pub(crate) env: Option<&'static EnvState>,
    /// Addresses, innermost first, ended by 0.
    pub(crate) addresses: [usize; FAILED_FRAMES],
    /// How often in a row the same call failed the same way.
    pub(crate) times: u32,
}

/// The open handle scopes of a thread.
pub(crate) struct Scopes {
    pub(crate) count: Cell<usize>,
    open: [Cell<(usize, StackId)>; SCOPES],
    /// How many were opened at all: stacks are taken of the first ones and of samples.
    pub(crate) opened: Cell<u64>,
}

impl Scopes {
    pub(crate) fn get(&self, index: usize) -> (usize, StackId) {
        self.open.get(index).map_or((0, StackId::NONE), Cell::get)
    }

    pub(crate) fn push(&self, scope: usize, stack: StackId) {
        let count = self.count.get();
        if let Some(slot) = self.open.get(count) {
            slot.set((scope, stack));
        }
        self.count.set(count + 1);
    }
}

/// What is known of one thread.
pub(crate) struct Thread {
    serial: Cell<u64>,
    tid: Cell<i32>,
    envs: [Cell<(usize, Option<&'static EnvState>)>; ENVS],
    /// The env that was used last: what the addon allocates is put to its account.
    pub(crate) current: Cell<Option<&'static EnvState>>,
    /// The innermost callback of an addon that runs.
    pub(crate) running: Cell<*const Running>,
    pub(crate) scopes: Scopes,
    /// Handles of classes that were defined in the callback that runs.
    pub(crate) classes: [Cell<usize>; 8],
    pub(crate) next_class: Cell<usize>,
    /// The value that a refused call left in the place of its result, and the call.
    pub(crate) unset: Cell<Option<(usize, &'static str)>>,
    pub(crate) failed: Cell<Option<Failed>>,
    /// The crash that a signal handler which was installed before ours looks at now.
    pub(crate) chained: Cell<*const Crash>,
    /// Standard C++ starts a thread for the addon.
    pub(crate) starting: Cell<bool>,
    pub(crate) alternate_stack: Cell<usize>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            serial: Cell::new(0),
            tid: Cell::new(0),
            envs: [const { Cell::new((0, None)) }; ENVS],
            current: Cell::new(None),
            running: Cell::new(std::ptr::null()),
            scopes: Scopes {
                count: Cell::new(0),
                open: [const { Cell::new((0, StackId::NONE)) }; SCOPES],
                opened: Cell::new(0),
            },
            classes: [const { Cell::new(0) }; 8],
            next_class: Cell::new(0),
            unset: Cell::new(None),
            failed: Cell::new(None),
            chained: Cell::new(std::ptr::null()),
            starting: Cell::new(false),
            alternate_stack: Cell::new(0),
        }
    };
}

/// The calling thread's own. Not `Send`, so it cannot leave the thread it lives with.
#[inline]
pub(crate) fn current() -> &'static Thread {
    // SAFETY: it has no destructor, so it is there as long as its thread runs code, and it cannot be sent.
    THREAD.with(|thread| unsafe { &*std::ptr::from_ref(thread) })
}

impl Thread {
    /// A number that no other thread of the process ever has; the system's thread ids are used again.
    pub(crate) fn serial(&self) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        if self.serial.get() == 0 {
            self.serial.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        self.serial.get()
    }

    /// The system's id of the thread.
    pub(crate) fn tid(&self) -> i32 {
        if self.tid.get() == 0 {
            // SAFETY: always succeeds.
            self.tid.set(unsafe { libc::gettid() });
        }
        self.tid.get()
    }

    fn slot(&self, env: usize) -> &Cell<(usize, Option<&'static EnvState>)> {
        let index = (env >> 4 ^ env >> 8) % ENVS;
        // The index is always in range; `get` spares the proof of it to the reader.
        self.envs.get(index).unwrap_or(&self.envs[0])
    }

    /// An env that lives and belongs to this thread, when it was used before.
    #[inline]
    pub(crate) fn own(&self, env: usize) -> Option<&'static EnvState> {
        let (known, state) = self.slot(env).get();
        if known == env { state } else { None }
    }

    pub(crate) fn remember(&self, state: &'static EnvState) {
        self.slot(state.env).set((state.env, Some(state)));
    }

    pub(crate) fn forget(&self, state: &EnvState) {
        for slot in &self.envs {
            if slot.get().1.is_some_and(|known| known.id == state.id) {
                slot.set((0, None));
            }
        }
        if self.current.get().is_some_and(|known| known.id == state.id) {
            self.current.set(None);
        }
    }
}
