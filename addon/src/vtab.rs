//! Virtual tables whose rows come from JavaScript: `createModule()`.
//!
//! Read only. A hidden column is a parameter: an equality on it becomes an argument of the
//! function that makes the rows. The JavaScript layer keeps each scan's iterator in a numbered
//! slot; a row crosses as an array.

use std::cell::{Cell, RefCell};
use std::ffi::{CString, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi_sys as sys;
use rusqlite::ffi;

use crate::api;
use crate::callback::{self, Callback};
use crate::db::Db;
use crate::entry::{Call, UNDEFINED};
use crate::failure::{Failure, Result};
use crate::js;
use crate::rows::Integers;
use crate::value::{self, Owned};

/// More parameters than this cannot be told apart in SQLite's plan number.
const MAX_HIDDEN: usize = 31;

/// A module, which SQLite frees when it is replaced or the connection closes.
struct Module {
    db: *const Db,
    /// `open(slot, given, …arguments)`, `next(slot) -> row | undefined`, `close(slot)`.
    open: Callback,
    next: Callback,
    close: Callback,
    /// `CREATE TABLE x(…)`, for SQLite.
    declaration: CString,
    /// For each column: the position among the hidden ones, or among the others.
    columns: Vec<Column>,
    hidden: usize,
    integers: Integers,
    direct_only: bool,
    slots: Cell<i32>,
    free: RefCell<Vec<i32>>,
}

#[derive(Debug, Clone, Copy)]
enum Column {
    Shown(usize),
    Hidden(usize),
}

#[repr(C)]
struct Table {
    base: ffi::sqlite3_vtab,
    module: *const Module,
}

#[repr(C)]
struct Cursor {
    base: ffi::sqlite3_vtab_cursor,
    /// The scan's slot plus 1; 0 when none is open.
    slot: c_int,
    row: Option<Vec<Owned>>,
    /// Why a cell of the row cannot be given to SQLite.
    refusal: Option<(usize, value::Refusal)>,
    parameters: Vec<Owned>,
    rowid: i64,
}

static METHODS: ffi::sqlite3_module = ffi::sqlite3_module {
    iVersion: 0,
    xCreate: Some(connect),
    xConnect: Some(connect),
    xBestIndex: Some(best_index),
    xDisconnect: Some(disconnect),
    xDestroy: Some(disconnect),
    xOpen: Some(open),
    xClose: Some(close),
    xFilter: Some(filter),
    xNext: Some(next),
    xEof: Some(eof),
    xColumn: Some(column),
    xRowid: Some(rowid),
    xUpdate: None,
    xBegin: None,
    xSync: None,
    xCommit: None,
    xRollback: None,
    xFindFunction: None,
    xRename: None,
    xSavepoint: None,
    xRelease: None,
    xRollbackTo: None,
    xShadowName: None,
    xIntegrity: None,
};

/// `dbModule(db, name, [open, next, close], declaration, hidden, bits)`: `hidden` is a string with
/// one letter a column, `h` for a hidden one; bits: 1 bigints, 4 direct only.
pub fn create(call: &Call<'_>) -> Result<sys::napi_value> {
    let db = call.handle::<Db>(0)?;
    let raw = db.raw()?;
    let bits = call.int(5)?;
    let part = |index| -> Result<Callback> {
        Callback::new(db.state(), js::element(call.env(), call.arg(2), index)?)
    };
    let declaration = api::with_string(call, 3, |text, _| Ok(text.to_owned()))?;
    let (mut shown, mut hidden) = (0, 0);
    let columns = api::with_string(call, 4, |_, letters| {
        let mut count = |letter: &u8| {
            let counter = if *letter == b'h' {
                &mut hidden
            } else {
                &mut shown
            };
            *counter += 1;
            if *letter == b'h' {
                Column::Hidden(hidden - 1)
            } else {
                Column::Shown(shown - 1)
            }
        };
        Ok(letters.iter().map(&mut count).collect::<Vec<_>>())
    })?;
    if hidden > MAX_HIDDEN {
        return Err(Failure::ArgType(format!(
            "a virtual table can have up to {MAX_HIDDEN} hidden columns, not {hidden}"
        )));
    }
    let module = Box::new(Module {
        db: ptr::from_ref(db),
        open: part(0)?,
        next: part(1)?,
        close: part(2)?,
        declaration,
        columns,
        hidden,
        integers: if bits & 1 != 0 {
            Integers::BigInts
        } else {
            Integers::Numbers
        },
        direct_only: bits & 4 != 0,
        slots: Cell::new(0),
        free: RefCell::new(Vec::new()),
    });
    db.will_speak();
    api::with_string(call, 1, |name, _| {
        // SAFETY: the name ends with a NUL; the methods are static; the box is freed by `destroy`,
        // which SQLite calls in any case.
        db.settle(unsafe {
            ffi::sqlite3_create_module_v2(
                raw,
                name.as_ptr(),
                &raw const METHODS,
                Box::into_raw(module).cast(),
                Some(destroy),
            )
        })
    })?;
    Ok(UNDEFINED)
}

unsafe extern "C" fn destroy(data: *mut c_void) {
    // SAFETY: the box that was registered; SQLite calls this once.
    let module = unsafe { Box::from_raw(data.cast::<Module>()) };
    let _ = catch_unwind(AssertUnwindSafe(move || drop(module)));
}

unsafe extern "C" fn connect(
    raw: *mut ffi::sqlite3,
    data: *mut c_void,
    _count: c_int,
    _arguments: *const *const c_char,
    table: *mut *mut ffi::sqlite3_vtab,
    message: *mut *mut c_char,
) -> c_int {
    // SAFETY: the box that was registered, which outlives its tables; the declaration ends with a
    // NUL; SQLite wants the table in its out-parameter.
    unsafe {
        let module = &*data.cast::<Module>();
        let code = ffi::sqlite3_declare_vtab(raw, module.declaration.as_ptr());
        if code != ffi::SQLITE_OK {
            *message = ffi::sqlite3_mprintf(c"%s".as_ptr(), ffi::sqlite3_errmsg(raw));
            return code;
        }
        let level = if module.direct_only {
            ffi::SQLITE_VTAB_DIRECTONLY
        } else {
            ffi::SQLITE_VTAB_INNOCUOUS
        };
        ffi::sqlite3_vtab_config(raw, level);
        *table = Box::into_raw(Box::new(Table {
            base: std::mem::zeroed(),
            module,
        }))
        .cast();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn disconnect(table: *mut ffi::sqlite3_vtab) -> c_int {
    // SAFETY: made by `connect`; SQLite gives it back once.
    drop(unsafe { Box::from_raw(table.cast::<Table>()) });
    ffi::SQLITE_OK
}

/// Takes equalities on hidden columns as arguments. The plan's number says which ones are there.
unsafe extern "C" fn best_index(
    table: *mut ffi::sqlite3_vtab,
    info: *mut ffi::sqlite3_index_info,
) -> c_int {
    #[allow(clippy::cast_possible_truncation)] // the operator's number is 2
    const EQUAL: u8 = ffi::SQLITE_INDEX_CONSTRAINT_EQ as u8;
    // SAFETY: made by `connect`; SQLite gives as many constraints and usages as it says.
    unsafe {
        let module = &*(*table.cast::<Table>()).module;
        let info = &mut *info;
        let count = info.nConstraint.unsigned_abs() as usize;
        let mut by_parameter = [None; MAX_HIDDEN];
        for at in 0..count {
            let constraint = &*info.aConstraint.add(at);
            let Ok(column) = usize::try_from(constraint.iColumn) else {
                continue;
            };
            let Some(Column::Hidden(parameter)) = module.columns.get(column).copied() else {
                continue;
            };
            if constraint.op != EQUAL {
                continue;
            }
            if constraint.usable == 0 {
                // An argument that is not known yet: another order of the tables must be found.
                return ffi::SQLITE_CONSTRAINT;
            }
            by_parameter[parameter] = Some(at);
        }
        let mut given = 0;
        let mut next = 1;
        for (parameter, at) in by_parameter.iter().enumerate() {
            if let Some(at) = at {
                let usage = &mut *info.aConstraintUsage.add(*at);
                usage.argvIndex = next;
                usage.omit = 1;
                next += 1;
                given |= 1 << parameter;
            }
        }
        info.idxNum = given;
        info.estimatedCost = 1e6 / f64::from(next);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn open(
    _table: *mut ffi::sqlite3_vtab,
    cursor: *mut *mut ffi::sqlite3_vtab_cursor,
) -> c_int {
    // SAFETY: SQLite wants the cursor in its out-parameter, and fills its base.
    unsafe {
        *cursor = Box::into_raw(Box::new(Cursor {
            base: std::mem::zeroed(),
            slot: 0,
            row: None,
            refusal: None,
            parameters: Vec::new(),
            rowid: 0,
        }))
        .cast();
    }
    ffi::SQLITE_OK
}

/// The cursor of a call, its module and its connection.
///
/// # Safety
/// `cursor` was made by `open` and is not closed.
unsafe fn parts<'a>(cursor: *mut ffi::sqlite3_vtab_cursor) -> (&'a mut Cursor, &'a Module, &'a Db) {
    // SAFETY: promised by the caller; tables outlive their cursors, modules their tables.
    unsafe {
        let cursor = &mut *cursor.cast::<Cursor>();
        let module = &*(*cursor.base.pVtab.cast::<Table>()).module;
        (cursor, module, &*module.db)
    }
}

/// Ends the scan of a cursor, if one is open. JavaScript may refuse to be called; the slot then
/// keeps its iterator until it is used again.
fn end_scan(cursor: &mut Cursor, module: &Module, db: &Db) -> Option<()> {
    let slot = std::mem::take(&mut cursor.slot);
    cursor.row = None;
    if slot == 0 {
        return Some(());
    }
    // As in `for … of`: the first error wins over what an iterator says when it is returned.
    let quiet = cursor.refusal.is_some();
    let failure = db.raised().set_aside();
    let done = callback::enter(db, |scope| {
        callback::despite_exception(db.state().raw(), quiet, |env| {
            let number = js::int32(env, slot - 1)?;
            module.close.call(scope, &[number]).map(|_| ())
        })
    });
    db.raised().put_back(failure);
    module.free.borrow_mut().push(slot - 1);
    done
}

unsafe extern "C" fn close(cursor: *mut ffi::sqlite3_vtab_cursor) -> c_int {
    // SAFETY: made by `open`; SQLite gives it back once.
    unsafe {
        let (open, module, db) = parts(cursor);
        end_scan(open, module, db);
        drop(Box::from_raw(cursor.cast::<Cursor>()));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn filter(
    cursor: *mut ffi::sqlite3_vtab_cursor,
    given: c_int,
    _name: *const c_char,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) -> c_int {
    // SAFETY: made by `open`.
    let (cursor, module, db) = unsafe { parts(cursor) };
    if end_scan(cursor, module, db).is_none() {
        return ffi::SQLITE_ERROR;
    }
    let slot = module.free.borrow_mut().pop().unwrap_or_else(|| {
        let slot = module.slots.get();
        module.slots.set(slot + 1);
        slot
    });
    cursor.slot = slot + 1;
    cursor.rowid = 0;
    let env = db.state().raw();
    let opened = callback::enter(db, |scope| {
        let mut args = vec![js::int32(env, slot)?];
        cursor.parameters = vec![Owned::Null; module.hidden];
        let mut next = 0;
        for parameter in 0..module.hidden {
            args.push(if given & (1 << parameter) != 0 && next < count {
                // SAFETY: SQLite gives as many values as `best_index` asked for.
                let value = unsafe { *values.add(next.unsigned_abs() as usize) };
                next += 1;
                // SAFETY: a value of this call.
                unsafe {
                    cursor.parameters[parameter] = value::copy(value);
                    value::to_js(env, value, module.integers)?
                }
            } else {
                js::undefined(env)?
            });
        }
        module.open.call(scope, &args).map(|_| ())
    });
    if opened.is_none() {
        return ffi::SQLITE_ERROR;
    }
    advance(cursor, module, db)
}

/// Asks JavaScript for the next row.
fn advance(cursor: &mut Cursor, module: &Module, db: &Db) -> c_int {
    let env = db.state().raw();
    cursor.rowid += 1;
    cursor.refusal = None;
    let row = callback::enter(db, |scope| {
        let row = module
            .next
            .call(scope, &[js::int32(env, cursor.slot - 1)?])?;
        if js::is_undefined(env, row)? {
            return Ok(None);
        }
        let mut cells = Vec::with_capacity(module.columns.len());
        for at in 0..module.columns.len() - module.hidden {
            let index = u32::try_from(at).expect("SQLite has at most 32,767 columns");
            let cell = value::from_js(db.state(), js::element(env, row, index)?)?;
            cells.push(cell.unwrap_or_else(|refusal| {
                cursor.refusal.get_or_insert((at, refusal));
                Owned::Null
            }));
        }
        Ok(Some(cells))
    });
    let code = if row.is_some() {
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_ERROR
    };
    cursor.row = row.flatten();
    code
}

unsafe extern "C" fn next(cursor: *mut ffi::sqlite3_vtab_cursor) -> c_int {
    // SAFETY: made by `open`.
    let (cursor, module, db) = unsafe { parts(cursor) };
    advance(cursor, module, db)
}

unsafe extern "C" fn eof(cursor: *mut ffi::sqlite3_vtab_cursor) -> c_int {
    // SAFETY: made by `open`.
    c_int::from(unsafe { &*cursor.cast::<Cursor>() }.row.is_none())
}

unsafe extern "C" fn column(
    cursor: *mut ffi::sqlite3_vtab_cursor,
    context: *mut ffi::sqlite3_context,
    index: c_int,
) -> c_int {
    // SAFETY: made by `open`.
    let (cursor, module, _) = unsafe { parts(cursor) };
    let column = usize::try_from(index)
        .ok()
        .and_then(|index| module.columns.get(index).copied());
    let value = match (column, &cursor.row) {
        (Some(Column::Hidden(parameter)), _) => cursor.parameters.get(parameter),
        (Some(Column::Shown(at)), Some(row)) => {
            if let Some((refused, refusal)) = cursor.refusal
                && refused == at
            {
                // SAFETY: the context of this call.
                unsafe { value::refuse(context, refusal) };
                return ffi::SQLITE_OK;
            }
            row.get(at)
        }
        _ => None,
    };
    // SAFETY: the context of this call.
    unsafe { value::give(context, value.unwrap_or(&Owned::Null)) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn rowid(cursor: *mut ffi::sqlite3_vtab_cursor, rowid: *mut i64) -> c_int {
    // SAFETY: made by `open`; SQLite wants the number in its out-parameter.
    unsafe { *rowid = (*cursor.cast::<Cursor>()).rowid };
    ffi::SQLITE_OK
}
