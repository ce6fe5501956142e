//! Plain lists for `grep` and for shell scripts: `crashed.txt`, `hung.txt`. One attempt a line, its
//! fields separated by tabs; an empty file says that there was none.

use std::fmt::Write as _;

use crate::{
    model::OutcomeKind,
    results::{Failure, Results},
};

use super::words;

/// `crashed.txt`: attempts whose process died.
pub(super) fn crashed(results: &Results) -> String {
    list(results, OutcomeKind::is_crash)
}

/// `hung.txt`: attempts that the harness had to end.
pub(super) fn hung(results: &Results) -> String {
    list(results, OutcomeKind::is_hang)
}

fn list(results: &Results, wanted: fn(OutcomeKind) -> bool) -> String {
    let mut text = String::new();
    for failure in &results.failures {
        if wanted(failure.outcome.kind()) {
            writeln!(text, "{}", line(failure)).expect("writing to a string succeeds");
        }
    }
    text
}

fn line(failure: &Failure) -> String {
    let fields = [
        failure.job.to_string(),
        failure.cell.target.clone(),
        failure.cell.runtime.clone(),
        failure.cell.suite.to_string(),
        failure.repetition.to_string(),
        failure.outcome.kind().to_string(),
        failure.phase.to_string(),
        words::short_ending(&failure.ending),
        words::first_line(failure.fatal.as_deref().unwrap_or("-"), 300),
        failure.dir.clone(),
        failure.repeat.clone(),
    ];
    // A separator within a field would shift all that follow.
    fields
        .map(|field| field.replace(['\t', '\n', '\r'], " "))
        .join("\t")
}
