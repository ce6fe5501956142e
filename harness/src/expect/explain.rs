//! Which entries explain an attempt that failed. Pure.

use globset::Glob;

use super::Expectation;
use crate::{
    model::{CellId, Outcome, OutcomeKind, TestRecord, TestState},
    plan::{Patterns, suite_matches},
    version::meets,
};

/// An attempt that was not clean.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'e> {
    /// Its cell.
    pub cell: &'e CellId,
    /// The version of its runtime.
    pub version: &'e str,
    /// The platform of the run.
    pub platform: &'e str,
    /// What it came to.
    pub outcome: &'e Outcome,
    /// Its signature.
    pub signature: &'e str,
    /// What is known of its tests.
    pub tests: &'e [TestRecord],
}

/// The numbers, from 1, of the entries that explain it together; none when something of it is explained by none of them.
pub fn explains(entries: &[Expectation], failed: Failed<'_>) -> Vec<u32> {
    let kind = failed.outcome.kind();
    if !kind.is_failure() {
        return Vec::new();
    }
    let candidates: Vec<_> = (1..)
        .zip(entries)
        .filter(|(_, entry)| {
            !entry.expired
                && entry.holds_in(failed.cell, failed.version, failed.platform)
                && (entry.outcome.is_empty() || entry.outcome.contains(&kind))
                && entry
                    .signature
                    .as_deref()
                    .is_none_or(|one| one == failed.signature)
        })
        .map(|(number, entry)| (number, entry, entry.about()))
        .collect();
    let blamed = blamed(kind, failed.tests);
    let used: Vec<u32> = candidates
        .iter()
        .filter(|(_, entry, about)| entry.test.is_none() || blamed.iter().any(|id| about(id)))
        .map(|(number, ..)| *number)
        .collect();
    let whole = candidates.iter().any(|(_, entry, _)| entry.test.is_none());
    let covered = |id: &&str| candidates.iter().any(|(.., about)| about(id));
    if whole || (!blamed.is_empty() && blamed.iter().all(covered)) {
        used
    } else {
        Vec::new()
    }
}

/// The tests that a failure is about: those that did not pass, or, of a process that died or hung, those that it was at.
/// All of them where it was at none.
fn blamed(kind: OutcomeKind, tests: &[TestRecord]) -> Vec<&str> {
    let of = |wanted: fn(TestState) -> bool| -> Vec<&str> {
        let tests = tests.iter().filter(|test| wanted(test.state));
        tests.map(|test| test.id.as_str()).collect()
    };
    let blamed = if kind.is_crash() || kind.is_hang() {
        of(|state| matches!(state, TestState::Open | TestState::Failed))
    } else {
        of(|state| state != TestState::Passed)
    };
    if blamed.is_empty() {
        of(|_| true)
    } else {
        blamed
    }
}

impl Expectation {
    /// Whether it is about a cell.
    pub(super) fn holds_in(&self, cell: &CellId, version: &str, platform: &str) -> bool {
        let all =
            |text: &Option<String>, holds: &dyn Fn(&str) -> bool| text.as_deref().is_none_or(holds);
        glob(&self.target, &cell.target)
            && all(&self.runtime, &|range| meets(version, range))
            && all(&self.platform, &|wanted| glob(wanted, platform))
            && all(&self.suite, &|wanted| suite_matches(&cell.suite, wanted))
    }

    /// Says of the id of a test whether it is about that: of all, where it names none.
    pub(super) fn about(&self) -> impl Fn(&str) -> bool {
        // Checked when the file was read; what cannot be a pattern matches nothing.
        let tests = Patterns::new(self.test.as_slice()).ok();
        move |id| tests.as_ref().is_some_and(|tests| tests.matches(id))
    }
}

/// The whole text, or a pattern of it.
fn glob(pattern: &str, text: &str) -> bool {
    pattern == text
        || (pattern.contains(['*', '?'])
            && Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Runner, Suite};

    fn test(id: &str, state: TestState) -> TestRecord {
        TestRecord {
            id: id.to_owned(),
            state,
            file: None,
            expected: true,
            ends: 1,
            ms: None,
            errors: Vec::new(),
        }
    }

    fn entry(change: impl FnOnce(&mut Expectation)) -> Expectation {
        let mut entry = Expectation {
            target: "npm:a@*".to_owned(),
            ..Expectation::default()
        };
        change(&mut entry);
        entry
    }

    /// What explains a failure of `npm:a@1.0.0` on Node 24.1.0 in `life/driver`.
    fn explained(entries: &[Expectation], outcome: &Outcome, tests: &[TestRecord]) -> Vec<u32> {
        let cell = CellId {
            target: "npm:a@1.0.0".to_owned(),
            runtime: "node-24.1.0".to_owned(),
            suite: Suite {
                topic: "life".to_owned(),
                runner: Runner::Driver,
            },
        };
        let failed = Failed {
            cell: &cell,
            version: "24.1.0",
            platform: "linux-x64",
            outcome,
            signature: "sig",
            tests,
        };
        explains(entries, failed)
    }

    #[test]
    fn each_condition_has_to_hold() {
        type Change = fn(&mut Expectation);
        let table: [(Change, bool); 14] = [
            (|_| (), true),
            (|one| one.target = "npm:a@1.0.0".to_owned(), true),
            (|one| one.target = "npm:a".to_owned(), false),
            (|one| one.runtime = Some(">=24".to_owned()), true),
            (|one| one.runtime = Some("<24".to_owned()), false),
            (|one| one.platform = Some("linux-*".to_owned()), true),
            (|one| one.platform = Some("darwin-*".to_owned()), false),
            (|one| one.suite = Some("life".to_owned()), true),
            (|one| one.suite = Some("life/jest".to_owned()), false),
            (|one| one.outcome = vec![OutcomeKind::CrashInTest], true),
            (|one| one.outcome = vec![OutcomeKind::HangAtExit], false),
            (|one| one.signature = Some("sig".to_owned()), true),
            (|one| one.signature = Some("si".to_owned()), false),
            (|one| one.expired = true, false),
        ];
        for (at, (change, holds)) in table.into_iter().enumerate() {
            let found = explained(&[entry(change)], &Outcome::CrashInTest, &[]);
            assert_eq!(!found.is_empty(), holds, "row {at}");
        }
        // What the harness could not judge is nobody's failure.
        let infra = Outcome::Infra {
            reason: String::new(),
        };
        assert!(explained(&[entry(|_| ())], &infra, &[]).is_empty());
        assert!(explained(&[entry(|_| ())], &Outcome::Clean, &[]).is_empty());
    }

    #[test]
    fn every_test_that_failed_has_to_be_explained() {
        let of = |name: &str| entry(|one| one.test = Some(name.to_owned()));
        let tests = [
            test("life > a", TestState::Failed),
            test("life > b", TestState::Failed),
            test("life > c", TestState::Passed),
        ];
        let failed = Outcome::AssertFailed;
        assert!(explained(&[of("> a")], &failed, &tests).is_empty());
        let both = [of("> a"), of("> c"), of("> b")];
        assert_eq!(explained(&both, &failed, &tests), [1, 3]);
        assert_eq!(explained(&[of("life > *")], &failed, &tests), [1]);
    }

    #[test]
    fn a_crash_is_about_the_test_that_it_was_at() {
        let of = |name: &str| entry(|one| one.test = Some(name.to_owned()));
        let tests = [
            test("life > a", TestState::Passed),
            test("life > b", TestState::Open),
            test("life > c", TestState::Missing),
        ];
        let crash = Outcome::CrashInTest;
        assert_eq!(explained(&[of("> b")], &crash, &tests), [1]);
        assert!(explained(&[of("> c")], &crash, &tests).is_empty());
        // After the last test it is about all of them.
        let done = [test("life > a", TestState::Passed)];
        assert_eq!(
            explained(&[of("> a")], &Outcome::CrashAtTeardown, &done),
            [1]
        );
    }
}
