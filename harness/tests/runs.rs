//! The binary as a whole: success, selection, shards, repeating a job, interruption, mistakes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serial_test::serial;
use threadproof::{
    event::{Event, Record},
    exit::Exit,
    results::Results,
};

use support::{Fixture, RUNTIME, Ran, plain, root};

fn events(ran: &Ran) -> Vec<Record> {
    let text = fs::read_to_string(ran.out.join("events.ndjson")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
#[serial]
fn a_green_run_exits_with_0_and_its_files_agree() {
    let fixture = Fixture::new();
    let args = ["--suite", "passes", "--repeats", "2", "--seed", "7"];
    let mut command = fixture.command("run");
    let out = fixture.out("green");
    command
        .args(["--runtime", RUNTIME, "--out"])
        .arg(&out)
        .args(args);
    // These would break or change every job if they reached it.
    command
        .env("NODE_OPTIONS", "--no-such-option")
        .env("npm_config_x", "1");
    let ran = Ran::of(&command.output().unwrap(), out);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let results = ran.results();
    assert!(results.finished);
    assert_eq!(results.exit, Some(Exit::Success));
    assert_eq!(results.cells.len(), 4);
    assert!(
        results
            .cells
            .iter()
            .all(|cell| (cell.clean, cell.judged) == (2, 2)),
        "{results:#?}"
    );
    assert_eq!(
        ran.stdout.trim(),
        ran.out.join("results.json").to_str().unwrap()
    );
    // The results are what the events say, and nothing else.
    let events = events(&ran);
    assert_eq!(
        Results::of(events.iter().map(|record| &record.event)),
        results
    );
    // Temp dirs are gone, logs are kept.
    for record in &events {
        if let Event::JobFinished { attempt, .. } = &record.event {
            let dir = ran.out.join(&attempt.dir);
            assert!(dir.join("stdout.log").is_file());
            assert!(attempt.usage.max_rss_kib > 0 && attempt.duration_ms > 0.0);
        }
    }
    for name in ["junit.xml", "summary.md"] {
        assert!(ran.out.join(name).is_file(), "{name}");
    }
}

#[test]
#[serial]
fn the_shards_of_a_run_are_the_run() {
    let fixture = Fixture::new();
    let jobs = |name: &str, extra: &[&str]| -> BTreeSet<String> {
        let args = ["--suite", "passes/node-test,passes/jest", "--repeats", "2"];
        let ran = fixture.run(name, &[&args[..], extra].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let id = |record: &Record| match &record.event {
            Event::JobFinished { job, .. } => Some(job.id.to_string()),
            _ => None,
        };
        events(&ran).iter().filter_map(id).collect()
    };
    let whole = jobs("whole", &[]);
    let first = jobs("first", &["--shard", "1/2"]);
    let second = jobs("second", &["--shard", "2/2"]);
    assert_eq!((whole.len(), first.len(), second.len()), (4, 2, 2));
    assert_eq!(&first | &second, whole);
}

#[test]
#[serial]
fn the_command_of_a_failure_repeats_that_job_and_no_other() {
    let fixture = Fixture::new();
    let ran = fixture.run("failing", &["--suite", "fails/node-test", "--repeats", "3"]);
    let failure = ran
        .results()
        .failures
        .into_iter()
        .find(|failure| failure.repetition == 2)
        .unwrap();
    let again = fixture.out("again");
    // The command is for a shell; it says all but where to write.
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("{} --out {}", failure.repeat, again.display()))
        .output()
        .unwrap();
    let repeated = Ran::of(&output, again);
    assert_eq!(repeated.code, 10, "{}\n{}", failure.repeat, repeated.stderr);
    let failures = repeated.results().failures;
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (&failures[0].job, failures[0].seed),
        (&failure.job, failure.seed)
    );
}

#[test]
#[serial]
fn an_interrupted_run_ends_its_jobs_and_still_has_its_report() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let fixture = Fixture::new();
        let out = fixture.out("interrupted");
        let mut command = fixture.command("run");
        command
            .args([
                "--runtime",
                RUNTIME,
                "--suite",
                "hang/node-test",
                "-v",
                "--out",
            ])
            .arg(&out);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Interrupted when the process under test is running, which the event log tells.
        let pid = loop {
            let started = fs::read_to_string(out.join("events.ndjson")).unwrap_or_default();
            let pid = started.lines().find_map(|line| {
                match serde_json::from_str::<Record>(line).ok()?.event {
                    Event::JobStarted { pid, .. } => Some(pid),
                    _ => None,
                }
            });
            if let Some(pid) = pid {
                break pid;
            }
            assert!(
                child.try_wait().unwrap().is_none(),
                "it ended before its job began"
            );
            std::thread::yield_now();
        };
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let ran = Ran::of(&output, out);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let results = ran.results();
        assert_eq!(results.interrupted, Some(signal as i32));
        assert!(results.finished);
        assert!(
            !std::path::Path::new(&format!("/proc/{pid}/exe")).exists(),
            "{pid} lives"
        );
    }
}

#[test]
fn mistakes_have_exit_codes_and_say_what_to_do() {
    let fixture = Fixture::new();
    let thesis = fixture.out("thesis");
    fs::create_dir_all(&thesis).unwrap();
    fs::write(thesis.join("thesis.txt"), "years of work").unwrap();
    let thesis = thesis.to_str().unwrap();
    let table: [(&[&str], i32, &str); 9] = [
        (&["--target", "nobody"], 4, "fixture"),
        (&["--suite", "nothing"], 4, "abort-at-teardown"),
        (
            &["--suite", "passes", "--test", "no such test"],
            4,
            "passes/only > one",
        ),
        (&["--runtime", "newest"], 2, "24.21.0"),
        (&["--shard", "3/2"], 2, "1 <= k <= n"),
        (&["--timeout", "0s"], 2, "90s"),
        (&["--targets-dir", "/nowhere"], 2, "--targets-dir"),
        (
            &["--runtime", "/nowhere/node", "--suite", "passes"],
            20,
            "/nowhere/node",
        ),
        (
            &["--runtime", "path", "--suite", "passes", "--out", thesis],
            2,
            "not ours",
        ),
    ];
    for (args, code, says) in table {
        let output = fixture.command("run").args(args).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert!(stderr.contains(says), "{args:?}: {stderr}");
    }
}

#[test]
fn a_version_that_needs_the_registry_is_refused_offline_when_it_is_not_there() {
    let fixture = Fixture::new();
    let out = fixture.out("offline");
    let mut command = fixture.command("run");
    command
        .args([
            "--suite",
            "passes",
            "--offline",
            "--runtime",
            "0.0.1",
            "--out",
        ])
        .arg(&out);
    let ran = Ran::of(&command.output().unwrap(), out);
    assert_eq!(ran.code, 20, "{}", ran.stderr);
    assert!(ran.stderr.contains("without --offline"), "{}", ran.stderr);
    assert!(ran.results().preparation.is_some());
}

#[test]
fn list_prints_what_there_is_for_people_and_for_machines() {
    let fixture = Fixture::new();
    let tests = fixture.command("list").arg("tests").output().unwrap();
    assert!(tests.status.success());
    let text = String::from_utf8(tests.stdout).unwrap();
    assert!(
        text.lines().any(|line| line == "passes/only > two [2]"),
        "{text}"
    );
    let all = fixture.command("list").arg("--json").output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!(json["targets"][0]["id"], "fixture");
    assert!(
        json["topics"]
            .as_array()
            .unwrap()
            .iter()
            .any(|topic| topic["topic"] == "passes")
    );
}

#[test]
fn doctor_exits_with_20_when_something_that_run_needs_is_missing() {
    let empty = tempfile::tempdir().unwrap();
    let output = plain()
        .arg("doctor")
        .arg("--root")
        .arg(root())
        .env("PATH", empty.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(20));
    let text = String::from_utf8(output.stdout).unwrap();
    for (tool, help) in [
        ("node", "nodejs.org"),
        ("cargo", "rustup"),
        ("cc", "build-essential"),
    ] {
        assert!(text.contains(tool) && text.contains(help), "{text}");
    }
    let output = plain()
        .args(["doctor", "--json", "--root"])
        .arg(root())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
}

#[test]
fn explain_knows_the_exit_codes_and_schema_prints_schemas() {
    for code in Exit::ALL {
        let output = plain()
            .args(["explain", &code.code().to_string()])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{code:?}");
        assert!(!output.stdout.is_empty());
    }
    let output = plain()
        .args(["explain", "the meaning of life"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    for of in ["results", "events"] {
        let output = plain().args(["schema", of]).output().unwrap();
        let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(schema.get("$schema").is_some(), "{of}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = plain()
        .args(["schema"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    drop(stdout);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
