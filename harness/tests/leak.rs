//! `threadproof leak` on planted faults and their twins: the real tools, on real processes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![allow(clippy::print_stdout, reason = "a tool that is missing is told of")]

use std::{path::Path, process::Command};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use serial_test::serial;
use threadproof::leak::{Tool, unavailable};

const RUNTIME: &str = "24";

struct Ran {
    code: i32,
    stderr: String,
    leaks: Value,
}

fn leak(words: &[&str]) -> Ran {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(cargo_bin("threadproof"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .args([
            "leak",
            "--runtime",
            RUNTIME,
            "--seed",
            "3",
            "--json",
            "--out",
        ])
        .arg(out.path())
        .args(words)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    Ran {
        code: output.status.code().unwrap(),
        leaks: serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}")),
        stderr,
    }
}

impl Ran {
    fn judged(&self, target: &str) -> &Value {
        let all = self.leaks["judged"].as_array().unwrap();
        let found = all.iter().find(|one| one["target"] == target);
        found.unwrap_or_else(|| panic!("nothing of {target}: {}", self.leaks))
    }

    /// What each worker leaves, and the place that leaves most.
    fn growing(&self, target: &str) -> (f64, String) {
        let growing = self.judged(target)["growing"].as_array().unwrap().clone();
        let sum = growing
            .iter()
            .map(|one| one["perWorker"].as_f64().unwrap())
            .sum();
        let site = growing
            .first()
            .map(|one| one["site"].as_str().unwrap().to_owned());
        (sum, site.unwrap_or_default())
    }
}

/// Whether a tool is here; said aloud where it is not.
fn here(tool: Tool) -> bool {
    match unavailable(tool) {
        None => true,
        Some(why) => {
            println!("NOT TESTED: {tool}: {why}");
            false
        }
    }
}

/// The planted growth of each specimen, and a function that stands in the place.
fn found_with_its_twin(
    tool: &str,
    workers: &str,
    program: &str,
    specimen: &str,
    by: f64,
    place: &str,
) {
    let twin = format!("{specimen}+fixed");
    let targets = format!("{specimen},{twin}");
    let ran = leak(&[
        "--tool",
        tool,
        "--workers",
        workers,
        "--program",
        program,
        "--target",
        &targets,
    ]);
    assert_eq!(ran.code, 14, "{}", ran.stderr);
    let (slope, site) = ran.growing(specimen);
    assert!((slope - by).abs() < 0.05, "{slope}: {}", ran.leaks);
    assert!(site.contains(place), "{site}");
    assert_eq!(ran.judged(&twin)["verdict"], "clean", "{}", ran.leaks);
}

#[test]
#[serial]
fn lsan_finds_what_each_env_and_each_call_leaves_with_the_line() {
    if here(Tool::Lsan) {
        found_with_its_twin(
            "lsan",
            "4",
            "state",
            "instance-data-leak",
            1.0,
            "instance-data-leak.c:",
        );
        found_with_its_twin(
            "lsan",
            "4",
            "calls",
            "reference-per-call",
            5.0,
            "reference-per-call.c:",
        );
    }
}

#[test]
#[serial]
fn memcheck_finds_the_same_with_the_line() {
    if here(Tool::Memcheck) {
        found_with_its_twin(
            "memcheck",
            "1",
            "state",
            "instance-data-leak",
            1.0,
            "instance-data-leak.c:",
        );
    }
}

#[test]
#[serial]
fn the_count_of_blocks_agrees_without_knowing_a_place() {
    if here(Tool::Blocks) {
        found_with_its_twin(
            "blocks",
            "8",
            "calls",
            "reference-per-call",
            5.0,
            "heap blocks",
        );
    }
}

#[test]
#[serial]
fn a_descriptor_a_worker_is_counted() {
    if here(Tool::Process) {
        found_with_its_twin(
            "process",
            "4",
            "files",
            "descriptor-per-worker",
            1.0,
            "descriptors",
        );
    }
}

#[test]
#[serial]
fn a_process_that_crashes_is_a_failure_and_never_clean() {
    let ran = leak(&[
        "--tool",
        "process",
        "--program",
        "resources",
        "--target",
        "hook-on-freed",
        "--workers",
        "2",
    ]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    assert_eq!(ran.judged("hook-on-freed")["verdict"], "inconclusive");
}

#[test]
fn an_unknown_program_is_an_error_that_lists_those_that_exist() {
    let output = Command::new(cargo_bin("threadproof"))
        .args(["leak", "--program", "statments"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("statements: statements that"), "{stderr}");
}
