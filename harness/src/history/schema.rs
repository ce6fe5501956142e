//! The file: opened so that many processes may write it at once, and brought to the newest version step by step.
//!
//! `rusqlite_migration` asks for the version before its transaction begins, which two processes that make one file at the same
//! time both do before either has written; so the steps are taken here, in a transaction that locks first.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::HistoryError;

/// Says whose file it is, in its header: `tphi`.
const APPLICATION: i64 = 0x7470_6869;
/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before another try, where SQLite does not wait itself.
const PAUSE: Duration = Duration::from_millis(10);

/// Step n brings a file of version n to version n + 1. A step that was released never changes.
const STEPS: [&str; 1] = [include_str!("001.sql")];

/// The version of a file that all steps were taken on.
#[expect(clippy::cast_possible_wrap, reason = "there are few steps")]
pub const VERSION: i64 = STEPS.len() as i64;

/// What the header of a file says.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    /// Nothing is in it yet.
    New,
    /// Ours, of a version.
    Ours(i64),
    /// Somebody else's.
    Foreign,
}

/// Opens a file, which is made with its folder where it is not there.
pub(super) fn open(file: &Path) -> Result<Connection, HistoryError> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(HistoryError::io(file))?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = |error| HistoryError::of(file)(error);
    let mut db = Connection::open_with_flags(file, flags).map_err(sqlite)?;
    db.busy_timeout(PATIENCE).map_err(sqlite)?;
    db.pragma_update(None, "foreign_keys", true)
        .map_err(sqlite)?;
    // Before anything is written: a file of somebody else's stays as it is.
    let found = checked(&db, file)?;
    keep_log(&db, || thread::sleep(PAUSE)).map_err(sqlite)?;
    if found < VERSION {
        migrate(&mut db, file)?;
    }
    Ok(db)
}

/// The version of a file that is ours; 0 of one that is new.
fn checked(db: &Connection, file: &Path) -> Result<i64, HistoryError> {
    match head(db).map_err(HistoryError::of(file))? {
        Head::New => Ok(0),
        Head::Ours(found) if found > VERSION => Err(HistoryError::Newer {
            file: file.to_owned(),
            found,
        }),
        Head::Ours(found) => Ok(found),
        Head::Foreign => Err(HistoryError::NotOurs {
            file: file.to_owned(),
        }),
    }
}

fn head(db: &Connection) -> rusqlite::Result<Head> {
    // In one statement, so that no other process writes between them.
    let (application, version, tables): (i64, i64, i64) = db.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id), \
                (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(match (application, version, tables) {
        (APPLICATION, version, _) => Head::Ours(version),
        (0, 0, 0) => Head::New,
        _ => Head::Foreign,
    })
}

/// Turns the write-ahead log on. SQLite does not wait for others when a file changes its mode, so we do.
fn keep_log(db: &Connection, mut pause: impl FnMut()) -> rusqlite::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        let mode: rusqlite::Result<String> =
            db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0));
        match mode {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < until =>
            {
                pause();
            }
            // A file system without shared memory keeps another mode, which is as safe and only slower.
            other => return other.map(|_| ()),
        }
    }
}

/// Takes the steps that a file lacks: all or none.
fn migrate(db: &mut Connection, file: &Path) -> Result<(), HistoryError> {
    let sqlite = |error| HistoryError::of(file)(error);
    let step = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sqlite)?;
    // Another process may have been quicker.
    let found = checked(&step, file)?;
    let taken = usize::try_from(found).unwrap_or(0);
    for sql in STEPS.iter().skip(taken) {
        step.execute_batch(sql).map_err(sqlite)?;
    }
    step.pragma_update(None, "application_id", APPLICATION)
        .map_err(sqlite)?;
    step.pragma_update(None, "user_version", VERSION)
        .map_err(sqlite)?;
    step.commit().map_err(sqlite)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    fn pragma(db: &Connection, name: &str) -> String {
        let sql = format!("SELECT {name} FROM pragma_{name}");
        db.query_row(&sql, [], |row| row.get::<_, rusqlite::types::Value>(0))
            .map(|value| match value {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
            .unwrap()
    }

    #[test]
    fn a_new_file_gets_all_steps_a_log_and_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("deep/er/history.db");
        let db = open(&file).unwrap();
        assert_eq!(pragma(&db, "user_version"), VERSION.to_string());
        assert_eq!(pragma(&db, "application_id"), APPLICATION.to_string());
        assert_eq!(pragma(&db, "journal_mode"), "wal");
        assert_eq!(pragma(&db, "foreign_keys"), "1");
        drop(db);
        // Once more: no step is taken twice.
        open(&file).unwrap();
    }

    thread_local! {
        /// A writer that lets go of its file when another begins to wait for it.
        static WRITER: RefCell<Option<Connection>> = const { RefCell::new(None) };
        /// Whether SQLite has asked if it should wait.
        static ASKED: Cell<bool> = const { Cell::new(false) };
    }

    fn let_go(_: i32) -> bool {
        WRITER.with_borrow_mut(|writer| {
            let writer = writer.take().expect("it is waited for once");
            writer.execute_batch("COMMIT").unwrap();
        });
        true
    }

    #[test]
    fn steps_that_another_process_takes_meanwhile_are_waited_for_and_not_taken_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("history.db");
        let writer = Connection::open(&file).unwrap();
        keep_log(&writer, || unreachable!("it is alone")).unwrap();
        writer.execute_batch("BEGIN IMMEDIATE").unwrap();
        writer.execute_batch(STEPS[0]).unwrap();
        for (name, value) in [("application_id", APPLICATION), ("user_version", VERSION)] {
            writer.pragma_update(None, name, value).unwrap();
        }
        WRITER.set(Some(writer));
        let mut second = Connection::open(&file).unwrap();
        assert_eq!(checked(&second, &file).unwrap(), 0);
        second.busy_handler(Some(let_go)).unwrap();
        migrate(&mut second, &file).unwrap();
        assert!(WRITER.take().is_none(), "it was not waited for");
        assert_eq!(checked(&second, &file).unwrap(), VERSION);
    }

    #[test]
    fn the_log_is_turned_on_when_others_let_go_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("history.db");
        let other = Connection::open(&file).unwrap();
        other
            .execute_batch("BEGIN IMMEDIATE; CREATE TABLE t (x)")
            .unwrap();
        let mut holding = Some(other);
        let mut db = Connection::open(&file).unwrap();
        let wait = |_| {
            ASKED.set(true);
            false
        };
        db.busy_handler(Some(wait)).unwrap();
        keep_log(&db, || {
            let other = holding.take().expect("one more try is enough");
            other.execute_batch("COMMIT").unwrap();
        })
        .unwrap();
        assert!(holding.is_none(), "it was not waited for");
        assert!(!ASKED.get(), "SQLite waits by itself: no pause is needed");
        assert_eq!(pragma(&db, "journal_mode"), "wal");
    }

    #[test]
    fn a_file_of_a_newer_version_is_refused_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("history.db");
        let db = open(&file).unwrap();
        db.pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(db);
        let before = fs::read(&file).unwrap();
        let error = open(&file).unwrap_err();
        assert!(matches!(error, HistoryError::Newer { found, .. } if found == VERSION + 1));
        assert!(error.to_string().contains("this threadproof knows version"));
        assert_eq!(fs::read(&file).unwrap(), before);
    }

    #[test]
    fn a_database_of_somebody_else_is_refused_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.db");
        let db = Connection::open(&file).unwrap();
        db.execute_batch("CREATE TABLE customers (name TEXT)")
            .unwrap();
        drop(db);
        let before = fs::read(&file).unwrap();
        assert!(matches!(
            open(&file).unwrap_err(),
            HistoryError::NotOurs { .. }
        ));
        assert_eq!(fs::read(&file).unwrap(), before);
    }

    #[test]
    fn what_is_no_database_is_damaged_and_what_is_no_file_cannot_be_used() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("history.db");
        fs::write(&file, "no database at all, ".repeat(100)).unwrap();
        assert!(matches!(
            open(&file).unwrap_err(),
            HistoryError::Damaged { .. }
        ));
        assert!(matches!(
            open(dir.path()).unwrap_err(),
            HistoryError::Denied { .. }
        ));
        // A folder that cannot be made, because a file stands there.
        assert!(matches!(
            open(&file.join("history.db")).unwrap_err(),
            HistoryError::Denied { .. }
        ));
    }
}
