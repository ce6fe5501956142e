//! `junit.xml`, which any CI can show. A suite for each cell, a case for each of its [`cases`].

use std::{io, time::Duration};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::results::Results;

use super::cases::{self, Case, CellCases, State, Wrong};

/// `junit.xml`.
pub(super) fn junit(results: &Results) -> io::Result<String> {
    let mut report = Report::new("threadproof");
    if let Some(elapsed) = results.elapsed_ms {
        report.set_time(duration(elapsed));
    }
    report.add_test_suites(cases::of_cells(results).iter().map(suite));
    let of_run = cases::of_run(results);
    if !of_run.is_empty() {
        let mut suite = TestSuite::new("threadproof");
        suite.add_test_cases(of_run.iter().map(|one| case(one, "threadproof")));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(io::Error::other)
}

fn suite(of_cell: &CellCases<'_>) -> TestSuite {
    let cell = of_cell.cell;
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
    let class = cases::path(&cell.cell).join(".");
    suite.add_test_cases(of_cell.cases.iter().map(|one| case(one, &class)));
    suite
}

fn case(one: &Case<'_>, class: &str) -> TestCase {
    let status = match &one.state {
        State::Passed => TestCaseStatus::success(),
        State::Skipped { message } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(message.as_str());
            status
        }
        // The format has no word for it; a skipped case has a message.
        State::Expected { issues, wrong } => {
            let mut status = TestCaseStatus::skipped();
            status
                .set_type(wrong.ty)
                .set_message(format!("failed as expected ({issues}): {}", wrong.message))
                .set_description(wrong.text.as_str());
            status
        }
        State::Failed(wrong) => non_success(NonSuccessKind::Failure, wrong),
        State::Error(wrong) => non_success(NonSuccessKind::Error, wrong),
    };
    let mut case = TestCase::new(one.name.as_str(), status);
    case.set_classname(class);
    if let Some(ms) = one.ms {
        case.set_time(duration(ms));
    }
    case
}

fn non_success(kind: NonSuccessKind, wrong: &Wrong) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(wrong.ty)
        .set_message(wrong.message.as_str())
        .set_description(wrong.text.as_str());
    status
}

fn duration(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
}
