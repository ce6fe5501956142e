//! What counts as found, missed and alarmed.

use std::collections::BTreeSet;

use super::{Attempted, Control, Detection, Fault, FaultResult, control, fault};
use crate::model::Outcome;

fn attempt(test: &str, outcome: Outcome, fired: &[(&str, &str)]) -> Attempted {
    Attempted {
        target: "specimen".into(),
        runtime: "node-24.21.0".into(),
        test: test.into(),
        outcome,
        fired: owned(fired),
        duration_ms: 250.0,
        repeat: "threadproof run".into(),
    }
}

fn owned(fired: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    let pairs = fired.iter();
    pairs
        .map(|(rule, by)| ((*rule).into(), (*by).into()))
        .collect()
}

fn clean(test: &str) -> Attempted {
    attempt(test, Outcome::Clean, &[])
}

fn infra() -> Attempted {
    let reason = "no".to_owned();
    attempt("a/x > one", Outcome::Infra { reason }, &[])
}

#[test]
fn a_fault_is_found_by_its_own_rule_and_by_no_other() {
    let other = attempt("a/x > two", Outcome::CrashInTest, &[("a/other", "SIGSEGV")]);
    let own = attempt("a/x > three", Outcome::CrashInTest, &[("a/x", "SIGSEGV")]);
    let found = fault(&["a/x"], [&clean("a/x > one"), &other, &own].into_iter());
    assert_eq!(
        found,
        FaultResult::Found {
            fired: owned(&[("a/x", "SIGSEGV")]),
            runs: 3,
            ms: 750.0
        }
    );
    assert_eq!(
        fault(&["a/x"], [&clean("a/x > one"), &other].into_iter()),
        FaultResult::Missed {
            runs: 2,
            others: owned(&[("a/other", "SIGSEGV")]),
            unjudged: 0
        }
    );
}

#[test]
fn a_fault_that_no_case_can_run_on_is_not_looked_for() {
    let nothing = fault(&["a/x"], std::iter::empty());
    assert!(
        matches!(nothing, FaultResult::Untested { .. }),
        "{nothing:?}"
    );
}

#[test]
fn an_alarm_is_whatever_is_not_clean_and_what_could_not_be_judged_is_neither() {
    let alarm = attempt("a/x > two", Outcome::HangInTest, &[("a/x", "hang")]);
    let Control {
        attempts,
        unjudged,
        alarms,
        ..
    } = control("c", [&clean("a/x > one"), &alarm, &infra()].into_iter());
    assert_eq!((attempts, unjudged, alarms.len()), (2, 1, 1));
    assert!(alarms[0].contains("a/x > two"), "{alarms:?}");
}

fn detection(result: FaultResult, attempts: u32, unjudged: u32, alarms: &[&str]) -> Detection {
    Detection {
        version: 1,
        threadproof: "0".into(),
        at: "2026-11-26T00:00:00Z".into(),
        quick: false,
        runtimes: vec!["node-24.21.0".into()],
        faults: vec![Fault {
            specimen: "s".into(),
            title: "t".into(),
            rules: vec!["a/x".into()],
            results: [("node-24.21.0".to_owned(), result)].into(),
        }],
        controls: vec![Control {
            target: "c".into(),
            attempts,
            unjudged,
            alarms: alarms.iter().map(|one| (*one).to_owned()).collect(),
        }],
        elapsed_ms: 1.0,
    }
}

#[test]
fn a_selfcheck_passes_only_when_all_was_found_and_nothing_else() {
    let found = || FaultResult::Found {
        fired: owned(&[("a/x", "guard")]),
        runs: 1,
        ms: 1.0,
    };
    let missed = |unjudged| FaultResult::Missed {
        runs: 1,
        others: BTreeSet::new(),
        unjudged,
    };
    let reason = || "because".to_owned();
    let verdict = |one: &Detection| (one.failed(), one.inconclusive());
    let table = [
        (detection(found(), 3, 0, &[]), (false, false)),
        (
            detection(FaultResult::Impossible { reason: reason() }, 3, 0, &[]),
            (false, false),
        ),
        (detection(missed(0), 3, 0, &[]), (true, true)),
        (detection(missed(1), 3, 0, &[]), (false, true)),
        (detection(found(), 3, 0, &["alarm"]), (true, false)),
        (detection(found(), 3, 1, &[]), (false, true)),
        (detection(found(), 0, 0, &[]), (false, true)),
        (
            detection(FaultResult::Untested { reason: reason() }, 3, 0, &[]),
            (false, true),
        ),
    ];
    for (given, expected) in table {
        assert_eq!(verdict(&given), expected, "{given:?}");
    }
}

#[test]
fn the_summary_says_what_was_measured() {
    let found = FaultResult::Found {
        fired: owned(&[("a/x", "guard")]),
        runs: 1,
        ms: 1.0,
    };
    insta::assert_snapshot!(
        super::super::summary(&detection(found, 300, 0, &[])),
        @"detection power: 1 of 1 planted faults found (1 specimens on node-24.21.0); false alarms: none in 300 attempts (below 1.00 % with 95 % confidence)"
    );
}
