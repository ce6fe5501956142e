use super::*;

/// A ledger with these transactions (life, seq, rows, of rows) and these lines.
fn ledger(transactions: &[(i64, i64, i64, i64)], lines: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let db = Connection::open(dir.path().join("ledger.db")).expect("a database");
    db.execute_batch(
        "CREATE TABLE ledger(life INTEGER NOT NULL, seq INTEGER NOT NULL, part INTEGER NOT NULL,
           parts INTEGER NOT NULL, sum INTEGER NOT NULL, payload BLOB, PRIMARY KEY (life, seq, part)) WITHOUT ROWID",
    )
    .expect("a table");
    for (life, seq, count, parts) in transactions {
        for part in 0..*count {
            let sum = checksum(*life, *seq, part);
            db.execute(
                "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, zeroblob(5))",
                (life, seq, part, parts, sum),
            )
            .expect("a row");
        }
    }
    fs::write(dir.path().join("expected.json"), r#"{"journal":"delete"}"#).expect("written");
    fs::write(dir.path().join("acks-0.log"), lines).expect("written");
    dir
}

fn faults(transactions: &[(i64, i64, i64, i64)], lines: &str) -> Vec<String> {
    let dir = ledger(transactions, lines);
    audit(dir.path()).expect("an audit").faults
}

#[test]
fn what_was_told_is_there_and_one_more() {
    let dir = ledger(
        &[(1, 0, 2, 2), (1, 2, 1, 1), (2, 0, 3, 3)],
        "1 c 0\n1 r 1\n",
    );
    let audit = audit(dir.path()).expect("an audit");
    assert_eq!(audit.faults, Vec::<String>::new());
    let counts = (
        audit.databases,
        audit.acknowledged,
        audit.taken_back,
        audit.in_flight,
    );
    assert_eq!(counts, (1, 1, 1, 2));
}

#[test]
fn an_acknowledged_transaction_that_is_not_there_is_lost() {
    let faults = faults(&[(1, 0, 1, 1)], "1 c 0\n1 c 1\n");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("lost: transaction 1 of 1"), "{faults:?}");
}

#[test]
fn a_transaction_that_was_taken_back_must_not_be_there() {
    let faults = faults(&[(1, 0, 1, 1)], "1 r 0\n");
    assert!(
        faults[0].contains("risen: transaction 0 of 1"),
        "{faults:?}"
    );
}

#[test]
fn a_transaction_is_there_as_a_whole() {
    let faults = faults(&[(1, 0, 1, 3)], "1 c 0\n");
    assert!(faults[0].contains("there are 1 of 3 rows"), "{faults:?}");
}

#[test]
fn only_the_next_one_of_a_writer_may_be_there_without_a_line() {
    let faults = faults(&[(1, 0, 1, 1), (1, 2, 1, 1)], "1 c 0\n");
    assert!(
        faults[0].contains("unknown: transaction 2 of 1"),
        "{faults:?}"
    );
}

#[test]
fn a_row_that_was_changed_is_seen() {
    let dir = ledger(&[(1, 0, 1, 1)], "1 c 0\n");
    let db = Connection::open(dir.path().join("ledger.db")).expect("a database");
    db.execute("UPDATE ledger SET sum = sum + 1", [])
        .expect("changed");
    drop(db);
    let faults = audit(dir.path()).expect("an audit").faults;
    assert!(faults[0].contains("is another one"), "{faults:?}");
}

#[test]
fn a_file_that_is_damaged_or_cut_is_a_fault() {
    let dir = ledger(&[(1, 0, 3, 3)], "1 c 0\n");
    let file = dir.path().join("ledger.db");
    let mut bytes = fs::read(&file).expect("read");
    bytes[..40].fill(7);
    fs::write(&file, bytes).expect("written");
    let faults = audit(dir.path()).expect("an audit").faults;
    assert!(faults[0].contains("cannot be read"), "{faults:?}");
    fs::write(&file, "").expect("cut");
    let faults = audit(dir.path()).expect("an audit").faults;
    assert!(!faults.is_empty());
}

#[test]
fn a_line_that_was_cut_says_nothing() {
    let dir = ledger(&[(1, 0, 1, 1)], "1 c 0\n1 c 1");
    let audit = audit(dir.path()).expect("an audit");
    assert_eq!((audit.acknowledged, audit.faults.len()), (1, 0));
}

#[test]
fn each_round_is_looked_at() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, lines) in [("round-0001", "1 c 0\n"), ("round-0002", "1 c 0\n1 c 1\n")] {
        let round = ledger(&[(1, 0, 1, 1)], lines);
        fs::rename(round.keep(), dir.path().join(name)).expect("moved");
    }
    let audit = audit(dir.path()).expect("an audit");
    assert_eq!((audit.databases, audit.faults.len()), (2, 1), "{audit:?}");
    assert!(audit.faults[0].starts_with("round-0002/"), "{audit:?}");
}
