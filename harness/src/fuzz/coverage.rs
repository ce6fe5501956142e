//! What has been tried: steps one after the other, and in which states. It is reported, and it guides: what is rare comes more
//! often.

use std::collections::BTreeMap;

use super::{
    generate::{USUAL, Weights},
    program::{Program, Step},
};

/// Counts of what programs did.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// Pairs of steps that follow each other in one thread, or of which one stands in a callback of the other.
    pairs: BTreeMap<(&'static str, &'static str), u64>,
    features: BTreeMap<String, u64>,
}

impl Coverage {
    /// Takes note of a program that was run.
    pub(super) fn saw(&mut self, program: &Program, features: impl IntoIterator<Item = String>) {
        for thread in &program.threads {
            self.list("start", &thread.steps);
        }
        for feature in features {
            *self.features.entry(feature).or_default() += 1;
        }
    }

    fn list(&mut self, before: &'static str, steps: &[Step]) {
        let mut before = before;
        for step in steps {
            *self.pairs.entry((before, step.name())).or_default() += 1;
            before = step.name();
            if let Some(inside) = step.inside() {
                self.list(before, inside);
            }
        }
    }

    /// Different pairs of steps, and different states in which a step was done.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.pairs.len(), self.features.len())
    }

    /// The states, with how many programs were in each.
    pub(super) fn features(&self) -> &BTreeMap<String, u64> {
        &self.features
    }

    /// Weights that favour the steps which follow others in ways that were seen least.
    pub(super) fn weights(&self) -> Weights {
        let mut seen: BTreeMap<&'static str, u64> = BTreeMap::new();
        for ((_, second), count) in &self.pairs {
            *seen.entry(second).or_default() += count;
        }
        let most = seen.values().copied().max().unwrap_or(0);
        let weight = |count: u64| match most.checked_div(count.max(1)).unwrap_or(1) {
            0 | 1 => USUAL,
            2..=3 => USUAL * 2,
            _ => USUAL * 3,
        };
        seen.into_iter()
            // A collection takes long, and is in the end of each thread anyway.
            .map(|(name, count)| (name, if name == "gc" { 1 } else { weight(count) }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::program::{End, PROGRAM_VERSION, Root, Schedule, Then, Thread};

    #[test]
    fn what_is_rare_weighs_more() {
        let mut coverage = Coverage::default();
        let call = Step::Call {
            inside: vec![Step::Get],
            then: Then::Return,
        };
        let program = Program {
            version: PROGRAM_VERSION,
            root: Root::Main,
            schedule: Schedule::default(),
            threads: vec![Thread {
                name: "main".to_owned(),
                steps: [vec![call], vec![Step::Turn; 20]].concat(),
                end: End::Return,
            }],
        };
        coverage.saw(&program, ["state".to_owned()]);
        assert_eq!(coverage.counts(), (4, 1));
        let weights = coverage.weights();
        assert!(weights["get"] > weights["turn"], "{weights:?}");
    }
}
