//! `threadproof blame` on a planted fault, and on what fails whatever the addon is.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{fs, path::Path};

use serde_json::Value;
use serial_test::serial;

mod support;

use support::{Fixture, RUNTIME, plain, root};

/// The culprits of the failures of a run.
fn blamed(out: &Path, command: &mut std::process::Command) -> Vec<String> {
    let output = command
        .args(["--attempts", "2", "--runtime", RUNTIME, "--json"])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let blame: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}"));
    let saved = fs::read_to_string(out.join("blame.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&saved).unwrap(), blame);
    let summary = fs::read_to_string(out.join("summary.md")).unwrap();
    assert_eq!(summary.matches("## Whose fault").count(), 1, "{summary}");
    let cases = blame["cases"].as_array().unwrap().iter();
    cases
        .map(|case| case["culprit"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
#[serial]
fn a_planted_fault_is_the_addons() {
    let out = tempfile::tempdir().unwrap();
    let run = plain()
        .current_dir(root())
        .args([
            "run",
            "--target",
            "child-without-parent",
            "--runtime",
            RUNTIME,
        ])
        .args(["--suite", "lifetime/driver", "--quiet", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(10));
    // Twice: what was said before is replaced.
    for _ in 0..2 {
        let mut command = plain();
        command.current_dir(root()).arg("blame").arg(out.path());
        assert_eq!(blamed(out.path(), &mut command), ["addon"]);
    }
}

#[test]
#[serial]
fn what_fails_without_the_addon_is_not_its_fault() {
    let fixture = Fixture::new();
    let ran = fixture.run("fails", &["--suite", "fails/node-test"]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let mut command = fixture.command("blame");
    command.arg(&ran.out);
    assert_eq!(blamed(&ran.out, &mut command), ["surroundings"]);
}

#[test]
fn a_run_without_failures_and_a_folder_that_is_none_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let output = plain()
        .current_dir(root())
        .arg("blame")
        .arg(dir.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("name the folder of a run"), "{told}");
}
