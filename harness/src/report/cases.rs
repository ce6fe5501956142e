//! A run as a list of tests, as JUnit, CTRF and TAP want it: a group for each cell, a case for each test of its manifest,
//! and synthetic cases for what no test can say: that the process ended in order, and that all attempts could be judged.
//! So a crash after the last green test is red everywhere.

use crate::{
    expect::standings,
    model::{CellId, OutcomeKind, TestState, Verdict},
    results::{CellResults, Failure, Results, TestTally},
};

use super::{expected, words};

/// Errors of a test that are quoted; the rest is counted.
const MOST_QUOTED: usize = 5;

/// The cases of a cell.
pub(super) struct CellCases<'r> {
    pub(super) cell: &'r CellResults,
    /// Those of the manifest in its order, then the synthetic ones.
    pub(super) cases: Vec<Case<'r>>,
}

/// A test over all attempts of a cell, or a synthetic case.
pub(super) struct Case<'r> {
    pub(super) name: String,
    pub(super) state: State,
    /// Longest time that it took, in milliseconds; nothing for a synthetic case.
    pub(super) ms: Option<f64>,
    /// The test; nothing for a synthetic case.
    pub(super) test: Option<&'r TestTally>,
}

/// What a case came to.
pub(super) enum State {
    Passed,
    Skipped {
        message: String,
    },
    /// A test that failed.
    Failed(Wrong),
    /// What is not known to be wrong, or is not a test's fault: JUnit calls that an error.
    Error(Wrong),
    /// What failed as expected, with its issues; only where nothing else went wrong in the cell.
    Expected {
        issues: String,
        wrong: Wrong,
    },
}

/// What went wrong.
pub(super) struct Wrong {
    /// An outcome's name, or another word of its kind.
    pub(super) ty: &'static str,
    pub(super) message: String,
    /// Several lines.
    pub(super) text: String,
}

impl Case<'_> {
    /// Whether it passed in some attempts and not in others. That never makes it green.
    pub(super) fn is_flaky(&self) -> bool {
        self.test.is_some_and(|test| {
            test.passed > 0 && test.failed + test.skipped + test.open + test.missing > 0
        })
    }

    fn expect(&mut self, issues: &str) {
        self.state = match std::mem::replace(&mut self.state, State::Passed) {
            State::Failed(wrong) | State::Error(wrong) => State::Expected {
                issues: issues.to_owned(),
                wrong,
            },
            fine => fine,
        };
    }

    fn synthetic(name: &str, state: State) -> Self {
        Case {
            name: name.to_owned(),
            state,
            ms: None,
            test: None,
        }
    }
}

/// All cells in the order of the plan.
pub(super) fn of_cells(results: &Results) -> Vec<CellCases<'_>> {
    let cell = |cell| {
        let failures = failures_of(results, cell);
        let tests = cell.tests.iter().map(|test| test_case(test, &failures));
        let mut cases: Vec<Case<'_>> = tests
            .chain([process_case(cell, &failures), judged_case(cell, &failures)])
            .collect();
        if matches!(cell.verdict, Verdict::Expected { .. }) {
            let mut issues: Vec<String> = failures
                .iter()
                .filter_map(|failure| expected::issues(results, failure))
                .collect();
            issues.sort_unstable();
            issues.dedup();
            for case in &mut cases {
                case.expect(&issues.join(", "));
            }
        }
        CellCases { cell, cases }
    };
    results.cells.iter().map(cell).collect()
}

fn failures_of<'r>(results: &'r Results, cell: &CellResults) -> Vec<&'r Failure> {
    results
        .failures
        .iter()
        .filter(|failure| failure.cell == cell.cell)
        .collect()
}

/// A cell as a path: target, runtime, suite.
pub(super) fn path(cell: &CellId) -> [String; 3] {
    [
        cell.target.clone(),
        cell.runtime.clone(),
        cell.suite.to_string(),
    ]
}

/// A test over all attempts of the cell; red when any of them went wrong.
fn test_case<'r>(test: &'r TestTally, failures: &[&Failure]) -> Case<'r> {
    let TestTally {
        passed,
        failed,
        skipped,
        open,
        missing,
        ..
    } = test;
    let lost = open + missing;
    let attempts = words::counted((passed + failed + skipped + lost) as usize, "attempt");
    let state = if failed + lost > 0 {
        let mut parts = Vec::new();
        for (count, what) in [
            (*failed, "failed"),
            (*open, "started and never ended"),
            (*missing, "were never heard of"),
            (*skipped, "were skipped"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let wrong = |ty| Wrong {
            ty,
            message: format!("of {attempts}, {}", parts.join(", ")),
            text: quoted(test, failures),
        };
        // A test that was lost is not known to be wrong.
        if *failed > 0 {
            State::Failed(wrong("AssertFailed"))
        } else {
            State::Error(wrong("LostTests"))
        }
    } else if *skipped > 0 {
        State::Skipped {
            message: format!("skipped in {skipped} of {attempts}"),
        }
    } else {
        State::Passed
    };
    Case {
        name: test.id.clone(),
        state,
        ms: Some(test.max_ms),
        test: Some(test),
    }
}

/// What the test said in the attempts in which it did not pass.
fn quoted(test: &TestTally, failures: &[&Failure]) -> String {
    let mut parts = Vec::new();
    let mut more = 0;
    for failure in failures {
        let records = failure
            .tests
            .iter()
            .filter(|record| record.id == test.id && !matches!(record.state, TestState::Passed));
        for record in records {
            if parts.len() == MOST_QUOTED {
                more += 1;
                continue;
            }
            let errors: Vec<String> = record
                .errors
                .iter()
                .map(|error| error.stack.clone().unwrap_or_else(|| error.message.clone()))
                .collect();
            parts.push(format!(
                "repetition {}, seed {}: {}\n{}\nrepeat: {}\n",
                failure.repetition,
                failure.seed,
                words::test(record, 300),
                errors.join("\n"),
                failure.repeat
            ));
        }
    }
    if more > 0 {
        parts.push(format!("and {more} more; see results.json"));
    }
    parts.join("\n")
}

/// How the processes of the cell ended: red for each attempt that died, hung, contradicted itself,
/// lost tests, leaked or left processes behind.
fn process_case<'r>(cell: &CellResults, failures: &[&Failure]) -> Case<'r> {
    let wrong: Vec<&&Failure> = failures
        .iter()
        .filter(|failure| match failure.outcome.kind() {
            OutcomeKind::CrashAtLoad
            | OutcomeKind::CrashInTest
            | OutcomeKind::CrashAtTeardown
            | OutcomeKind::HangInTest
            | OutcomeKind::HangAtExit
            | OutcomeKind::LostTests
            | OutcomeKind::Contradiction
            | OutcomeKind::Violation
            | OutcomeKind::LeakFound
            | OutcomeKind::LeakGrowth
            | OutcomeKind::Straggler => true,
            // Told by a test, and by the file's errors below.
            OutcomeKind::AssertFailed => !failure.file_errors.is_empty(),
            OutcomeKind::Clean | OutcomeKind::Infra => false,
        })
        .collect();
    let name = "[threadproof] every process loads, ends in order and accounts for every test";
    let Some(first) = wrong.first() else {
        // Without a single judged attempt nothing is known, and that is not green.
        let state = if cell.judged == 0 {
            State::Skipped {
                message: "no attempt was judged".to_owned(),
            }
        } else {
            State::Passed
        };
        return Case::synthetic(name, state);
    };
    let mut text: Vec<String> = wrong.iter().take(MOST_QUOTED).map(|f| told(f)).collect();
    if wrong.len() > MOST_QUOTED {
        text.push(format!(
            "and {} more; see results.json",
            wrong.len() - MOST_QUOTED
        ));
    }
    let wrong = Wrong {
        ty: first.outcome.kind().as_str(),
        message: format!(
            "{} of {}: {}; {}",
            wrong.len(),
            words::counted(cell.judged as usize, "attempt"),
            first.outcome.kind(),
            words::ending(&first.ending)
        ),
        text: text.join("\n"),
    };
    Case::synthetic(name, State::Error(wrong))
}

/// Attempts that were planned and could not be judged: never green.
fn judged_case<'r>(cell: &CellResults, failures: &[&Failure]) -> Case<'r> {
    let name = "[threadproof] every planned attempt is judged";
    if cell.judged >= cell.planned {
        return Case::synthetic(name, State::Passed);
    }
    let text: Vec<String> = failures
        .iter()
        .filter(|failure| failure.outcome.kind() == OutcomeKind::Infra)
        .take(MOST_QUOTED)
        .map(|failure| told(failure))
        .collect();
    let wrong = Wrong {
        ty: "Inconclusive",
        message: format!(
            "{} of {} planned attempts were judged",
            cell.judged, cell.planned
        ),
        text: text.join("\n"),
    };
    Case::synthetic(name, State::Error(wrong))
}

fn told(failure: &Failure) -> String {
    let mut lines = vec![
        format!("repetition {}, seed {}", failure.repetition, failure.seed),
        format!(
            "{}: {}",
            failure.outcome.kind(),
            words::outcome(&failure.outcome)
        ),
        format!(
            "phase {}; {}",
            failure.phase,
            words::ending(&failure.ending)
        ),
    ];
    if let Some(fatal) = &failure.fatal {
        lines.push(format!("fatal: {fatal}"));
    }
    if let Some(last) = &failure.last_event {
        lines.push(format!("last event: {last}"));
    }
    lines.extend(failure.native_crash.iter().map(words::native_crash));
    lines.extend(failure.stacks.iter().map(words::hung));
    lines.extend(failure.findings.iter().map(words::finding));
    lines.extend(
        failure
            .file_errors
            .iter()
            .map(|error| format!("file: {error}")),
    );
    lines.extend(
        failure
            .stragglers
            .iter()
            .map(|left| format!("left behind: {} {}", left.pid, left.command)),
    );
    lines.push(format!("log: {}", words::log(failure, "stderr.log")));
    lines.push(format!("repeat: {}\n", failure.repeat));
    lines.join("\n")
}

/// What belongs to no cell: a preparation that failed, an interruption, a run that is not over; and expected failures that
/// no longer hold.
pub(super) fn of_run(results: &Results) -> Vec<Case<'_>> {
    let entries = standings(results);
    let broken = entries.iter().filter(|one| one.is_broken()).map(|one| {
        let wrong = Wrong {
            ty: "Expectation",
            message: expected::line(one).unwrap_or_default(),
            text: String::new(),
        };
        let name = format!(
            "[threadproof] expectation {} holds: {}",
            one.number, one.entry
        );
        Case::synthetic(&name, State::Error(wrong))
    });
    end(results).into_iter().chain(broken).collect()
}

fn end(results: &Results) -> Option<Case<'_>> {
    let (ty, message, text) = if let Some(failed) = &results.preparation {
        (
            "Preparation",
            format!("{} failed", failed.step),
            format!("{}\n{}", failed.cause, failed.help),
        )
    } else if let Some(signal) = results.interrupted {
        let signal = crate::model::signal_name(signal);
        (
            "Interrupted",
            format!("the run was interrupted by {signal}"),
            String::new(),
        )
    } else if !results.finished {
        (
            "Unfinished",
            "the run is not over, or was killed".to_owned(),
            String::new(),
        )
    } else if results.cells.is_empty() {
        (
            "NothingSelected",
            "nothing was selected".to_owned(),
            String::new(),
        )
    } else {
        return None;
    };
    Some(Case::synthetic(
        "[threadproof] the run comes to its end",
        State::Error(Wrong { ty, message, text }),
    ))
}
