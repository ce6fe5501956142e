//! `run --expect` on real runners: what is expected does not fail a run, and what no longer holds does.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::fs;

use serial_test::serial;
use threadproof::model::Verdict;

use support::{Fixture, Ran};

/// Runs suites with a file of this entry.
fn with(fixture: &Fixture, entry: &str, suites: &str, more: &[&str]) -> Ran {
    let file = fixture.path().join("expect.toml");
    let text =
        format!("[[expect]]\n{entry}\nissue = \"https://example.org/7\"\nreason = \"known\"\n");
    fs::write(&file, text).unwrap();
    let all: Vec<&str> = ["--suite", suites, "--expect", file.to_str().unwrap()]
        .iter()
        .chain(more)
        .copied()
        .collect();
    fixture.run("expect", &all)
}

#[test]
#[serial]
fn what_is_expected_does_not_fail_a_run_and_is_told() {
    let fixture = Fixture::new();
    let entry = "target = \"fixture\"\nsuite = \"fails/node-test\"\noutcome = \"AssertFailed\"\nexpires = 2999-01-01";
    let ran = with(&fixture, entry, "fails/node-test,passes/node-test", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        ran.cell("fails/node-test").verdict,
        Verdict::Expected { failed: 1, of: 1 }
    );
    assert_eq!(ran.cell("passes/node-test").verdict, Verdict::Pass);
    assert!(
        ran.stderr.contains("expected, and seen once in 1"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("https://example.org/7"),
        "{}",
        ran.stderr
    );
    // A failure of another kind is not that one.
    let other = entry.replace("AssertFailed", "CrashInTest");
    let ran = with(&fixture, &other, "fails/node-test", &[]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    // A gate is about what nobody expects.
    let gate = ["--require", "failure-rate < 50% @ 95%"];
    let ran = with(&fixture, entry, "fails/node-test", &gate);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
#[serial]
fn an_entry_that_no_longer_holds_fails_a_run() {
    let fixture = Fixture::new();
    let target = "target = \"fixture\"\n";
    for (entry, suite, says) in [
        (
            "expires = 2999-01-01",
            "passes/node-test",
            "UNEXPECTED PASS",
        ),
        (
            "expires = 2020-01-01",
            "fails/node-test",
            "EXPIRED on 2020-01-01",
        ),
        (
            "test = \"no test has this name\"\nexpires = 2999-01-01",
            "passes/node-test",
            "STALE",
        ),
    ] {
        let ran = with(&fixture, &format!("{target}{entry}"), suite, &[]);
        assert_eq!(ran.code, 10, "{says}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
    }
    // It may also happen only sometimes.
    let entry = format!("{target}flaky = true\nexpires = 2999-01-01");
    let ran = with(&fixture, &entry, "passes/node-test", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // A mistake in the file is no run at all.
    let ran = with(&fixture, target, "passes/node-test", &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("missing field `expires`"),
        "{}",
        ran.stderr
    );
}

#[test]
#[serial]
fn shards_conclude_nothing_alone_and_all_together() {
    let fixture = Fixture::new();
    let entry = "target = \"fixture\"\nexpires = 2999-01-01";
    let suites = "passes/node-test,passes/vitest";
    let mut dirs = Vec::new();
    for shard in ["1/2", "2/2"] {
        let flags = ["--shard", shard, "--seed", "3"];
        let ran = with(&fixture, entry, suites, &flags);
        // A shard may be empty.
        assert!([0, 4].contains(&ran.code), "{}", ran.stderr);
        let to = fixture.out(&format!("shard-{}", &shard[..1]));
        fs::rename(&ran.out, &to).unwrap();
        if ran.code == 0 {
            dirs.push(to);
        }
    }
    let out = fixture.out("merged");
    let mut merge = fixture.command("merge");
    merge
        .arg("--out")
        .arg(&out)
        .args(&dirs)
        .arg("--allow-missing");
    let ran = Ran::of(&merge.output().unwrap(), out);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let junit = fs::read_to_string(ran.out.join("junit.xml")).unwrap();
    assert!(junit.contains("UNEXPECTED PASS"), "{junit}");
}
