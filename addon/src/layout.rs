//! The shared buffer through which values cross between JavaScript and Rust.
//!
//! One `ArrayBuffer` an env, made by `index.cjs` and never shown to anyone. JavaScript writes
//! parameters into it; Rust copies rows into it at the very end of a call, so that user code that
//! runs in the middle cannot disturb them. Both sides name the same offsets: [`VERSION`] goes up
//! with every change, and `index.cjs` refuses a binary of another version.

/// Version of this layout and of the entry points' signatures.
pub const VERSION: u32 = 3;

/// Length of the shared buffer in bytes. The longest batch is [`BATCH_BYTES`], and one more row
/// of 32,767 columns with its inline blobs: no row can outgrow it.
pub const ARENA_BYTES: usize = 512 * 1024;

/// `i32` index: 0, or the [`crate::failure::Failure::kind`] of what went wrong.
pub const STATUS: usize = 0;
/// `i32` index: rows in this batch; after `prepare`, the number of parameters.
pub const ROWS: usize = 1;
/// `i32` index: see [`DONE`], [`COLUMNS_CHANGED`], [`NAMED`].
pub const FLAGS: usize = 2;
/// `i32` index: byte offset at which inline blobs begin.
pub const BLOBS: usize = 3;
/// `f64` index: rows changed by the last `run`.
pub const CHANGES_F64: usize = 2;
/// `f64` index: last inserted rowid; beyond 2^53 the exact value stands in [`ROWID_I64`].
pub const ROWID_F64: usize = 3;
/// `i64` index: the same, exact.
pub const CHANGES_I64: usize = 4;
/// `i64` index: the same, exact.
pub const ROWID_I64: usize = 5;
/// `i32` index: entries used in the side array.
pub const SIDE: usize = 12;
/// `i32` index: number of result columns.
pub const COLUMNS: usize = 13;

/// Flag: no more rows.
pub const DONE: i32 = 1;
/// Flag: SQLite prepared the statement anew, its columns may have changed.
pub const COLUMNS_CHANGED: i32 = 2;
/// Flag: at least one parameter has a name.
pub const NAMED: i32 = 4;

/// Byte offset of the parameters' tags, one byte each.
pub const PARAM_TAGS: usize = 64;
/// Byte offset of the parameters' values, eight bytes each.
pub const PARAM_VALUES: usize = 128;
/// How many parameters cross this way; longer lists cross as an array.
pub const MAX_PARAMS: usize = 64;
/// Byte offset of the first row.
pub const ROWS_AT: usize = 1024;

/// A batch is handed over once it holds this many bytes, so that a terminated worker sees it soon.
pub const BATCH_BYTES: usize = 128 * 1024;
/// Blobs up to this length cross in the buffer, longer ones as arrays of their own.
pub const INLINE_BLOB: usize = 16 * 1024;
/// Inline blobs of one batch end here.
pub const INLINE_BLOBS: usize = 64 * 1024;
/// Texts up to this length share a string with their neighbours.
pub const SHARED_TEXT: usize = 256;
/// Length at which a shared string is closed: a kept cell pins at most this much.
pub const CHUNK: usize = 1024;

/// Tags of parameters, as `index.cjs` writes them.
pub mod param {
    /// NULL.
    pub const NULL: u8 = 0;
    /// A number: REAL.
    pub const NUMBER: u8 = 1;
    /// A bigint within 64 bits, in the value slot.
    pub const BIGINT: u8 = 2;
    /// A string, handed over as an argument.
    pub const TEXT: u8 = 3;
    /// A boolean: INTEGER 0 or 1, in the value slot as a double.
    pub const BOOL: u8 = 4;
    /// A view of a buffer, handed over as an argument.
    pub const BLOB: u8 = 5;
}

/// Tags of result cells, as `index.cjs` reads them.
pub mod cell {
    /// NULL.
    pub const NULL: u8 = 0;
    /// An integer of 32 bits.
    pub const INT32: u8 = 1;
    /// A double: REAL, or an integer beyond 32 bits and within 2^53.
    pub const DOUBLE: u8 = 2;
    /// An integer of 64 bits that becomes a bigint.
    pub const INT64: u8 = 3;
    /// Part of a shared string: index in the side array, then start and end as two 16-bit halves.
    pub const SHARED: u8 = 4;
    /// An entry of the side array: a string or `Uint8Array` of its own.
    pub const OWN: u8 = 5;
    /// A blob in the buffer: offset from the blobs' start, then length.
    pub const BLOB: u8 = 6;
    /// The empty text.
    pub const EMPTY: u8 = 7;
}

const _: () = {
    let longest_row = 32_767usize.next_multiple_of(8) + 8 * 32_767;
    assert!(ROWS_AT + BATCH_BYTES + longest_row + INLINE_BLOBS + 8 <= ARENA_BYTES);
    assert!(PARAM_TAGS + MAX_PARAMS <= PARAM_VALUES);
    assert!(PARAM_VALUES + 8 * MAX_PARAMS <= ROWS_AT);
    assert!(CHUNK + SHARED_TEXT <= u16::MAX as usize);
};
