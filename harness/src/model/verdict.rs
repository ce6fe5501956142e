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

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Flaky { .. } => "flaky",
            Verdict::Fail => "fail",
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
