//! The envs of all addons: whose they are, whether they live, and what belongs to them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, Ordering};

use crate::objects::PathId;
use crate::resource::blocks::BlockId;
use crate::shield::lock;
use crate::stack::StackId;
use crate::thread::{self, Thread};

pub(crate) const ALIVE: u8 = 0;
/// The addon's cleanup hooks have run; finalizers may follow.
pub(crate) const CLEANED: u8 = 1;
pub(crate) const ENDED: u8 = 2;

/// Whether an exception waits in an env.
pub(crate) const NOTHING_PENDING: u8 = 0;
pub(crate) const EXCEPTION_PENDING: u8 = 1;
/// JavaScript cannot run any more: the env is ending.
pub(crate) const ENDING: u8 = 2;

/// The block that an env keeps as its instance data.
#[derive(Clone, Copy)]
pub(crate) struct InstanceData {
    pub(crate) address: usize,
    pub(crate) block: Option<BlockId>,
    pub(crate) finalizer: bool,
    pub(crate) stack: StackId,
}

/// One initialisation of one addon on one thread. Never freed: envs that ended are still recognised.
pub(crate) struct EnvState {
    pub(crate) id: u32,
    pub(crate) env: usize,
    pub(crate) object: PathId,
    pub(crate) owner: u64,
    pub(crate) tid: i32,
    pub(crate) main: bool,
    pub(crate) life: AtomicU8,
    pub(crate) pending: AtomicU8,
    pub(crate) pending_since: AtomicU32,
    /// Calls that were refused in a row since the env is ending.
    pub(crate) refused: AtomicU32,
    pub(crate) hooks: AtomicI64,
    pub(crate) wraps: AtomicI64,
    pub(crate) blocks: AtomicI64,
    pub(crate) bytes: AtomicI64,
    pub(crate) instance_data: Mutex<Option<InstanceData>>,
}

impl EnvState {
    pub(crate) fn life(&self) -> u8 {
        self.life.load(Ordering::Acquire)
    }

    pub(crate) fn pending(&self) -> u8 {
        self.pending.load(Ordering::Relaxed)
    }

    pub(crate) fn set_pending(&self, pending: u8, since: StackId) {
        self.pending.store(pending, Ordering::Relaxed);
        self.pending_since.store(since.0, Ordering::Relaxed);
    }
}

struct Envs {
    by_address: HashMap<usize, &'static EnvState>,
    all: Vec<&'static EnvState>,
}

static ENVS: Mutex<Option<Envs>> = Mutex::new(None);

/// A new env on the calling thread. An older one at the same address has ended, whatever was seen of it.
pub(crate) fn register(env: usize, object: PathId, thread: &Thread) -> &'static EnvState {
    let mut envs = lock(&ENVS);
    let envs = envs.get_or_insert_with(|| Envs {
        by_address: HashMap::new(),
        all: Vec::new(),
    });
    // SAFETY: always succeeds.
    let main = thread.tid() == unsafe { libc::getpid() };
    let state: &'static EnvState = Box::leak(Box::new(EnvState {
        id: u32::try_from(envs.all.len() + 1).unwrap_or(u32::MAX),
        env,
        object,
        owner: thread.serial(),
        tid: thread.tid(),
        main,
        life: AtomicU8::new(ALIVE),
        pending: AtomicU8::new(NOTHING_PENDING),
        pending_since: AtomicU32::new(0),
        refused: AtomicU32::new(0),
        hooks: AtomicI64::new(0),
        wraps: AtomicI64::new(0),
        blocks: AtomicI64::new(0),
        bytes: AtomicI64::new(0),
        instance_data: Mutex::new(None),
    }));
    envs.all.push(state);
    if let Some(older) = envs.by_address.insert(env, state) {
        older.life.store(ENDED, Ordering::Release);
    }
    thread.remember(state);
    thread.current.set(Some(state));
    state
}

/// The env that is, or was last, at an address.
pub(crate) fn at(env: usize) -> Option<&'static EnvState> {
    lock(&ENVS).as_ref()?.by_address.get(&env).copied()
}

/// The env with an id.
pub(crate) fn with_id(id: u32) -> Option<&'static EnvState> {
    let index = usize::try_from(id).ok()?.checked_sub(1)?;
    lock(&ENVS).as_ref()?.all.get(index).copied()
}

/// Whether a thread has an env of its own of this addon.
pub(crate) fn owns_one(thread: &Thread, object: PathId) -> bool {
    let serial = thread.serial();
    lock(&ENVS).as_ref().is_some_and(|envs| {
        envs.all
            .iter()
            .any(|env| env.owner == serial && env.object == object)
    })
}

/// The envs that did not end yet and that `wanted` names.
pub(crate) fn not_ended(wanted: impl Fn(&EnvState) -> bool) -> Vec<&'static EnvState> {
    lock(&ENVS).as_ref().map_or_else(Vec::new, |envs| {
        envs.all
            .iter()
            .copied()
            .filter(|env| env.life() != ENDED && wanted(env))
            .collect()
    })
}

/// Whether an addon has an env that did not end yet.
pub(crate) fn any_lives(object: PathId) -> bool {
    !not_ended(|env| env.object == object).is_empty()
}

/// The envs of the calling thread that did not end yet.
pub(crate) fn of_this_thread() -> Vec<&'static EnvState> {
    let serial = thread::current().serial();
    not_ended(|env| env.owner == serial)
}
