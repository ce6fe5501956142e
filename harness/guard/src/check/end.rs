//! The end of an env: what it left behind, judged when everything of it has run.

use std::sync::atomic::Ordering;

use crate::env::{self, CLEANED, ENDED, EnvState};
use crate::objects::PathId;
use crate::report::finding::{self, Finding, Titled};
use crate::report::{self, Counts};
use crate::resource::{blocks, left};
use crate::stack;
use crate::thread;

use super::callbacks;
use super::tracked::{self, Flavor, Kind};

/// The thread is over, and with it all its envs.
pub(crate) fn thread() {
    let ended = env::of_this_thread();
    for env in &ended {
        one(env);
    }
    if !ended.is_empty() {
        left::judge(None);
        finding::tell_totals(false);
    }
}

/// The code of an addon is about to be unloaded, or just was: its envs are over.
pub(crate) fn object(path: PathId) {
    let owner = thread::current().serial();
    for env in env::not_ended(|env| env.object == path && env.owner == owner) {
        one(env);
    }
    left::judge(Some(path));
    finding::tell_totals(false);
}

/// The process exits: envs of the main thread whose cleanup hooks have run are over, the others were cut off.
pub(crate) fn process() {
    for env in env::of_this_thread() {
        if env.life() == CLEANED {
            one(env);
        }
    }
    left::judge(None);
    finding::tell_totals(true);
}

fn one(env: &'static EnvState) {
    env.life.store(ENDED, Ordering::Release);
    thread::current().forget(env);
    let mut counts = Counts {
        hooks: env.hooks.load(Ordering::Relaxed),
        wraps: env.wraps.load(Ordering::Relaxed),
        blocks: env.blocks.load(Ordering::Relaxed),
        bytes: env.bytes.load(Ordering::Relaxed),
        ..Counts::default()
    };
    for (entry, count) in tracked::left(env) {
        let (rule, call) = match entry.kind {
            Kind::Reference => {
                counts.references += i64::try_from(count).unwrap_or(0);
                if entry.flavor == Flavor::InitClass {
                    // A few words for each class and env, and how common binding generators do it.
                    continue;
                }
                ("cleanup/references", "napi_create_reference")
            }
            Kind::Work => ("terminate/async-work", "napi_create_async_work"),
            Kind::Context => ("cleanup/references", "napi_async_init"),
            // Those that wait when their env ends are never settled, and Node frees threadsafe functions.
            Kind::Deferred | Kind::Threadsafe => continue,
        };
        finding::tell(&Finding {
            rule,
            call,
            object: env.object,
            message: format!(
                "{} was not deleted when its env ended",
                tracked::describe(entry)
            ),
            stacks: vec![Titled {
                title: "made here",
                tid: entry.tid,
                stack: tracked::made_at(entry),
            }],
            count,
        });
    }
    instance_data(env);
    counts.descriptors = left::descriptors_of(env);
    counts.threads = left::threads_of(env);
    report::env_end(env, &counts);
    if !env.main {
        callbacks::forget(env);
    }
}

fn instance_data(env: &EnvState) {
    let Some(data) = *crate::shield::lock(&env.instance_data) else {
        return;
    };
    let Some(block) = data.block else { return };
    if blocks::find(data.address) != Some(block) {
        return;
    }
    let how = if data.finalizer {
        "its finalizer did not free it"
    } else {
        "it has no finalizer"
    };
    finding::tell(&Finding {
        rule: "cleanup/instance-data",
        call: "napi_set_instance_data",
        object: env.object,
        message: format!("the instance data was not freed when its env ended: {how}"),
        stacks: vec![Titled {
            title: "set here",
            tid: env.tid,
            stack: stack::kept(data.stack),
        }],
        count: 1,
    });
}
