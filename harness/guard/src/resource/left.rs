//! Descriptors and threads of an addon that its env leaves behind.
//!
//! One left behind by one env may be a cache of the process, and one that was left by several may be waiting for
//! another thread (SQLite keeps descriptors of closed databases while other connections hold locks on the file).
//! So it is told when two envs did the same and no env of the addon lives any more, or when the addon's code was
//! unloaded, so that nobody is left who could close it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::check::tracked;
use crate::env::{self, EnvState};
use crate::objects::PathId;
use crate::report::finding::{self, Finding, Titled};
use crate::shield::{lock, shield};
use crate::stack::{self, StackId};
use crate::thread;

#[derive(Clone, Copy)]
struct Maker {
    env: u32,
    object: PathId,
    stack: StackId,
    tid: i32,
}

impl Maker {
    fn this() -> Option<Self> {
        let thread = thread::current();
        let env = thread.current.get()?;
        Some(Self {
            env: env.id,
            object: env.object,
            stack: tracked::sampled(),
            tid: thread.tid(),
        })
    }
}

struct Held {
    maker: Maker,
    /// Its env has ended.
    left: bool,
    told: bool,
    /// Device and inode of a descriptor's file.
    file: (u64, u64),
}

static DESCRIPTORS: Mutex<Option<HashMap<i32, Held>>> = Mutex::new(None);
static THREADS: Mutex<Option<HashMap<u64, Held>>> = Mutex::new(None);

fn file_of(descriptor: i32) -> Option<(u64, u64)> {
    let mut stat = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: fills the structure when it succeeds.
    unsafe {
        (libc::fstat(descriptor, stat.as_mut_ptr()) == 0).then(|| {
            let stat = stat.assume_init();
            (stat.st_dev, stat.st_ino)
        })
    }
}

/// The addon got a descriptor; errno stays as it is.
pub(crate) fn opened(descriptor: i32) {
    if descriptor < 0 {
        return;
    }
    shield((), || {
        // SAFETY: the calling thread's own.
        let errno = unsafe { *libc::__errno_location() };
        if let Some(maker) = Maker::this()
            && let Some(file) = file_of(descriptor)
        {
            let held = Held {
                maker,
                left: false,
                told: false,
                file,
            };
            lock(&DESCRIPTORS)
                .get_or_insert_default()
                .insert(descriptor, held);
        }
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = errno };
    });
}

/// The addon closes a descriptor.
pub(crate) fn closed(descriptor: i32) {
    shield((), || {
        lock(&DESCRIPTORS)
            .get_or_insert_default()
            .remove(&descriptor);
    });
}

/// The addon starts a thread; 0 stands for one that is nobody's.
pub(crate) fn thread_started() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    shield(0, || {
        let Some(maker) = Maker::this() else { return 0 };
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let held = Held {
            maker,
            left: false,
            told: false,
            file: (0, 0),
        };
        lock(&THREADS).get_or_insert_default().insert(id, held);
        id
    })
}

pub(crate) fn thread_ended(id: u64) {
    if id != 0 {
        shield((), || {
            lock(&THREADS).get_or_insert_default().remove(&id);
        });
    }
}

/// How many descriptors the env that ends has open.
pub(crate) fn descriptors_of(env: &EnvState) -> i64 {
    let mut all = lock(&DESCRIPTORS);
    let all = all.get_or_insert_default();
    // Somebody else may have closed it, with a call that is not the addon's.
    all.retain(|descriptor, held| {
        held.maker.env != env.id || file_of(*descriptor) == Some(held.file)
    });
    leave(all, env)
}

/// How many threads of the env that ends run.
pub(crate) fn threads_of(env: &EnvState) -> i64 {
    leave(lock(&THREADS).get_or_insert_default(), env)
}

fn leave<K>(all: &mut HashMap<K, Held>, env: &EnvState) -> i64 {
    let mut count = 0;
    for held in all.values_mut().filter(|held| held.maker.env == env.id) {
        held.left = true;
        count += 1;
    }
    count
}

/// Tells what was left behind, if it can be told by now.
pub(crate) fn judge(unloaded: Option<PathId>) {
    {
        let mut all = lock(&DESCRIPTORS);
        let all = all.get_or_insert_default();
        all.retain(|descriptor, held| !held.left || file_of(*descriptor) == Some(held.file));
    }
    let descriptors = groups(lock(&DESCRIPTORS).get_or_insert_default(), unloaded);
    let threads = groups(lock(&THREADS).get_or_insert_default(), unloaded);
    for (group, count) in descriptors {
        tell(
            group,
            count,
            unloaded,
            "cleanup/descriptors",
            "a descriptor is open",
        );
    }
    for (group, count) in threads {
        tell(group, count, unloaded, "cleanup/threads", "a thread runs");
    }
}

#[expect(clippy::iter_over_hash_type, reason = "into a sorted map")]
fn groups<K>(all: &mut HashMap<K, Held>, unloaded: Option<PathId>) -> Vec<(Maker, u64)> {
    let mut groups: BTreeMap<StackId, (Vec<&mut Held>, BTreeSet<u32>)> = BTreeMap::new();
    for held in all.values_mut() {
        if held.left || unloaded == Some(held.maker.object) {
            let group = groups.entry(held.maker.stack).or_default();
            group.1.insert(held.maker.env);
            group.0.push(held);
        }
    }
    let mut result = Vec::new();
    for (mut held, envs) in groups.into_values() {
        let Some(maker) = held.first().map(|held| held.maker) else {
            continue;
        };
        let is_unloaded = unloaded == Some(maker.object);
        if !is_unloaded && (envs.len() < 2 || env::any_lives(maker.object)) {
            continue;
        }
        let new = held.iter().filter(|held| !held.told).count();
        if new > 0 {
            for held in &mut held {
                held.told = true;
            }
            result.push((maker, new as u64));
        }
    }
    result
}

fn tell(maker: Maker, count: u64, unloaded: Option<PathId>, rule: &'static str, what: &str) {
    let when = if unloaded == Some(maker.object) {
        "although the code of the addon was unloaded"
    } else {
        "although all envs of the addon have ended, and more than one left some"
    };
    finding::tell(&Finding {
        rule,
        call: if rule == "cleanup/threads" {
            "pthread_create"
        } else {
            "open"
        },
        object: maker.object,
        message: format!("{what}, {when}"),
        stacks: vec![Titled {
            title: "made here",
            tid: maker.tid,
            stack: stack::kept(maker.stack),
        }],
        count,
    });
}
