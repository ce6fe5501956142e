//! The history of runs, written and read by the real binary.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::Stdio,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use serial_test::serial;
use threadproof::{history::History, results::Results};

use support::{Ran, plain, tree::Tree};

#[test]
#[serial]
fn runs_outlive_their_folders() {
    let tree = Tree::new();
    let suites = [
        "--suite",
        "passes/node-test,fails/node-test,abort-at-teardown/node-test",
    ];
    let before = tree.run(
        "before",
        &[
            "--suite",
            "passes/node-test",
            "--repeats",
            "2",
            "--seed",
            "1",
        ],
    );
    assert_eq!(before.code, 0, "{}", before.stderr);
    let after = tree.run("after", &[&suites[..], &["--seed", "2"]].concat());
    assert_eq!(after.code, 10, "{}", after.stderr);
    // A failure that is repeated is recorded, too, and is no sample.
    let failure = &after.results().failures[0];
    let suite = failure.cell.suite.to_string();
    let words = [
        "--suite",
        &suite,
        "--seed",
        "2",
        "--job-id",
        failure.job.as_str(),
    ];
    let repeated = tree.run("repeated", &words);
    assert_eq!(repeated.code, 10, "{}", repeated.stderr);

    let runs = tree.runs(&[]);
    let exits: Vec<&Value> = runs.iter().map(|run| &run["exit"]).collect();
    assert_eq!(exits, [10, 10, 0]);
    let repeats: Vec<&Value> = runs.iter().map(|run| &run["repeats"]).collect();
    assert_eq!(repeats, [true, false, false]);
    assert!(runs.iter().all(|run| run["there"] == true));
    let first = &runs[2];
    assert_eq!(first["run"], before.results().run);
    assert_eq!(first["seed"], "1");
    assert_eq!(first["cells"][0]["target"], "fixture");
    assert_eq!(
        (&first["clean"], &first["judged"]),
        (&2.into(), &2.into()),
        "{first}"
    );
    let crashed = runs[1]["cells"].as_array().unwrap();
    let crashed = crashed
        .iter()
        .find(|cell| cell["suite"]["topic"] == "abort-at-teardown")
        .unwrap();
    assert_eq!(crashed["outcomes"]["crash-at-teardown"], 1);
    assert_eq!(crashed["signatures"].as_object().unwrap().len(), 1);

    // The same comparison, and the same results, with the folders and without them.
    let names = tree.names(&["--target", "fixture"]);
    assert_eq!(names, [after.results().run, before.results().run]);
    let compare = ["compare", &names[0], &names[1], "--json"];
    let with = tree.tell(&compare);
    assert_eq!(with.code, 13, "{}", with.stderr);
    let results = after.results();
    for ran in [&before, &after] {
        fs::remove_dir_all(&ran.out).unwrap();
    }
    let without = tree.tell(&compare);
    assert_eq!((without.code, &without.stdout), (13, &with.stdout));
    assert!(without.stderr.contains("is gone"), "{}", without.stderr);
    let there: Vec<Value> = tree
        .runs(&[])
        .iter()
        .map(|run| run["there"].clone())
        .collect();
    assert_eq!(there, [true, false, false]);

    let told = tree.tell(&["report", "latest~1", "--format", "json"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert_eq!(Results::from_json(&told.stdout).unwrap(), results);
    // By the folder that is gone.
    let told = tree.tell(&["report", after.out.to_str().unwrap()]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains("CrashAtTeardown"), "{}", told.stdout);
    assert!(told.stderr.contains("is gone"), "{}", told.stderr);
    for format in ["html", "ctrf", "sarif"] {
        let told = tree.tell(&["report", &names[0], "--format", format]);
        assert_eq!(told.code, 2, "{format}: {}", told.stdout);
        assert!(told.stderr.contains("needs its events"), "{}", told.stderr);
    }
    let told = tree.tell(&["blame", &names[0]]);
    assert_eq!(told.code, 2);
    assert!(told.stderr.contains("run it again: "), "{}", told.stderr);

    // By the start of a name, when only one has it.
    let common = &names[0][..2];
    let told = tree.tell(&["report", common]);
    assert_eq!(told.code, 4, "{}", told.stdout);
    assert!(
        told.stderr.contains("begins the names of 3 runs"),
        "{}",
        told.stderr
    );
    let told = tree.tell(&["report", "latest~3"]);
    assert_eq!(told.code, 4);
    assert!(told.stderr.contains("3 are known"), "{}", told.stderr);

    // A variable names targets as that of `run` does.
    let told = tree
        .tell_command(&["list", "runs", "--json"])
        .env("THREADPROOF_TARGET", "fixture,other")
        .output()
        .unwrap();
    let told = Ran::of(&told, PathBuf::new());
    assert_eq!(
        told.stdout.matches("\"there\"").count(),
        2,
        "{}",
        told.stdout
    );
    assert!(told.stderr.contains("a target other"), "{}", told.stderr);
    // It is none of the other lists.
    let told = tree
        .tell_command(&["list", "targets"])
        .env("THREADPROOF_TARGET", "other")
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");

    // For people.
    let told = tree.tell(&["list", "runs", "--target", "fixture", "--last", "1"]);
    assert!(told.stdout.contains("passes/node-test"), "{}", told.stdout);
    assert!(
        told.stdout.contains("100 % (20.6–100 %)"),
        "{}",
        told.stdout
    );
    let told = tree.tell(&["list", "runs", "--target", "other"]);
    assert_eq!(told.code, 4);
    assert!(
        told.stderr.contains("targets that were run: fixture"),
        "{}",
        told.stderr
    );
}

#[test]
#[serial]
fn runs_that_fail_to_prepare_or_are_interrupted_are_recorded_too() {
    let tree = Tree::new();
    let unprepared = tree.run(
        "unprepared",
        &["--suite", "passes/node-test", "--runtime", "0.1.2"],
    );
    assert_eq!(unprepared.code, 20, "{}", unprepared.stderr);
    let mut running = tree
        .run_command(
            "interrupted",
            &["--suite", "hang/node-test", "--timeout", "60s"],
        )
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    if let Ok(child) = &mut running {
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let planned = lines.any(|line| line.unwrap().contains("1 job in 1 cell"));
        assert!(planned, "nothing was planned");
        kill(
            Pid::from_raw(child.id().try_into().unwrap()),
            Signal::SIGINT,
        )
        .unwrap();
        // Until it is gone.
        lines.for_each(drop);
        assert_eq!(child.wait().unwrap().code(), Some(130));
    }
    let runs = tree.runs(&[]);
    let exits: Vec<&Value> = runs.iter().map(|run| &run["exit"]).collect();
    assert_eq!(exits, [130, 20]);
    assert_eq!(runs[0]["interrupted"], 2);
    let told = tree.tell(&["list", "runs"]);
    assert!(told.stdout.contains("? interrupted"), "{}", told.stdout);
    assert!(told.stdout.contains("– not run"), "{}", told.stdout);
}

#[test]
#[serial]
fn many_processes_that_end_at_once_are_all_recorded() {
    const PROCESSES: usize = 8;
    let tree = Tree::new();
    let part = tree.run(
        "part",
        &[
            "--suite",
            "passes/node-test",
            "--seed",
            "3",
            "--history",
            "off",
        ],
    );
    assert_eq!(part.code, 0, "{}", part.stderr);
    assert!(!tree.history.exists(), "no history was wanted");
    // All of one seed, so that they have one name.
    let children: Vec<_> = (0..PROCESSES)
        .map(|at| {
            tree.tell_command(&["merge", part.out.to_str().unwrap()])
                .arg("--out")
                .arg(tree.fixture.out(&format!("merged-{at}")))
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(!stderr.contains("not in the history"), "{stderr}");
    }
    let runs = tree.runs(&[]);
    let mut dirs: Vec<&str> = runs
        .iter()
        .map(|run| run["dir"].as_str().unwrap())
        .collect();
    dirs.sort_unstable();
    dirs.dedup();
    assert_eq!(dirs.len(), PROCESSES);
    assert!(runs.iter().all(|run| run["kind"] == "merge"));
    assert!(runs.iter().all(|run| run["there"] == true), "{runs:?}");
    // No log is left beside it that a cache would have to take, too.
    assert_eq!(
        fs::read_dir(tree.history.parent().unwrap())
            .unwrap()
            .count(),
        1
    );
}

#[test]
#[serial]
fn a_history_that_cannot_be_written_changes_no_run() {
    let tree = Tree::new();
    let newer = tree.fixture.path().join("newer.db");
    drop(History::open(&newer).unwrap());
    let db = rusqlite::Connection::open(&newer).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let damaged = tree.fixture.path().join("damaged.db");
    fs::write(&damaged, "no database".repeat(500)).unwrap();
    let cases = [
        (newer.clone(), "has version 99"),
        (damaged.clone(), "is damaged"),
        (damaged.join("below/a-file.db"), "cannot be used"),
    ];
    for (at, (file, why)) in cases.into_iter().enumerate() {
        let ran = tree.run(
            &format!("ran-{at}"),
            &[
                "--suite",
                "passes/node-test",
                "--history",
                file.to_str().unwrap(),
            ],
        );
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.results().finished);
        for part in [why, "what to do:", "the run is not in the history"] {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        }
    }
    // To list them is another thing.
    let listed = plain()
        .args(["list", "runs", "--history"])
        .arg(&newer)
        .output()
        .unwrap();
    assert_eq!(listed.status.code(), Some(2));
    // Runs in folders are found without.
    let out = tree.fixture.out("ran-0");
    let runs = tree.root.join("target/threadproof/runs");
    fs::create_dir_all(&runs).unwrap();
    fs::rename(&out, runs.join("kept")).unwrap();
    let mut command = plain();
    let told = command
        .args(["report", "latest", "--root"])
        .arg(&tree.root)
        .arg("--history")
        .arg(&damaged)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("is damaged"), "{stderr}");
}
