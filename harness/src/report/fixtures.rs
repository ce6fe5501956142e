//! One run that has everything in it: every event, every outcome, a target that is missing somewhere,
//! tests that do not apply. All renderers' snapshots are made from it.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    event::{Event, PlanSummary, PlannedCell, StepState},
    exit::Exit,
    model::{
        Attempt, CellId, Ending, Evidence, ExitStatus, Fatal, FileError, Finding, Frame, Job,
        JobId, Launcher, Milestones, Outcome, Phase, Profile, RunEnd, RunStart, Runner, Runtime,
        Seed, Stack, Stop, Straggler, StreamHealth, Suite, Target, TargetSource, TestError,
        TestRecord, TestState, Usage,
    },
};

mod many;

pub(crate) use many::many;

/// Where the run directory of the fixtures would be.
pub(super) const DIR: &str = "/runs/2026-11-23T08-00-00";

const TESTS: [&str; 2] = [
    "termination/exits > natural exit ends with code 0",
    "termination/exits > terminate() mid-query",
];

/// A run of two targets over two runtimes and two runners in which everything happens.
pub(crate) fn everything() -> Vec<Event> {
    let mut events = beginning();
    let ours = |topic: &str, runner| cell("ours", "node-24.21.0", topic, runner);
    // Ours: all clean on 24 but for one assertion.
    for repetition in 1..=3 {
        events.extend(attempt(
            &ours("simple", Runner::Jest),
            repetition,
            Outcome::Clean,
        ));
        events.extend(attempt(
            &ours("simple", Runner::NodeTest),
            repetition,
            Outcome::Clean,
        ));
        events.extend(attempt(
            &ours("termination", Runner::NodeTest),
            repetition,
            Outcome::Clean,
        ));
    }
    let shaky = ours("termination", Runner::Jest);
    events.extend(attempt(&shaky, 1, Outcome::AssertFailed));
    events.extend(attempt(&shaky, 2, Outcome::Clean));
    events.extend(attempt(&shaky, 3, Outcome::LostTests { count: 1 }));
    // Theirs: one of each other kind, in one cell with two alike.
    let theirs = |topic: &str| cell("theirs", "node-24.21.0", topic, Runner::Jest);
    for (repetition, outcome) in [
        (1, Outcome::CrashAtTeardown),
        (2, Outcome::CrashAtTeardown),
        (3, Outcome::CrashInTest),
        (4, Outcome::CrashAtLoad),
        (5, Outcome::HangInTest),
        (6, Outcome::HangAtExit),
    ] {
        events.extend(attempt(&theirs("termination"), repetition, outcome));
    }
    let detail = "run-end says 2 passed, its events say 1".to_owned();
    let rules = vec!["affinity/calls-from-owner".to_owned()];
    let reason = "the event file vanished".to_owned();
    for (repetition, outcome) in [
        (1, Outcome::Contradiction { detail }),
        (2, Outcome::LeakFound),
        (3, Outcome::LeakGrowth),
        (4, Outcome::Straggler),
        (5, Outcome::Infra { reason }),
        (6, Outcome::Clean),
        (7, Outcome::Violation { rules }),
    ] {
        events.extend(attempt(&theirs("simple"), repetition, outcome));
    }
    events.push(Event::RunFinished {
        exit: Exit::Failure,
        elapsed_ms: 83_400.0,
    });
    events
}

/// A run in which all was well.
pub(super) fn all_green() -> Vec<Event> {
    let mut events = beginning();
    let Some(Event::Planned { plan }) = events
        .iter()
        .find(|event| matches!(event, Event::Planned { .. }))
        .cloned()
    else {
        unreachable!("the beginning has a plan")
    };
    for planned in plan.cells {
        for repetition in 1..=planned.jobs {
            events.extend(attempt(&planned.cell, repetition, Outcome::Clean));
        }
    }
    events.push(Event::RunFinished {
        exit: Exit::Success,
        elapsed_ms: 12_000.0,
    });
    events
}

/// The same, interrupted after its first attempts.
pub(super) fn interrupted() -> Vec<Event> {
    let mut events = beginning();
    let first = cell("ours", "node-24.21.0", "simple", Runner::Jest);
    events.extend(attempt(&first, 1, Outcome::Clean));
    events.push(Event::Interrupted { signal: 2 });
    events.push(Event::RunFinished {
        exit: Exit::Interrupted,
        elapsed_ms: 900.0,
    });
    events
}

/// A run whose preparation fails.
pub(super) fn unprepared() -> Vec<Event> {
    let mut events = beginning();
    events.truncate(3);
    events.push(Event::PrepareStep {
        step: "build ours".into(),
        state: StepState::Failed {
            cause:
                "`cargo build --release` ended with exit code 101:\nerror: linker `cc` not found"
                    .into(),
            help: "install a C compiler, then run `threadproof doctor`".into(),
        },
    });
    events.push(Event::RunFinished {
        exit: Exit::Preparation,
        elapsed_ms: 300.0,
    });
    events
}

fn beginning() -> Vec<Event> {
    let step = |step: &str, state| Event::PrepareStep {
        step: step.into(),
        state,
    };
    let mut cells = Vec::new();
    for runner in [Runner::Jest, Runner::NodeTest] {
        for topic in ["simple", "termination"] {
            cells.push((cell("ours", "node-24.21.0", topic, runner), 3));
        }
    }
    for (topic, jobs) in [("simple", 7), ("termination", 6)] {
        cells.push((cell("theirs", "node-24.21.0", topic, Runner::Jest), jobs));
    }
    let jobs = cells.iter().map(|(_, jobs)| jobs).sum();
    let mut events = vec![
        Event::RunStarted {
            run: "2026-11-23T08-00-00".into(),
            dir: PathBuf::from(DIR),
            seed: Seed(17),
            version: "0.1.0".into(),
            command: "threadproof run --runtime 20,24 --seed 17".into(),
            platform: "linux-x64".into(),
            host: BTreeMap::from([("cpus".into(), "2".into())]),
            detection: Some("detection power: 44 of 45 planted faults found".into()),
        },
        step(
            "runtime 24",
            StepState::Started {
                doing: "fetching node@24".into(),
            },
        ),
        step(
            "runtime 24",
            StepState::Progress {
                doing: "unpacking node@24.21.0".into(),
            },
        ),
        step(
            "runtime 24",
            StepState::Finished {
                result: "node 24.21.0, Node-API 10".into(),
                cached: false,
                elapsed_ms: 2300.0,
            },
        ),
        step(
            "packages",
            StepState::Finished {
                result: "412 packages".into(),
                cached: true,
                elapsed_ms: 3.0,
            },
        ),
        Event::Planned {
            plan: PlanSummary {
                targets: vec![target("ours"), target("theirs")],
                runtimes: vec![runtime("20.20.2", 9), runtime("24.21.0", 10)],
                cells: cells
                    .into_iter()
                    .map(|(cell, jobs)| PlannedCell {
                        cell,
                        jobs,
                        tests: 2,
                    })
                    .collect(),
                jobs,
                parallel: 2,
                repeats: 3,
                shard: Some((1, 2)),
                guard: true,
                gate: None,
                selection: false,
                expectations: Vec::new(),
            },
        },
    ];
    for topic in ["simple", "termination"] {
        events.push(Event::NotAvailable {
            cell: cell("theirs", "node-20.20.2", topic, Runner::Jest),
            reason: "theirs needs Node 22.13".into(),
        });
    }
    for (target, runtime, count) in [
        ("ours", "node-24.21.0", 1),
        ("theirs", "node-20.20.2", 4),
        ("theirs", "node-24.21.0", 4),
    ] {
        events.push(Event::NotApplicable {
            target: target.into(),
            runtime: runtime.into(),
            topic: "termination".into(),
            count,
            lacking: vec!["interrupt".into(), "thread-affinity".into()],
        });
    }
    events
}

/// The events of an attempt that came to `outcome`.
fn attempt(cell: &CellId, repetition: u32, outcome: Outcome) -> [Event; 3] {
    let job = job(cell, repetition);
    let attempt = attempt_of(&job, &outcome);
    let evidence = evidence(&attempt, &outcome);
    [
        Event::JobStarted {
            job: job.clone(),
            slot: 0,
            pid: attempt.pid,
        },
        Event::JobProgress {
            job: job.id.clone(),
            phase: Phase::Run,
            ended: 1,
            of: 2,
            test: Some(TESTS[1].into()),
        },
        Event::JobFinished {
            job,
            attempt,
            evidence,
            outcome,
        },
    ]
}

fn cell(target: &str, runtime: &str, topic: &str, runner: Runner) -> CellId {
    CellId {
        target: target.into(),
        runtime: runtime.into(),
        suite: Suite {
            topic: topic.into(),
            runner,
        },
    }
}

fn target(id: &str) -> Target {
    Target {
        title: format!("the addon `{id}`"),
        source: Some(TargetSource::Path("../../../addon".into())),
        supports: vec!["interrupt".into()],
        default: true,
        dir: format!("/js-tests/targets/{id}").into(),
        ..Target::new(id, Profile::Sqlite)
    }
}

fn runtime(version: &str, napi: u32) -> Runtime {
    Runtime {
        napi,
        path: format!("/cache/node-{version}/bin/node").into(),
        ..Runtime::node(version)
    }
}

fn job(cell: &CellId, repetition: u32) -> Job {
    let tests: Vec<String> = TESTS.map(String::from).into();
    let id = JobId::of(cell, &tests, repetition, Launcher::Native);
    let seed = Seed(u64::from(repetition) * 1000 + 17);
    Job {
        repeat: format!(
            "threadproof run --target {} --runtime {} --suite {} --repeats 1 --seed {seed}",
            cell.target,
            cell.runtime.trim_start_matches("node-"),
            cell.suite
        ),
        id,
        cell: cell.clone(),
        repetition,
        seed,
        files: vec!["suites/termination/exits".into()],
        tests,
        timeout_ms: 60_000,
        launcher: Launcher::Native,
    }
}

fn attempt_of(job: &Job, outcome: &Outcome) -> Attempt {
    let signalled = |signal| ExitStatus::Signalled {
        signal,
        core: false,
    };
    let limit = |phase, killed| {
        Some(Stop::TimeLimit {
            phase,
            limit_ms: 60_000,
            killed,
        })
    };
    let exited = |code| ExitStatus::Exited { code };
    let (phase, status, stop) = match outcome {
        Outcome::Clean
        | Outcome::LeakFound
        | Outcome::LeakGrowth
        | Outcome::Straggler
        | Outcome::Violation { .. }
        | Outcome::Contradiction { .. } => (Phase::Exit, exited(0), None),
        Outcome::AssertFailed | Outcome::LostTests { .. } => (Phase::Exit, exited(1), None),
        Outcome::CrashAtLoad => (Phase::Load, exited(139), None),
        Outcome::CrashInTest => (Phase::Terminate, signalled(libc::SIGSEGV), None),
        Outcome::CrashAtTeardown => (Phase::Exit, signalled(libc::SIGABRT), None),
        Outcome::HangInTest => (
            Phase::Run,
            signalled(libc::SIGKILL),
            limit(Phase::Run, true),
        ),
        Outcome::HangAtExit => (
            Phase::Exit,
            signalled(libc::SIGTERM),
            limit(Phase::Exit, false),
        ),
        Outcome::Infra { .. } => (Phase::Startup, ExitStatus::NotStarted, None),
    };
    Attempt {
        number: 1,
        pid: 4711,
        command: vec!["node".into(), "node_modules/jest/bin/jest.js".into()],
        started_at: 1_795_420_800_000.0,
        duration_ms: 412.5,
        ending: Ending {
            wait_status: Some(0),
            status,
            stop,
        },
        phase,
        milestones: Milestones::default(),
        usage: Usage::default(),
        dir: format!("jobs/{}/1", job.id).into(),
    }
}

fn evidence(attempt: &Attempt, outcome: &Outcome) -> Evidence {
    let states = match outcome {
        Outcome::Clean
        | Outcome::CrashAtTeardown
        | Outcome::HangAtExit
        | Outcome::Contradiction { .. }
        | Outcome::Violation { .. }
        | Outcome::LeakFound
        | Outcome::LeakGrowth
        | Outcome::Straggler => [TestState::Passed, TestState::Passed],
        Outcome::AssertFailed => [TestState::Passed, TestState::Failed],
        Outcome::CrashAtLoad | Outcome::Infra { .. } => [TestState::Missing, TestState::Missing],
        Outcome::CrashInTest | Outcome::HangInTest => [TestState::Passed, TestState::Open],
        Outcome::LostTests { .. } => [TestState::Passed, TestState::Missing],
    };
    let tests = TESTS.iter().zip(states).map(|(id, state)| TestRecord {
        id: (*id).into(),
        file: Some("suites/termination/exits".into()),
        expected: true,
        state,
        ends: u32::from(matches!(state, TestState::Passed | TestState::Failed)),
        ms: Some(12.5),
        errors: match state {
            TestState::Failed => vec![TestError {
                message: "expected exit code 0 | got <134>\nsecond line".into(),
                stack: Some(
                    "AssertionError: expected exit code 0 | got <134>\n    at exits.body.cjs:12:3"
                        .into(),
                ),
                code: Some("ERR_ASSERTION".into()),
            }],
            TestState::Passed | TestState::Skipped | TestState::Open | TestState::Missing => {
                Vec::new()
            }
        },
    });
    let fatal = matches!(outcome, Outcome::CrashAtTeardown).then(|| Fatal {
        text: "FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope".into(),
        kind: "v8-fatal".into(),
    });
    let stragglers = matches!(outcome, Outcome::Straggler).then(|| Straggler {
        pid: 4712,
        command: "node child.js".into(),
    });
    let findings = matches!(outcome, Outcome::Violation { .. }).then(finding);
    let file_errors = matches!(outcome, Outcome::LostTests { .. }).then(|| FileError {
        file: "suites/termination/exits".into(),
        errors: vec![TestError {
            message: "a worker of the runner died".into(),
            stack: None,
            code: None,
        }],
    });
    Evidence {
        ending: attempt.ending.clone(),
        phase: attempt.phase,
        run_start: Some(RunStart {
            runner: "jest".into(),
            runner_version: "30.2.0".into(),
            node: "24.21.0".into(),
        }),
        run_end: Some(RunEnd {
            passed: 2,
            failed: 0,
            skipped: 0,
            ok: true,
        }),
        process_exit: Some(0),
        tests: tests.collect(),
        file_errors: file_errors.into_iter().collect(),
        stream: StreamHealth {
            events: 7,
            torn: false,
            broken: None,
        },
        fatal,
        stragglers: stragglers.into_iter().collect(),
        findings: findings.into_iter().collect(),
        native_crash: None,
        env_ends: Vec::new(),
        stacks: Vec::new(),
        last_event: Some(format!("test-end {}", TESTS[1])),
        notes: Vec::new(),
        infra: match outcome {
            Outcome::Infra { reason } => Some(reason.clone()),
            _ => None,
        },
    }
}

fn finding() -> Finding {
    Finding {
        rule: "affinity/calls-from-owner".into(),
        detector: "guard".into(),
        message: "napi_create_object was called on thread 4713, and its env belongs to 4712".into(),
        call: Some("napi_create_object".into()),
        object: Some("/a/theirs.node".into()),
        count: 3,
        known: None,
        stacks: vec![Stack {
            title: "misused here".into(),
            thread: Some(4713),
            frames: vec![Frame {
                object: Some("/a/theirs.node".into()),
                offset: 0x1234,
                symbol: Some("tick".into()),
                file: Some("src/tick.c".into()),
                line: Some(17),
            }],
        }],
    }
}
