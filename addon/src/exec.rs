//! `exec`: all statements of a text, without their rows.

use std::cell::RefCell;
use std::ffi::{CStr, c_int};
use std::ptr;

use rusqlite::ffi;

use crate::db::Db;
use crate::failure::Result;

/// How many statements of transaction control are kept.
const KEPT: usize = 8;

/// Statements of transaction control, by their text. None of them is ever running when it is looked
/// for: they call nothing, unless statements are reported, and then they are not used.
#[derive(Debug, Default)]
pub struct Kept {
    statements: RefCell<Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    text: Box<[u8]>,
    stmt: *mut ffi::sqlite3_stmt,
}

impl Kept {
    fn find(&self, text: &[u8]) -> Option<*mut ffi::sqlite3_stmt> {
        let statements = self.statements.borrow();
        let known = statements.iter().find(|known| *known.text == *text)?;
        Some(known.stmt)
    }

    /// Adds one; the oldest goes when there are many.
    fn add(&self, text: &[u8], stmt: *mut ffi::sqlite3_stmt) {
        let mut statements = self.statements.borrow_mut();
        if statements.len() == KEPT {
            let oldest = statements.remove(0);
            // SAFETY: kept until now, and not running.
            unsafe { ffi::sqlite3_finalize(oldest.stmt) };
        }
        statements.push(Known {
            text: text.into(),
            stmt,
        });
    }

    /// Frees all of them, before the connection is closed.
    pub fn free(&self) {
        for known in self.statements.take() {
            // SAFETY: kept until now, and not running.
            unsafe { ffi::sqlite3_finalize(known.stmt) };
        }
    }
}

impl Db {
    /// Runs all statements of `sql`, which ends with a NUL.
    ///
    /// # Errors
    /// SQLite's, of the first statement that fails; those before it stand.
    pub fn exec(&self, sql: &CStr) -> Result<()> {
        let raw = self.raw()?;
        self.watched().start(self.in_callback());
        if let Some(stmt) = self.keep(raw, sql)? {
            return self.run_kept(stmt);
        }
        let mut rest = sql;
        while !rest.is_empty() {
            rest = after_space(self.exec_first(raw, rest)?);
        }
        Ok(())
    }

    /// A kept statement for `sql`, if that is transaction control and nothing else: such statements
    /// depend on no schema, call nothing, and are what programs run most often by `exec`.
    fn keep(&self, raw: *mut ffi::sqlite3, sql: &CStr) -> Result<Option<*mut ffi::sqlite3_stmt>> {
        let text = sql.to_bytes();
        // An authorizer is asked when a statement is prepared, so none may be kept from it; a
        // subscriber is told while the statement ends, and may want the same one.
        let watched = self.authorizer().borrow().is_some() || self.profiler().borrow().is_some();
        if watched || !is_transaction_control(text) {
            return Ok(None);
        }
        if let Some(stmt) = self.kept().find(text) {
            return Ok(Some(stmt));
        }
        let (mut stmt, mut tail) = (ptr::null_mut(), ptr::null());
        // SAFETY: the connection is open; the text ends with a NUL; the rest are locals.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                raw,
                sql.as_ptr(),
                -1,
                ffi::SQLITE_PREPARE_PERSISTENT,
                &raw mut stmt,
                &raw mut tail,
            )
        };
        self.check(code)?;
        // SAFETY: SQLite gives a place inside of the text.
        if stmt.is_null() || !after_space(unsafe { CStr::from_ptr(tail) }).is_empty() {
            // SAFETY: null or just prepared; there is more than one statement.
            unsafe { ffi::sqlite3_finalize(stmt) };
            return Ok(None);
        }
        self.kept().add(text, stmt);
        Ok(Some(stmt))
    }

    fn run_kept(&self, stmt: *mut ffi::sqlite3_stmt) -> Result<()> {
        // SAFETY: kept, and at its start; what it says of the step it says again when it is reset.
        let run = || unsafe {
            ffi::sqlite3_step(stmt);
            ffi::sqlite3_reset(stmt)
        };
        let code = self.watched().during(None, || self.at_top(stmt, run));
        self.settle(code)
    }

    /// Runs the first statement of `sql`, and gives what follows it.
    fn exec_first<'a>(&self, raw: *mut ffi::sqlite3, sql: &'a CStr) -> Result<&'a CStr> {
        let mut stmt = ptr::null_mut();
        let mut tail = ptr::null();
        // With its NUL, SQLite need not copy the text.
        let len = c_int::try_from(sql.count_bytes() + 1).unwrap_or(-1);
        // SAFETY: the connection is open; the text ends with a NUL; the rest are locals.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(raw, sql.as_ptr(), len, 0, &raw mut stmt, &raw mut tail)
        };
        if let Err(failure) = self.settle(code) {
            // SAFETY: null, or prepared in spite of what a callback left.
            unsafe { ffi::sqlite3_finalize(stmt) };
            return Err(failure);
        }
        // SAFETY: just prepared, stepped to its end and freed; null (a comment) has no end.
        let run = || unsafe {
            while !stmt.is_null() && ffi::sqlite3_step(stmt) == ffi::SQLITE_ROW {
                if self.raised().is_set() {
                    break;
                }
            }
            ffi::sqlite3_finalize(stmt)
        };
        let code = self.watched().during(None, || self.at_top(stmt, run));
        self.settle(code)?;
        // SAFETY: SQLite gives a place inside of the text.
        Ok(unsafe { CStr::from_ptr(tail) })
    }
}

/// Whether a text of SQL begins like transaction control, and is short enough to be nothing more.
fn is_transaction_control(sql: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [
        b"begin",
        b"commit",
        b"end",
        b"rollback",
        b"savepoint",
        b"release",
    ];
    const LONGEST: usize = 64;
    sql.len() <= LONGEST
        && WORDS.iter().any(|word| {
            sql.len() >= word.len()
                && sql[..word.len()].eq_ignore_ascii_case(word)
                && !sql.get(word.len()).is_some_and(u8::is_ascii_alphanumeric)
        })
}

/// What follows the white space at the start of SQL: the next statement, as it is reported.
fn after_space(sql: &CStr) -> &CStr {
    let space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let skipped = sql.to_bytes().iter().take_while(|byte| space(byte)).count();
    CStr::from_bytes_with_nul(&sql.to_bytes_with_nul()[skipped..]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_transaction_control_is_kept() {
        for sql in [
            "begin",
            "BEGIN IMMEDIATE",
            "commit;",
            "End",
            "savepoint a",
            "release a",
        ] {
            assert!(is_transaction_control(sql.as_bytes()), "{sql}");
        }
        for sql in [
            "",
            "beginning",
            "select 1",
            " begin",
            "create table begin(a)",
        ] {
            assert!(!is_transaction_control(sql.as_bytes()), "{sql}");
        }
        let long = format!("savepoint {}", "x".repeat(64));
        assert!(!is_transaction_control(long.as_bytes()));
    }

    #[test]
    fn white_space_before_a_statement_is_not_part_of_it() {
        assert_eq!(after_space(c" \t\r\n\x0b\x0cselect 1 "), c"select 1 ");
        assert_eq!(after_space(c"  "), c"");
    }
}
