//! `threadproof stress` on planted faults and clean controls: the real processes, small.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use serial_test::serial;
use threadproof::results::Results;

const RUNTIME: &str = "24";

struct Ran {
    code: i32,
    stderr: String,
    results: Results,
    stress: Value,
    _out: tempfile::TempDir,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stress")
}

/// Runs `stress` with these words, on fixture targets and specimens.
fn stress(words: &[&str]) -> Ran {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(cargo_bin("threadproof"))
        .env("THREADPROOF_HISTORY", "off")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .args(["stress", "--runtime", RUNTIME, "--seed", "5", "--quiet"])
        .arg("--targets-dir")
        .arg(fixtures())
        .arg("--out")
        .arg(out.path())
        .args(words)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let read = |name: &str| {
        fs::read_to_string(out.path().join(name)).unwrap_or_else(|_| panic!("no {name}:\n{stderr}"))
    };
    Ran {
        code: output.status.code().unwrap(),
        results: Results::from_json(&read("results.json")).unwrap(),
        stress: serde_json::from_str(&read("stress.json")).unwrap(),
        stderr,
        _out: out,
    }
}

impl Ran {
    fn cell(&self, target: &str) -> &Value {
        let cells = self.stress["cells"].as_array().unwrap();
        let found = cells.iter().find(|cell| cell["target"] == target);
        found.unwrap_or_else(|| panic!("no cell of {target}: {}", self.stress))
    }

    fn findings(&self) -> Vec<&str> {
        let all = self.results.failures.iter().flat_map(|one| &one.findings);
        all.map(|finding| finding.message.as_str()).collect()
    }
}

#[test]
#[serial]
fn a_descriptor_that_each_worker_leaves_is_growth_by_one_and_its_twin_has_none() {
    let ran = stress(&[
        "--shape",
        "churn",
        "--target",
        "descriptor-per-worker,descriptor-per-worker+fixed",
        "--lifecycles",
        "160",
        "--runs",
        "1",
    ]);
    assert_eq!(ran.code, 14, "{}", ran.stderr);
    let grown = |target: &str| {
        let all = ran.cell(target)["grown"].as_array().unwrap();
        let one = all.iter().find(|one| one["resource"] == "descriptors");
        let one = one.unwrap();
        (one["grows"] == true, one["perWorker"].as_f64().unwrap())
    };
    let (grows, by) = grown("descriptor-per-worker");
    assert!(grows && (by - 1.0).abs() < 0.05, "{by}");
    assert!(!grown("descriptor-per-worker+fixed").0);
    // The control ran beside them and is not compared with itself.
    assert_eq!(ran.cell("empty")["control"], true);
    assert_eq!(ran.cell("empty")["lifecycles"], 160);
}

#[test]
#[serial]
fn a_lost_commit_and_a_risen_rollback_are_found_by_the_audit() {
    for (target, word) in [("loses-commits", "lost:"), ("keeps-rollbacks", "risen:")] {
        for shape in ["churn", "kill"] {
            let ran = stress(&[
                "--shape",
                shape,
                "--target",
                target,
                "--lifecycles",
                "12",
                "--runs",
                "1",
            ]);
            assert_eq!(ran.code, 10, "{target}, {shape}: {}", ran.stderr);
            let findings = ran.findings();
            assert!(
                findings.iter().any(|text| text.contains(word)),
                "{target}, {shape}: {findings:?}"
            );
        }
    }
}

#[test]
#[serial]
fn killed_processes_of_a_clean_target_lose_nothing() {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(cargo_bin("threadproof"))
        .env("THREADPROOF_HISTORY", "off")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .args([
            "stress",
            "--runtime",
            RUNTIME,
            "--seed",
            "5",
            "--quiet",
            "--json",
        ])
        .args([
            "--shape",
            "kill,locked,database-full",
            "--target",
            "node-sqlite",
        ])
        .args(["--lifecycles", "8", "--runs", "1", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let stressed: Value = serde_json::from_slice(&output.stdout).unwrap();
    for cell in stressed["cells"].as_array().unwrap() {
        let audit = &cell["audit"];
        assert_eq!(audit["faults"].as_array().map(Vec::len), Some(0), "{cell}");
        assert!(audit["acknowledged"].as_u64().unwrap() > 0, "{cell}");
        if cell["shape"] == "kill" {
            assert_eq!(audit["databases"], 8, "{cell}");
            assert_eq!(cell["counts"]["killed"], 8, "{cell}");
        }
    }
}

#[test]
#[serial]
fn a_crash_stops_a_run_that_goes_on_until_one_fails() {
    let ran = stress(&[
        "--shape",
        "churn",
        "--target",
        "hook-on-freed",
        "--runs",
        "50",
        "--until-fail",
        "--jobs",
        "1",
    ]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    assert_eq!(ran.cell("hook-on-freed")["failed"], 1, "{}", ran.stress);
    assert_eq!(ran.results.failures.len(), 1);
}

#[test]
#[serial]
fn a_gate_that_is_met_ends_the_run_and_what_cannot_run_says_why() {
    let ran = stress(&[
        "--shape",
        "burst,latency",
        "--target",
        "empty",
        "--lifecycles",
        "2",
        "--workers",
        "2",
        "--until",
        "rate < 40% @ 95%",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let cell = ran.cell("empty");
    assert_eq!((&cell["gate"], &cell["failed"]), (&"met".into(), &0.into()));
    // Six clean runs show a rate below 40 %, and a plan that may look again needs one or two more.
    assert!(cell["runs"].as_u64().unwrap() < 12, "{cell}");
    assert_eq!(ran.results.not_available.len(), 1);
    assert_eq!(ran.results.not_available[0].reason, "empty is no database");
}

#[test]
fn an_unknown_shape_is_an_error_that_lists_those_that_exist() {
    let output = Command::new(cargo_bin("threadproof"))
        .env("THREADPROOF_HISTORY", "off")
        .args(["stress", "--shape", "chrun"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("churn: workers come and go"), "{stderr}");
}
