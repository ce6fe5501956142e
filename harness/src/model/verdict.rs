//! What a cell's attempts come to together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OutcomeKind;

/// What a cell's attempts come to together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Verdict {
    /// All planned attempts were clean.
    Pass,
    /// Some attempts were clean and some failed.
    Flaky {
        /// Clean attempts.
        clean: u32,
        /// Judged attempts.
        of: u32,
    },
    /// No attempt was clean and some failed.
    Fail,
    /// What failed was expected to; all else was clean, and all that was planned was judged.
    Expected {
        /// Attempts that failed as expected.
        failed: u32,
        /// Judged attempts.
        of: u32,
    },
    /// Nothing failed, and not all that was planned could be judged.
    Inconclusive,
    /// Nothing was planned.
    Skipped,
}

impl Verdict {
    /// Judges a cell from how often each outcome was seen. `Infra` is no result: it counts
    /// neither for nor against the target, but it keeps a cell from passing.
    pub fn of(planned: u32, outcomes: &BTreeMap<OutcomeKind, u32>) -> Verdict {
        let count = |wanted: fn(OutcomeKind) -> bool| -> u32 {
            outcomes
                .iter()
                .filter(|(kind, _)| wanted(**kind))
                .map(|(_, count)| count)
                .sum()
        };
        let clean = count(|kind| kind == OutcomeKind::Clean);
        let failed = count(OutcomeKind::is_failure);
        match (planned, clean, failed) {
            (0, _, _) => Verdict::Skipped,
            (_, 0, 1..) => Verdict::Fail,
            (_, 1.., 1..) => Verdict::Flaky {
                clean,
                of: clean + failed,
            },
            (planned, clean, 0) if clean >= planned => Verdict::Pass,
            (_, _, 0) => Verdict::Inconclusive,
        }
    }

    /// The same where some failures were expected: these are no reason to fail, and no reason to pass.
    pub fn beside(
        planned: u32,
        outcomes: &BTreeMap<OutcomeKind, u32>,
        expected: &BTreeMap<OutcomeKind, u32>,
    ) -> Verdict {
        let failed: u32 = expected.values().sum();
        let unexpected = outcomes
            .iter()
            .map(|(kind, count)| (*kind, count - expected.get(kind).unwrap_or(&0).min(count)))
            .collect();
        let others = Verdict::of(planned.saturating_sub(failed), &unexpected);
        match others {
            Verdict::Pass | Verdict::Skipped if failed > 0 => Verdict::Expected {
                failed,
                of: failed + unexpected.get(&OutcomeKind::Clean).unwrap_or(&0),
            },
            others => others,
        }
    }

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Flaky { .. } => "flaky",
            Verdict::Fail => "fail",
            Verdict::Expected { .. } => "expected",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Skipped => "skipped",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_that_are_expected_neither_fail_a_cell_nor_pass_it() {
        use OutcomeKind::{Clean, CrashInTest, HangInTest, Infra};
        type Counts = &'static [(OutcomeKind, u32)];
        type Row = (u32, Counts, Counts, Verdict);
        let table: [Row; 6] = [
            (2, &[(Clean, 2)], &[], Verdict::Pass),
            (
                2,
                &[(CrashInTest, 2)],
                &[(CrashInTest, 2)],
                Verdict::Expected { failed: 2, of: 2 },
            ),
            (
                3,
                &[(Clean, 2), (CrashInTest, 1)],
                &[(CrashInTest, 1)],
                Verdict::Expected { failed: 1, of: 3 },
            ),
            (
                3,
                &[(Clean, 1), (CrashInTest, 1), (HangInTest, 1)],
                &[(CrashInTest, 1)],
                Verdict::Flaky { clean: 1, of: 2 },
            ),
            (2, &[(CrashInTest, 2)], &[(CrashInTest, 1)], Verdict::Fail),
            (
                2,
                &[(CrashInTest, 1), (Infra, 1)],
                &[(CrashInTest, 1)],
                Verdict::Inconclusive,
            ),
        ];
        for (planned, outcomes, expected, verdict) in table {
            let [outcomes, expected] =
                [outcomes, expected].map(|one| one.iter().copied().collect());
            assert_eq!(
                Verdict::beside(planned, &outcomes, &expected),
                verdict,
                "{planned} {outcomes:?} {expected:?}"
            );
        }
    }

    #[test]
    fn a_cell_is_judged_by_all_its_attempts() {
        use OutcomeKind::{AssertFailed, Clean, CrashAtTeardown, Infra};
        type Row = (u32, &'static [(OutcomeKind, u32)], Verdict);
        let table: [Row; 8] = [
            (0, &[], Verdict::Skipped),
            (3, &[], Verdict::Inconclusive),
            (3, &[(Clean, 3)], Verdict::Pass),
            (3, &[(Clean, 2)], Verdict::Inconclusive),
            (3, &[(Clean, 2), (Infra, 1)], Verdict::Inconclusive),
            (
                3,
                &[(Clean, 2), (CrashAtTeardown, 1)],
                Verdict::Flaky { clean: 2, of: 3 },
            ),
            (3, &[(AssertFailed, 2), (Infra, 1)], Verdict::Fail),
            (1, &[(Infra, 1)], Verdict::Inconclusive),
        ];
        for (planned, outcomes, verdict) in table {
            let outcomes = outcomes.iter().copied().collect();
            assert_eq!(
                Verdict::of(planned, &outcomes),
                verdict,
                "{planned} {outcomes:?}"
            );
        }
    }
}
