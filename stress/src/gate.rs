//! Gates: what a rate has to stay below, and how sure one wants to be of it.

use std::fmt;
use std::str::FromStr;

use crate::interval::{lower_bound, upper_bound};
use crate::tally::{Confidence, ConfidenceError, Tally};

/// `failure-rate < 1% @ 95%`: the failure rate is below 1 %, and the claim is wrong in at most 5 %
/// of the cases in which the rate is 1 % or more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// In percent as written, so that it prints as it was read.
    limit_percent: f64,
    confidence: Confidence,
}

/// Why a text is no gate. Every message says what to write instead.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// Nothing there.
    #[error("the gate is empty: write one such as `failure-rate < 1% @ 95%`")]
    Empty,
    /// Something else than the failure rate.
    #[error(
        "`{0}` is not a measure of a gate: write `failure-rate` (or `rate`), as in `failure-rate < 1% @ 95%`"
    )]
    Measure(String),
    /// A comparison that repetition cannot show.
    #[error(
        "`{0}` is not a comparison of a gate: runs can only show that a rate is below a limit, so write `failure-rate < 1% @ 95%`"
    )]
    Comparison(String),
    /// A number without its percent sign, or no number.
    #[error("`{0}` is not a percentage: write a number with a percent sign, as `0.1%`")]
    Percentage(String),
    /// A limit that is always or never met.
    #[error("a limit of {0}% can never be decided by running: use one above 0% and below 100%")]
    Limit(f64),
    /// See [`ConfidenceError`].
    #[error(transparent)]
    Confidence(#[from] ConfidenceError),
}

impl Gate {
    /// The failure rate stays below `limit_percent` (0 < limit < 100).
    pub fn new(limit_percent: f64, confidence: Confidence) -> Result<Self, GateError> {
        if limit_percent > 0.0 && limit_percent < 100.0 {
            Ok(Self {
                limit_percent,
                confidence,
            })
        } else {
            Err(GateError::Limit(limit_percent))
        }
    }

    /// The limit as a rate between 0 and 1.
    pub fn limit(self) -> f64 {
        self.limit_percent / 100.0
    }

    /// How sure one wants to be.
    pub fn confidence(self) -> Confidence {
        self.confidence
    }

    /// Whether these runs, *taken as one sample of a size chosen beforehand*, show the rate to be
    /// below the limit. A loop that asks after every run needs a [`Plan`](crate::Plan) instead.
    pub fn is_shown_by(self, tally: Tally) -> bool {
        upper_bound(tally, self.confidence) < self.limit()
    }

    /// Whether these runs, taken as one sample, show the rate to be above the limit.
    pub fn is_refuted_by(self, tally: Tally) -> bool {
        lower_bound(tally, self.confidence) > self.limit()
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "failure-rate < {}% @ {}",
            self.limit_percent, self.confidence
        )
    }
}

impl FromStr for Gate {
    type Err = GateError;

    /// `failure-rate < 1% @ 95%`; `rate` is short for `failure-rate`, blanks are free, and the
    /// confidence is 95 % when left out.
    fn from_str(text: &str) -> Result<Self, GateError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(GateError::Empty);
        }
        let is_comparison = |c: char| matches!(c, '<' | '>' | '=' | '!' | '≤' | '≥');
        let Some(start) = text.find(is_comparison) else {
            let first = text.split_whitespace().next().unwrap_or(text);
            return Err(match first {
                "failure-rate" | "rate" => GateError::Comparison(String::new()),
                other => GateError::Measure(other.to_owned()),
            });
        };
        let (measure, rest) = text.split_at(start);
        let measure = measure.trim_end();
        if !matches!(measure, "failure-rate" | "rate") {
            return Err(GateError::Measure(measure.to_owned()));
        }
        let end = rest.find(|c| !is_comparison(c)).unwrap_or(rest.len());
        let (comparison, rest) = rest.split_at(end);
        if comparison != "<" {
            return Err(GateError::Comparison(comparison.to_owned()));
        }
        let (limit, confidence) = match rest.split_once('@') {
            Some((limit, confidence)) => {
                (limit, Confidence::from_percent(percentage(confidence)?)?)
            }
            None => (rest, Confidence::P95),
        };
        Self::new(percentage(limit)?, confidence)
    }
}

fn percentage(text: &str) -> Result<f64, GateError> {
    let text = text.trim();
    text.strip_suffix('%')
        .map(str::trim_end)
        // `f64` also reads `inf`, `nan` and `1e3`; a gate is written in plain digits.
        .filter(|digits| digits.chars().all(|c| c.is_ascii_digit() || c == '.'))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| GateError::Percentage(text.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)] // the ends of intervals and limits read from text are exact

    use super::*;

    #[test]
    fn spellings_of_one_gate() {
        for text in [
            "failure-rate < 1% @ 95%",
            "rate<1%@95%",
            "  failure-rate <1 % ",
            "rate < 1.0% @ 95.0 %",
        ] {
            let gate: Gate = text.parse().unwrap();
            assert_eq!(gate.to_string(), "failure-rate < 1% @ 95%", "{text}");
            assert_eq!(gate.limit(), 0.01);
        }
    }

    #[test]
    fn errors_say_what_to_write() {
        for (text, part) in [
            ("", "empty"),
            ("pass-rate > 99%", "`pass-rate` is not a measure"),
            ("99%", "`99%` is not a measure"),
            ("rate", "`` is not a comparison"),
            ("rate <= 1%", "`<=` is not a comparison"),
            ("rate > 1%", "`>` is not a comparison"),
            ("rate ≤ 1%", "`≤` is not a comparison"),
            ("rate < 0.01", "`0.01` is not a percentage"),
            ("rate < 1% @ 0.95", "`0.95` is not a percentage"),
            ("rate < nan%", "`nan%` is not a percentage"),
            ("rate < -1%", "`-1%` is not a percentage"),
            ("rate < 1%% ", "`1%%` is not a percentage"),
            ("rate < ", "`` is not a percentage"),
            ("rate < 0%", "a limit of 0%"),
            ("rate < 100%", "a limit of 100%"),
            ("rate < 1% @ 100%", "a confidence of 100%"),
            ("rate < 1% @ 95% @ 9%", "`95% @ 9%` is not a percentage"),
        ] {
            let error = text.parse::<Gate>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
