//! Fixture suites, and a tree with a history.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use serde_json::Value;

use super::{Fixture, RUNTIME, Ran, plain, root};

/// Fixture suites with a history, and a tree in which no other runs are kept.
pub struct Tree {
    pub fixture: Fixture,
    pub root: PathBuf,
    pub history: PathBuf,
}

impl Tree {
    pub fn new() -> Self {
        let fixture = Fixture::new();
        let tree = fixture.path().join("tree");
        fs::create_dir(&tree).unwrap();
        symlink(root().join("js-tests"), tree.join("js-tests")).unwrap();
        Tree {
            history: fixture.path().join("cache/history.db"),
            root: tree,
            fixture,
        }
    }

    /// A run of some suites.
    pub fn run(&self, name: &str, args: &[&str]) -> Ran {
        let out = self.fixture.out(name);
        let output = self
            .run_command(name, args)
            .arg("--quiet")
            .output()
            .unwrap();
        Ran::of(&output, out)
    }

    pub fn run_command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = self.fixture.command("run");
        command
            .env("THREADPROOF_HISTORY", &self.history)
            .args(["--runtime", RUNTIME, "--out"])
            .arg(self.fixture.out(name))
            .args(args);
        command
    }

    /// A command that runs no jobs.
    pub fn tell(&self, words: &[&str]) -> Ran {
        let output = self.tell_command(words).output().unwrap();
        Ran::of(&output, PathBuf::new())
    }

    pub fn tell_command(&self, words: &[&str]) -> Command {
        let mut command = plain();
        command
            .args(words)
            .arg("--root")
            .arg(&self.root)
            .arg("--history")
            .arg(&self.history);
        command
    }

    /// `list runs` with these flags.
    pub fn runs(&self, args: &[&str]) -> Vec<Value> {
        let told = self.tell(&[&["list", "runs", "--json"], args].concat());
        assert_eq!(told.code, 0, "{}", told.stderr);
        let list: Value = serde_json::from_str(&told.stdout).unwrap();
        list["runs"].as_array().unwrap().clone()
    }

    pub fn names(&self, args: &[&str]) -> Vec<String> {
        let runs = self.runs(args);
        let name = |run: &Value| run["name"].as_str().unwrap().to_owned();
        runs.iter().map(name).collect()
    }
}
