//! What events do to a ledger.

use super::{Ledger, Rest};
use crate::{
    model::{Ending, Evidence, ExitStatus, Finding, Frame, NativeCrash, Phase, Stack, TestState},
    protocol::{ChildEvent, Line, Status},
};

fn ledger(events: &[ChildEvent]) -> Ledger {
    let mut ledger = Ledger::new(&["a".into(), "b".into()], 1000.0);
    for (at, event) in (1001_u32..).zip(events) {
        ledger.apply(Line {
            at: f64::from(at),
            event: event.clone(),
        });
    }
    ledger
}

fn evidence(events: &[ChildEvent]) -> Evidence {
    ledger(events).into_evidence(Rest {
        ending: Ending {
            wait_status: Some(0),
            status: ExitStatus::Exited { code: 0 },
            stop: None,
        },
        torn: false,
        broken: None,
        fatal: None,
        stragglers: Vec::new(),
        infra: None,
    })
}

fn start(test: &str) -> ChildEvent {
    ChildEvent::TestStart {
        test: test.into(),
        file: Some("suites/x".into()),
    }
}

fn end(test: &str, status: Status) -> ChildEvent {
    ChildEvent::TestEnd {
        test: test.into(),
        file: None,
        status,
        ms: Some(2.0),
        errors: Vec::new(),
    }
}

fn phase(phase: Phase) -> ChildEvent {
    ChildEvent::Phase {
        phase,
        thread: Some(1),
    }
}

fn run_start() -> ChildEvent {
    ChildEvent::RunStart {
        runner: "jest".into(),
        runner_version: "30".into(),
        node: "24".into(),
    }
}

fn run_end() -> ChildEvent {
    ChildEvent::RunEnd {
        passed: 2,
        failed: 0,
        skipped: 0,
        ok: true,
    }
}

#[test]
fn tests_of_the_manifest_stand_in_its_order_with_what_became_of_them() {
    let evidence = evidence(&[start("b"), start("a"), end("b", Status::Passed)]);
    let states: Vec<_> = evidence
        .tests
        .iter()
        .map(|test| (test.id.as_str(), test.state))
        .collect();
    assert_eq!(states, [("a", TestState::Open), ("b", TestState::Passed)]);
    assert_eq!(evidence.tests[1].file.as_deref(), Some("suites/x"));
    assert_eq!(evidence.last_event.as_deref(), Some("test-end b: passed"));
}

#[test]
fn a_test_that_ended_twice_keeps_its_failure_and_the_count() {
    for order in [
        [Status::Failed, Status::Passed],
        [Status::Passed, Status::Failed],
    ] {
        let evidence = evidence(&[
            start("a"),
            end("a", order[0]),
            start("a"),
            end("a", order[1]),
        ]);
        assert_eq!(
            (evidence.tests[0].state, evidence.tests[0].ends),
            (TestState::Failed, 2)
        );
    }
}

#[test]
fn a_test_that_ends_twice_does_not_stand_for_another() {
    let ledger = ledger(&[end("a", Status::Passed), end("a", Status::Passed)]);
    assert_eq!(ledger.ended(), 1);
    assert!(!ledger.all_ended());
}

#[test]
fn a_test_that_nobody_expected_is_kept_apart() {
    let evidence = evidence(&[start("c"), end("c", Status::Passed)]);
    let unexpected: Vec<_> = evidence
        .tests
        .iter()
        .filter(|test| !test.expected)
        .collect();
    assert_eq!(unexpected.len(), 1);
    assert_eq!(evidence.expected(), 2);
}

#[test]
fn phases_follow_the_tests_and_the_last_ones_are_final() {
    let script = [
        (run_start(), Phase::Load),
        (phase(Phase::Run), Phase::Load),
        (start("a"), Phase::Run),
        (phase(Phase::StartWorkers), Phase::StartWorkers),
        (phase(Phase::Terminate), Phase::Terminate),
        (end("a", Status::Passed), Phase::Terminate),
        (start("b"), Phase::Run),
        (end("b", Status::Passed), Phase::Terminate),
        (phase(Phase::Run), Phase::Terminate),
        (run_end(), Phase::Exit),
        (phase(Phase::Terminate), Phase::Exit),
    ];
    assert_eq!(ledger(&[]).phase(), Phase::Startup);
    for length in 1..=script.len() {
        let events: Vec<_> = script[..length]
            .iter()
            .map(|(event, _)| event.clone())
            .collect();
        assert_eq!(
            ledger(&events).phase(),
            script[length - 1].1,
            "after {length} events"
        );
    }
}

#[test]
fn milestones_are_counted_from_the_start_of_the_process() {
    let ledger = ledger(&[run_start(), start("a"), start("b"), run_end()]);
    let milestones = ledger.milestones();
    assert_eq!(milestones.run_start_ms, Some(1.0));
    assert_eq!(milestones.first_test_ms, Some(2.0));
    assert_eq!(milestones.run_end_ms, Some(4.0));
    assert_eq!(milestones.process_exit_ms, None);
}

#[test]
fn what_is_open_is_known_while_it_runs() {
    let worker = ChildEvent::WorkerStart {
        thread: 3,
        parent: Some(1),
    };
    let gone = ChildEvent::WorkerExit {
        thread: 2,
        code: Some(0),
    };
    let ledger = ledger(&[
        ChildEvent::WorkerStart {
            thread: 2,
            parent: Some(1),
        },
        worker,
        gone,
        start("b"),
        start("a"),
        end("b", Status::Failed),
    ]);
    assert_eq!(ledger.open().collect::<Vec<_>>(), ["a"]);
    assert_eq!(ledger.workers().collect::<Vec<_>>(), [3]);
}

#[test]
fn a_place_that_is_told_of_again_is_one_finding_with_its_last_count() {
    let frame = |offset| Frame {
        object: Some("/x.node".into()),
        offset,
        symbol: None,
        file: None,
        line: None,
    };
    let finding = |rule: &str, offset, count| {
        ChildEvent::Finding(Finding {
            rule: rule.into(),
            detector: "guard".into(),
            message: "m".into(),
            call: Some("napi_wrap".into()),
            object: None,
            count,
            known: None,
            stacks: vec![Stack {
                title: "misused here".into(),
                thread: Some(7),
                frames: vec![frame(offset)],
            }],
        })
    };
    let evidence = evidence(&[
        finding("a/x", 1, 1),
        finding("a/x", 2, 1),
        finding("a/y", 1, 1),
        finding("a/x", 1, 40),
    ]);
    let found: Vec<_> = evidence
        .findings
        .iter()
        .map(|one| (one.rule.as_str(), one.stacks[0].frames[0].offset, one.count))
        .collect();
    assert_eq!(found, [("a/x", 1, 40), ("a/x", 2, 1), ("a/y", 1, 1)]);
}

#[test]
fn of_two_crashes_the_first_is_the_cause() {
    let crash = |signal| {
        ChildEvent::NativeCrash(NativeCrash {
            signal,
            code: 0,
            address: None,
            thread: None,
            unloaded: None,
            frames: Vec::new(),
            last_failed: None,
        })
    };
    let evidence = evidence(&[crash(11), crash(6)]);
    assert_eq!(evidence.native_crash.unwrap().signal, 11);
}
