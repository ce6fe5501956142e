//! Plans and stop rules: how many runs decide a gate, fixed before the first one, and when the
//! decision can no longer change.
//!
//! Looking at the bound after every run and stopping when it pleases is *peeking*: under a rate of
//! exactly 1 %, asking "is it below 1 % by now?" at 299 runs, and again at 473 after one failure, and
//! so on, says yes in far more than 5 % of the cases. A [`Plan`] therefore fixes its looks beforehand
//! and its error is computed exactly over *all* of them ([`Plan::error`]); between looks it stops only
//! when the outcome is already certain (*curtailment*), which changes no probability.

use crate::binomial::{at_most, masses};
use crate::gate::Gate;
use crate::interval::lower_bound;
use crate::tally::Tally;

/// More looks than this cost runs and bring nothing: an addon with that many failures is not one
/// whose gate is close.
const MOST_LOOKS: u64 = 16;

/// One moment of decision: the gate is met if at most `allowed` of the first `runs` runs failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How many runs the look is taken after.
    pub runs: u64,
    /// How many of them may have failed.
    pub allowed: u64,
}

/// How a gate will be decided, fixed before the first run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    gate: Gate,
    /// Never empty; runs and failures allowed strictly increase.
    looks: Vec<Look>,
}

/// No plan fits.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "`{gate}` needs {needed} runs without a failure, but only {budget} may run: allow {needed} runs, or ask for less"
)]
pub struct PlanError {
    gate: Gate,
    needed: u64,
    budget: u64,
}

/// What the runs so far mean under a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The rate is below the limit, with the gate's confidence over the whole plan. Stop.
    Met,
    /// The rate is above the limit, with the gate's confidence. Stop.
    Violated,
    /// Go on: at best this many more runs, all clean, meet the gate.
    Undecided {
        /// Runs to the next look that can still be passed.
        clean_runs_needed: u64,
    },
    /// Neither was shown. Stop; never to be reported as passed.
    Inconclusive(WhyInconclusive),
}

/// Why a plan ended without a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyInconclusive {
    /// More failures than the plan's last look allows, but too few runs to call the rate too high.
    TooManyFailures,
    /// The runs ended first: budget, time limit or interruption.
    BudgetEnded {
        /// What was missing at best.
        clean_runs_needed: u64,
    },
}

impl Decision {
    /// Whether another run cannot change the decision.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Undecided { .. })
    }
}

impl Plan {
    /// One look, at which up to `allowed` failures are tolerated: the classical fixed sample.
    /// `failure-rate < 1% @ 95%` takes 299 runs with none allowed, 473 with one.
    pub fn single(gate: Gate, allowed: u64) -> Self {
        let runs = runs_needed(gate.limit(), allowed, gate.confidence().alpha());
        Self {
            gate,
            looks: vec![Look { runs, allowed }],
        }
    }

    /// Looks that allow 0, 1, … `most_allowed` failures: a healthy addon stops at the first, one
    /// with a failure gets another chance. Each look alone is stricter than in [`Plan::single`], so
    /// that the error over all of them stays what the gate says.
    pub fn staged(gate: Gate, most_allowed: u64) -> Self {
        let alpha = gate.confidence().alpha();
        let at = |tail: f64| {
            let looks = (0..=most_allowed)
                .map(|allowed| Look {
                    runs: runs_needed(gate.limit(), allowed, tail),
                    allowed,
                })
                .collect();
            Self { gate, looks }
        };
        // Bonferroni's share is always small enough; the whole is the most that could be.
        let (mut enough, mut too_much) = (alpha / (most_allowed + 1) as f64, alpha);
        if at(too_much).error() <= alpha {
            return at(too_much);
        }
        // 30 halvings settle the share far below the steps that whole runs allow.
        for _ in 0..30 {
            let middle = f64::midpoint(enough, too_much);
            if at(middle).error() <= alpha {
                enough = middle;
            } else {
                too_much = middle;
            }
        }
        at(enough)
    }

    /// The plan with most chances that fits in `budget` runs; an error when not even a run of
    /// clean runs would do.
    pub fn within(gate: Gate, budget: u64) -> Result<Self, PlanError> {
        let mut best = Self::single(gate, 0);
        if best.most_runs() > budget {
            return Err(PlanError {
                gate,
                needed: best.most_runs(),
                budget,
            });
        }
        for most_allowed in 1..MOST_LOOKS {
            // The single look is the cheapest plan there is for so many failures.
            if runs_needed(gate.limit(), most_allowed, gate.confidence().alpha()) > budget {
                break;
            }
            let staged = Self::staged(gate, most_allowed);
            if staged.most_runs() > budget {
                break;
            }
            best = staged;
        }
        Ok(best)
    }

    /// The gate that this decides.
    pub fn gate(&self) -> Gate {
        self.gate
    }

    /// When it decides.
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// How many runs it takes at most.
    pub fn most_runs(&self) -> u64 {
        self.last().runs
    }

    /// How many runs it takes when none fails.
    pub fn runs_when_clean(&self) -> u64 {
        let look = self.looks[0];
        look.runs - look.allowed
    }

    /// The exact probability that a rate *at* the limit passes this plan; it is never above the
    /// gate's α, and higher rates pass less often.
    pub fn error(&self) -> f64 {
        let most = usize::try_from(self.last().allowed).expect("a handful of failures");
        // alive[k]: probability of k failures so far and no look passed yet. Whoever has more
        // than the last look allows can never pass and is dropped.
        let mut alive = vec![0.0; most + 1];
        alive[0] = 1.0;
        let mut error = 0.0;
        let mut runs = 0;
        for look in &self.looks {
            let step = masses(look.runs - runs, self.gate.limit(), most);
            runs = look.runs;
            let mut next = vec![0.0; most + 1];
            for (k, probability) in alive.iter().enumerate() {
                for (more, mass) in step.iter().take(most + 1 - k).enumerate() {
                    next[k + more] += probability * mass;
                }
            }
            let allowed = usize::try_from(look.allowed).expect("a handful of failures");
            for probability in &mut next[..=allowed] {
                error += *probability;
                *probability = 0.0;
            }
            alive = next;
        }
        error
    }

    /// What the runs so far mean.
    ///
    /// `tally` counts a *prefix of the planned runs*. With several at once, count them in planned
    /// order, not as they end: crashes end early and hangs late, and a tally of the quickest is no
    /// sample.
    pub fn decide(&self, tally: Tally) -> Decision {
        let (failures, runs) = (tally.failures(), tally.runs());
        let to_come = |look: &Look| look.runs.saturating_sub(runs);
        if self
            .looks
            .iter()
            // Even if all that is to come failed, the look would be passed.
            .any(|look| failures + to_come(look) <= look.allowed)
        {
            return Decision::Met;
        }
        match self
            .looks
            .iter()
            .find(|look| failures <= look.allowed && look.runs > runs)
        {
            Some(look) => Decision::Undecided {
                // The last `allowed - failures` of them are certain to be tolerated.
                clean_runs_needed: to_come(look) - (look.allowed - failures),
            },
            // Stopping at the first failure too many is inverse sampling, for which this bound is
            // exact; a bound looked at after every run would not be.
            None if self.rate_is_above(tally) => Decision::Violated,
            None => Decision::Inconclusive(WhyInconclusive::TooManyFailures),
        }
    }

    /// The same when no more runs will come.
    pub fn conclude(&self, tally: Tally) -> Decision {
        match self.decide(tally) {
            Decision::Undecided { clean_runs_needed } => {
                Decision::Inconclusive(WhyInconclusive::BudgetEnded { clean_runs_needed })
            }
            decision => decision,
        }
    }

    /// Applies the plan to results in planned order (`true`: failed) and stops as soon as it may.
    /// Gives the tally at that moment too.
    pub fn judge(&self, failed: impl IntoIterator<Item = bool>) -> (Decision, Tally) {
        let mut tally = Tally::default();
        for failed in failed {
            if self.decide(tally).is_final() {
                break;
            }
            tally = tally.and(failed);
        }
        (self.conclude(tally), tally)
    }

    fn rate_is_above(&self, tally: Tally) -> bool {
        lower_bound(tally, self.gate.confidence()) > self.gate.limit()
    }

    fn last(&self) -> Look {
        *self.looks.last().expect("a plan has a look")
    }
}

/// The fewest runs after which `allowed` failures put the exact upper bound with error `tail` below
/// `limit`: the smallest n with P(X ≤ allowed) < tail for X ~ Bin(n, limit).
fn runs_needed(limit: f64, allowed: u64, tail: f64) -> u64 {
    let shows = |runs: u64| at_most(allowed, runs, limit) < tail;
    let mut enough = allowed + 1;
    while !shows(enough) {
        enough *= 2;
    }
    let mut too_few = allowed;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if shows(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    enough
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
