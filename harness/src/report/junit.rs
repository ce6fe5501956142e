//! `junit.xml`, which any CI can show. A suite for each cell, a case for each test of its manifest,
//! and synthetic cases for what no test can say: that the process ended in order, and that all
//! attempts could be judged. So a crash after the last green test is red everywhere.

use std::{io, time::Duration};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{
    model::{OutcomeKind, TestState},
    results::{CellResults, Failure, Results, TestTally},
};

use super::words;

/// Errors of a test that are quoted; the rest is counted.
const MOST_QUOTED: usize = 5;

/// `junit.xml`.
pub(super) fn junit(results: &Results) -> io::Result<String> {
    let mut report = Report::new("threadproof");
    if let Some(elapsed) = results.elapsed_ms {
        report.set_time(duration(elapsed));
    }
    report.add_test_suites(results.cells.iter().map(|cell| suite(results, cell)));
    if let Some(run) = run_suite(results) {
        report.add_test_suite(run);
    }
    report.to_string().map_err(io::Error::other)
}

fn suite(results: &Results, cell: &CellResults) -> TestSuite {
    let failures: Vec<&Failure> = results
        .failures
        .iter()
        .filter(|failure| failure.cell == cell.cell)
        .collect();
    let mut suite = TestSuite::new(cell.cell.to_string());
    suite.set_time(duration(cell.duration_ms));
    for (name, value) in [
        ("target", cell.cell.target.clone()),
        ("runtime", cell.cell.runtime.clone()),
        ("suite", cell.cell.suite.to_string()),
        ("planned", cell.planned.to_string()),
        ("judged", cell.judged.to_string()),
        ("clean", cell.clean.to_string()),
        ("verdict", cell.verdict.to_string()),
    ] {
        suite.add_property(Property::new(name, value));
    }
    let class = format!(
        "{}.{}.{}",
        cell.cell.target, cell.cell.runtime, cell.cell.suite
    );
    let mut add = |mut case: TestCase| {
        case.set_classname(class.as_str());
        suite.add_test_case(case);
    };
    for test in &cell.tests {
        add(test_case(test, &failures));
    }
    add(process_case(cell, &failures));
    add(judged_case(cell, &failures));
    suite
}

/// A test over all attempts of the cell; red when any of them went wrong.
fn test_case(test: &TestTally, failures: &[&Failure]) -> TestCase {
    let TestTally {
        passed,
        failed,
        skipped,
        open,
        missing,
        max_ms,
        ..
    } = test;
    let lost = open + missing;
    let attempts = passed + failed + skipped + lost;
    let status = if failed + lost > 0 {
        // A test that was lost is not known to be wrong: JUnit calls that an error.
        let (kind, ty) = if *failed > 0 {
            (NonSuccessKind::Failure, "AssertFailed")
        } else {
            (NonSuccessKind::Error, "LostTests")
        };
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
        let mut status = TestCaseStatus::non_success(kind);
        status.set_type(ty).set_message(format!(
            "of {}, {}",
            words::counted(attempts as usize, "attempt"),
            parts.join(", ")
        ));
        status.set_description(quoted(test, failures));
        status
    } else if *skipped > 0 {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!(
            "skipped in {skipped} of {}",
            words::counted(attempts as usize, "attempt")
        ));
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(test.id.as_str(), status);
    case.set_time(duration(*max_ms));
    case
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
fn process_case(cell: &CellResults, failures: &[&Failure]) -> TestCase {
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
        if cell.judged == 0 {
            let mut status = TestCaseStatus::skipped();
            status.set_message("no attempt was judged");
            return TestCase::new(name, status);
        }
        return TestCase::new(name, TestCaseStatus::success());
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(first.outcome.kind().as_str());
    status.set_message(format!(
        "{} of {}: {}; {}",
        wrong.len(),
        words::counted(cell.judged as usize, "attempt"),
        first.outcome.kind(),
        words::ending(&first.ending)
    ));
    let mut text: Vec<String> = wrong.iter().take(MOST_QUOTED).map(|f| told(f)).collect();
    if wrong.len() > MOST_QUOTED {
        text.push(format!(
            "and {} more; see results.json",
            wrong.len() - MOST_QUOTED
        ));
    }
    status.set_description(text.join("\n"));
    TestCase::new(name, status)
}

/// Attempts that were planned and could not be judged: never green.
fn judged_case(cell: &CellResults, failures: &[&Failure]) -> TestCase {
    let name = "[threadproof] every planned attempt is judged";
    if cell.judged >= cell.planned {
        return TestCase::new(name, TestCaseStatus::success());
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("Inconclusive").set_message(format!(
        "{} of {} planned attempts were judged",
        cell.judged, cell.planned
    ));
    let text: Vec<String> = failures
        .iter()
        .filter(|failure| failure.outcome.kind() == OutcomeKind::Infra)
        .take(MOST_QUOTED)
        .map(|failure| told(failure))
        .collect();
    status.set_description(text.join("\n"));
    TestCase::new(name, status)
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

/// What belongs to no cell: a preparation that failed, an interruption, a run that is not over.
fn run_suite(results: &Results) -> Option<TestSuite> {
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
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status
        .set_type(ty)
        .set_message(message)
        .set_description(text);
    let mut suite = TestSuite::new("threadproof");
    let mut case = TestCase::new("[threadproof] the run comes to its end", status);
    case.set_classname("threadproof");
    suite.add_test_case(case);
    Some(suite)
}

fn duration(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
}
