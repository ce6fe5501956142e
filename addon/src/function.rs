//! User functions and aggregates: registration, and SQLite's calls into JavaScript.
//!
//! The accumulators of an aggregate are JavaScript values, kept by the JavaScript layer in numbered
//! slots; SQLite's context holds the number. So no value is converted between two steps, and a
//! step is one call.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int, c_void};
use std::rc::Rc;

use napi_sys as sys;
use rusqlite::ffi;

use crate::api;
use crate::callback::{self, Callback, Scope};
use crate::db::Db;
use crate::entry::{Call, UNDEFINED};
use crate::failure::Result;
use crate::js;
use crate::rows::Integers;
use crate::value;

/// Bits of the last argument of both entry points.
const BIGINTS: i32 = 1;
const DETERMINISTIC: i32 = 2;
const DIRECT_ONLY: i32 = 4;

fn flags(bits: i32) -> c_int {
    let mut flags = ffi::SQLITE_UTF8;
    if bits & DETERMINISTIC != 0 {
        flags |= ffi::SQLITE_DETERMINISTIC;
    }
    if bits & DIRECT_ONLY != 0 {
        flags |= ffi::SQLITE_DIRECTONLY;
    }
    flags
}

fn integers(bits: i32) -> Integers {
    if bits & BIGINTS != 0 {
        Integers::BigInts
    } else {
        Integers::Numbers
    }
}

struct Function {
    /// The connection, which destroys its functions before it goes.
    db: *const Db,
    callback: Callback,
    integers: Integers,
}

/// `dbFunction(db, name, function, arguments, bits)`
pub fn define(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    let (arguments, bits) = (call.int(3)?, call.int(4)?);
    let function = Box::new(Function {
        db: std::ptr::from_ref(db),
        callback: Callback::new(db.state(), call.arg(2))?,
        integers: integers(bits),
    });
    api::with_string(call, 1, |name, _| {
        // SAFETY: the name ends with a NUL; the box is freed by `destroy`, which SQLite calls in
        // any case.
        db.settle(unsafe {
            ffi::sqlite3_create_function_v2(
                raw,
                name.as_ptr(),
                arguments,
                flags(bits),
                Box::into_raw(function).cast(),
                Some(run_function),
                None,
                None,
                Some(destroy::<Function>),
            )
        })
    })?;
    Ok(UNDEFINED)
}

unsafe extern "C" fn run_function(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: the box that was registered; the connection is being used and so alive.
    let (function, db) = unsafe {
        let function = &*ffi::sqlite3_user_data(context).cast::<Function>();
        (function, &*function.db)
    };
    let done = callback::enter(db, |scope| {
        let state = function.callback.state();
        // SAFETY: those of this call.
        unsafe {
            value::arguments(
                state.raw(),
                None,
                count,
                values,
                function.integers,
                |args| {
                    let result = function.callback.call(scope, args)?;
                    value::set_result(state, context, result)
                },
            )
        }
    });
    if done.is_none() {
        // SAFETY: the context of this call. There is no text: what was thrown comes out.
        unsafe { value::refuse(context, "") };
    }
}

unsafe extern "C" fn destroy<T>(data: *mut c_void) {
    // SAFETY: the box that was registered; SQLite calls this once.
    let object = unsafe { Box::from_raw(data.cast::<T>()) };
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || drop(object)));
}

struct Aggregate {
    db: *const Db,
    /// `start(slot)`, `step(slot, …)`, `inverse(slot, …)`, `value(slot)`,
    /// `finish(slot, asked)`.
    start: Callback,
    step: Callback,
    inverse: Option<Callback>,
    value: Callback,
    finish: Callback,
    integers: Integers,
    slots: Cell<i32>,
    free: RefCell<Vec<i32>>,
}

impl Aggregate {
    fn take_slot(&self) -> i32 {
        self.free.borrow_mut().pop().unwrap_or_else(|| {
            let slot = self.slots.get();
            self.slots.set(slot + 1);
            slot
        })
    }
}

/// What SQLite keeps for each group, zeroed at first.
#[repr(C)]
struct Group {
    /// The slot of the accumulator plus 1; 0 before the first step.
    slot: c_int,
    /// Not 0 once a window asked for its value; what it gives at its end is not looked at then.
    windowed: c_int,
}

/// `dbAggregate(db, name, [start, step, inverse | undefined, value, finish], arguments, bits)`
pub fn define_aggregate(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    let (arguments, bits) = (call.int(3)?, call.int(4)?);
    let part = |index| -> Result<Callback> {
        Callback::new(db.state(), js::element(call.env(), call.arg(2), index)?)
    };
    let aggregate = Box::new(Aggregate {
        db: std::ptr::from_ref(db),
        start: part(0)?,
        step: part(1)?,
        inverse: if js::is_undefined(call.env(), js::element(call.env(), call.arg(2), 2)?)? {
            None
        } else {
            Some(part(2)?)
        },
        value: part(3)?,
        finish: part(4)?,
        integers: integers(bits),
        slots: Cell::new(0),
        free: RefCell::new(Vec::new()),
    });
    let windows = aggregate.inverse.is_some();
    db.will_speak();
    api::with_string(call, 1, |name: &CStr, _| {
        // SAFETY: the name ends with a NUL; the box is freed by `destroy`, which SQLite calls in
        // any case. Without an inverse there must be no value either.
        db.settle(unsafe {
            ffi::sqlite3_create_window_function(
                raw,
                name.as_ptr(),
                arguments,
                flags(bits),
                Box::into_raw(aggregate).cast(),
                Some(step),
                Some(finish),
                if windows { Some(current) } else { None },
                if windows { Some(inverse) } else { None },
                Some(destroy::<Aggregate>),
            )
        })
    })?;
    Ok(UNDEFINED)
}

/// The aggregate of a call, its connection, and the group it is for (null without memory).
///
/// # Safety
/// `context` is that of a running callback of an aggregate.
unsafe fn parts<'a>(
    context: *mut ffi::sqlite3_context,
) -> (&'a Aggregate, &'a Db, Option<&'a mut Group>) {
    // SAFETY: the box that was registered; the connection is being used and so alive. SQLite owns
    // the group, which only one callback has at a time.
    unsafe {
        let aggregate = &*ffi::sqlite3_user_data(context).cast::<Aggregate>();
        let size = c_int::try_from(size_of::<Group>()).expect("a few bytes");
        let group = ffi::sqlite3_aggregate_context(context, size).cast::<Group>();
        (aggregate, &*aggregate.db, group.as_mut())
    }
}

/// The slot of a group as JavaScript's number; begins the group when it is new.
fn slot(aggregate: &Aggregate, group: &mut Group, scope: &mut Scope) -> Result<sys::napi_value> {
    let env = aggregate.start.state().raw();
    if group.slot == 0 {
        let slot = aggregate.take_slot();
        let number = js::int32(env, slot)?;
        if let Err(failure) = aggregate.start.call(scope, &[number]) {
            aggregate.free.borrow_mut().push(slot);
            return Err(failure);
        }
        group.slot = slot + 1;
        return Ok(number);
    }
    js::int32(env, group.slot - 1)
}

/// Adds a row to a group, or takes one out.
///
/// # Safety
/// The arguments are those of a running callback of an aggregate.
unsafe fn apply(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
    pick: impl FnOnce(&Aggregate) -> Option<&Callback>,
) {
    // SAFETY: promised by the caller.
    let (aggregate, db, group) = unsafe { parts(context) };
    let done = group.and_then(|group| {
        callback::enter(db, |scope| {
            let Some(function) = pick(aggregate) else {
                return Ok(());
            };
            let env = db.state().raw();
            let slot = slot(aggregate, group, scope)?;
            // SAFETY: those of this call.
            unsafe {
                value::arguments(env, Some(slot), count, values, aggregate.integers, |args| {
                    function.call(scope, args).map(|_| ())
                })
            }
        })
    });
    if done.is_none() {
        // SAFETY: the context of this call.
        unsafe { value::refuse(context, "") };
    }
}

unsafe extern "C" fn step(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: those of this call.
    unsafe { apply(context, count, values, |aggregate| Some(&aggregate.step)) }
}

unsafe extern "C" fn inverse(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: those of this call.
    unsafe {
        apply(context, count, values, |aggregate| {
            aggregate.inverse.as_ref()
        });
    }
}

/// Gives the result of a group.
///
/// # Safety
/// `context` is that of a running callback of an aggregate.
unsafe fn answer(context: *mut ffi::sqlite3_context, last: bool) {
    // SAFETY: promised by the caller.
    let (aggregate, db, group) = unsafe { parts(context) };
    let Some(group) = group else {
        // SAFETY: the context of this call.
        unsafe { ffi::sqlite3_result_error_nomem(context) };
        return;
    };
    let done = callback::enter(db, |scope| {
        let slot = slot(aggregate, group, scope)?;
        let result = if last {
            let asked = js::boolean(db.state().raw(), group.windowed == 0)?;
            aggregate.finish.call(scope, &[slot, asked])?
        } else {
            group.windowed = 1;
            aggregate.value.call(scope, &[slot])?
        };
        // SAFETY: the context of this call.
        unsafe { value::set_result(db.state(), context, result) }
    });
    if last && group.slot != 0 {
        // The value stays in its slot until the next group if JavaScript could not be called.
        aggregate.free.borrow_mut().push(group.slot - 1);
        group.slot = 0;
    }
    if done.is_none() {
        // SAFETY: the context of this call.
        unsafe { value::refuse(context, "") };
    }
}

unsafe extern "C" fn current(context: *mut ffi::sqlite3_context) {
    // SAFETY: that of this call.
    unsafe { answer(context, false) }
}

unsafe extern "C" fn finish(context: *mut ffi::sqlite3_context) {
    // SAFETY: that of this call.
    unsafe { answer(context, true) }
}

/// A further count of the connection, for objects that outlive the call.
pub fn shared(db: &Db) -> Rc<Db> {
    // SAFETY: connections live in an `Rc` from the start.
    unsafe { crate::handle::share(db) }
}
