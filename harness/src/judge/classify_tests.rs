//! One table for every outcome: what the three witnesses say, and what that comes to.

use super::classify;
use crate::model::{
    Ending, Evidence, ExitStatus, FileError, Finding, Outcome, Phase, RunEnd, RunStart, Stop,
    Straggler, StreamHealth, TestError, TestRecord, TestState,
};

use TestState::{Failed, Missing, Open, Passed, Skipped};

const OK: ExitStatus = ExitStatus::Exited { code: 0 };
const RED: ExitStatus = ExitStatus::Exited { code: 1 };
const ABORT: ExitStatus = ExitStatus::Signalled {
    signal: libc::SIGABRT,
    core: false,
};

/// Evidence of an attempt in which everything agrees, given the states of its tests.
fn evidence(tests: &[TestState], status: ExitStatus) -> Evidence {
    let count =
        |wanted| u32::try_from(tests.iter().filter(|state| **state == wanted).count()).unwrap();
    let record = |(at, state): (usize, &TestState)| TestRecord {
        id: format!("t/a > {at}"),
        file: None,
        expected: true,
        state: *state,
        ends: u32::from(matches!(state, Passed | Failed | Skipped)),
        ms: None,
        errors: Vec::new(),
    };
    Evidence {
        ending: Ending {
            wait_status: Some(0),
            status,
            stop: None,
        },
        phase: Phase::Exit,
        run_start: Some(RunStart {
            runner: "jest".into(),
            runner_version: "30.0.0".into(),
            node: "24.0.0".into(),
        }),
        run_end: Some(RunEnd {
            passed: count(Passed),
            failed: count(Failed),
            skipped: count(Skipped),
            ok: count(Failed) == 0,
        }),
        process_exit: Some(0),
        tests: tests.iter().enumerate().map(record).collect(),
        file_errors: Vec::new(),
        stream: StreamHealth {
            events: 9,
            torn: false,
            broken: None,
        },
        fatal: None,
        stragglers: Vec::new(),
        findings: Vec::new(),
        native_crash: None,
        env_ends: Vec::new(),
        stacks: Vec::new(),
        last_event: None,
        notes: Vec::new(),
        infra: None,
    }
}

fn with(mut evidence: Evidence, change: impl FnOnce(&mut Evidence)) -> Evidence {
    change(&mut evidence);
    evidence
}

fn finding(rule: &str) -> Finding {
    Finding {
        rule: rule.into(),
        detector: "guard".into(),
        message: "m".into(),
        call: None,
        object: None,
        count: 1,
        known: None,
        stacks: Vec::new(),
    }
}

fn silent(evidence: Evidence) -> Evidence {
    with(evidence, |evidence| {
        evidence.run_end = None;
        evidence.process_exit = None;
    })
}

fn stopped(evidence: Evidence, phase: Phase) -> Evidence {
    with(evidence, |evidence| {
        evidence.phase = phase;
        evidence.ending.stop = Some(Stop::TimeLimit {
            phase,
            limit_ms: 1,
            killed: true,
        });
    })
}

/// The outcome without its text.
fn kind(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Contradiction { .. } => "Contradiction".into(),
        Outcome::Infra { .. } => "Infra".into(),
        other => other.to_string(),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn every_combination_of_witnesses_has_its_outcome() {
    let straggler = Straggler {
        pid: 9,
        command: "sleep".into(),
    };
    let file_error = FileError {
        file: "a".into(),
        errors: vec![TestError {
            message: "m".into(),
            stack: None,
            code: None,
        }],
    };
    let table: Vec<(&str, Evidence, &str)> = vec![
        ("all agree", evidence(&[Passed, Passed], OK), "Clean"),
        (
            "a detector saw what nobody else did",
            with(evidence(&[Passed], OK), |e| {
                e.findings = vec![finding("b/y"), finding("a/x"), finding("b/y")];
            }),
            "Violation of a/x, b/y",
        ),
        (
            "a detector saw what is known",
            with(evidence(&[Passed], OK), |e| {
                e.findings = vec![finding("a/x")];
                e.findings[0].known = Some("it is not ours".into());
            }),
            "Clean",
        ),
        (
            "a detector saw why a test failed",
            with(evidence(&[Failed], RED), |e| {
                e.findings = vec![finding("a/x")];
            }),
            "AssertFailed",
        ),
        (
            "a test failed and all say so",
            evidence(&[Passed, Failed], RED),
            "AssertFailed",
        ),
        (
            "a file failed and all say so",
            with(evidence(&[Passed], RED), |e| {
                e.file_errors.push(file_error.clone());
                e.run_end.as_mut().unwrap().ok = false;
            }),
            "AssertFailed",
        ),
        (
            "killed before any test",
            silent(evidence(&[Missing, Missing], ABORT)),
            "CrashAtLoad",
        ),
        (
            "killed before the reporter spoke",
            with(silent(evidence(&[Missing], ABORT)), |e| e.run_start = None),
            "CrashAtLoad",
        ),
        (
            "killed in a test",
            silent(evidence(&[Passed, Open], ABORT)),
            "CrashInTest",
        ),
        (
            "killed between tests",
            silent(evidence(&[Passed, Missing], ABORT)),
            "CrashInTest",
        ),
        (
            "killed after the last test",
            silent(evidence(&[Passed, Passed], ABORT)),
            "CrashAtTeardown",
        ),
        (
            "killed after a green report",
            evidence(&[Passed, Passed], ABORT),
            "CrashAtTeardown",
        ),
        (
            "killed after a red report",
            evidence(&[Passed, Failed], ABORT),
            "CrashAtTeardown",
        ),
        (
            "exit code of a shell for SIGABRT after a green report",
            evidence(&[Passed], ExitStatus::Exited { code: 134 }),
            "CrashAtTeardown",
        ),
        (
            "exit code of a shell for SIGSEGV in a test",
            silent(evidence(&[Open], ExitStatus::Exited { code: 139 })),
            "CrashInTest",
        ),
        (
            "a crash whose stream cannot be read is still a crash",
            with(silent(evidence(&[Open], ABORT)), |e| {
                e.stream.broken = Some("x".into());
            }),
            "CrashInTest",
        ),
        (
            "a crash with a torn last line",
            with(silent(evidence(&[Open], ABORT)), |e| e.stream.torn = true),
            "CrashInTest",
        ),
        (
            "stopped while loading",
            stopped(silent(evidence(&[Missing], ABORT)), Phase::Load),
            "HangInTest",
        ),
        (
            "stopped in a test",
            stopped(silent(evidence(&[Open], ABORT)), Phase::Run),
            "HangInTest",
        ),
        (
            "stopped after a green report",
            stopped(evidence(&[Passed], OK), Phase::Exit),
            "HangAtExit",
        ),
        (
            "stopped after the last test, before the runner's last word",
            stopped(silent(evidence(&[Passed, Failed], ABORT)), Phase::Terminate),
            "HangAtExit",
        ),
        (
            "stopped while a test ends its workers",
            stopped(silent(evidence(&[Passed, Open], ABORT)), Phase::Terminate),
            "HangInTest",
        ),
        (
            "exit 0 in the middle of a test",
            silent(evidence(&[Passed, Open, Missing], OK)),
            "LostTests(2)",
        ),
        (
            "exit 3 in the middle of a test",
            silent(evidence(&[Open], ExitStatus::Exited { code: 3 })),
            "LostTests(1)",
        ),
        (
            "a test vanished from a green report",
            evidence(&[Passed, Missing], OK),
            "LostTests(1)",
        ),
        (
            "a test vanished and another failed",
            evidence(&[Failed, Missing], RED),
            "LostTests(1)",
        ),
        (
            "a file could not be imported",
            with(evidence(&[Missing, Missing], RED), |e| {
                e.file_errors.push(file_error.clone());
                e.run_end.as_mut().unwrap().ok = false;
            }),
            "LostTests(2)",
        ),
        (
            "green report, exit code 1",
            evidence(&[Passed], RED),
            "Contradiction",
        ),
        (
            "green report, exit code 143 of nobody's signal",
            evidence(&[Passed], ExitStatus::Exited { code: 143 }),
            "Contradiction",
        ),
        (
            "red report, exit code 0",
            evidence(&[Failed], OK),
            "Contradiction",
        ),
        (
            "a failed test in a report that calls itself green",
            with(evidence(&[Failed], RED), |e| {
                e.run_end.as_mut().unwrap().ok = true;
            }),
            "Contradiction",
        ),
        (
            "all passed in a report that calls itself red",
            with(evidence(&[Passed], RED), |e| {
                e.run_end.as_mut().unwrap().ok = false;
            }),
            "Contradiction",
        ),
        (
            "exit 0 without the runner's last word",
            silent(evidence(&[Passed, Passed], OK)),
            "Contradiction",
        ),
        (
            "exit 0 not by JavaScript of the main thread",
            with(evidence(&[Passed], OK), |e| e.process_exit = None),
            "Contradiction",
        ),
        (
            "the runner counts more than it reported",
            with(evidence(&[Passed], OK), |e| {
                e.run_end.as_mut().unwrap().passed = 2;
            }),
            "Contradiction",
        ),
        (
            "a test that nobody expected",
            with(evidence(&[Passed, Passed], OK), |e| {
                e.tests[1].expected = false;
            }),
            "Contradiction",
        ),
        (
            "a test that ended twice",
            with(evidence(&[Passed], OK), |e| e.tests[0].ends = 2),
            "Contradiction",
        ),
        (
            "an expected test was skipped",
            evidence(&[Passed, Skipped], OK),
            "Contradiction",
        ),
        (
            "green, but a process is left",
            with(evidence(&[Passed], OK), |e| {
                e.stragglers.push(straggler.clone());
            }),
            "Straggler",
        ),
        (
            "a failed test outweighs a straggler",
            with(evidence(&[Failed], RED), |e| {
                e.stragglers.push(straggler.clone());
            }),
            "AssertFailed",
        ),
        (
            "the harness failed",
            with(evidence(&[Passed], OK), |e| {
                e.infra = Some("disk full".into());
            }),
            "Infra",
        ),
        (
            "the run was interrupted",
            with(silent(evidence(&[Open], ABORT)), |e| {
                e.ending.stop = Some(Stop::Interrupted);
            }),
            "Infra",
        ),
        (
            "an unknown event",
            with(evidence(&[Passed], OK), |e| {
                e.stream.broken = Some("x".into());
            }),
            "Infra",
        ),
        (
            "no reporter",
            with(silent(evidence(&[Missing], RED)), |e| e.run_start = None),
            "Infra",
        ),
        (
            "no reporter and exit 0",
            with(silent(evidence(&[Missing], OK)), |e| e.run_start = None),
            "Infra",
        ),
        (
            "all agree but the last line is torn",
            with(evidence(&[Passed], OK), |e| e.stream.torn = true),
            "Infra",
        ),
    ];
    for (what, evidence, expected) in table {
        assert_eq!(kind(&classify(&evidence)), expected, "{what}");
    }
}

#[test]
fn texts_of_contradictions_name_both_witnesses() {
    let table = [
        evidence(&[Passed], RED),
        evidence(&[Failed], OK),
        silent(evidence(&[Passed], OK)),
        evidence(&[Passed, Skipped], OK),
        with(evidence(&[Passed], OK), |e| {
            e.run_end.as_mut().unwrap().passed = 2;
        }),
        with(evidence(&[Passed], OK), |e| e.process_exit = None),
        with(evidence(&[Passed], OK), |e| e.tests[0].ends = 2),
    ];
    let texts: Vec<String> = table.iter().map(|one| classify(one).to_string()).collect();
    insta::assert_snapshot!(texts.join("\n"));
}
