//! References, wraps and instance data, when they are made.

use std::ffi::c_void;
use std::sync::atomic::Ordering;

use crate::api::{Call, table::node};
use crate::env::InstanceData;
use crate::resource::blocks;
use crate::shield::{lock, shield};
use crate::sys::{FUNCTION, OK, Out, Reference, Status, Value};

use super::callbacks::{self, Occasion};
use super::tracked::{self, Flavor, Kind};

/// Remembers the handle of a class, so that a reference to it is known as that of a class.
pub(crate) fn class_defined(call: &Call, status: Status, result: Out<Value>) {
    if status != OK || result.0.is_null() {
        return;
    }
    let next = call.thread.next_class.get();
    if let Some(slot) = call.thread.classes.get(next % 8) {
        // SAFETY: Node has just written there.
        slot.set(unsafe { (*result.0).0 } as usize);
    }
    call.thread.next_class.set(next + 1);
}

pub(crate) fn made(call: &Call, status: Status, value: Value, result: Out<Reference>) {
    if status != OK {
        return;
    }
    let handle = value.0 as usize;
    let flavor = if call
        .thread
        .classes
        .iter()
        .any(|class| class.get() == handle)
    {
        match callbacks::innermost(call.thread).map(|running| running.occasion) {
            Some(Occasion::Init) => Flavor::InitClass,
            _ => Flavor::Class,
        }
    } else {
        let mut kind = 0;
        // SAFETY: the value was good enough to make a reference of it, and the call cannot run JavaScript.
        let known = unsafe { node::napi_typeof(call.env, value, &raw mut kind) };
        if known == OK && kind == FUNCTION {
            Flavor::Function
        } else {
            Flavor::Other
        }
    };
    tracked::made_as(call, status, Kind::Reference, flavor, result.0.cast());
}

pub(crate) fn wrapped(call: &Call, status: Status, native: *mut c_void, result: Out<Reference>) {
    tracked::made(call, status, Kind::Reference, result.0.cast());
    if status == OK
        && let Some(env) = call.state
        && shield(false, || blocks::wrapped(native as usize, env.id))
    {
        env.wraps.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn finalizer_added(call: &Call, status: Status, result: Out<Reference>) {
    tracked::made(call, status, Kind::Reference, result.0.cast());
}

pub(crate) fn instance_data(call: &Call, status: Status, data: *mut c_void, finalizer: bool) {
    let Some(env) = call.state else { return };
    if status != OK {
        return;
    }
    shield((), || {
        let address = data as usize;
        *lock(&env.instance_data) = (address != 0).then(|| InstanceData {
            address,
            block: blocks::find_of(address, env.id),
            finalizer,
            stack: tracked::sampled(),
        });
    });
}
