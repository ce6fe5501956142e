//! Cleanup hooks: counted, and what a hook is given must still be there when it runs.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use crate::api::{Call, Wrong};
use crate::env::EnvState;
use crate::report::finding::{self, Finding, Titled};
use crate::resource::blocks::{self, BlockId};
use crate::shield::{lock, shield};
use crate::stack::{self, Stack, StackId};
use crate::sys::Hook;

use super::tracked;

struct Record {
    env: &'static EnvState,
    hook: Hook,
    argument: usize,
    /// The addon's block that the argument pointed to.
    block: Option<BlockId>,
    added: StackId,
}

type Key = (u32, usize, usize);

static HOOKS: Mutex<Option<HashMap<Key, usize>>> = Mutex::new(None);

unsafe extern "C-unwind" fn run(record: *mut c_void) {
    // SAFETY: made by `added`, and taken out of the table by whoever comes first, this or `removed`.
    let record = unsafe { Box::from_raw(record.cast::<Record>()) };
    shield((), || {
        let key = (record.env.id, record.hook as usize, record.argument);
        lock(&HOOKS).get_or_insert_default().remove(&key);
        record.env.hooks.fetch_sub(1, Ordering::Relaxed);
        if let Some(block) = record.block
            && blocks::find(record.argument) != Some(block)
        {
            finding::tell(&Finding {
                rule: "cleanup/hooks",
                call: "napi_add_env_cleanup_hook",
                object: record.env.object,
                message: "a cleanup hook runs with an argument that was freed before".to_owned(),
                stacks: vec![
                    Titled::here("the hook", Stack::of(record.hook as usize)),
                    Titled::here("added here", stack::kept(record.added)),
                ],
                count: 1,
            });
        }
    });
    let (hook, argument) = (record.hook, record.argument);
    drop(record);
    // SAFETY: the addon's own hook with its own argument.
    unsafe { hook(argument as *mut c_void) };
}

/// What Node gets instead of a hook and its argument.
pub(crate) fn added(
    call: &Call,
    hook: Option<Hook>,
    argument: *mut c_void,
) -> (Option<Hook>, *mut c_void) {
    let (Some(env), Some(own), Wrong::Nothing) = (call.state, hook, call.wrong) else {
        return (hook, argument);
    };
    shield((hook, argument), || {
        let key = (env.id, own as usize, argument as usize);
        let added = tracked::sampled();
        if let Some(&known) = lock(&HOOKS).get_or_insert_default().get(&key) {
            // Node ends the process when it gets the same hook twice; it shall see that it is the same.
            return (Some(run as Hook), known as *mut c_void);
        }
        let record = Box::into_raw(Box::new(Record {
            env,
            hook: own,
            argument: argument as usize,
            block: blocks::find(argument as usize),
            added,
        }));
        lock(&HOOKS)
            .get_or_insert_default()
            .insert(key, record as usize);
        env.hooks.fetch_add(1, Ordering::Relaxed);
        (Some(run as Hook), record.cast())
    })
}

/// The same for a hook that is removed.
pub(crate) fn removed(
    call: &Call,
    hook: Option<Hook>,
    argument: *mut c_void,
) -> (Option<Hook>, *mut c_void) {
    let (Some(env), Some(own), Wrong::Nothing) = (call.state, hook, call.wrong) else {
        return (hook, argument);
    };
    shield((hook, argument), || {
        let key = (env.id, own as usize, argument as usize);
        let Some(record) = lock(&HOOKS).get_or_insert_default().remove(&key) else {
            return (hook, argument);
        };
        env.hooks.fetch_sub(1, Ordering::Relaxed);
        // Left to itself: Node only compares its address now, and it is a few words.
        (Some(run as Hook), record as *mut c_void)
    })
}
