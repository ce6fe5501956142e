//! Failures that look alike, told once: two hundred attempts that die of the same fault are one thing
//! to read and two hundred to count.

use crate::{
    model::{CellId, ExitStatus, OutcomeKind, Phase, Stop, TestState},
    results::{Failure, Results},
};

/// Failures of the same kind, phase, ending and fatal text, with the same tests involved.
pub(super) struct Group<'r> {
    /// The first of them in the first of the cells: what is told of stands in its log, and its
    /// command repeats it.
    pub(super) first: &'r Failure,
    /// The cells it was seen in, with how often, in the order of the plan.
    pub(super) cells: Vec<(&'r CellId, usize)>,
    /// How many there are.
    pub(super) count: usize,
    /// Whether all of them were expected.
    pub(super) expected: bool,
}

#[derive(PartialEq)]
struct Likeness<'r> {
    kind: OutcomeKind,
    phase: Phase,
    status: ExitStatus,
    stopped: bool,
    fatal: Option<String>,
    tests: Vec<(&'r str, TestState)>,
    /// What is expected is not told with what is not.
    expected: &'r [u32],
}

impl Group<'_> {
    /// What kind of outcome its attempts have.
    pub(super) fn kind(&self) -> OutcomeKind {
        self.first.outcome.kind()
    }
}

/// The failures of a run in groups: worst kind first, then as they appeared. `Infra` comes late,
/// because it says nothing of the target, and what was expected last.
pub(super) fn groups(results: &Results) -> Vec<Group<'_>> {
    let mut found: Vec<(Likeness<'_>, (Group<'_>, Vec<&Failure>))> = Vec::new();
    for failure in &results.failures {
        let likeness = Likeness::of(failure);
        let at = found
            .iter()
            .position(|(known, _)| *known == likeness)
            .unwrap_or_else(|| {
                let group = Group {
                    first: failure,
                    cells: Vec::new(),
                    count: 0,
                    expected: !failure.expected.is_empty(),
                };
                found.push((likeness, (group, Vec::new())));
                found.len() - 1
            });
        let (group, members) = &mut found[at].1;
        members.push(failure);
        group.count += 1;
        match group
            .cells
            .iter_mut()
            .find(|(cell, _)| **cell == failure.cell)
        {
            Some((_, count)) => *count += 1,
            None => group.cells.push((&failure.cell, 1)),
        }
    }
    let mut groups: Vec<_> = found.into_iter().map(|(_, group)| group).collect();
    let planned = |cell: &CellId| results.cells.iter().position(|c| c.cell == *cell);
    for (group, members) in &mut groups {
        group.cells.sort_by_key(|(cell, _)| planned(cell));
        let of_first_cell = |failure: &&Failure| failure.cell == *group.cells[0].0;
        if let Some(first) = members.iter().copied().find(of_first_cell) {
            group.first = first;
        }
    }
    let mut groups: Vec<Group<'_>> = groups.into_iter().map(|(group, _)| group).collect();
    groups.sort_by_key(|group| (group.expected, rank(group.kind())));
    groups
}

impl<'r> Likeness<'r> {
    fn of(failure: &'r Failure) -> Self {
        let tests = match failure.outcome.kind() {
            // How far a dying process got differs from run to run; that it died does not.
            kind if kind.is_crash() => Vec::new(),
            _ => failure
                .tests
                .iter()
                .map(|test| (test.id.as_str(), test.state))
                .collect(),
        };
        Likeness {
            kind: failure.outcome.kind(),
            phase: failure.phase,
            status: failure.ending.status,
            stopped: matches!(failure.ending.stop, Some(Stop::TimeLimit { .. })),
            fatal: failure.fatal.as_deref().map(without_numbers),
            tests,
            expected: &failure.expected,
        }
    }
}

/// Addresses, process ids and line numbers differ between two runs of one fault.
fn without_numbers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut in_number = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let hexadecimal = character == '0' && rest.peek() == Some(&'x');
        if hexadecimal || character.is_ascii_digit() {
            if hexadecimal {
                rest.next();
                while rest.next_if(char::is_ascii_hexdigit).is_some() {}
            }
            if !in_number {
                plain.push('#');
            }
            in_number = true;
        } else {
            plain.push(character);
            in_number = false;
        }
    }
    plain
}

/// Worst first.
pub(super) fn rank(kind: OutcomeKind) -> u8 {
    match kind {
        OutcomeKind::CrashAtLoad | OutcomeKind::CrashInTest | OutcomeKind::CrashAtTeardown => 0,
        OutcomeKind::HangInTest | OutcomeKind::HangAtExit => 1,
        OutcomeKind::LostTests | OutcomeKind::Contradiction => 2,
        OutcomeKind::AssertFailed | OutcomeKind::Violation => 3,
        OutcomeKind::LeakFound | OutcomeKind::LeakGrowth => 4,
        OutcomeKind::Straggler => 5,
        OutcomeKind::Infra => 6,
        OutcomeKind::Clean => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_do_not_tell_faults_apart() {
        assert_eq!(
            without_numbers("free(): invalid pointer 0x7ffe12ab at 0x1f, pid 4711"),
            "free(): invalid pointer # at #, pid #"
        );
    }
}
