//! What Node-API hands out and an env keeps (references, deferreds, async work, …): used with the env that made
//! it, and not after it was deleted.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::api::{Call, Wrong};
use crate::env::{self, EnvState};
use crate::report::finding::{self, Finding, Titled};
use crate::shield::{lock, shield};
use crate::stack::{self, Stack, StackId};
use crate::sys::{OK, Status};

use super::affinity;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Reference,
    Deferred,
    Work,
    Context,
    Threadsafe,
}

/// What a reference refers to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    Other,
    Class,
    /// Made while the addon was initialised: there is one for each class and env.
    InitClass,
    Function,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Alive,
    /// Deleted, settled, or its finalizer has run.
    Closed,
}

#[derive(Clone, Copy)]
pub(crate) struct Tracked {
    pub(crate) kind: Kind,
    pub(crate) flavor: Flavor,
    pub(crate) life: Life,
    pub(crate) env: u32,
    pub(crate) made: StackId,
    pub(crate) tid: i32,
    pub(crate) closed: StackId,
    /// What the guard gave to Node with it.
    record: usize,
}

const SHARDS: usize = 64;

/// By address. An entry stays after its object was deleted, until something else is made at its address.
static TRACKED: [Mutex<Option<HashMap<usize, Tracked>>>; SHARDS] =
    [const { Mutex::new(None) }; SHARDS];

fn with<R>(address: usize, work: impl FnOnce(&mut HashMap<usize, Tracked>) -> R) -> R {
    let shard = &TRACKED[(address >> 4 ^ address >> 10) % SHARDS];
    work(lock(shard).get_or_insert_with(HashMap::new))
}

/// Takes a stack for the first objects that an env makes and for samples of the others: these get the last one.
pub(crate) fn sampled() -> StackId {
    const FIRST: u32 = 4096;
    const ONE_OF: u32 = 16;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = TAKEN.fetch_add(1, Ordering::Relaxed);
    if number > FIRST && !number.is_multiple_of(ONE_OF) {
        return StackId(LAST.load(Ordering::Relaxed));
    }
    let id = stack::keep(&stack::capture());
    LAST.store(id.0, Ordering::Relaxed);
    id
}

/// Something was made; its handle stands at `result`.
pub(crate) fn made(call: &Call, status: Status, kind: Kind, result: *const usize) {
    made_as(call, status, kind, Flavor::Other, result);
}

pub(crate) fn made_as(
    call: &Call,
    status: Status,
    kind: Kind,
    flavor: Flavor,
    result: *const usize,
) {
    let Some(env) = call.state else { return };
    if status != OK || result.is_null() {
        return;
    }
    // SAFETY: Node has just written there.
    let address = unsafe { *result };
    shield((), || {
        let entry = Tracked {
            kind,
            flavor,
            life: Life::Alive,
            env: env.id,
            made: sampled(),
            tid: call.thread.tid(),
            closed: StackId::NONE,
            record: 0,
        };
        with(address, |all| all.insert(address, entry));
    });
}

/// It is about to be deleted. This comes first, because after the call another thread may get the same address.
pub(crate) fn closed(call: &Call, address: usize) {
    if call.wrong != Wrong::Nothing {
        return;
    }
    shield((), || {
        let alive = with(address, |all| {
            all.get_mut(&address)
                .filter(|entry| entry.life == Life::Alive)
                .map(|entry| {
                    entry.life = Life::Closed;
                    entry.closed = entry.made;
                })
        });
        if alive.is_some() {
            let stack = sampled();
            with(address, |all| {
                if let Some(entry) = all.get_mut(&address) {
                    entry.closed = stack;
                }
            });
        }
    });
}

/// The call that was to settle it was refused, so it can still be settled.
pub(crate) fn reopened(call: &Call, status: Status, address: usize) {
    if status == OK || call.wrong != Wrong::Nothing {
        return;
    }
    shield((), || {
        with(address, |all| {
            if let Some(entry) = all.get_mut(&address) {
                entry.life = Life::Alive;
            }
        });
    });
}

/// The finalizer of a threadsafe function has run.
pub(crate) fn finalized(address: usize) {
    let stack = sampled();
    with(address, |all| {
        if let Some(entry) = all.get_mut(&address) {
            entry.life = Life::Closed;
            entry.closed = stack;
        }
    });
}

pub(crate) fn set_record(address: usize, record: usize) {
    with(address, |all| {
        if let Some(entry) = all.get_mut(&address) {
            entry.record = record;
        }
    });
}

pub(crate) fn take_record(address: usize) -> usize {
    with(address, |all| {
        all.get_mut(&address)
            .map_or(0, |entry| std::mem::take(&mut entry.record))
    })
}

pub(crate) fn get(address: usize) -> Option<Tracked> {
    with(address, |all| all.get(&address).copied())
}

/// A tracked thing is an argument of a call.
#[inline]
pub(crate) fn used(address: usize, call: &Call) {
    let entry = shield(None, || get(address));
    if let (Some(entry), Some(env)) = (entry, call.state)
        && (entry.env != env.id || entry.life != Life::Alive || call.wrong != Wrong::Nothing)
    {
        shield((), || misused(entry, env, call));
    }
}

/// The rule that names what was shared.
fn rule(entry: Tracked) -> &'static str {
    match (entry.kind, entry.flavor) {
        (Kind::Reference, Flavor::Class | Flavor::InitClass) => "env/constructor-per-env",
        (Kind::Reference, Flavor::Function) => "env/callbacks-per-env",
        (Kind::Deferred, _) => "affinity/promises-of-owner",
        (Kind::Threadsafe, _) => "cleanup/threadsafe-functions",
        _ => "env/references-per-env",
    }
}

fn noun(entry: Tracked) -> &'static str {
    match (entry.kind, entry.flavor) {
        (Kind::Reference, Flavor::Class | Flavor::InitClass) => "a reference to a class",
        (Kind::Reference, Flavor::Function) => "a reference to a function",
        (Kind::Reference, Flavor::Other) => "a reference",
        (Kind::Deferred, _) => "a deferred",
        (Kind::Work, _) => "async work",
        (Kind::Context, _) => "an async context",
        (Kind::Threadsafe, _) => "a threadsafe function",
    }
}

#[cold]
fn misused(entry: Tracked, env: &EnvState, call: &Call) {
    if call.wrong != Wrong::Nothing {
        affinity::tell(call, Some((entry.kind, rule(entry))));
        return;
    }
    let Some(maker) = env::with_id(entry.env) else {
        return;
    };
    let (noun, name) = (noun(entry), call.name);
    let made = Titled {
        title: "made here",
        tid: entry.tid,
        stack: stack::kept(entry.made),
    };
    let mut stacks = vec![Titled::here("misused here", stack::capture()), made];
    let (rule, message) = if entry.env == env.id {
        let deleted = Titled {
            title: "deleted here",
            tid: entry.tid,
            stack: stack::kept(entry.closed),
        };
        stacks.insert(1, deleted);
        let rule = match entry.kind {
            Kind::Threadsafe => "cleanup/threadsafe-functions",
            _ => "lifetime/use-after-dispose",
        };
        let message = format!("{name}: {noun} was used after it was deleted");
        (rule, message)
    } else {
        let ended = if maker.life() == env::ENDED {
            ", which has ended"
        } else {
            ""
        };
        let message = if maker.owner == env.owner {
            format!("{name}: {noun} was made by another env of this thread{ended}")
        } else {
            format!(
                "{name}: {noun} was made by the env of thread {}{ended}",
                maker.tid
            )
        };
        (rule(entry), message)
    };
    finding::tell(&Finding {
        rule,
        call: name,
        object: env.object,
        message,
        stacks,
        count: 1,
    });
}

/// Those of one kind that an env which ended still had, by the stack that made them. What was deleted in order
/// is forgotten.
pub(crate) fn left(env: &EnvState) -> Vec<(Tracked, u64)> {
    let mut left: Vec<(Tracked, u64)> = Vec::new();
    for shard in &TRACKED {
        let mut all = lock(shard);
        let Some(all) = all.as_mut() else { continue };
        all.retain(|_, entry| entry.env != env.id || entry.life == Life::Alive);
        // Only counted and then sorted, so the order of the map does not show.
        for entry in all.values().filter(|entry| entry.env == env.id) {
            match left
                .iter_mut()
                .find(|(known, _)| known.kind == entry.kind && known.made == entry.made)
            {
                Some((_, count)) => *count += 1,
                None => left.push((*entry, 1)),
            }
        }
    }
    left.sort_by_key(|(entry, _)| entry.made);
    left
}

/// How a thing is called in a message about what was left.
pub(crate) fn describe(entry: Tracked) -> &'static str {
    noun(entry)
}

/// The stack that made it.
pub(crate) fn made_at(entry: Tracked) -> Stack {
    stack::kept(entry.made)
}
