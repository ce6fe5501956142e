//! Whether what a process holds grows with what it has done, and by how much a worker.

use crate::{
    slope::{Slope, block_means},
    tally::Confidence,
};

/// The first part of a run is left out: caches fill, heaps find their size.
const WARM_UP: f64 = 0.3;
/// Neighbouring samples depend on one another; so many means hardly do.
const BLOCKS: usize = 12;
/// Many resources of many cells are looked at in a run, so a verdict needs more than 95 %.
const SURE: f64 = 99.9;

/// What a resource did over a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// For each unit done, and more than the control where there is one.
    pub slope: Slope,
    /// The units done between the first and the last sample that count.
    pub span: f64,
}

impl Growth {
    /// From samples (units done, what is held), in order. None when there are too few.
    pub fn of(samples: &[(f64, f64)]) -> Option<Self> {
        let (first, last) = (samples.first()?.0, samples.last()?.0);
        let from = first + (last - first) * WARM_UP;
        let warm: Vec<_> = samples
            .iter()
            .copied()
            .filter(|(done, _)| *done >= from)
            .collect();
        // Means of two samples each, at least: one by itself may be an outlier.
        let blocks = block_means(&warm, BLOCKS.min((warm.len() / 2).max(4)));
        Some(Self {
            slope: Slope::fit(&blocks)?,
            span: last - from,
        })
    }

    /// What several runs of one load say together, each weighed alike. None when there are none.
    pub fn mean(runs: &[Self]) -> Option<Self> {
        let n = runs.len() as f64;
        let sum = |of: fn(&Self) -> f64| runs.iter().map(of).sum::<f64>();
        (!runs.is_empty()).then(|| Self {
            slope: Slope {
                value: sum(|run| run.slope.value) / n,
                error: sum(|run| run.slope.error.powi(2)).sqrt() / n,
                freedom: sum(|run| run.slope.freedom),
                intercept: sum(|run| run.slope.intercept) / n,
            },
            span: sum(|run| run.span) / n,
        })
    }

    /// What it did more than the same load without a target.
    #[must_use]
    pub fn beyond(self, control: Self) -> Self {
        Self {
            slope: self.slope.minus(control.slope),
            ..self
        }
    }

    /// Whether it certainly grows, and came to more than `least` over the run: less than that is noise of allocators
    /// whatever its statistics say.
    pub fn grows(self, least: f64) -> bool {
        let sure = Confidence::from_percent(SURE).expect("it is one");
        self.slope.lower_bound(sure) > 0.0 && self.slope.value * self.span > least
    }

    /// What it may grow by at most for each unit, with 95 % confidence: the resolution of a verdict that it does not.
    pub fn at_most(self) -> f64 {
        self.slope.upper_bound(Confidence::P95)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise without a generator: the fractional parts of multiples of the golden ratio, from -0.5 to 0.5.
    fn noise(at: u32) -> f64 {
        (f64::from(at) * 0.618_033_988_75).fract() - 0.5
    }

    fn samples(slope: f64, noisy: f64) -> Vec<(f64, f64)> {
        (0..100)
            .map(|at| {
                let done = f64::from(at) * 10.0;
                let warming = 3000.0 * (1.0 - (-done / 40.0).exp());
                (done, 1e6 + warming + slope * done + noisy * noise(at))
            })
            .collect()
    }

    #[test]
    fn what_grows_with_each_worker_is_seen_through_noise() {
        let growth = Growth::of(&samples(2.0, 300.0)).expect("many samples");
        assert!(growth.grows(500.0), "{growth:?}");
        assert!((growth.slope.value - 2.0).abs() < 0.3, "{growth:?}");
    }

    #[test]
    fn warming_up_and_noise_are_no_growth() {
        let growth = Growth::of(&samples(0.0, 300.0)).expect("many samples");
        assert!(!growth.grows(100.0), "{growth:?}");
        assert!(growth.at_most() < 0.3, "{growth:?}");
    }

    #[test]
    fn what_the_control_does_too_is_no_growth() {
        let ours = Growth::of(&samples(2.0, 300.0)).expect("many samples");
        let control = Growth::of(&samples(2.0, 200.0)).expect("many samples");
        assert!(ours.grows(500.0) && !ours.beyond(control).grows(100.0));
    }

    #[test]
    fn several_runs_know_more_than_one() {
        let one = Growth::of(&samples(2.0, 300.0)).expect("many samples");
        let four = Growth::mean(&[one; 4]).expect("there are some");
        assert!((four.slope.error - one.slope.error / 2.0).abs() < 1e-12);
        assert!((four.slope.value - one.slope.value).abs() < 1e-12);
        assert_eq!(Growth::mean(&[]), None);
    }

    #[test]
    fn a_descriptor_a_worker_is_growth_and_a_few_at_the_start_are_not() {
        let leak: Vec<_> = (0..20)
            .map(|n| (f64::from(n), 20.0 + f64::from(n)))
            .collect();
        assert!(Growth::of(&leak).expect("enough").grows(3.0));
        let cache: Vec<_> = (0..20)
            .map(|n| (f64::from(n), 20.0 + f64::from(n.min(4))))
            .collect();
        assert!(!Growth::of(&cache).expect("enough").grows(3.0));
        assert_eq!(Growth::of(&leak[..2]), None);
    }
}
