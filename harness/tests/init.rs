//! `threadproof init` on a binary that it has never seen: what it writes runs the checks that need no adapter.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serial_test::serial;

use support::{RUNTIME, plain, root};

/// The corrected specimen `static-constructor`, as somebody's binary.
fn binary(to: &Path) {
    let specimens = root().join("harness/specimens");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-g", "-O1", "-std=gnu11", "-DPLANTED=0"])
        .arg("-I")
        .arg(specimens.join("include"))
        .arg("-I")
        .arg(root().join("js-tests/node_modules/node-api-headers/include"))
        .arg("-o")
        .arg(to)
        .arg(specimens.join("static-constructor/static-constructor.c"))
        .status()
        .unwrap();
    assert!(status.success());
}

fn init(what: &Path, dir: &Path) -> Output {
    plain()
        .current_dir(root())
        .arg("init")
        .arg(what)
        .args(["--runtime", RUNTIME, "--dir"])
        .arg(dir)
        .output()
        .unwrap()
}

#[test]
#[serial]
fn a_target_is_written_that_runs_what_needs_no_more_than_loading() {
    let home = tempfile::tempdir().unwrap();
    let addon = home.path().join("addon.node");
    binary(&addon);
    let dir = home.path().join("targets/mine");
    let output = init(&addon, &dir);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(
        told.contains("1 classes: Counter") && told.contains("Node-API"),
        "{told}"
    );
    let out = home.path().join("out");
    let ran = plain()
        .current_dir(root())
        .args([
            "run",
            "--target",
            "mine",
            "--runtime",
            RUNTIME,
            "--suite",
            "load/driver",
            "--guard",
            "off",
        ])
        .arg("--targets-dir")
        .arg(home.path().join("targets"))
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("lacking generic:"),
        "what was not judged is said: {stderr}"
    );

    // What somebody has written is not written over.
    let adapter = dir.join("adapter.cjs");
    fs::write(&adapter, "mine").unwrap();
    assert_eq!(init(&addon, &dir).status.code(), Some(2));
    assert_eq!(fs::read_to_string(&adapter).unwrap(), "mine");
}

#[test]
#[serial]
fn what_cannot_be_loaded_is_said_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let broken = home.path().join("broken.node");
    fs::write(&broken, "no binary").unwrap();
    let dir = home.path().join("targets/broken");
    let output = init(&broken, &dir);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(20), "{told}");
    assert!(told.contains("cannot be looked at"), "{told}");
    assert!(!dir.exists());
}
