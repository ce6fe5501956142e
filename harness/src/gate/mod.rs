//! Gates over the cells of a run: `failure-rate < 1% @ 95%`. How many repetitions that takes and what they mean is
//! decided by [`threadproof_stress::Plan`]; here jobs become repetitions in planned order.

mod repetitions;
mod watch;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use threadproof_stress::{Decision, Plan, Tally};

pub use repetitions::{Ended, Repetitions};
pub use watch::Watch;

/// What a gate came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gated {
    /// The rate is below the limit.
    Met,
    /// The rate is above the limit.
    Violated,
    /// Neither was shown.
    Inconclusive,
}

impl Gated {
    /// When no more runs will come.
    pub fn of(decision: Decision) -> Self {
        match decision {
            Decision::Met => Gated::Met,
            Decision::Violated => Gated::Violated,
            Decision::Undecided { .. } | Decision::Inconclusive(_) => Gated::Inconclusive,
        }
    }
}

/// What a gate came to in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateResult {
    /// As it prints: `failure-rate < 1% @ 95%`.
    pub gate: String,
    /// What it came to.
    pub decision: Gated,
    /// Repetitions that failed, of those that decided.
    pub failures: u64,
    /// Repetitions that decided: a prefix of the planned ones.
    pub runs: u64,
    /// Repetitions that the harness could not judge; they count as failed, and never make a rate too high.
    #[serde(default)]
    pub unjudged: u64,
    /// So many more, all clean, would have met it; absent where it was decided, or could not be met any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clean_runs_needed: Option<u64>,
}

impl GateResult {
    /// What the repetitions of a cell say of a gate when no more of them will come.
    pub fn of(plan: &Plan, repetitions: &Repetitions) -> Self {
        let (decision, tally) = plan.judge(repetitions.failed());
        let judged = repetitions.judged();
        // What the harness could not judge is no evidence against a target.
        let decision = match decision {
            Decision::Violated if plan.judge(judged.iter().copied()).0 != Decision::Violated => {
                Decision::Inconclusive(threadproof_stress::WhyInconclusive::TooManyFailures)
            }
            other => other,
        };
        let of_tally = usize::try_from(tally.runs()).unwrap_or(usize::MAX);
        GateResult {
            gate: plan.gate().to_string(),
            decision: Gated::of(decision),
            failures: tally.failures(),
            runs: tally.runs(),
            unjudged: repetitions.unjudged(of_tally),
            clean_runs_needed: needed(decision),
        }
    }

    /// The repetitions that decided.
    pub fn tally(&self) -> Tally {
        // A file may say anything.
        Tally::new(self.failures.min(self.runs), self.runs).unwrap_or_default()
    }
}

fn needed(decision: Decision) -> Option<u64> {
    use threadproof_stress::WhyInconclusive::BudgetEnded;
    match decision {
        Decision::Undecided { clean_runs_needed }
        | Decision::Inconclusive(BudgetEnded { clean_runs_needed }) => Some(clean_runs_needed),
        Decision::Met | Decision::Violated | Decision::Inconclusive(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repetitions(ended: impl IntoIterator<Item = Ended>) -> Repetitions {
        let mut all = Repetitions::default();
        for (number, one) in (1..).zip(ended) {
            all.add(number, 1, one);
        }
        all
    }

    /// `failure-rate < 10% @ 95%` takes 29 clean runs.
    fn plan() -> Plan {
        Plan::single("rate < 10%".parse().expect("a gate"), 0)
    }

    #[test]
    fn enough_clean_ones_meet_it_and_too_few_say_how_many_are_missing() {
        let met = GateResult::of(&plan(), &repetitions([Ended::Clean; 29]));
        assert_eq!((met.decision, met.runs), (Gated::Met, 29));
        let open = GateResult::of(&plan(), &repetitions([Ended::Clean; 20]));
        assert_eq!(open.decision, Gated::Inconclusive);
        assert_eq!(open.clean_runs_needed, Some(9));
    }

    #[test]
    fn what_was_not_judged_keeps_a_gate_from_being_met_and_violates_none() {
        // The first failure decides nothing yet.
        let patient = Plan::staged(plan().gate(), 2);
        let failed = GateResult::of(&patient, &repetitions([Ended::Failed; 10]));
        assert_eq!(failed.decision, Gated::Violated);
        let lost = GateResult::of(&patient, &repetitions([Ended::Unjudged; 10]));
        assert_eq!(lost.decision, Gated::Inconclusive);
        assert!(lost.unjudged > 0);
        let one = [Ended::Unjudged].into_iter().chain([Ended::Clean; 40]);
        assert_eq!(
            GateResult::of(&plan(), &repetitions(one)).decision,
            Gated::Inconclusive
        );
    }
}
