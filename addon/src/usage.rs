//! What the addon holds in the whole process, as numbers: for those who look for leaks.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use napi_sys as sys;
use rusqlite::ffi;

use crate::entry::Call;
use crate::failure::Result;
use crate::js;

/// With this variable set to `1` when the binary is loaded first, SQLite counts the memory that it takes. That has a
/// lock around each allocation, so it is not done otherwise.
const VARIABLE: &str = "THREADPROOF_SQLITE_MEMSTATUS";

/// Kinds of objects that are counted.
#[derive(Clone, Copy, Debug)]
pub enum Counted {
    /// Connections.
    Databases,
    /// Statements, and with them their iterators.
    Statements,
    /// Sessions.
    Sessions,
    /// Backups that go on.
    Backups,
}

/// How many of each kind JavaScript of all threads has.
static HELD: [AtomicI64; 4] = [const { AtomicI64::new(0) }; 4];

/// One more or, with -1, one less.
#[inline]
pub fn count(kind: Counted, change: i64) {
    // A number of its own that orders nothing.
    HELD[kind as usize].fetch_add(change, Ordering::Relaxed);
}

/// Has SQLite count its memory where that was asked for. Before SQLite is initialised.
pub fn configure() {
    counts_memory();
}

/// Whether SQLite counts its memory.
fn counts_memory() -> bool {
    static COUNTS: OnceLock<bool> = OnceLock::new();
    *COUNTS.get_or_init(|| {
        let wanted = std::env::var_os(VARIABLE).is_some_and(|value| value == "1");
        // SAFETY: the option takes one int. Where SQLite is initialised already it refuses.
        wanted && unsafe { ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 1) } == ffi::SQLITE_OK
    })
}

/// `usage() -> [databases, statements, sessions, backups, bytes, highest bytes]`; without bytes where SQLite does not
/// count them.
pub fn get(call: &Call<'_>) -> Result<sys::napi_value> {
    let mut all: Vec<i64> = HELD
        .iter()
        .map(|held| held.load(Ordering::Relaxed))
        .collect();
    if counts_memory() {
        // SAFETY: both take nothing but a flag and read counters under a mutex of SQLite's.
        all.extend(unsafe { [ffi::sqlite3_memory_used(), ffi::sqlite3_memory_highwater(0)] });
    }
    let list = js::array(call.env(), all.len())?;
    for (index, number) in (0..).zip(all) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts and bytes are far below 2^53"
        )]
        let value = js::double(call.env(), number as f64)?;
        js::set(call.env(), list, index, value)?;
    }
    Ok(list)
}
