//! `threadproof prune` on a tree with runs of all kinds.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use threadproof::{
    history::{Facts, History, RunRow},
    results::Results,
};

use support::{Ran, plain};

const DAY_MS: f64 = 86_400_000.0;

/// A tree with a history.
struct Tree {
    dir: tempfile::TempDir,
}

impl Tree {
    /// With these runs in it, newest first: `recorded` and `out` are in the history, the folder of `out` is elsewhere; `ended`,
    /// `going` and `killed` are folders alone.
    fn new() -> Self {
        let tree = Tree {
            dir: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(tree.path().join("js-tests")).unwrap();
        for (age, name) in ["recorded", "going", "ended", "killed", "old", "out"]
            .into_iter()
            .enumerate()
        {
            let age_days = u32::try_from(age).unwrap() * 10;
            let folder = if name == "out" {
                tree.path().join("elsewhere/out")
            } else {
                tree.runs().join(name)
            };
            tree.run(&folder, name, age_days);
        }
        tree
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn runs(&self) -> PathBuf {
        self.path().join("target/threadproof/runs")
    }

    fn history(&self) -> History {
        History::open(&self.path().join("history.db")).unwrap()
    }

    fn run(&self, folder: &Path, name: &str, age_days: u32) {
        let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let began = since_epoch.as_secs_f64() * 1000.0 - f64::from(age_days) * DAY_MS;
        let end = match name {
            // Of `old` the history knows that it has ended.
            "going" | "killed" | "old" => "",
            _ => {
                "{\"v\":1,\"at\":1,\"type\":\"run-finished\",\"exit\":\"success\",\"elapsedMs\":1}\n"
            }
        };
        let first = format!(
            "{{\"v\":1,\"at\":{began},\"type\":\"run-started\",\"run\":\"{name}\",\"dir\":\"/x\",\"seed\":\"1\",\
             \"version\":\"0.1.0\",\"command\":\"c\",\"platform\":\"linux-x64\",\"host\":{{}}}}\n"
        );
        fs::create_dir_all(folder.join("jobs")).unwrap();
        let events = folder.join("events.ndjson");
        fs::write(&events, first + end).unwrap();
        if name == "killed" {
            let long_ago = SystemTime::now() - Duration::from_hours(25);
            for path in [events, folder.join("jobs")] {
                File::open(path).unwrap().set_modified(long_ago).unwrap();
            }
        }
        if ["recorded", "old", "out"].contains(&name) {
            let results = Results {
                run: name.to_owned(),
                ..Results::default()
            };
            let facts = Facts {
                dir: folder.to_owned(),
                kind: "run".to_owned(),
                started_ms: began,
                repeats: false,
            };
            let row = RunRow::of(&results, &facts);
            self.history().record(&row, &results).unwrap();
        }
    }

    fn prune(&self, args: &[&str]) -> Ran {
        self.prune_of(&self.path().join("history.db"), args)
    }

    /// The same with another history.
    fn prune_of(&self, history: &Path, args: &[&str]) -> Ran {
        let mut command = plain();
        command
            .args(["prune", "--root"])
            .arg(self.path())
            .arg("--history")
            .arg(history)
            .args(args);
        Ran::of(&command.output().unwrap(), PathBuf::new())
    }

    /// The runs in the history, and the folders.
    fn left(&self) -> (Vec<String>, Vec<String>) {
        let entries = self.history().entries().unwrap();
        let recorded = entries.into_iter().map(|entry| entry.name).collect();
        let folders =
            ["recorded", "going", "ended", "killed", "old"].map(|name| self.runs().join(name));
        let folders = folders
            .into_iter()
            .chain([self.path().join("elsewhere/out")]);
        let folders = folders
            .filter(|folder| folder.join("events.ndjson").exists())
            .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        (recorded, folders)
    }
}

#[test]
fn rows_go_alone_unless_folders_are_asked_for() {
    let tree = Tree::new();
    let before = tree.left();
    assert_eq!(before.0, ["recorded", "old", "out"]);
    // The history alone is counted.
    let told = tree.prune(&["--keep", "2", "--dry-run"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(
        told.stdout.contains("would remove out, begun 20"),
        "{}",
        told.stdout
    );
    assert!(
        told.stdout.contains("1 would be removed, 2 left"),
        "{}",
        told.stdout
    );
    assert_eq!(tree.left(), before);
    let told = tree.prune(&["--keep", "2"]);
    assert!(
        told.stdout.contains("removed out, begun 20"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("1 removed, 2 left"), "{}", told.stdout);
    assert_eq!(tree.left().0, ["recorded", "old"]);
    assert_eq!(tree.left().1, before.1);
    let told = tree.prune(&["--keep", "2"]);
    assert_eq!(
        (told.code, told.stdout.trim()),
        (0, "nothing to remove; 2 left")
    );
    let told = tree.prune(&["--keep", "1"]);
    assert!(
        told.stdout.contains("removed old, begun 20"),
        "{}",
        told.stdout
    );
    assert_eq!(tree.left().0, ["recorded"]);
    assert_eq!(tree.left().1, before.1);
}

#[test]
fn folders_go_where_they_are_ours_and_not_in_use() {
    let tree = Tree::new();
    let all = tree.left();
    let told = tree.prune(&["--keep", "1", "--folders", "--dry-run"]);
    assert_eq!(tree.left(), all);
    assert!(
        told.stdout.contains("4 would be removed, 2 left"),
        "{}",
        told.stdout
    );
    let told = tree.prune(&["--keep", "1", "--folders"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let (recorded, folders) = tree.left();
    assert_eq!(recorded, ["recorded"]);
    assert_eq!(folders, ["recorded", "going", "out"]);
    for name in ["ended", "killed", "old"] {
        let line = format!("removed {name} with its folder, begun 20");
        assert!(told.stdout.contains(&line), "{line}: {}", told.stdout);
    }
    assert!(
        told.stdout.contains("removed out, begun"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("4 removed, 2 left"), "{}", told.stdout);
    for why in [
        "runs/going stays: its run has no end yet",
        "elsewhere/out stays: it is not in target/threadproof/runs",
    ] {
        assert!(told.stderr.contains(why), "{why}: {}", told.stderr);
    }
}

#[test]
fn age_and_number_both_keep() {
    let tree = Tree::new();
    let told = tree.prune(&["--older-than", "35days", "--keep", "2"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert_eq!(tree.left().0, ["recorded", "old"]);
    let told = tree.prune(&["--older-than", "45days"]);
    assert!(told.stdout.contains("nothing to remove"), "{}", told.stdout);
    tree.prune(&["--older-than", "35days"]);
    assert_eq!(tree.left().0, ["recorded"]);
}

#[test]
fn what_says_nothing_or_all_is_refused_and_nothing_is_lost() {
    let tree = Tree::new();
    let before = tree.left();
    let db = tree.path().join("history.db");
    for (history, args, says) in [
        (db.as_path(), &["--folders"][..], "--keep"),
        (&db, &["--keep", "0"], "0 is not in"),
        (&db, &["--older-than", "0s"], "all runs are older than that"),
        (Path::new("off"), &["--keep", "1"], "--history is off"),
    ] {
        let told = tree.prune_of(history, args);
        assert_eq!(told.code, 2, "{args:?}: {}", told.stdout);
        assert!(told.stderr.contains(says), "{args:?}: {}", told.stderr);
    }
    // A history that cannot be read is not taken for an empty one.
    let damaged = tree.path().join("damaged.db");
    fs::write(&damaged, "no database".repeat(500)).unwrap();
    let told = tree.prune_of(&damaged, &["--keep", "1", "--folders"]);
    assert_eq!(told.code, 2, "{}", told.stdout);
    assert!(told.stderr.contains("is damaged"), "{}", told.stderr);
    assert_eq!(tree.left(), before);
}
