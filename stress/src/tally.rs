//! The two inputs of every interval: how many of how many, and how sure one wants to be.

use std::fmt;

/// Failures among runs: k of n, with k ≤ n. Retries have no place in it: each run counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tally {
    failures: u64,
    runs: u64,
}

/// More failures than runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{failures} failures in {runs} runs is impossible: count each run once, retries included")]
pub struct TallyError {
    failures: u64,
    runs: u64,
}

impl Tally {
    /// `failures` of `runs`.
    pub fn new(failures: u64, runs: u64) -> Result<Self, TallyError> {
        if failures > runs {
            return Err(TallyError { failures, runs });
        }
        Ok(Self { failures, runs })
    }

    /// k: runs that failed.
    pub fn failures(self) -> u64 {
        self.failures
    }

    /// n: all runs.
    pub fn runs(self) -> u64 {
        self.runs
    }

    /// n − k: runs that passed.
    pub fn passes(self) -> u64 {
        self.runs - self.failures
    }

    /// k / n between 0 and 1, or `None` when nothing has run: no runs have no rate.
    pub fn failure_rate(self) -> Option<f64> {
        (self.runs > 0).then(|| self.failures as f64 / self.runs as f64)
    }

    /// The same with one more run.
    #[must_use]
    pub fn and(self, failed: bool) -> Self {
        Self {
            failures: self.failures + u64::from(failed),
            runs: self.runs + 1,
        }
    }
}

/// A confidence level, above 50 % and below 100 %, kept in percent as it was written so that it
/// prints as it was read.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence {
    percent: f64,
}

/// A level that no interval can have.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a confidence of {0}% makes no sense here: use one above 50% and below 100%, usually 95%")]
pub struct ConfidenceError(f64);

impl Confidence {
    /// The level of every interval that a report shows.
    pub const P95: Self = Self { percent: 95.0 };

    /// From percent: `95.0`.
    pub fn from_percent(percent: f64) -> Result<Self, ConfidenceError> {
        // Written so that NaN is refused too.
        if percent > 50.0 && percent < 100.0 {
            Ok(Self { percent })
        } else {
            Err(ConfidenceError(percent))
        }
    }

    /// In percent, as given.
    pub fn percent(self) -> f64 {
        self.percent
    }

    /// α: the error that this level leaves, between 0 and ½.
    pub fn alpha(self) -> f64 {
        (100.0 - self.percent) / 100.0
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_failures_than_runs_are_refused() {
        let error = Tally::new(2, 1).unwrap_err().to_string();
        assert!(error.contains("2 failures in 1 runs"), "{error}");
    }

    #[test]
    fn nothing_run_has_no_rate() {
        assert_eq!(Tally::default().failure_rate(), None);
        assert_eq!(Tally::new(0, 4).unwrap().failure_rate(), Some(0.0));
    }

    #[test]
    fn a_confidence_is_more_than_a_coin_and_less_than_certain() {
        for percent in [f64::NAN, -1.0, 0.0, 50.0, 100.0, 101.0, f64::INFINITY] {
            assert!(Confidence::from_percent(percent).is_err(), "{percent}");
        }
        assert_eq!(Confidence::from_percent(99.9).unwrap().to_string(), "99.9%");
    }
}
