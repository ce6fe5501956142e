//! The repetitions of a cell, in planned order: crashes end early and hangs late, and a tally of the quickest is no
//! sample.

use std::collections::BTreeMap;

use threadproof_stress::Tally;

use crate::model::Outcome;

/// What a repetition came to; the greatest of its jobs'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// All of it was clean.
    Clean,
    /// The harness could not judge some of it, and the rest was clean.
    Unjudged,
    /// Some of it failed.
    Failed,
}

impl Ended {
    /// Of one attempt; a gate is about failures that nobody expected.
    pub fn of(outcome: &Outcome, expected: bool) -> Self {
        match outcome {
            _ if expected => Ended::Clean,
            Outcome::Clean => Ended::Clean,
            Outcome::Infra { .. } => Ended::Unjudged,
            _ => Ended::Failed,
        }
    }
}

/// The repetitions of a cell that have ended, wholly or in part.
#[derive(Clone, Debug, Default)]
pub struct Repetitions(BTreeMap<u32, Repetition>);

#[derive(Clone, Copy, Debug)]
struct Repetition {
    /// Jobs that are still to end.
    left: u32,
    ended: Ended,
}

impl Repetitions {
    /// Takes note of a job of a repetition that has `jobs` of them.
    pub fn add(&mut self, number: u32, jobs: u32, ended: Ended) {
        let one = self.0.entry(number).or_insert(Repetition {
            left: jobs,
            ended: Ended::Clean,
        });
        one.left = one.left.saturating_sub(1);
        one.ended = one.ended.max(ended);
    }

    /// Those that have ended with all before them.
    fn prefix(&self) -> impl Iterator<Item = Ended> + '_ {
        self.0
            .iter()
            .zip(1..)
            .take_while(|((number, one), wanted)| *number == wanted && one.left == 0)
            .map(|((_, one), _)| one.ended)
    }

    /// Whether each failed; what was not judged might have.
    pub fn failed(&self) -> impl Iterator<Item = bool> + '_ {
        self.prefix().map(|ended| ended != Ended::Clean)
    }

    /// The same as a count.
    pub fn tally(&self) -> Tally {
        self.failed().fold(Tally::default(), Tally::and)
    }

    /// Whether each of those failed that were judged.
    pub fn judged(&self) -> Vec<bool> {
        self.prefix()
            .filter(|ended| *ended != Ended::Unjudged)
            .map(|ended| ended == Ended::Failed)
            .collect()
    }

    /// How many of the first `of` were not judged.
    pub fn unjudged(&self, of: usize) -> u64 {
        self.prefix()
            .take(of)
            .map(|ended| u64::from(ended == Ended::Unjudged))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_after_a_gap_do_not_count() {
        use Ended::{Clean, Failed};
        let tally = |runs: &[(u32, Ended)]| {
            let mut all = Repetitions::default();
            for (number, ended) in runs {
                all.add(*number, 1, *ended);
            }
            all.tally()
        };
        let some = tally(&[(3, Failed), (1, Clean), (2, Failed), (5, Failed)]);
        assert_eq!((some.failures(), some.runs()), (2, 3));
        assert_eq!(tally(&[(2, Clean)]).runs(), 0);
    }

    #[test]
    fn a_repetition_counts_when_all_its_jobs_have_ended_and_fails_with_any() {
        let mut all = Repetitions::default();
        all.add(1, 2, Ended::Failed);
        all.add(2, 2, Ended::Clean);
        all.add(2, 2, Ended::Clean);
        assert_eq!(all.tally().runs(), 0);
        all.add(1, 2, Ended::Clean);
        assert_eq!((all.tally().failures(), all.tally().runs()), (1, 2));
        all.add(3, 1, Ended::Unjudged);
        assert_eq!(all.judged(), [true, false]);
        assert_eq!((all.unjudged(3), all.unjudged(2)), (1, 0));
    }
}
