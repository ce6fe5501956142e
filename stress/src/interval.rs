//! Intervals for a failure rate: Wilson, which reports show, and Clopper–Pearson, which gates use.
//!
//! Wilson's covers 95 % on average and is narrow; for some rates it covers less. Clopper–Pearson's
//! covers at least what it says for every rate, which is what a promise needs. Both follow
//! Brown, Cai, `DasGupta`: *Interval Estimation for a Binomial Proportion*, Statistical Science 16 (2001).

use statrs::distribution::{ContinuousCDF, Normal};

use crate::binomial::{at_least, at_most};
use crate::tally::{Confidence, Tally};

/// A range of rates between 0 and 1, ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lowest rate that the runs are compatible with.
    pub low: f64,
    /// The highest rate that the runs are compatible with.
    pub high: f64,
}

impl Interval {
    /// What no run at all says.
    pub const ANYTHING: Self = Self {
        low: 0.0,
        high: 1.0,
    };

    /// The same seen from the passes: an interval of failure rates as one of pass rates.
    #[must_use]
    pub fn complement(self) -> Self {
        Self {
            low: 1.0 - self.high,
            high: 1.0 - self.low,
        }
    }

    /// Whether `rate` lies within.
    pub fn contains(self, rate: f64) -> bool {
        (self.low..=self.high).contains(&rate)
    }

    /// How much the runs leave open.
    pub fn width(self) -> f64 {
        self.high - self.low
    }
}

/// Wilson's score interval of the failure rate, two-sided; anything when nothing has run.
pub fn wilson(tally: Tally, confidence: Confidence) -> Interval {
    score(tally, quantile(1.0 - confidence.alpha() / 2.0))
}

/// Wilson's one-sided upper bound of the failure rate.
pub fn wilson_upper(tally: Tally, confidence: Confidence) -> f64 {
    score(tally, quantile(1.0 - confidence.alpha())).high
}

/// Wilson's one-sided lower bound of the failure rate.
pub fn wilson_lower(tally: Tally, confidence: Confidence) -> f64 {
    score(tally, quantile(1.0 - confidence.alpha())).low
}

/// Clopper and Pearson's exact interval of the failure rate, two-sided; anything when nothing has
/// run.
pub fn clopper_pearson(tally: Tally, confidence: Confidence) -> Interval {
    Interval {
        low: exact_low(tally, confidence.alpha() / 2.0),
        high: exact_high(tally, confidence.alpha() / 2.0),
    }
}

/// The exact one-sided upper bound: `failure rate < bound` holds with this confidence. 1 when
/// nothing has run or everything failed.
pub fn upper_bound(tally: Tally, confidence: Confidence) -> f64 {
    exact_high(tally, confidence.alpha())
}

/// The exact one-sided lower bound: `failure rate > bound` holds with this confidence. 0 when
/// nothing has run or nothing failed.
pub fn lower_bound(tally: Tally, confidence: Confidence) -> f64 {
    exact_low(tally, confidence.alpha())
}

fn quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

fn score(tally: Tally, z: f64) -> Interval {
    let Some(rate) = tally.failure_rate() else {
        return Interval::ANYTHING;
    };
    let n = tally.runs() as f64;
    let z2 = z * z;
    let centre = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
    Interval {
        // The ends are exactly 0 and 1 where the formula says so but rounding would not.
        low: if tally.failures() == 0 {
            0.0
        } else {
            (centre - half).clamp(0.0, rate)
        },
        high: if tally.passes() == 0 {
            1.0
        } else {
            (centre + half).clamp(rate, 1.0)
        },
    }
}

/// The rate under which k or fewer failures have probability `tail`.
fn exact_high(tally: Tally, tail: f64) -> f64 {
    let (k, n) = (tally.failures(), tally.runs());
    if k == n {
        return 1.0;
    }
    if k == 0 {
        // Closed form: (1 − p)^n = tail.
        return -(tail.ln() / n as f64).exp_m1();
    }
    bisect(|p| at_most(k, n, p) > tail)
}

/// The rate under which k or more failures have probability `tail`.
fn exact_low(tally: Tally, tail: f64) -> f64 {
    let (k, n) = (tally.failures(), tally.runs());
    if k == 0 {
        return 0.0;
    }
    if k == n {
        return (tail.ln() / n as f64).exp();
    }
    bisect(|p| at_least(k, n, p) < tail)
}

/// The point between 0 and 1 up to which `below` holds, to the last bit.
///
/// Not `Beta::inverse_cdf`: that stops at a fixed precision of its own, and a gate compares the
/// result with a limit.
fn bisect(below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)] // the ends of intervals and limits read from text are exact

    use super::*;

    fn tally(k: u64, n: u64) -> Tally {
        Tally::new(k, n).unwrap()
    }

    #[track_caller]
    fn near(found: f64, expected: f64, digits: i32) {
        let half_unit = 0.5 * 10_f64.powi(-digits) + 1e-12;
        assert!(
            (found - expected).abs() <= half_unit,
            "{found} is not {expected}"
        );
    }

    /// Newcombe, *Two-sided confidence intervals for the single proportion*, Statistics in Medicine
    /// 17 (1998), table I: his four examples, methods 3 (Wilson) and 5 (Clopper–Pearson), 95 %.
    #[test]
    fn newcombes_examples() {
        for (k, n, wilson_low, wilson_high, exact_low, exact_high) in [
            (81, 263, 0.2553, 0.3662, 0.2527, 0.3676),
            (15, 148, 0.0624, 0.1605, 0.0578, 0.1617),
            (0, 20, 0.0000, 0.1611, 0.0000, 0.1684),
            (1, 29, 0.0061, 0.1718, 0.0009, 0.1776),
        ] {
            let found = wilson(tally(k, n), Confidence::P95);
            near(found.low, wilson_low, 4);
            near(found.high, wilson_high, 4);
            let found = clopper_pearson(tally(k, n), Confidence::P95);
            near(found.low, exact_low, 4);
            near(found.high, exact_high, 4);
        }
    }

    /// The rule of three and its exact values: 1 − 0.05^(1/n).
    #[test]
    fn no_failure_bounds_the_rate_by_the_rule_of_three() {
        for (n, bound) in [
            (24, 0.11735),
            (100, 0.02951),
            (298, 0.010_002),
            (299, 0.009_969),
        ] {
            near(upper_bound(tally(0, n), Confidence::P95), bound, 5);
            assert!(upper_bound(tally(0, n), Confidence::P95) < 3.0 / n as f64);
        }
    }

    #[test]
    fn no_runs_say_nothing() {
        let none = Tally::default();
        assert_eq!(wilson(none, Confidence::P95), Interval::ANYTHING);
        assert_eq!(clopper_pearson(none, Confidence::P95), Interval::ANYTHING);
        assert_eq!(upper_bound(none, Confidence::P95), 1.0);
        assert_eq!(lower_bound(none, Confidence::P95), 0.0);
        assert_eq!(wilson_upper(none, Confidence::P95), 1.0);
        assert_eq!(wilson_lower(none, Confidence::P95), 0.0);
    }

    #[test]
    fn all_and_none_touch_the_ends_exactly() {
        for n in [1, 2, 17, 1_000_000] {
            for interval in [wilson, clopper_pearson] {
                let none = interval(tally(0, n), Confidence::P95);
                let all = interval(tally(n, n), Confidence::P95);
                assert_eq!(none.low, 0.0);
                assert_eq!(all.high, 1.0);
                assert!(none.high < 1.0 && all.low > 0.0);
                near(all.complement().high, none.high, 12);
            }
        }
    }

    #[test]
    fn a_complement_turns_failures_into_passes() {
        let failures = wilson(tally(3, 10), Confidence::P95);
        let passes = wilson(tally(7, 10), Confidence::P95);
        near(failures.complement().low, passes.low, 12);
        near(failures.complement().high, passes.high, 12);
    }
}
