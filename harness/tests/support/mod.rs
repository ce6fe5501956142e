//! Lays out the fixture suites and runs the real binary on them.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses a part of it"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot lay out its fixture fails"
)]

pub mod tree;

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use assert_cmd::cargo::cargo_bin;
use threadproof::results::{CellResults, Results};

/// The newest of this major has every runner and is provisioned by the harness itself.
pub const RUNTIME: &str = "24";

/// A folder of suites with a target, and a place for results.
pub struct Fixture {
    dir: tempfile::TempDir,
}

/// What a run left.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub out: PathBuf,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

impl Fixture {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        for topic in list(&sources.join("suites")) {
            let to = dir.path().join("suites").join(topic.file_name().unwrap());
            fs::create_dir_all(&to).unwrap();
            for file in list(&topic) {
                fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
            }
            for thin in list(&sources.join("thin")) {
                let name = format!("only.{}", thin.file_name().unwrap().to_str().unwrap());
                if !to.join(&name).exists() {
                    fs::copy(&thin, to.join(name)).unwrap();
                }
            }
        }
        for name in ["lib", "node_modules"] {
            symlink(root().join("js-tests").join(name), dir.path().join(name)).unwrap();
        }
        let addons = dir.path().join("addons");
        fs::create_dir(&addons).unwrap();
        for (action, name) in [(1, "abort"), (2, "hang"), (3, "status")] {
            compile(action, &addons.join(format!("{name}.node")));
        }
        let target = dir.path().join("targets/fixture");
        fs::create_dir_all(&target).unwrap();
        let text = format!(
            "id = \"fixture\"\ntitle = \"Nothing but the suites\"\nprofile = \"none\"\n\
             adapter = \"adapter.cjs\"\ndefault = true\n\
             [env]\nFIXTURE_ADDONS = {:?}\nFIXTURE_OF_TARGET = \"set\"\n",
            addons.to_str().unwrap()
        );
        fs::write(target.join("target.toml"), text).unwrap();
        fs::write(target.join("adapter.cjs"), "'use strict';\n").unwrap();
        fs::write(dir.path().join("package.json"), "{}\n").unwrap();
        Fixture { dir }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A new folder for results.
    pub fn out(&self, name: &str) -> PathBuf {
        self.dir.path().join("out").join(name)
    }

    /// The binary on these suites; the caller adds flags.
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = plain();
        command
            .arg(subcommand)
            .arg("--root")
            .arg(root())
            .arg("--suites-dir")
            .arg(self.dir.path());
        command
    }

    /// `run` of some suites on [`RUNTIME`], into a folder of its own.
    pub fn run(&self, name: &str, args: &[&str]) -> Ran {
        let out = self.out(name);
        let mut command = self.command("run");
        command
            .args(["--runtime", RUNTIME, "--out"])
            .arg(&out)
            .args(args);
        let output = command.output().unwrap();
        Ran::of(&output, out)
    }
}

/// The binary, without the settings of whoever runs the tests.
pub fn plain() -> Command {
    let mut command = Command::new(cargo_bin("threadproof"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("THREADPROOF_") {
            command.env_remove(name);
        }
    }
    // Of `cargo test`; a failure's command would go through Cargo, which builds first.
    command.env_remove("GITHUB_ACTIONS").env_remove("CARGO");
    // Runs of tests are no history of this tree.
    command.env("THREADPROOF_HISTORY", "off");
    command
}

impl Ran {
    pub fn of(output: &Output, out: PathBuf) -> Self {
        Ran {
            code: output.status.code().expect("the harness is not killed"),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
            out,
        }
    }

    pub fn results(&self) -> Results {
        let text = fs::read_to_string(self.out.join("results.json"))
            .unwrap_or_else(|error| panic!("no results.json: {error}\n{}", self.stderr));
        Results::from_json(&text).unwrap()
    }

    /// The cell of a suite.
    pub fn cell(&self, suite: &str) -> CellResults {
        let results = self.results();
        let cell = results
            .cells
            .iter()
            .find(|cell| cell.cell.suite.to_string() == suite);
        cell.unwrap_or_else(|| panic!("no cell {suite}\n{}", self.stderr))
            .clone()
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

/// Compiles the addon that does `action` when its env ends.
fn compile(action: u8, to: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("specimens/at-teardown/at_teardown.c");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", &format!("-DACTION={action}"), "-o"])
        .arg(to)
        .arg(source);
    if cfg!(target_os = "macos") {
        cc.args(["-undefined", "dynamic_lookup"]);
    }
    let output = cc.output().expect("a C compiler is needed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
