//! The addon's functions as JavaScript calls them: each is entered through here, so that it is known which one
//! runs, and that it left its env in order.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Mutex;

use crate::api::table::node;
use crate::env::{self, EnvState, NOTHING_PENDING};
use crate::shield::{lock, shield};
use crate::stack::StackId;
use crate::sys::{Callback, Env, Info, OK, Property, Value};
use crate::thread::{self, Thread};

use super::{affinity, scopes};

/// Different functions that are followed at most. An addon that makes functions without end keeps its own.
const MOST: usize = 65536;

/// What the addon registered. Node gets it as the `data` of the function.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Record {
    env: u32,
    functions: [usize; 3],
    data: usize,
}

const METHOD: usize = 0;
const GETTER: usize = 1;
const SETTER: usize = 2;

struct Records {
    known: HashMap<Record, usize>,
    told: bool,
}

static RECORDS: Mutex<Option<Records>> = Mutex::new(None);

/// What Node called the addon for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    Init,
    Call,
    /// Async work is done.
    Complete,
}

/// A callback that runs, on the stack of the thread that runs it.
pub(crate) struct Running {
    outer: *const Running,
    pub(crate) occasion: Occasion,
    /// What Node passed, whose env it may be.
    pub(crate) env: Env,
    info: Info,
    data: *mut c_void,
    pub(crate) function: usize,
    pub(crate) state: Option<&'static EnvState>,
    /// Open scopes of the thread when it began.
    pub(crate) scopes: usize,
    thread: &'static Thread,
}

impl Running {
    /// The value must not be moved after it was entered.
    pub(crate) fn new(occasion: Occasion, env: Env, function: usize) -> Self {
        let thread = thread::current();
        let state = thread.own(env.0 as usize).or_else(|| {
            let state = shield(None, || env::at(env.0 as usize))?;
            if state.owner == thread.serial() {
                thread.remember(state);
                return Some(state);
            }
            shield((), || affinity::entered(state, thread, function));
            None
        });
        Self {
            outer: thread.running.get(),
            occasion,
            env,
            info: Info(std::ptr::null_mut()),
            data: std::ptr::null_mut(),
            function,
            state,
            scopes: thread.scopes.count.get(),
            thread,
        }
    }

    pub(crate) fn enter(&self) {
        let thread = self.thread;
        thread.running.set(self);
        thread.current.set(self.state);
        thread.unset.set(None);
        if let Some(state) = self.state {
            if state.pending() == env::EXCEPTION_PENDING {
                state.set_pending(NOTHING_PENDING, StackId::NONE);
            }
            if self.outer.is_null() {
                state.refused.store(0, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }
}

/// The innermost callback that runs on a thread.
pub(crate) fn innermost(thread: &Thread) -> Option<&Running> {
    // SAFETY: it is on the stack of this thread, further out.
    unsafe { thread.running.get().as_ref() }
}

impl Drop for Running {
    /// Also when a C++ exception leaves the callback.
    fn drop(&mut self) {
        let thread = self.thread;
        thread.running.set(self.outer);
        thread.unset.set(None);
        for class in &thread.classes {
            class.set(0);
        }
        if let Some(state) = self.state
            && state.pending() == env::EXCEPTION_PENDING
        {
            // Node throws it into JavaScript now.
            state.set_pending(NOTHING_PENDING, StackId::NONE);
        }
        scopes::balance(thread, self);
        if !self.outer.is_null() {
            // SAFETY: the outer callback runs around this one.
            thread.current.set(unsafe { (*self.outer).state });
        }
    }
}

unsafe extern "C-unwind" fn enter<const WHICH: usize>(env: Env, info: Info) -> Value {
    let mut data = std::ptr::null_mut();
    let nothing: *mut c_void = std::ptr::null_mut();
    // SAFETY: Node's own arguments; only the data are asked for.
    let status = unsafe {
        node::napi_get_cb_info()(
            env,
            info,
            nothing.cast(),
            nothing.cast(),
            nothing.cast(),
            &raw mut data,
        )
    };
    if status != OK || data.is_null() {
        return Value(std::ptr::null_mut());
    }
    // SAFETY: the functions that enter here were made with a record as their data, which lives as long as they.
    let record = unsafe { *data.cast::<Record>() };
    let function = record.functions.get(WHICH).copied().unwrap_or(0);
    let mut running = Running::new(Occasion::Call, env, function);
    running.info = info;
    running.data = record.data as *mut c_void;
    running.enter();
    // SAFETY: the addon's own function, for which this one was registered.
    unsafe { std::mem::transmute::<usize, Callback>(function)(env, info) }
}

/// The data of the addon in the place of ours.
pub(crate) fn data_of(thread: &Thread, info: Info, data: *mut c_void) -> *mut c_void {
    let mut running = thread.running.get();
    while !running.is_null() {
        // SAFETY: callbacks that run on this thread, each around the one before.
        let one = unsafe { &*running };
        if one.info == info {
            return one.data;
        }
        running = one.outer;
    }
    data
}

fn keep(record: Record) -> Option<*mut c_void> {
    let mut records = lock(&RECORDS);
    let records = records.get_or_insert_with(|| Records {
        known: HashMap::new(),
        told: false,
    });
    if let Some(&known) = records.known.get(&record) {
        return Some(known as *mut c_void);
    }
    if records.known.len() >= MOST {
        if !std::mem::replace(&mut records.told, true) {
            crate::report::note("many functions: those that are made from now on are not followed");
        }
        return None;
    }
    let kept = Box::into_raw(Box::new(record));
    records.known.insert(record, kept as usize);
    Some(kept.cast())
}

/// What Node gets instead of a function and its data; the same as before when the env is not known.
pub(crate) fn method(
    state: Option<&EnvState>,
    function: Option<Callback>,
    data: *mut c_void,
) -> (Option<Callback>, *mut c_void) {
    let (Some(state), Some(own)) = (state, function) else {
        return (function, data);
    };
    let record = Record {
        env: state.id,
        functions: [own as usize, 0, 0],
        data: data as usize,
    };
    match shield(None, || keep(record)) {
        Some(kept) => (Some(enter::<METHOD>), kept),
        None => (function, data),
    }
}

/// The same for the descriptors of properties. None when they can stay as they are.
///
/// # Safety
/// `properties` points to `count` descriptors, or is null.
pub(crate) unsafe fn properties(
    state: Option<&EnvState>,
    count: usize,
    properties: *const Property,
) -> Option<Vec<Property>> {
    let state = state?;
    if properties.is_null() || count == 0 {
        return None;
    }
    // SAFETY: the caller's promise.
    let properties = unsafe { std::slice::from_raw_parts(properties, count) };
    shield(None, || {
        Some(
            properties
                .iter()
                .map(|&property| replaced(state, property))
                .collect(),
        )
    })
}

fn replaced(state: &EnvState, property: Property) -> Property {
    let address = |function: Option<Callback>| function.map_or(0, |function| function as usize);
    let functions = [
        address(property.method),
        address(property.getter),
        address(property.setter),
    ];
    if functions == [0; 3] {
        return property;
    }
    let record = Record {
        env: state.id,
        functions,
        data: property.data as usize,
    };
    let Some(kept) = keep(record) else {
        return property;
    };
    Property {
        method: property.method.map(|_| enter::<METHOD> as Callback),
        getter: property.getter.map(|_| enter::<GETTER> as Callback),
        setter: property.setter.map(|_| enter::<SETTER> as Callback),
        data: kept,
        ..property
    }
}

/// Frees the records of an env that has ended: nobody can call its functions any more.
pub(crate) fn forget(env: &EnvState) {
    let mut records = lock(&RECORDS);
    let Some(records) = records.as_mut() else {
        return;
    };
    records.known.retain(|record, kept| {
        if record.env == env.id {
            // SAFETY: made by `keep`, and called by nobody any more.
            drop(unsafe { Box::from_raw(*kept as *mut Record) });
        }
        record.env != env.id
    });
}
