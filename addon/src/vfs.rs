//! Waits for locks that end when the worker is terminated.
//!
//! SQLite's busy timeout sleeps through the default file system's `xSleep`. A copy of that file
//! system, registered as the default, sleeps in short slices and looks after each whether it
//! should go on (see [`crate::watch`]). It serves `PRAGMA busy_timeout` as well as the option, where a
//! busy handler of our own would hide the pragma's value.

use std::ffi::{CStr, c_int};
use std::ptr;
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::ffi;

use crate::watch;

/// Longest sleep between two looks.
const SLICE_MICROS: c_int = 10_000;

/// What `xSleep` of the original does not need to be: shared with nobody.
struct Registered(#[allow(dead_code)] &'static ffi::sqlite3_vfs);
// SAFETY: written once before it is registered, and by SQLite's own list under SQLite's mutex.
unsafe impl Send for Registered {}
// SAFETY: as above.
unsafe impl Sync for Registered {}

/// Registers the file system, once a process.
///
/// # Errors
/// SQLite's message when it has no default file system or cannot be initialised.
pub fn register() -> Result<(), String> {
    static DONE: OnceLock<Result<Registered, String>> = OnceLock::new();
    DONE.get_or_init(|| {
        // SAFETY: null asks for the default; `sqlite3_vfs_find` initialises SQLite.
        let original = unsafe { ffi::sqlite3_vfs_find(ptr::null()).as_ref() }
            .ok_or("SQLite could not be initialised")?;
        let copy = Box::leak(Box::new(ffi::sqlite3_vfs {
            pNext: ptr::null_mut(),
            xSleep: Some(sleep),
            ..*original
        }));
        // SAFETY: the copy lives for ever.
        let code = unsafe { ffi::sqlite3_vfs_register(copy, 1) };
        if code == ffi::SQLITE_OK {
            Ok(Registered(copy))
        } else {
            // SAFETY: `sqlite3_errstr` gives a static string.
            Err(unsafe { CStr::from_ptr(ffi::sqlite3_errstr(code)) }
                .to_string_lossy()
                .into_owned())
        }
    })
    .as_ref()
    .map(|_| ())
    .map_err(Clone::clone)
}

/// Sleeps up to `micros`, less when the thread is ending. Answers as SQLite wants it: how long.
unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    let mut left = micros.max(0);
    while left > 0 {
        // A panic cannot come from here, and must not cross SQLite if it does.
        let go_on = std::panic::catch_unwind(watch::may_wait);
        if !go_on.unwrap_or(false) {
            break;
        }
        let slice = left.min(SLICE_MICROS);
        std::thread::sleep(Duration::from_micros(u64::from(slice.unsigned_abs())));
        left -= slice;
    }
    micros
}
