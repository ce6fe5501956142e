//! `threadproof merge` on the shards of a real run.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{fs, path::PathBuf};

use serial_test::serial;
use threadproof::results::Results;

mod support;

use support::{Fixture, Ran};

const FLAGS: [&str; 6] = [
    "--suite",
    "passes/node-test,fails/node-test,loses/node-test,crash/node-test",
    "--repeats",
    "3",
    "--seed",
    "7",
];

fn merge(fixture: &Fixture, out: &str, parts: &[PathBuf], more: &[&str]) -> Ran {
    let out = fixture.out(out);
    let mut command = fixture.command("merge");
    command.args(parts).arg("--out").arg(&out).args(more);
    Ran::of(&command.output().unwrap(), out)
}

/// What has to be equal: the counts, the verdicts and the signatures.
fn counts(results: &Results) -> String {
    let mut lines: Vec<String> = results
        .cells
        .iter()
        .map(|one| {
            let (cell, counts) = (&one.cell, (one.planned, one.judged, one.clean));
            format!("{cell:?} {counts:?} {:?} {:?}", one.outcomes, one.verdict)
        })
        .chain(
            results
                .failures
                .iter()
                .map(|one| format!("{} {}", one.job.as_str(), one.signature)),
        )
        .collect();
    lines.sort();
    lines.join("\n")
}

#[test]
#[serial]
fn four_shards_are_one_run() {
    let fixture = Fixture::new();
    let whole = fixture.run("whole", &FLAGS);
    let shards: Vec<Ran> = (1..=4)
        .map(|k| {
            let shard = format!("{k}/4");
            fixture.run(
                &format!("shard-{k}"),
                &[&FLAGS[..], &["--shard", &shard]].concat(),
            )
        })
        .collect();
    let dirs: Vec<PathBuf> = shards.iter().map(|ran| ran.out.clone()).collect();
    let merged = merge(&fixture, "merged", &dirs, &[]);
    assert_eq!(merged.code, whole.code, "{}", merged.stderr);
    assert_eq!(counts(&merged.results()), counts(&whole.results()));
    // The files of a failure are where its report says.
    let failure = &merged.results().failures[0];
    assert!(merged.out.join(&failure.dir).join("stderr.log").is_file());
    for file in ["junit.xml", "report.html", "summary.md"] {
        assert!(merged.out.join(file).is_file(), "{file}");
    }
    // Once more, with the whole among its parts.
    let mut again = vec![merged.out.clone()];
    again.extend(dirs.clone());
    let twice = merge(&fixture, "twice", &again, &[]);
    assert_eq!(counts(&twice.results()), counts(&whole.results()));

    // The same side by side: nothing has changed, and cells that are not there any more are lost.
    let compare = |before: &PathBuf, after: &PathBuf| {
        let mut command = fixture.command("compare");
        let output = command.arg(before).arg(after).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (code, text) = compare(&whole.out, &merged.out);
    assert_eq!(code, 0, "{text}");
    let fewer = fixture.run("fewer", &["--suite", "passes/node-test"]);
    let (code, text) = compare(&whole.out, &fewer.out);
    assert_eq!(code, 13, "{text}");
    assert!(text.contains("3 lost"), "{text}");

    // Without one of them it is not whole. What failed has failed all the same.
    let clean = |ran: &&Ran| ran.code == 0;
    let some = merge(&fixture, "some", &dirs[..3], &[]);
    assert!(
        some.stderr.contains("shard 4/4 is not among them"),
        "{}",
        some.stderr
    );
    if let Some(one) = shards.iter().find(clean) {
        let alone = merge(&fixture, "alone", std::slice::from_ref(&one.out), &[]);
        assert_eq!(alone.code, 12, "{}", alone.stderr);
        let allowed = merge(
            &fixture,
            "allowed",
            std::slice::from_ref(&one.out),
            &["--allow-missing"],
        );
        assert_eq!(allowed.code, 0, "{}", allowed.stderr);
    }
}

#[test]
#[serial]
fn the_shards_of_different_runs_are_refused() {
    let fixture = Fixture::new();
    let one = fixture.run(
        "one",
        &[
            "--suite",
            "passes/node-test",
            "--shard",
            "1/1",
            "--seed",
            "1",
        ],
    );
    let other = fixture.run(
        "other",
        &[
            "--suite",
            "passes/node-test",
            "--shard",
            "1/1",
            "--seed",
            "2",
        ],
    );
    let dirs = [one.out, other.out];
    let refused = merge(&fixture, "refused", &dirs, &[]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("the seeds differ"),
        "{}",
        refused.stderr
    );
    fs::remove_file(dirs[1].join("events.ndjson")).unwrap();
    let missing = merge(&fixture, "missing", &dirs, &[]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert!(
        missing.stderr.contains("name the folder of a run"),
        "{}",
        missing.stderr
    );
}
