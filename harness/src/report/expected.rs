//! The words of failures that are expected.

use super::words::counted;
use crate::{
    expect::{Standing, State, standings},
    results::{Failure, Results},
};

/// A line for each entry that says something; those that were not run are counted.
pub(super) fn lines(results: &Results) -> Vec<String> {
    let all = standings(results);
    let not_run = all.iter().filter(|one| one.state == State::NotRun).count();
    let mut lines: Vec<String> = all.iter().filter_map(line).collect();
    if not_run > 0 {
        lines.push(format!(
            "of {}, {not_run} are about nothing that was run",
            counted(all.len(), "expected failure")
        ));
    }
    lines
}

/// What is to be said of an entry; nothing of one that is about nothing that was run.
pub(super) fn line(one: &Standing<'_>) -> Option<String> {
    let Standing {
        number,
        entry,
        state,
        seen,
        of,
    } = one;
    let said = match state {
        State::NotRun => return None,
        State::Seen => format!("expected, and seen {} in {of}", times(*seen)),
        State::NotSeen if entry.flaky => format!("expected sometimes, and not seen in {of}"),
        State::NotSeen => format!("expected, and not seen in {of}"),
        State::UnexpectedPass => format!(
            "UNEXPECTED PASS: not seen in {of}: take it out of the file, or write `flaky = true`"
        ),
        State::Stale => {
            "STALE: there is no such test any more: mend it, or take it out of the file".to_owned()
        }
        State::Expired => format!(
            "EXPIRED on {}: look at its issue, then move its day or take it out of the file",
            entry.expires
        ),
    };
    Some(format!(
        "expectation {number} ({entry}): {said}; {}: {}",
        entry.issue, entry.reason
    ))
}

fn times(count: u32) -> String {
    if count == 1 {
        "once".to_owned()
    } else {
        format!("{count} times")
    }
}

/// The issues of the entries that explain a failure; nothing where it is unexpected.
pub(super) fn issues(results: &Results, failure: &Failure) -> Option<String> {
    let entries = results.plan.as_ref()?.expectations.as_slice();
    let issues: Vec<&str> = failure
        .expected
        .iter()
        .filter_map(|number| {
            let at = usize::try_from(*number).ok()?.checked_sub(1)?;
            Some(entries.get(at)?.issue.as_str())
        })
        .collect();
    (!issues.is_empty()).then(|| issues.join(", "))
}

/// Entries that no longer hold, for the headline.
pub(super) fn broken(results: &Results) -> usize {
    standings(results)
        .iter()
        .filter(|one| one.is_broken())
        .count()
}
