//! Compiles the probe, runs scripts on it under the guard, and reads what the guard wrote.

#![allow(dead_code, reason = "each test file takes what it needs")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;

use serde_json::Value;

/// How a process went.
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) events: Vec<Value>,
}

impl Ran {
    fn of_type(&self, kind: &str) -> Vec<&Value> {
        self.events
            .iter()
            .filter(|event| event["type"] == kind)
            .collect()
    }

    /// The findings, without those that only repeat one with a greater count.
    pub(crate) fn findings(&self) -> Vec<&Value> {
        self.of_type("finding")
    }

    pub(crate) fn rules(&self) -> Vec<&str> {
        let mut rules: Vec<&str> = self
            .findings()
            .iter()
            .filter_map(|finding| finding["rule"].as_str())
            .collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    pub(crate) fn crash(&self) -> &Value {
        self.of_type("native-crash")
            .first()
            .expect("a crash was written")
    }

    pub(crate) fn env_ends(&self) -> Vec<&Value> {
        self.of_type("env-end")
    }

    /// Panics unless the process ended in order; notes are errors of the guard itself.
    pub(crate) fn in_order(self) -> Self {
        assert!(
            self.status.success(),
            "{}\n{}{}",
            self.status,
            self.stdout,
            self.stderr
        );
        assert!(
            self.of_type("note").is_empty(),
            "{:?}",
            self.of_type("note")
        );
        self
    }
}

/// The folder of the built library: tests lie in `deps` beside it.
pub(crate) fn guard() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows its own path");
    let folder = test.parent().expect("tests are in a folder");
    [
        folder.join("libthreadproof_guard.so"),
        folder.join("../libthreadproof_guard.so"),
    ]
    .into_iter()
    .find(|path| path.exists())
    .expect("Cargo builds the library before its tests")
}

/// Node: what `THREADPROOF_NODE` names, or the one that is found first.
pub(crate) fn node() -> Command {
    Command::new(std::env::var_os("THREADPROOF_NODE").unwrap_or_else(|| "node".into()))
}

/// The headers of Node-API: those of js-tests/, or, where its packages were not installed, the same version in a folder
/// of the tests' own.
fn headers() -> &'static Path {
    static HEADERS: OnceLock<PathBuf> = OnceLock::new();
    HEADERS.get_or_init(|| {
        let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js-tests");
        let include = Path::new("node_modules/node-api-headers/include");
        let installed = suites.join(include);
        if installed.exists() {
            return installed;
        }
        let package = std::fs::read_to_string(suites.join("package.json")).expect("it is there");
        let package: Value = serde_json::from_str(&package).expect("npm reads it");
        let version = package["devDependencies"]["node-api-headers"]
            .as_str()
            .expect("js-tests needs the headers");
        let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join("headers");
        let output = Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--no-save",
                "--prefix",
            ])
            .arg(&prefix)
            .arg(format!("node-api-headers@{version}"))
            .output()
            .expect("npm is needed");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        prefix.join(include)
    })
}

fn compile(name: &str, flags: &[&str]) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.node"));
    let output = Command::new("cc")
        .args([
            "-shared",
            "-fPIC",
            "-g",
            "-O1",
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-pthread",
        ])
        // Endless recursion and functions that do not return are what some of it is for.
        .args([
            "-Wno-infinite-recursion",
            "-Wno-unknown-warning-option",
            "-fno-optimize-sibling-calls",
        ])
        .args(flags)
        .arg("-I")
        .arg(headers())
        .arg("-o")
        .arg(&to)
        .arg(here.join("tests/addon/probe.c"))
        .output()
        .expect("a C compiler is needed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    to
}

pub(crate) fn probe() -> &'static Path {
    static PROBE: OnceLock<PathBuf> = OnceLock::new();
    PROBE.get_or_init(|| compile(&format!("probe-{}", std::process::id()), &[]))
}

pub(crate) fn probe_by_constructor() -> &'static Path {
    static PROBE: OnceLock<PathBuf> = OnceLock::new();
    PROBE.get_or_init(|| {
        compile(
            &format!("constructor-{}", std::process::id()),
            &["-DBY_CONSTRUCTOR"],
        )
    })
}

/// Runs a script, which sees the path of the addon as `addon`, and `inWorker(code)` for a promise of the exit code
/// of a worker that runs code in which `probe` is the addon.
pub(crate) fn run(addon: &Path, script: &str) -> Ran {
    let prelude = "const { Worker } = require('node:worker_threads');
        const addon = process.argv[1];
        const inWorker = (code) => new Promise((resolve, reject) => {
          const worker = new Worker(`const probe = require(${JSON.stringify(addon)}); ${code}`, { eval: true });
          worker.on('error', reject);
          worker.on('exit', resolve);
        });\n";
    let events = tempfile::NamedTempFile::new().expect("a temporary file");
    let output = node()
        .arg("-e")
        .arg(format!("{prelude}(async () => {{ {script} }})();"))
        .arg(addon)
        .env("LD_PRELOAD", guard())
        .env("THREADPROOF_EVENTS", events.path())
        .output()
        .expect("node is needed");
    let lines = std::fs::read_to_string(events.path()).expect("events are UTF-8");
    Ran {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        events: lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is a JSON object"))
            .collect(),
    }
}

/// Whether the path of an object is that of an addon.
pub(crate) fn is_addon(object: &str) -> bool {
    Path::new(object)
        .extension()
        .is_some_and(|extension| extension == "node")
}
