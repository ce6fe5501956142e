//! Former runs and their failures, where the history or their folders are damaged or gone.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{fs, os::unix::fs::symlink, path::PathBuf};

use serial_test::serial;
use threadproof::{
    history::{Facts, History, RunRow},
    model::{Runner, Seed},
};

use support::{Ran, root, tree::Tree};

/// A signature of the same kind with another hash, of one digit.
fn other(signature: &str, digit: &str) -> String {
    let (kind, hash) = signature.rsplit_once('-').unwrap();
    format!("{kind}-{}", digit.repeat(hash.len()))
}

#[test]
#[serial]
fn a_damaged_table_is_told_of_and_keeps_no_folder_from_being_reported() {
    let tree = Tree::new();
    let ran = tree.run("ran", &["--suite", "passes/node-test"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let name = ran.results().run;
    let runs = tree.root.join("target/threadproof/runs");
    fs::create_dir_all(&runs).unwrap();
    fs::rename(&ran.out, runs.join(&name)).unwrap();
    let db = rusqlite::Connection::open(&tree.history).unwrap();
    db.execute_batch("ALTER TABLE runs RENAME COLUMN started TO begun")
        .unwrap();
    drop(db);
    let folder = runs.join(&name).display().to_string();
    for wanted in [name.as_str(), &name[..10], "latest", &folder] {
        let told = tree.tell(&["report", wanted]);
        assert_eq!(told.code, 0, "{wanted}: {}", told.stderr);
        assert!(told.stdout.contains("PASSED: 1 attempt"), "{}", told.stdout);
        if wanted != folder {
            assert!(
                told.stderr.contains("is damaged: no such column"),
                "{}",
                told.stderr
            );
            assert!(
                told.stderr.contains("move the file away"),
                "{}",
                told.stderr
            );
        }
    }
    let told = tree.tell(&["report", "another"]);
    assert_eq!(told.code, 4, "{}", told.stderr);
    assert!(told.stderr.contains("is damaged"), "{}", told.stderr);
    assert!(told.stderr.contains(&name), "{}", told.stderr);
    let told = tree.tell(&["list", "runs"]);
    assert_eq!(told.code, 2, "{}", told.stderr);
    assert!(
        told.stderr.contains("move the file away"),
        "{}",
        told.stderr
    );
    // A run goes on without it.
    let again = tree.run("again", &["--suite", "passes/node-test"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stderr.contains("is not in the history"),
        "{}",
        again.stderr
    );
}

#[test]
#[serial]
fn a_failure_is_repeated_by_its_signature_when_its_folder_is_gone() {
    let tree = Tree::new();
    let state = tree.root.join("target/threadproof");
    fs::create_dir_all(&state).unwrap();
    symlink(
        root().join("target/threadproof/runtimes"),
        state.join("runtimes"),
    )
    .unwrap();
    let ran = tree.run("ran", &["--suite", "fails/node-test", "--guard", "off"]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let results = ran.results();
    let signature = results.failures[0].signature.clone();
    let again = |words: &[&str]| {
        let mut command = tree.tell_command(words);
        command.env("THREADPROOF_GUARD", "off");
        Ran::of(&command.output().unwrap(), PathBuf::new())
    };
    let told = again(&["repro", &signature]);
    assert_eq!(told.code, 10, "{}", told.stderr);
    assert!(
        told.stderr
            .contains(&format!("seen last in {}", results.run)),
        "{}",
        told.stderr
    );
    assert!(!told.stderr.contains("is gone"), "{}", told.stderr);
    // Nor is there a folder of that repetition, which the history knows, too.
    fs::remove_dir_all(&ran.out).unwrap();
    fs::remove_dir_all(state.join("runs")).unwrap();
    let told = again(&["repro", &signature]);
    assert_eq!(told.code, 10, "{}", told.stderr);
    assert!(
        told.stderr
            .contains("is gone; the history keeps the command"),
        "{}",
        told.stderr
    );
    let repeated = &tree.runs(&["--last", "1"])[0];
    assert_eq!(repeated["repeats"], true, "{repeated}");
    assert_eq!(repeated["there"], true, "{repeated}");
    let unknown = again(&["repro", &other(&signature, "0")]);
    assert_eq!(unknown.code, 4, "{}", unknown.stderr);
    assert!(
        unknown.stderr.contains("history.db has a failure"),
        "{}",
        unknown.stderr
    );

    // The case of a search is a file, which is gone with its folder.
    let mut found = results;
    found.run = "found".to_owned();
    found.command = "threadproof fuzz".to_owned();
    found.seed = Some(Seed(7));
    found.cells[0].cell.suite.runner = Runner::Fuzz;
    let failure = &mut found.failures[0];
    failure.cell.suite.runner = Runner::Fuzz;
    failure.signature = other(&signature, "f");
    failure.repeat = "threadproof fuzz --seed 7".to_owned();
    let signature = failure.signature.clone();
    let dir = tree.fixture.out("found");
    let facts = Facts {
        dir: dir.clone(),
        kind: "fuzz".to_owned(),
        started_ms: 1.0,
        repeats: false,
    };
    let mut history = History::open(&tree.history).unwrap();
    history.record(&RunRow::of(&found, &facts), &found).unwrap();
    let told = again(&["repro", &signature]);
    assert_eq!(told.code, 4, "{}", told.stderr);
    for part in [
        "its case is gone with the folder",
        "search again",
        "threadproof fuzz --seed 7",
    ] {
        assert!(told.stderr.contains(part), "{part}: {}", told.stderr);
    }
    let case = dir.join("failures/x/case.json").display().to_string();
    let told = again(&["repro", &case]);
    assert_eq!(told.code, 4, "{}", told.stderr);
    for part in [
        "is gone; it was a file of the run found",
        "threadproof fuzz --seed 7",
    ] {
        assert!(told.stderr.contains(part), "{part}: {}", told.stderr);
    }
}
