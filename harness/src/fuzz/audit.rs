//! Whether what the threads of a program have written stands in its database, by SQLite itself.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use rusqlite::{Connection, OpenFlags};

use super::lower::Expected;

/// The file, in the folder of the program; `js-tests/driver/interpreter.cjs` has the same name.
const FILE: &str = ".shared.db";

/// What is wrong with the database in a folder, a line each.
pub(super) fn audit(folder: &Path, expected: &Expected) -> Vec<String> {
    look(&folder.join(FILE), expected)
        .unwrap_or_else(|error| vec![format!("the database cannot be read: {error}")])
}

fn look(file: &Path, expected: &Expected) -> rusqlite::Result<Vec<String>> {
    // For writing: what an ended thread left in the log has to be taken in first.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(file, flags)?;
    let mut faults = Vec::new();
    let integrity: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if integrity != "ok" {
        faults.push(format!("integrity_check says: {integrity}"));
    }
    let mut statement = db.prepare("SELECT n FROM written WHERE thread = ? ORDER BY n")?;
    for (thread, (certain, transactions)) in &expected.threads {
        let found: BTreeSet<i64> = statement
            .query_map([thread], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut told = String::new();
        // Of a thread that was ended at any time the last ones may be missing.
        let mut over = false;
        for transaction in transactions {
            let there = transaction
                .rows
                .iter()
                .filter(|row| found.contains(row))
                .count();
            let all = transaction.rows.len();
            let rows = &transaction.rows;
            // Writing to a String cannot fail.
            let _ = match there {
                0 if transaction.taken_back => Ok(()),
                _ if transaction.taken_back => {
                    write!(told, " {rows:?} was taken back and is there;")
                }
                0 if !certain => {
                    over = true;
                    Ok(())
                }
                0 => write!(told, " {rows:?} was written and is not there;"),
                _ if there < all => write!(told, " of {rows:?} only {there} are there;"),
                _ if over => write!(told, " {rows:?} is there, and one before it is not;"),
                _ => Ok(()),
            };
        }
        let known: BTreeSet<i64> = transactions
            .iter()
            .flat_map(|one| one.rows.clone())
            .collect();
        for other in found.difference(&known) {
            let _ = write!(told, " nobody wrote {other};");
        }
        if !told.is_empty() {
            faults.push(format!("rows of thread {thread}:{told}"));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::lower::Transaction;

    fn faults(certain: bool, there: &[i64]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Connection::open(folder.path().join(FILE)).expect("a database");
        db.execute_batch("CREATE TABLE written (thread TEXT, n INTEGER)")
            .expect("a table");
        for n in there {
            db.execute("INSERT INTO written VALUES ('a', ?)", [n])
                .expect("a row");
        }
        let transaction = |rows: &[i64], taken_back| Transaction {
            rows: rows.to_vec(),
            taken_back,
        };
        let written = vec![
            transaction(&[0, 1], false),
            transaction(&[2], true),
            transaction(&[3], false),
        ];
        let threads = [("a".to_owned(), (certain, written))].into();
        audit(folder.path(), &Expected { threads })
    }

    #[test]
    fn what_was_written_is_there_and_nothing_else() {
        assert_eq!(faults(true, &[0, 1, 3]), Vec::<String>::new());
        for (there, says) in [
            (&[0, 1][..], "[3] was written and is not there"),
            (&[0, 3], "only 1 are there"),
            (&[0, 1, 2, 3], "[2] was taken back"),
            (&[0, 1, 3, 9], "nobody wrote 9"),
        ] {
            let faults = faults(true, there);
            assert!(faults[0].contains(says), "{there:?}: {faults:?}");
        }
    }

    #[test]
    fn of_a_thread_that_was_ended_the_last_may_be_missing() {
        assert_eq!(faults(false, &[]), Vec::<String>::new());
        assert_eq!(faults(false, &[0, 1]), Vec::<String>::new());
        let faults = faults(false, &[3]);
        assert!(faults[0].contains("one before it is not"), "{faults:?}");
    }

    #[test]
    fn a_database_that_is_not_there_is_a_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let faults = audit(folder.path(), &Expected::default());
        assert!(faults[0].contains("cannot be read"), "{faults:?}");
    }
}
