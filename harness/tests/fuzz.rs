//! `threadproof fuzz` on planted faults and their twins: real programs, in real processes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use assert_cmd::cargo::cargo_bin;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use serial_test::serial;

const RUNTIME: &str = "24";

struct Ran {
    code: i32,
    stderr: String,
    fuzz: Value,
    out: tempfile::TempDir,
}

fn threadproof() -> Command {
    let mut command = Command::new(cargo_bin("threadproof"));
    command.env("THREADPROOF_HISTORY", "off");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
    command
}

fn fuzz(target: &str, words: &[&str]) -> Ran {
    let out = tempfile::tempdir().unwrap();
    let output = threadproof()
        .args([
            "fuzz",
            "--runtime",
            RUNTIME,
            "--json",
            "--no-corpus",
            "--target",
            target,
            "--out",
        ])
        .arg(out.path())
        .args(words)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    Ran {
        code: output.status.code().unwrap(),
        fuzz: serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}")),
        stderr,
        out,
    }
}

impl Ran {
    fn failures(&self) -> &Vec<Value> {
        self.fuzz["failures"].as_array().unwrap()
    }

    /// The folder of the first failure.
    fn case(&self) -> PathBuf {
        let folders = fs::read_dir(self.out.path().join("failures")).unwrap();
        folders.map(|entry| entry.unwrap().path()).min().unwrap()
    }
}

#[test]
#[serial]
fn a_fault_is_found_made_small_and_saved_as_a_script_that_shows_it() {
    let ran = fuzz(
        "child-without-parent",
        &["--cases", "2000", "--until-fail", "--seed", "1"],
    );
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let failure = &ran.failures()[0];
    assert!(failure["size"].as_u64().unwrap() <= 6, "{failure}");
    assert_eq!(failure["hits"], failure["attempts"], "{failure}");
    let case = ran.case();
    let page = fs::read_to_string(case.join("README.md")).unwrap();
    assert!(page.contains("sequenceDiagram"), "{page}");
    // The script needs nothing of the harness, nor of the folder that it was found in.
    let elsewhere = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .args([&case, elsewhere.path()])
        .status()
        .unwrap();
    assert!(copied.success());
    let script = elsewhere
        .path()
        .join(case.file_name().unwrap())
        .join("repro.mjs");
    let shown = Command::new("node").arg(&script).output().unwrap();
    assert!(!shown.status.success(), "{shown:?}");
    let again = threadproof()
        .arg("repro")
        .arg(&case)
        .args(["--attempts", "2"])
        .output()
        .unwrap();
    let told = String::from_utf8(again.stdout).unwrap();
    assert!(told.contains("2 of 2 attempts"), "{told}");
    assert_eq!(again.status.code(), Some(10));
    // On the corrected twin the same case shows nothing.
    let twin = threadproof()
        .arg("repro")
        .arg(&case)
        .args(["--attempts", "2", "--target", "child-without-parent+fixed"])
        .output()
        .unwrap();
    let told = String::from_utf8(twin.stdout).unwrap();
    assert!(told.contains("0 of 2 attempts"), "{told}");
    assert_eq!(twin.status.code(), Some(0), "{told}");
}

#[test]
#[serial]
fn the_corpus_is_run_first() {
    let out = tempfile::tempdir().unwrap();
    let output = threadproof()
        .args([
            "fuzz",
            "--runtime",
            RUNTIME,
            "--json",
            "--cases",
            "1",
            "--seed",
            "1",
            "--until-fail",
        ])
        .args(["--target", "text-cut", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    let fuzz: Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = fuzz["failures"][0]["said"].as_str().unwrap();
    assert!(said.contains("call echo"), "{said}");
}

#[test]
#[serial]
fn nothing_is_found_where_nothing_is_planted() {
    let ran = fuzz(
        "child-without-parent+fixed",
        &["--cases", "100", "--seed", "1"],
    );
    assert_eq!(ran.failures().len(), 0, "{}", ran.fuzz);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.fuzz["passed"], 100, "{}", ran.fuzz);
}

#[test]
#[serial]
fn native_handles_of_our_addon_are_refused_in_other_threads_by_every_entry_point() {
    let ran = fuzz(
        "threadproof-sqlite-misuse",
        &["--cases", "60", "--seed", "1"],
    );
    assert_eq!(ran.code, 0, "{}", ran.fuzz);
    let tried = ran.fuzz["states"]["foreign outside"].as_u64().unwrap();
    assert!(tried > 20, "{}", ran.fuzz);
    // The same steps where nobody checks whose a handle is.
    let ran = fuzz(
        "handle-table",
        &["--cases", "2000", "--seed", "1", "--until-fail"],
    );
    assert_eq!(ran.code, 10, "{}", ran.fuzz);
}

#[test]
#[serial]
fn a_crash_at_the_end_of_the_process_is_found_too() {
    let ran = fuzz(
        "crash-at-exit",
        &["--cases", "2000", "--until-fail", "--seed", "1"],
    );
    let failure = &ran.failures()[0];
    assert!(failure["size"].as_u64().unwrap() <= 6, "{failure}");
    let said = failure["said"].as_str().unwrap();
    assert!(said.contains("all objects are closed"), "{said}");
}

#[test]
#[serial]
fn an_interrupted_search_keeps_what_it_has_found() {
    let out = tempfile::tempdir().unwrap();
    let mut search = threadproof()
        .args(["fuzz", "--runtime", RUNTIME, "--seed", "1", "--for", "1h"])
        .args(["--no-corpus", "--target", "text-cut", "--out"])
        .arg(out.path())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(search.stderr.take().unwrap());
    let mut lines = stderr.lines().map(Result::unwrap);
    let found = |line: &String| line.contains(" a second; ") && !line.contains("; 0 failures;");
    lines
        .find(found)
        .expect("it tells of what it has found while it goes on");
    let pid = Pid::from_raw(i32::try_from(search.id()).unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    // Nobody may be left without a reader.
    let rest: Vec<String> = lines.collect();
    assert_eq!(search.wait().unwrap().code(), Some(130), "{rest:?}");
    let saved: Vec<_> = fs::read_dir(out.path().join("failures")).unwrap().collect();
    assert!(!saved.is_empty(), "{rest:?}");
    let figures = fs::read_to_string(out.path().join("fuzz.json")).unwrap();
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    assert_eq!(figures["failures"].as_array().unwrap().len(), saved.len());
    for case in saved {
        assert!(case.unwrap().path().join("case.json").is_file());
    }
}

#[test]
#[serial]
fn the_same_seed_generates_the_same_programs() {
    let run = || {
        let ran = fuzz("empty", &["--cases", "50", "--seed", "9"]);
        (ran.fuzz["pairs"].clone(), ran.fuzz["states"].clone())
    };
    assert_eq!(run(), run());
}

#[test]
fn what_is_no_case_is_refused_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.json");
    fs::write(&file, r#"{"kind":"fuzz","version":99}"#).unwrap();
    let output = threadproof().arg("repro").arg(&file).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("name a case.json"), "{told}");
}
