use super::*;
use crate::{
    compare,
    history::Facts,
    report::fixtures::{everything, many},
};

fn results(name: &str) -> Results {
    Results {
        run: name.to_owned(),
        ..Results::of(&everything())
    }
}

fn row(results: &Results, dir: &str, started_ms: f64) -> RunRow {
    RunRow::of(
        results,
        &Facts {
            dir: dir.into(),
            kind: "run".to_owned(),
            started_ms,
            repeats: false,
        },
    )
}

struct Db {
    history: History,
    dir: tempfile::TempDir,
}

fn db() -> Db {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(&dir.path().join("history.db")).unwrap();
    Db { history, dir }
}

fn all() -> Asked {
    Asked {
        last: 100,
        ..Asked::default()
    }
}

fn names(history: &History, asked: &Asked) -> Vec<String> {
    let runs = history.runs(asked).unwrap();
    runs.into_iter().map(|run| run.name).collect()
}

#[test]
fn what_is_read_is_what_was_written() {
    let mut db = db();
    let results = results("a");
    let row = row(&results, "/runs/a", 5.0);
    assert_eq!(db.history.record(&row, &results).unwrap(), "a");
    assert_eq!(db.history.runs(&all()).unwrap(), [row]);
    let entry = &db.history.entries().unwrap()[0];
    assert_eq!(db.history.results(entry).unwrap(), results);
}

#[test]
fn a_run_is_recorded_once_and_another_of_its_name_beside_it() {
    let mut db = db();
    let results = results("a");
    for _ in 0..2 {
        let name = db.history.record(&row(&results, "/runs/a", 5.0), &results);
        assert_eq!(name.unwrap(), "a");
    }
    assert_eq!(names(&db.history, &all()), ["a"]);
    for (dir, started) in [("/elsewhere", 5.0), ("/runs/a", 6000.0)] {
        db.history
            .record(&row(&results, dir, started), &results)
            .unwrap();
    }
    assert_eq!(names(&db.history, &all()), ["a-3", "a-2", "a"]);
    // No counts are left of what was written anew.
    let counted: i64 = db
        .history
        .db
        .query_row("SELECT count(*) FROM cells", [], |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(counted).unwrap(), 3 * results.cells.len());
}

#[test]
fn runs_are_asked_for_by_number_target_and_whether_they_are_samples() {
    let mut db = db();
    let mut first = results("first");
    for cell in &mut first.cells {
        if cell.cell.target == "theirs" {
            cell.cell.target = "npm:theirs@1.2.3".to_owned();
        }
    }
    first.failures.clear();
    let mut second = results("second");
    second.cells.retain(|cell| cell.cell.target == "ours");
    second.failures.retain(|one| one.cell.target == "ours");
    let third = results("third");
    let mut again = row(&third, "/runs/third", 3000.0);
    again.repeats = true;
    // Not in the order of time.
    db.history.record(&again, &third).unwrap();
    db.history
        .record(&row(&first, "/runs/first", 1000.0), &first)
        .unwrap();
    db.history
        .record(&row(&second, "/runs/second", 2000.0), &second)
        .unwrap();
    assert_eq!(names(&db.history, &all()), ["third", "second", "first"]);
    let asked = Asked { last: 2, ..all() };
    assert_eq!(names(&db.history, &asked), ["third", "second"]);
    let asked = Asked {
        samples_only: true,
        ..all()
    };
    assert_eq!(names(&db.history, &asked), ["second", "first"]);
    for (target, found) in [
        ("ours", &["third", "second", "first"][..]),
        ("theirs", &["third"]),
        ("npm:theirs", &["first"]),
        ("npm:theirs@1.2.3", &["first"]),
        ("npm:their", &[]),
        ("%", &[]),
    ] {
        let asked = Asked {
            targets: vec![target.to_owned()],
            ..all()
        };
        assert_eq!(names(&db.history, &asked), found, "{target}");
        for run in db.history.runs(&asked).unwrap() {
            assert!(!run.cells.is_empty());
            assert!(run.cells.iter().all(|cell| cell.target.starts_with(target)));
        }
    }
    let asked = Asked {
        targets: vec!["npm:theirs".to_owned(), "theirs".to_owned()],
        ..all()
    };
    assert_eq!(names(&db.history, &asked), ["third", "first"]);
    for run in db.history.runs(&asked).unwrap() {
        assert!(run.cells.iter().all(|cell| cell.target.contains("theirs")));
    }
    assert_eq!(
        db.history.targets().unwrap(),
        ["npm:theirs@1.2.3", "ours", "theirs"]
    );
}

#[test]
fn runs_compare_without_their_folders() {
    let mut db = db();
    let before = Results {
        run: "before".to_owned(),
        ..Results::of(&many(400, 20, 7, false))
    };
    let after = Results {
        run: "after".to_owned(),
        ..Results::of(&many(400, 20, 3, false))
    };
    db.history
        .record(&row(&before, "/gone/b", 1000.0), &before)
        .unwrap();
    db.history
        .record(&row(&after, "/gone/a", 2000.0), &after)
        .unwrap();
    let entries = db.history.entries().unwrap();
    let kept: Vec<Results> = entries
        .iter()
        .map(|entry| db.history.results(entry).unwrap())
        .collect();
    let expected = compare::compare(&before, &after);
    assert!(!expected.signatures.is_empty());
    assert_eq!(compare::compare(&kept[1], &kept[0]), expected);
}

#[test]
fn damaged_results_of_a_run_are_said_to_be_so_and_the_others_stay() {
    let mut db = db();
    for (name, started) in [("a", 1000.0), ("b", 2000.0)] {
        let results = results(name);
        db.history
            .record(&row(&results, "/runs", started), &results)
            .unwrap();
    }
    db.history
        .db
        .execute(
            "UPDATE runs SET results = substr(results, 1, 40) WHERE name = 'a'",
            [],
        )
        .unwrap();
    let entries = db.history.entries().unwrap();
    assert!(db.history.results(&entries[0]).is_ok());
    let error = db.history.results(&entries[1]).unwrap_err();
    assert!(error.to_string().contains("the results of a"), "{error}");
    // Nobody is told to move the others away.
    let help = error.help();
    assert!(help.contains("the other runs can be read"), "{help}");
    assert!(help.ends_with(&entries[1].command), "{help}");
}

#[test]
fn a_table_that_is_not_as_we_made_it_is_damage() {
    let mut db = db();
    let results = results("a");
    db.history
        .record(&row(&results, "/runs", 1.0), &results)
        .unwrap();
    // No exit code is so large.
    db.history
        .db
        .execute("UPDATE runs SET exit = 70000", [])
        .unwrap();
    let error = db.history.runs(&all()).unwrap_err();
    assert!(matches!(error, HistoryError::Damaged { .. }), "{error:?}");
    for (what, sql) in [
        (
            "no such column",
            "ALTER TABLE runs RENAME COLUMN started TO begun",
        ),
        ("no such table", "DROP TABLE runs"),
    ] {
        db.history.db.execute_batch(sql).unwrap();
        let errors = [
            db.history.entries().unwrap_err(),
            db.history.runs(&all()).unwrap_err(),
            db.history
                .record(&row(&results, "/runs", 2.0), &results)
                .unwrap_err(),
        ];
        for error in errors {
            assert!(
                matches!(error, HistoryError::Damaged { .. }),
                "{what}: {error:?}"
            );
            assert!(error.help().contains("move the file away"), "{what}");
        }
    }
}

#[test]
fn runs_are_found_by_a_signature() {
    let mut db = db();
    let results = results("a");
    let mut clean = self::results("b");
    clean.failures.clear();
    for (results, started) in [(&results, 1.0), (&clean, 2.0)] {
        db.history
            .record(&row(results, "/runs", started), results)
            .unwrap();
    }
    let of_a = db.history.entries().unwrap()[1].id;
    let signature = &results.failures[0].signature;
    let found = db.history.with_signature(signature).unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [of_a]);
    assert!(db.history.with_signature("none").unwrap().is_empty());
}

#[test]
fn a_run_is_removed_as_it_was_looked_at_and_with_all_of_its_counts() {
    let mut db = db();
    for (name, started) in [("a", 1000.0), ("b", 2000.0), ("c", 3000.0)] {
        let results = results(name);
        db.history
            .record(&row(&results, "/runs", started), &results)
            .unwrap();
    }
    let entries = db.history.entries().unwrap();
    let [c, b, a] = &entries[..] else {
        panic!("{entries:?}")
    };
    // Another process takes c out, and its key is given to the next.
    db.history.remove(vec![c.clone()]).unwrap();
    let other = results("d");
    db.history
        .record(&row(&other, "/runs", 4000.0), &other)
        .unwrap();
    assert_eq!(db.history.entries().unwrap()[0].id, c.id);
    let removed = db.history.remove(vec![c.clone(), a.clone()]).unwrap();
    assert_eq!(removed, std::slice::from_ref(a));
    assert_eq!(names(&db.history, &all()), ["d", "b"]);
    assert_eq!(db.history.entries().unwrap()[1], *b);
    for table in ["cells", "outcomes", "signatures"] {
        let sql = format!("SELECT count(DISTINCT run) FROM {table}");
        let runs: i64 = db.history.db.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(runs, 2, "{table}");
    }
}

#[test]
fn a_file_shrinks_when_nobody_else_uses_it() {
    let mut db = db();
    let file = db.dir.path().join("history.db");
    let pages = |history: &History| -> i64 {
        let sql = "SELECT page_count FROM pragma_page_count";
        history.db.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    for at in 0..20 {
        let results = results(&at.to_string());
        db.history
            .record(&row(&results, "/runs", f64::from(at)), &results)
            .unwrap();
    }
    let full = pages(&db.history);
    let entries = db.history.entries().unwrap();
    db.history.remove(entries).unwrap();
    db.history
        .db
        .busy_timeout(std::time::Duration::ZERO)
        .unwrap();
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    db.history.shrink().unwrap();
    assert_eq!(pages(&db.history), full, "another writes");
    other.execute_batch("COMMIT").unwrap();
    db.history.shrink().unwrap();
    assert!(pages(&db.history) < full / 2);
}

#[test]
fn to_look_for_something_makes_no_file() {
    let db = db();
    let none = db.dir.path().join("none.db");
    assert!(History::open_existing(&none).unwrap().is_none());
    assert!(!none.exists());
}
