//! Handles: native objects as JavaScript sees them.
//!
//! A *token* is a JavaScript object whose finalizer gives the native object back, and a *handle* is the number in it, which is
//! what every call takes: a number is read without asking what an object was wrapped with. The token is a `Date`: of the
//! objects that Node-API makes with a number inside, it is the one that leaves nothing behind. An external would be the natural
//! choice, but Node keeps 40 bytes for each external that was not collected when its env ends, for ever.
//!
//! A number can be anything, so it is never an address: it names an entry in a table of its thread, with the thread
//! and the generation of the entry. A handle of another thread is told from the number alone, and that of an object which is
//! gone is refused.

use std::cell::RefCell;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;

use crate::affinity::ThreadKey;
use crate::failure::{Failure, Result};
use crate::js;
use crate::usage::{self, Counted};

/// A type that handles name.
///
/// # Safety
/// No two types share a kind.
pub unsafe trait Object: Sized {
    /// What tells the types apart.
    const KIND: u32;
    /// The word for it in messages.
    const NAME: &'static str;
    /// Where it is counted.
    const COUNTED: Counted;
}

// A handle, from the highest bit down: the thread's key, the generation, the index. Together 52 bits, which numbers and
// dates hold exactly.
const INDEX_BITS: u32 = 24;
const GENERATION_BITS: u32 = 8;
const THREAD_BITS: u32 = 20;
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u64 = (1 << GENERATION_BITS) - 1;
const THREAD_MASK: u32 = (1 << THREAD_BITS) - 1;

/// The objects of a thread.
#[derive(Default)]
struct Table {
    entries: Vec<Entry>,
    /// Indices of entries without an object; the one that was freed last is used first.
    free: Vec<u32>,
}

struct Entry {
    /// One strong count, or null.
    data: *const c_void,
    kind: u32,
    generation: u8,
}

thread_local! {
    static TABLE: RefCell<Table> = const { RefCell::new(Table { entries: Vec::new(), free: Vec::new() }) };
}

impl Table {
    /// Takes a strong count; gives the bits of its handle.
    fn add(&mut self, data: *const c_void, kind: u32, owner: ThreadKey) -> Option<u64> {
        let index = if let Some(index) = self.free.pop() {
            index
        } else {
            let index = u32::try_from(self.entries.len()).ok()?;
            if u64::from(index) > INDEX_MASK {
                return None;
            }
            self.entries.push(Entry {
                data: ptr::null(),
                kind: 0,
                generation: 0,
            });
            index
        };
        let entry = self.entries.get_mut(index as usize)?;
        entry.data = data;
        entry.kind = kind;
        let thread = u64::from(owner.number() & THREAD_MASK);
        let generation = u64::from(entry.generation);
        Some((thread << GENERATION_BITS | generation) << INDEX_BITS | u64::from(index))
    }

    /// The entry that a handle of this thread names, unless it is another one by now.
    #[inline]
    fn entry(&self, bits: u64) -> Option<&Entry> {
        let index = usize::try_from(bits & INDEX_MASK).ok()?;
        let generation = bits >> INDEX_BITS & GENERATION_MASK;
        self.entries
            .get(index)
            .filter(|entry| u64::from(entry.generation) == generation && !entry.data.is_null())
    }

    /// Gives the strong count back.
    fn take(&mut self, bits: u64) -> Option<*const c_void> {
        self.entry(bits)?;
        let index = u32::try_from(bits & INDEX_MASK).ok()?;
        let entry = self.entries.get_mut(index as usize)?;
        entry.generation = entry.generation.wrapping_add(1);
        self.free.push(index);
        Some(std::mem::replace(&mut entry.data, ptr::null()))
    }
}

/// Works with the table of this thread; nothing when the thread is at its very end.
#[inline]
fn with<R>(work: impl FnOnce(&mut Table) -> Option<R>) -> Option<R> {
    TABLE
        .try_with(|table| {
            table
                .try_borrow_mut()
                .ok()
                .and_then(|mut table| work(&mut table))
        })
        .ok()
        .flatten()
}

fn thread_of(bits: u64) -> u32 {
    // 20 bits are left.
    u32::try_from(bits >> (INDEX_BITS + GENERATION_BITS)).unwrap_or(u32::MAX)
}

/// Makes a token whose handle holds one strong count.
pub fn create<T: Object>(env: sys::napi_env, object: Rc<T>) -> Result<sys::napi_value> {
    token(env, object, false).map(|(token, _)| token)
}

/// Makes a token whose handle holds one strong count, and a reference that tells whether JavaScript still
/// has the token. The reference is to be deleted when the object is dropped.
pub fn create_watched<T: Object>(
    env: sys::napi_env,
    object: Rc<T>,
) -> Result<(sys::napi_value, sys::napi_ref)> {
    token(env, object, true)
}

fn token<T: Object>(
    env: sys::napi_env,
    object: Rc<T>,
    watched: bool,
) -> Result<(sys::napi_value, sys::napi_ref)> {
    let data = Rc::into_raw(object).cast::<c_void>();
    let added = with(|table| table.add(data, T::KIND, ThreadKey::current()));
    let Some(bits) = added else {
        // SAFETY: the table did not take the count.
        drop(unsafe { Rc::from_raw(data.cast::<T>()) });
        return Err(Failure::State("there are too many objects in this thread"));
    };
    usage::count(T::COUNTED, 1);
    let (mut value, mut reference) = (ptr::null_mut(), ptr::null_mut());
    let wanted = if watched {
        &raw mut reference
    } else {
        ptr::null_mut()
    };
    // SAFETY: out-parameters are locals; the finalizer takes the bits, and no pointer.
    let made = unsafe {
        js::ok(sys::napi_create_date(env, number(bits), &raw mut value)).and_then(|()| {
            js::ok(sys::napi_add_finalizer(
                env,
                value,
                ptr::without_provenance_mut(bits_as_address(bits)),
                Some(finalize::<T>),
                ptr::null_mut(),
                wanted,
            ))
        })
    };
    if let Err(failure) = made {
        release::<T>(bits);
        return Err(failure);
    }
    Ok((value, reference))
}

#[expect(clippy::cast_precision_loss, reason = "handles have 52 bits")]
fn number(bits: u64) -> f64 {
    bits as f64
}

/// Addresses have 64 bits wherever Node runs this addon: 32-bit machines are not built for.
#[expect(clippy::cast_possible_truncation, reason = "addresses have 64 bits")]
const fn bits_as_address(bits: u64) -> usize {
    const { assert!(size_of::<usize>() == 8) };
    bits as usize
}

/// Reads a handle, and checks that it is of this type and of the calling thread.
///
/// # Errors
/// [`Failure::Affinity`] on another thread: the object itself is not touched.
#[inline]
pub fn read<'a, T: Object>(
    env: sys::napi_env,
    value: sys::napi_value,
    caller: ThreadKey,
) -> Result<&'a T> {
    let bits = bits_of(env, value).ok_or_else(wrong::<T>)?;
    if thread_of(bits) != caller.number() & THREAD_MASK {
        return Err(foreign::<T>(bits, caller));
    }
    let found = with(|table| {
        let entry = table.entry(bits).filter(|entry| entry.kind == T::KIND);
        entry.map(|entry| entry.data)
    });
    let data = found.ok_or_else(wrong::<T>)?;
    // SAFETY: the kind says that this is a `T`, of which the entry holds a count. That is given back by the token's finalizer,
    // which Node runs on a turn of its own, never in the middle of a call.
    Ok(unsafe { &*data.cast::<T>() })
}

/// The number of a handle, if it can be one.
#[inline]
pub fn bits_of(env: sys::napi_env, value: sys::napi_value) -> Option<u64> {
    let mut number = 0.0;
    // SAFETY: the out-parameter is a local; another type gives a status.
    let status = unsafe { sys::napi_get_value_double(env, value, &raw mut number) };
    let possible =
        status == sys::Status::napi_ok && (0.0..4_503_599_627_370_496.0).contains(&number);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 2 to the power of 52"
    )]
    possible.then_some(number as u64)
}

/// A further strong count of an object that is read through a handle.
///
/// # Safety
/// `object` came from [`read`], so it lives in an `Rc`.
pub unsafe fn share<T: Object>(object: &T) -> Rc<T> {
    // SAFETY: promised by the caller; the count is raised before it is taken.
    unsafe {
        Rc::increment_strong_count(ptr::from_ref(object));
        Rc::from_raw(ptr::from_ref(object))
    }
}

#[cold]
fn wrong<T: Object>() -> Failure {
    Failure::ArgType(format!("a handle of a {} was expected", T::NAME))
}

#[cold]
fn foreign<T: Object>(bits: u64, caller: ThreadKey) -> Failure {
    match ThreadKey::from_number(thread_of(bits)) {
        Some(owner) => Failure::Affinity {
            what: T::NAME,
            owner,
            caller,
        },
        // No thread has this key: it is just a number.
        None => wrong::<T>(),
    }
}

/// Gives back the strong count of a handle of this thread.
fn release<T: Object>(bits: u64) {
    if thread_of(bits) != ThreadKey::current().number() & THREAD_MASK {
        // Counts are not atomic and SQLite has no mutex here: a leak is the lesser harm.
        return;
    }
    if let Some(data) = with(|table| table.take(bits)) {
        usage::count(T::COUNTED, -1);
        // SAFETY: the strong count that the entry held; its type is that of the token.
        let object = unsafe { Rc::from_raw(data.cast::<T>()) };
        let _ = catch_unwind(AssertUnwindSafe(move || drop(object)));
    }
}

unsafe extern "C" fn finalize<T: Object>(
    _env: sys::napi_env,
    data: *mut c_void,
    _hint: *mut c_void,
) {
    release::<T>(data.addr() as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count() -> *const c_void {
        Rc::into_raw(Rc::new(7_u32)).cast()
    }

    fn drop_count(data: *const c_void) {
        // SAFETY: made by `count`.
        drop(unsafe { Rc::from_raw(data.cast::<u32>()) });
    }

    #[test]
    fn a_handle_names_its_object_until_that_is_taken_and_never_the_next_one() {
        let mut table = Table::default();
        let owner = ThreadKey::current();
        let (first, second) = (count(), count());
        let one = table.add(first, 1, owner).expect("there is room");
        assert_eq!(
            table.entry(one).map(|entry| (entry.data, entry.kind)),
            Some((first, 1))
        );
        assert_eq!(table.take(one), Some(first));
        assert!(table.entry(one).is_none() && table.take(one).is_none());
        let two = table.add(second, 2, owner).expect("there is room");
        assert_eq!(
            two & INDEX_MASK,
            one & INDEX_MASK,
            "the place is used again"
        );
        assert!(table.entry(one).is_none(), "the generation is another one");
        assert!(table.entry(two).is_some());
        drop_count(first);
        drop_count(second);
    }

    #[test]
    fn a_handle_knows_its_thread_and_fits_a_number_exactly() {
        let mut table = Table::default();
        let data = count();
        let here = ThreadKey::current();
        let bits = table.add(data, 1, here).expect("there is room");
        assert_eq!(thread_of(bits), here.number() & THREAD_MASK);
        let most = (u64::from(THREAD_MASK) << GENERATION_BITS | GENERATION_MASK) << INDEX_BITS
            | INDEX_MASK;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the test"
        )]
        let back = number(most) as u64;
        assert_eq!(back, most);
        // A date holds 8.64e15 at most.
        assert!(number(most) < 8.64e15);
        drop_count(data);
    }

    #[test]
    fn a_number_that_is_no_handle_names_nothing() {
        let table = Table::default();
        for bits in [0, 1, 1 << 40, (1 << 52) - 1] {
            assert!(table.entry(bits).is_none());
        }
    }
}
