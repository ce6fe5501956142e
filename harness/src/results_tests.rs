//! How a run exits after its results, and which stored results are read.

use std::collections::BTreeMap;

use super::{CellResults, PreparationFailure, ReadError, Results};
use crate::{
    exit::Exit,
    model::{CellId, OutcomeKind, Runner, Suite, TestRecord, TestState, Verdict},
};

use OutcomeKind::{AssertFailed, Clean, CrashAtTeardown, Infra, LeakFound, LeakGrowth, Straggler};

type Outcomes = &'static [(OutcomeKind, u32)];

fn cell(planned: u32, outcomes: Outcomes) -> CellResults {
    let outcomes: BTreeMap<_, _> = outcomes.iter().copied().collect();
    let suite = Suite {
        topic: "t".into(),
        runner: Runner::Jest,
    };
    CellResults {
        cell: CellId {
            target: "a".into(),
            runtime: "b".into(),
            suite,
        },
        planned,
        judged: 0,
        clean: 0,
        verdict: Verdict::of(planned, &outcomes),
        outcomes,
        expected: BTreeMap::new(),
        duration_ms: 0.0,
        tests: Vec::new(),
        gate: None,
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_cell() {
    let table: [(&[(u32, Outcomes)], Exit); 10] = [
        (&[], Exit::NothingSelected),
        (&[(2, &[(Clean, 2)])], Exit::Success),
        (
            &[(2, &[(Clean, 2)]), (2, &[(Clean, 1)])],
            Exit::Inconclusive,
        ),
        (
            &[(2, &[(Clean, 2)]), (1, &[(Infra, 1)])],
            Exit::Inconclusive,
        ),
        (
            &[(2, &[(Clean, 2)]), (1, &[(CrashAtTeardown, 1)])],
            Exit::Failure,
        ),
        (&[(2, &[(Clean, 1), (AssertFailed, 1)])], Exit::Flaky),
        (
            &[
                (2, &[(Clean, 1), (AssertFailed, 1)]),
                (1, &[(Straggler, 1)]),
            ],
            Exit::Failure,
        ),
        (&[(1, &[(LeakFound, 1)]), (1, &[(Infra, 1)])], Exit::Leaks),
        (&[(2, &[(LeakGrowth, 1), (Clean, 1)])], Exit::Leaks),
        (
            &[
                (1, &[(LeakFound, 1)]),
                (2, &[(Clean, 1), (AssertFailed, 1)]),
            ],
            Exit::Flaky,
        ),
    ];
    for (cells, exit) in table {
        let cells = cells
            .iter()
            .map(|(planned, outcomes)| cell(*planned, outcomes))
            .collect();
        let mut results = Results {
            cells,
            ..Results::default()
        };
        assert_eq!(results.exit(), exit, "{:?}", results.cells);
        // What stopped a run outweighs what it found until then.
        results.preparation = Some(PreparationFailure {
            step: "s".into(),
            cause: "c".into(),
            help: "h".into(),
        });
        assert_eq!(results.exit(), Exit::Preparation);
        results.interrupted = Some(libc::SIGINT);
        assert_eq!(results.exit(), Exit::Interrupted);
        results.interrupted = Some(libc::SIGTERM);
        assert_eq!(results.exit(), Exit::Terminated);
    }
}

#[test]
fn stored_results_of_another_version_are_refused() {
    let results = Results {
        cells: vec![cell(1, &[(Clean, 1)])],
        ..Results::default()
    };
    let text = serde_json::to_string(&results).unwrap();
    assert_eq!(Results::from_json(&text).unwrap(), results);
    let other = text.replacen("\"version\":1", "\"version\":2", 1);
    assert!(matches!(
        Results::from_json(&other),
        Err(ReadError::Version { found: 2 })
    ));
    for text in ["{}", "[]", "nonsense"] {
        assert!(Results::from_json(text).is_err(), "{text}");
    }
}

#[test]
fn a_case_that_always_fails_is_no_flakiness_of_its_family() {
    let cell = |runner, attempts: &[(&str, bool)]| {
        let mut cell = cell(u32::try_from(attempts.len()).unwrap(), &[]);
        cell.cell.suite.runner = runner;
        for (test, clean) in attempts {
            let (state, outcome) = if *clean {
                (TestState::Passed, Clean)
            } else {
                (TestState::Failed, AssertFailed)
            };
            let record = TestRecord {
                id: (*test).to_owned(),
                file: None,
                expected: true,
                state,
                ends: 1,
                ms: None,
                errors: Vec::new(),
            };
            cell.add(1.0, &[record], outcome, false);
        }
        cell.verdict
    };
    let always = [("a", true), ("b", false), ("a", true), ("b", false)];
    let sometimes = [("a", true), ("b", false), ("a", true), ("b", true)];
    assert_eq!(cell(Runner::Driver, &always), Verdict::Fail);
    assert_eq!(
        cell(Runner::Driver, &sometimes),
        Verdict::Flaky { clean: 3, of: 4 }
    );
    // The attempts of a runner's cell all run the same tests.
    assert_eq!(
        cell(Runner::Jest, &always),
        Verdict::Flaky { clean: 2, of: 4 }
    );
}
