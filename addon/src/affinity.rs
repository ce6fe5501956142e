//! Which thread a native object belongs to.
//!
//! A Node-API value, and a connection opened without SQLite's own mutex, may only be used by the
//! thread that made it (<https://nodejs.org/api/n-api.html>, "environment life cycle APIs";
//! <https://sqlite.org/threadsafe.html>, "multi-thread"). JavaScript cannot carry a handle across
//! threads, but native code can, so each handle remembers its thread and each use compares.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// A thread, by the order in which threads first came here; never reused, unlike the system's ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadKey(u32);

static NEXT: AtomicU32 = AtomicU32::new(1);
/// What each thread calls itself, by key. Only read to word an error.
static NAMES: Mutex<Vec<(u32, String)>> = Mutex::new(Vec::new());

thread_local! {
    static KEY: Cell<u32> = const { Cell::new(0) };
}

impl ThreadKey {
    /// The calling thread.
    #[inline]
    pub fn current() -> Self {
        KEY.with(|key| {
            if key.get() == 0 {
                key.set(NEXT.fetch_add(1, Ordering::Relaxed));
            }
            Self(key.get())
        })
    }

    /// The number of the thread.
    #[inline]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The thread with this number, if there has been one.
    pub fn from_number(number: u32) -> Option<Self> {
        (number != 0 && number < NEXT.load(Ordering::Relaxed)).then_some(Self(number))
    }

    /// Gives the calling thread the name that errors use, such as `worker 3` or `the main thread`.
    pub fn name_current(name: &str) {
        let key = Self::current();
        if let Ok(mut names) = NAMES.lock() {
            names.retain(|(k, _)| *k != key.0);
            names.push((key.0, name.to_owned()));
        }
    }

    /// Forgets the name of a thread whose env has ended.
    pub fn forget_current() {
        let key = Self::current();
        if let Ok(mut names) = NAMES.lock() {
            names.retain(|(k, _)| *k != key.0);
        }
    }

    /// A name for messages; a thread that has ended or never loaded the addon is said to be that.
    pub fn describe(self) -> String {
        let names = NAMES
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        names.iter().find(|(k, _)| *k == self.0).map_or_else(
            || format!("a thread that has ended (#{})", self.0),
            |(_, name)| name.clone(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_key_and_no_two_threads_share_one() {
        let here = ThreadKey::current();
        assert_eq!(here, ThreadKey::current());
        let there = std::thread::spawn(ThreadKey::current)
            .join()
            .expect("the thread ends");
        assert_ne!(here, there);
    }

    #[test]
    fn a_thread_is_described_by_its_name_until_it_is_forgotten() {
        std::thread::spawn(|| {
            ThreadKey::name_current("worker 7");
            let key = ThreadKey::current();
            assert_eq!(key.describe(), "worker 7");
            ThreadKey::forget_current();
            assert!(key.describe().starts_with("a thread that has ended"));
        })
        .join()
        .expect("the thread ends");
    }
}
