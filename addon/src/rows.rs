//! Rows: from a statement into the shared buffer.
//!
//! A batch is built in private memory and copied into the shared buffer at the end of the call:
//! whatever runs in between, such as a user function that queries the same env, has buffers of its
//! own. Each row is `columns` tags, padded to 8, and as many slots of 8 bytes; see
//! [`crate::layout::cell`].

use std::ptr;

use napi_sys as sys;
use rusqlite::ffi;

use crate::callback;
use crate::cells::{Cell, Layout};
use crate::entry::{Call, UNDEFINED};
use crate::env::EnvState;
use crate::failure::{Failure, Result};
use crate::js;
use crate::layout::{self, cell};
use crate::text::{Chunks, Ready, Sink};

/// How integers become JavaScript values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integers {
    /// Numbers; beyond 2^53 - 1 an error.
    Numbers,
    /// Bigints, all of them.
    BigInts,
}

/// Values that are handed to JavaScript in one call.
const AT_ONCE: usize = 100;

/// The largest integer that a JavaScript number holds without doubt: 2^53 - 1.
const MAX_SAFE: i64 = (1 << 53) - 1;

/// Memory of one batch, kept by the env between calls.
#[derive(Debug, Default)]
pub struct Buffers {
    rows: Vec<u8>,
    blobs: Vec<u8>,
    chunks: Chunks,
    side: Vec<sys::napi_value>,
}

/// Puts finished strings where the side array's entries wait.
struct Side<'a> {
    env: sys::napi_env,
    values: &'a mut Vec<sys::napi_value>,
}

impl Side<'_> {
    fn put(&mut self, index: u32, value: sys::napi_value) {
        let index = index as usize;
        if self.values.len() <= index {
            self.values.resize(index + 1, ptr::null_mut());
        }
        self.values[index] = value;
    }
}

impl Sink for Side<'_> {
    type Error = Failure;
    fn string(&mut self, index: u32, chunk: Ready<'_>) -> Result<()> {
        let value = match chunk {
            Ready::Ascii(bytes) => js::latin1(self.env, bytes)?,
            Ready::Wide(units) => js::utf16(self.env, units)?,
        };
        self.put(index, value);
        Ok(())
    }
}

/// A batch under construction.
pub struct Batch<'a> {
    state: &'a EnvState,
    buffers: &'a mut Buffers,
    layout: Layout,
}

impl<'a> Batch<'a> {
    /// Starts an empty batch.
    pub fn new(state: &'a EnvState, buffers: &'a mut Buffers) -> Self {
        buffers.rows.clear();
        buffers.blobs.clear();
        buffers.side.clear();
        buffers.chunks.clear();
        Self {
            state,
            buffers,
            layout: Layout::verified(),
        }
    }

    /// Whether it should be handed over before the next row.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.buffers.rows.len() >= layout::BATCH_BYTES
            || self.buffers.blobs.len() >= layout::INLINE_BLOBS / 2
            || self.buffers.side.len() >= 4096
    }

    /// Encodes the row on which `stmt` stands.
    ///
    /// # Errors
    /// An integer that does not fit a number, or no memory.
    pub fn row(&mut self, stmt: *mut ffi::sqlite3_stmt, integers: Integers) -> Result<()> {
        // SAFETY: the statement stands on a row.
        let columns = unsafe { ffi::sqlite3_data_count(stmt) };
        let count = columns.unsigned_abs() as usize;
        let start = self.buffers.rows.len();
        let slots = start + count.next_multiple_of(8);
        let end = slots + 8 * count;
        self.buffers.rows.reserve(end - start);
        // SAFETY: the statement stands on a row, and is not used before the last cell is encoded.
        let row = unsafe { self.layout.row(stmt) };
        for at in 0..count {
            // SAFETY: the row has this column.
            let cell = unsafe { row.cell(at) };
            let (tag, slot) = self.cell(cell, integers)?;
            let rows = self.buffers.rows.as_mut_ptr();
            // SAFETY: `end` bytes were reserved; tags and slots lie below, apart from each other.
            unsafe {
                rows.add(start + at).write(tag);
                rows.add(slots + 8 * at).cast::<[u8; 8]>().write(slot);
            }
        }
        // The bytes between the last tag and the first slot are not looked at, and are written so
        // that they are something.
        for padding in start + count..slots {
            // SAFETY: as above.
            unsafe { self.buffers.rows.as_mut_ptr().add(padding).write(0) };
        }
        // SAFETY: all bytes below `end` are written now.
        unsafe { self.buffers.rows.set_len(end) };
        Ok(())
    }

    #[inline]
    fn cell(&mut self, cell: Cell<'_>, integers: Integers) -> Result<(u8, [u8; 8])> {
        match cell {
            Cell::Integer(number) => integer(number, integers),
            Cell::Real(number) => Ok((cell::DOUBLE, number.to_ne_bytes())),
            Cell::Text(Some(text)) => self.text(text),
            Cell::Text(None) => Err(Failure::Resource("no memory for a text".to_owned())),
            Cell::Blob(Some(blob)) => self.blob(blob),
            Cell::Blob(None) => Err(Failure::Resource("no memory for a blob".to_owned())),
            Cell::Null => Ok((cell::NULL, [0; 8])),
        }
    }

    fn text(&mut self, text: &[u8]) -> Result<(u8, [u8; 8])> {
        if text.is_empty() {
            return Ok((cell::EMPTY, [0; 8]));
        }
        let env = self.state.raw();
        let Buffers { chunks, side, .. } = &mut *self.buffers;
        let mut side = Side { env, values: side };
        if text.len() <= layout::SHARED_TEXT {
            let (index, start, end) = chunks.push(text, &mut side)?;
            let mut slot = [0; 8];
            slot[..4].copy_from_slice(&index.to_ne_bytes());
            slot[4..6].copy_from_slice(&start.to_ne_bytes());
            slot[6..].copy_from_slice(&end.to_ne_bytes());
            return Ok((cell::SHARED, slot));
        }
        let value = js::text(env, text)?;
        let index = chunks.reserve();
        side.put(index, value);
        Ok((cell::OWN, pair(index, 0)))
    }

    fn blob(&mut self, blob: &[u8]) -> Result<(u8, [u8; 8])> {
        let Buffers {
            chunks,
            side,
            blobs,
            ..
        } = &mut *self.buffers;
        if blob.len() <= layout::INLINE_BLOB && blobs.len() + blob.len() <= layout::INLINE_BLOBS {
            let at = u32::try_from(blobs.len()).expect("inline blobs end at 64 KiB");
            let len = u32::try_from(blob.len()).expect("an inline blob is short");
            blobs.extend_from_slice(blob);
            return Ok((cell::BLOB, pair(at, len)));
        }
        let value = js::bytes(self.state.raw(), blob)?;
        let index = chunks.reserve();
        Side {
            env: self.state.raw(),
            values: side,
        }
        .put(index, value);
        Ok((cell::OWN, pair(index, 0)))
    }

    /// Copies the batch into the shared buffer and the side array. Entry 0 of the latter is the
    /// value returned, which saves the most common case a call.
    ///
    /// # Errors
    /// [`Failure::Quiet`] when the env is ending.
    pub fn hand_over(self, call: &Call<'_>) -> Result<sys::napi_value> {
        let env = self.state.raw();
        let Buffers {
            rows,
            blobs,
            chunks,
            side,
        } = self.buffers;
        chunks.finish(&mut Side {
            env,
            values: &mut *side,
        })?;
        let blobs_at = (layout::ROWS_AT + rows.len()).next_multiple_of(8);
        assert!(
            blobs_at + blobs.len() <= layout::ARENA_BYTES,
            "the layout bounds a batch"
        );
        let arena = call.state.arena();
        // SAFETY: checked above; nothing else refers to this part of the buffer.
        unsafe {
            ptr::copy_nonoverlapping(rows.as_ptr(), arena.add(layout::ROWS_AT), rows.len());
            ptr::copy_nonoverlapping(blobs.as_ptr(), arena.add(blobs_at), blobs.len());
        }
        call.put_i32(
            layout::BLOBS,
            i32::try_from(blobs_at).expect("within the buffer"),
        );
        call.put_i32(
            layout::SIDE,
            i32::try_from(side.len()).expect("at most 4,096 and a row"),
        );
        let first = side.first().copied().unwrap_or(UNDEFINED);
        if side.len() > 1 {
            // One call for many values costs less than one call of Node-API for each.
            let take = self.state.take_side()?;
            let mut args = [ptr::null_mut(); 1 + AT_ONCE];
            let mut at = 1;
            for values in side[1..].chunks(AT_ONCE) {
                args[0] = js::int32(env, at)?;
                args[1..=values.len()].copy_from_slice(values);
                callback::call(env, take, &args[..=values.len()])?;
                at += i32::try_from(values.len()).expect("at most 100");
            }
        }
        Ok(first)
    }
}

/// Encodes one row straight into the shared buffer, for calls after which nothing runs before
/// JavaScript reads it. `None` leaves the row to a [`Batch`]: it has more than one text, or a blob
/// that does not go into the buffer. The value, if any, is the first entry of the side array.
///
/// # Errors
/// As [`Batch::row`].
pub fn direct(
    call: &Call<'_>,
    stmt: *mut ffi::sqlite3_stmt,
    integers: Integers,
) -> Result<Option<sys::napi_value>> {
    let env = call.env();
    // SAFETY: the statement stands on a row.
    let count = unsafe { ffi::sqlite3_data_count(stmt) }.unsigned_abs() as usize;
    let slots = layout::ROWS_AT + count.next_multiple_of(8);
    let blobs = slots + 8 * count;
    let mut used = 0;
    let mut first = UNDEFINED;
    let arena = call.state.arena();
    // SAFETY: the statement stands on a row, and is not used before the last cell is encoded.
    let row = unsafe { Layout::verified().row(stmt) };
    for at in 0..count {
        // SAFETY: the row has this column.
        let (tag, slot) = match unsafe { row.cell(at) } {
            Cell::Integer(number) => integer(number, integers)?,
            Cell::Real(number) => (cell::DOUBLE, number.to_ne_bytes()),
            Cell::Null => (cell::NULL, [0; 8]),
            Cell::Text(Some([])) => (cell::EMPTY, [0; 8]),
            Cell::Text(Some(text)) if first.is_null() => {
                first = js::text(env, text)?;
                (cell::OWN, pair(0, 0))
            }
            Cell::Blob(Some(blob)) if used + blob.len() <= layout::INLINE_BLOB => {
                // SAFETY: the longest row and this much behind it fit, as the layout asserts.
                unsafe {
                    ptr::copy_nonoverlapping(blob.as_ptr(), arena.add(blobs + used), blob.len());
                }
                let [start, len] =
                    [used, blob.len()].map(|n| u32::try_from(n).expect("at most 16 KiB"));
                used += blob.len();
                (cell::BLOB, pair(start, len))
            }
            Cell::Text(_) | Cell::Blob(_) => return Ok(None),
        };
        // SAFETY: tags and slots of the longest row fit, as the layout asserts.
        unsafe {
            arena.add(layout::ROWS_AT + at).write(tag);
            arena.add(slots + 8 * at).cast::<[u8; 8]>().write(slot);
        }
    }
    call.put_i32(
        layout::BLOBS,
        i32::try_from(blobs).expect("within the buffer"),
    );
    call.put_i32(layout::SIDE, i32::from(!first.is_null()));
    Ok(Some(first))
}

fn integer(value: i64, integers: Integers) -> Result<(u8, [u8; 8])> {
    if integers == Integers::BigInts {
        Ok((cell::INT64, value.to_ne_bytes()))
    } else if let Ok(small) = i32::try_from(value) {
        Ok((cell::INT32, pair(small.cast_unsigned(), 0)))
    } else if is_safe(value) {
        #[allow(clippy::cast_precision_loss)] // exact within 2^53
        Ok((cell::DOUBLE, (value as f64).to_ne_bytes()))
    } else {
        Err(too_large(value))
    }
}

/// Whether a JavaScript number holds the integer without doubt.
#[inline]
pub fn is_safe(value: i64) -> bool {
    (-MAX_SAFE..=MAX_SAFE).contains(&value)
}

/// The failure for an integer that is not safe.
#[cold]
pub fn too_large(value: i64) -> Failure {
    Failure::OutOfRange(format!(
        "Value is too large to be represented as a JavaScript number: {value}"
    ))
}

fn pair(first: u32, second: u32) -> [u8; 8] {
    let mut slot = [0; 8];
    slot[..4].copy_from_slice(&first.to_ne_bytes());
    slot[4..].copy_from_slice(&second.to_ne_bytes());
    slot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_the_smallest_form_that_is_exact() {
        let tag = |value| integer(value, Integers::Numbers).map(|(tag, _)| tag);
        assert_eq!(tag(0), Ok(cell::INT32));
        assert_eq!(tag(i64::from(i32::MIN)), Ok(cell::INT32));
        assert_eq!(tag(i64::from(i32::MAX) + 1), Ok(cell::DOUBLE));
        assert_eq!(tag(MAX_SAFE), Ok(cell::DOUBLE));
        assert_eq!(tag(-MAX_SAFE), Ok(cell::DOUBLE));
        assert!(matches!(tag(MAX_SAFE + 1), Err(Failure::OutOfRange(_))));
        assert!(matches!(tag(i64::MIN), Err(Failure::OutOfRange(_))));
    }

    #[test]
    fn bigints_are_never_refused() {
        for value in [0, -1, i64::MAX, i64::MIN] {
            assert_eq!(
                integer(value, Integers::BigInts),
                Ok((cell::INT64, value.to_ne_bytes()))
            );
        }
    }
}
