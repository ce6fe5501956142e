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
            target: Some(target.to_owned()),
            ..all()
        };
        assert_eq!(names(&db.history, &asked), found, "{target}");
        for run in db.history.runs(&asked).unwrap() {
            assert!(!run.cells.is_empty());
            assert!(run.cells.iter().all(|cell| cell.target.starts_with(target)));
        }
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
}

#[test]
fn to_look_for_something_makes_no_file() {
    let db = db();
    let none = db.dir.path().join("none.db");
    assert!(History::open_existing(&none).unwrap().is_none());
    assert!(!none.exists());
}
