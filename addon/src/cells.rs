//! The values of a row, read where SQLite keeps them.
//!
//! `sqlite3_column_value` checks the statement, takes its mutex and sets an error code for every
//! cell: in a row of 20 columns that is a third of the time. But the values of a row lie side by
//! side (`OP_ResultRow` names a range of registers), so the first one and the size of a value are
//! enough to find them all, and what an integer, a real, a text or a blob consists of stands at fixed
//! places. SQLite is compiled into this binary, and [`Layout::verified`] compares what is read this
//! way with what the functions of SQLite say, once a process: where they differ, every value goes
//! through those functions. So does any value that is not plain.

// Values start on multiples of 8: `compare` checks their size, and SQLite allocates them so.
#![allow(clippy::cast_ptr_alignment)]

use std::ffi::{CStr, c_int};
use std::ptr;
use std::sync::OnceLock;

use rusqlite::ffi;

/// Flags of a value (`MEM_*` in SQLite's vdbeInt.h).
const NULL: u16 = 0x0001;
const STR: u16 = 0x0002;
const INT: u16 = 0x0004;
const REAL: u16 = 0x0008;
const BLOB: u16 = 0x0010;
/// An integer that counts as a real.
const INT_REAL: u16 = 0x0020;
/// A blob with zeros at its end that are not in memory.
const ZERO: u16 = 0x0400;
const KINDS: u16 = NULL | STR | INT | REAL | BLOB | INT_REAL | ZERO;
/// The encoding that texts have when they can be read in place.
#[allow(clippy::cast_possible_truncation)] // the number is 1
const UTF8: u8 = ffi::SQLITE_UTF8 as u8;

/// The beginning of SQLite's `struct sqlite3_value`.
#[repr(C)]
struct Start {
    number: u64,
    bytes: *const u8,
    len: c_int,
    flags: u16,
    encoding: u8,
}

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT: UTF-8, maybe invalid; `None` when there is no memory for it.
    Text(Option<&'a [u8]>),
    /// BLOB, likewise.
    Blob(Option<&'a [u8]>),
}

/// How far apart values are, in bytes, if they can be read in place.
#[derive(Debug, Clone, Copy)]
pub struct Layout(Option<usize>);

impl Layout {
    /// What holds for this process.
    pub fn verified() -> Self {
        static VERIFIED: OnceLock<Layout> = OnceLock::new();
        *VERIFIED.get_or_init(|| Self(verify()))
    }

    /// Whether values are read in place.
    pub fn is_direct(self) -> bool {
        self.0.is_some()
    }

    /// The values of the row on which `stmt` stands.
    ///
    /// # Safety
    /// The statement stands on a row, and is not used before the last value is read.
    #[inline]
    pub unsafe fn row<'a>(self, stmt: *mut ffi::sqlite3_stmt) -> Row<'a> {
        let first = match self.0 {
            // SAFETY: promised by the caller.
            Some(_) => unsafe { ffi::sqlite3_column_value(stmt, 0) },
            None => ptr::null_mut(),
        };
        Row {
            stmt,
            first: first.cast(),
            size: self.0.unwrap_or(0),
            lives: std::marker::PhantomData,
        }
    }
}

/// A row that a statement stands on.
pub struct Row<'a> {
    stmt: *mut ffi::sqlite3_stmt,
    /// Null when values must be asked for.
    first: *const u8,
    size: usize,
    lives: std::marker::PhantomData<&'a ()>,
}

impl<'a> Row<'a> {
    /// The value of a column.
    ///
    /// # Safety
    /// The row has this column.
    #[inline]
    pub unsafe fn cell(&self, column: usize) -> Cell<'a> {
        if !self.first.is_null() {
            // SAFETY: values lie side by side, as verified, and the row has this one.
            let start = unsafe { &*self.first.add(column * self.size).cast::<Start>() };
            // SAFETY: as verified; a text or blob is as long as it says.
            if let Some(cell) = unsafe { start.read() } {
                return cell;
            }
        }
        // SAFETY: promised by the caller.
        unsafe { ask(self.stmt, c_int::try_from(column).unwrap_or(c_int::MAX)) }
    }
}

impl Start {
    /// What is plain.
    #[inline]
    unsafe fn read<'a>(&self) -> Option<Cell<'a>> {
        match self.flags & KINDS {
            INT => Some(Cell::Integer(self.number.cast_signed())),
            REAL => Some(Cell::Real(f64::from_bits(self.number))),
            NULL => Some(Cell::Null),
            // SAFETY: the caller promises that the layout was verified.
            STR if self.encoding == UTF8 => Some(Cell::Text(Some(unsafe { self.slice() }))),
            // SAFETY: as above.
            BLOB => Some(Cell::Blob(Some(unsafe { self.slice() }))),
            _ => None,
        }
    }

    unsafe fn slice<'a>(&self) -> &'a [u8] {
        if self.bytes.is_null() || self.len <= 0 {
            return &[];
        }
        // SAFETY: promised by the caller.
        unsafe { std::slice::from_raw_parts(self.bytes, self.len.unsigned_abs() as usize) }
    }
}

/// The same by SQLite's functions.
///
/// # Safety
/// The statement stands on a row that has this column.
unsafe fn ask<'a>(stmt: *mut ffi::sqlite3_stmt, column: c_int) -> Cell<'a> {
    // SAFETY: promised by the caller. The value is "unprotected", which only matters to other
    // threads, and none uses this connection.
    unsafe {
        let value = ffi::sqlite3_column_value(stmt, column);
        let slice = |start: *const u8| {
            let len = ffi::sqlite3_value_bytes(value).unsigned_abs() as usize;
            if len == 0 {
                Some(&[][..])
            } else if start.is_null() {
                None
            } else {
                Some(std::slice::from_raw_parts(start, len))
            }
        };
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => Cell::Integer(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => Cell::Real(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => {
                let text = ffi::sqlite3_value_text(value);
                if text.is_null() {
                    Cell::Text(None)
                } else {
                    Cell::Text(slice(text))
                }
            }
            ffi::SQLITE_BLOB => Cell::Blob(slice(ffi::sqlite3_value_blob(value).cast())),
            _ => Cell::Null,
        }
    }
}

/// A row with a value of each kind, twice, so that a wrong size shows.
const PROBE: &CStr =
    c"select 7, -2.5, 'text', x'00ff', null, 9007199254740993, 'x', x'', 1e300, ''";

/// Compares both ways on a row of every kind; the size of a value if they agree.
fn verify() -> Option<usize> {
    let mut db = ptr::null_mut();
    let mut stmt = ptr::null_mut();
    // SAFETY: a connection of our own, closed below; texts end with a NUL; the rest are locals.
    unsafe {
        let opened = ffi::sqlite3_open(c":memory:".as_ptr(), &raw mut db) == ffi::SQLITE_OK
            && ffi::sqlite3_prepare_v2(db, PROBE.as_ptr(), -1, &raw mut stmt, ptr::null_mut())
                == ffi::SQLITE_OK
            && ffi::sqlite3_step(stmt) == ffi::SQLITE_ROW;
        let size = if opened { compare(stmt) } else { None };
        ffi::sqlite3_finalize(stmt);
        ffi::sqlite3_close(db);
        size
    }
}

/// # Safety
/// The statement stands on the row of [`PROBE`].
unsafe fn compare(stmt: *mut ffi::sqlite3_stmt) -> Option<usize> {
    // SAFETY: promised by the caller. Nothing is read before all values were found where they
    // should be, with room for what is read of each.
    unsafe {
        let columns = ffi::sqlite3_data_count(stmt);
        let at = |column| ffi::sqlite3_column_value(stmt, column).cast::<u8>().addr();
        let size = at(1).checked_sub(at(0))?;
        if size < size_of::<Start>() || size % align_of::<Start>() != 0 {
            return None;
        }
        let count = columns.unsigned_abs() as usize;
        for column in 0..columns {
            let index = column.unsigned_abs() as usize;
            if at(column) != at(0) + index * size {
                return None;
            }
        }
        let row = Layout(Some(size)).row(stmt);
        for index in 0..count {
            let start = &*row.first.add(index * size).cast::<Start>();
            let asked = ask(stmt, c_int::try_from(index).ok()?);
            // Texts and blobs: first that the address and the length are the same.
            let same = match asked {
                Cell::Text(Some(bytes)) | Cell::Blob(Some(bytes)) if !bytes.is_empty() => {
                    ptr::eq(bytes.as_ptr(), start.bytes)
                        && start.len.unsigned_abs() as usize == bytes.len()
                }
                _ => true,
            };
            if !same || start.read() != Some(asked) {
                return None;
            }
        }
        Some(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_sqlite_keeps_values_where_they_are_looked_for() {
        assert!(
            Layout::verified().is_direct(),
            "rows are slower now: see what changed in struct sqlite3_value"
        );
    }

    #[test]
    fn a_value_that_is_not_plain_is_asked_for() {
        for flags in [INT_REAL, BLOB | ZERO, STR | INT, 0] {
            let start = Start {
                number: 0,
                bytes: ptr::null(),
                len: 0,
                flags,
                encoding: UTF8,
            };
            // SAFETY: there is nothing to read.
            assert_eq!(unsafe { start.read() }, None, "{flags:#x}");
        }
        let other = Start {
            number: 0,
            bytes: ptr::null(),
            len: 0,
            flags: STR,
            encoding: UTF8 + 1,
        };
        // SAFETY: there is nothing to read.
        assert_eq!(unsafe { other.read() }, None, "UTF-16");
    }
}
