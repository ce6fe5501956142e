//! Straight lines through measurements: what a count grows by with each worker, and whether a figure drifts
//! over time. Judged by the slope with its interval, never by two points.
//!
//! Ordinary least squares with Student's t, as in any textbook. It takes the errors of the points for independent;
//! samples of one process over time are not, so thin them with [`block_means`] first.

use statrs::{
    distribution::{ContinuousCDF, StudentsT},
    statistics::Statistics,
};

use crate::tally::Confidence;

/// The slope of a straight line, in units of y for each unit of x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The best estimate.
    pub value: f64,
    /// The standard error of it. Zero when the points lie on a line.
    pub error: f64,
    /// Degrees of freedom of that error.
    pub freedom: f64,
    /// Where the line meets x = 0.
    pub intercept: f64,
}

impl Slope {
    /// The line of least squares through points (x, y). None when there are fewer than three of them or all have
    /// the same x: then nothing can be said of the error.
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let n = points.len() as f64;
        if points.len() < 3 {
            return None;
        }
        let x_mean = points.iter().map(|point| point.0).mean();
        let y_mean = points.iter().map(|point| point.1).mean();
        let spread: f64 = points.iter().map(|(x, _)| (x - x_mean).powi(2)).sum();
        if spread <= 0.0 {
            return None;
        }
        let joint: f64 = points
            .iter()
            .map(|(x, y)| (x - x_mean) * (y - y_mean))
            .sum();
        let value = joint / spread;
        let intercept = y_mean - value * x_mean;
        let rest: f64 = points
            .iter()
            .map(|(x, y)| (y - intercept - value * x).powi(2))
            .sum();
        let freedom = n - 2.0;
        Some(Self {
            value,
            error: (rest / freedom / spread).sqrt(),
            freedom,
            intercept,
        })
    }

    /// What this slope has more than `control`, whose errors are independent of ours: Welch's degrees of freedom.
    #[must_use]
    pub fn minus(self, control: Self) -> Self {
        let (ours, theirs) = (self.error.powi(2), control.error.powi(2));
        let weights = ours.powi(2) / self.freedom + theirs.powi(2) / control.freedom;
        Self {
            value: self.value - control.value,
            error: (ours + theirs).sqrt(),
            freedom: if weights > 0.0 {
                (ours + theirs).powi(2) / weights
            } else {
                self.freedom + control.freedom
            },
            intercept: self.intercept - control.intercept,
        }
    }

    /// The two-sided interval, ends included.
    pub fn interval(self, confidence: Confidence) -> (f64, f64) {
        let half = self.half_width(1.0 - confidence.alpha() / 2.0);
        (self.value - half, self.value + half)
    }

    /// The one-sided lower bound: the slope is above it with this confidence. What a verdict "grows" needs.
    pub fn lower_bound(self, confidence: Confidence) -> f64 {
        self.value - self.half_width(1.0 - confidence.alpha())
    }

    /// The one-sided upper bound: the slope is below it with this confidence. It is the resolution of a verdict "does
    /// not grow".
    pub fn upper_bound(self, confidence: Confidence) -> f64 {
        self.value + self.half_width(1.0 - confidence.alpha())
    }

    fn half_width(self, quantile: f64) -> f64 {
        if self.error <= 0.0 {
            return 0.0;
        }
        let t = StudentsT::new(0.0, 1.0, self.freedom).expect("degrees of freedom are positive");
        self.error * t.inverse_cdf(quantile)
    }
}

/// The means of `blocks` runs of neighbouring points, in order, as even in length as can be: neighbours in time depend on
/// one another, means of long runs hardly do. All points when there are not more of them than blocks.
pub fn block_means(points: &[(f64, f64)], blocks: usize) -> Vec<(f64, f64)> {
    if blocks == 0 || points.len() <= blocks {
        return points.to_vec();
    }
    (0..blocks)
        .map(|block| {
            let from = block * points.len() / blocks;
            let to = (block + 1) * points.len() / blocks;
            let run = &points[from..to];
            (
                run.iter().map(|point| point.0).mean(),
                run.iter().map(|point| point.1).mean(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn points_on_a_line_have_its_slope_and_no_error() {
        let slope = Slope::fit(&[(4.0, 11.0), (8.0, 19.0), (16.0, 35.0)]).expect("three points");
        assert!(near(slope.value, 2.0) && near(slope.intercept, 3.0) && slope.error < 1e-9);
    }

    /// Figures of R: `summary(lm(c(1,3,2,5,4) ~ c(1,2,3,4,5)))`, `confint`.
    #[test]
    fn the_interval_is_that_of_a_textbook() {
        let points = [(1.0, 1.0), (2.0, 3.0), (3.0, 2.0), (4.0, 5.0), (5.0, 4.0)];
        let slope = Slope::fit(&points).expect("five points");
        assert!(near(slope.value, 0.8) && near(slope.intercept, 0.6));
        assert!((slope.error - 0.346_410_161_5).abs() < 1e-9);
        let (low, high) = slope.interval(Confidence::P95);
        // 0.8 -+ 3.182446 * 0.3464102
        assert!((low + 0.302_431_7).abs() < 1e-5 && (high - 1.902_431_7).abs() < 1e-5);
    }

    #[test]
    fn what_cannot_be_judged_is_none() {
        assert_eq!(Slope::fit(&[(1.0, 1.0), (2.0, 2.0)]), None);
        assert_eq!(Slope::fit(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
    }

    #[test]
    fn a_control_with_the_same_growth_leaves_nothing() {
        let ours = Slope::fit(&[(1.0, 2.0), (2.0, 4.1), (3.0, 5.9), (4.0, 8.0)]).expect("points");
        let same = ours.minus(ours);
        let confidence = Confidence::P95;
        assert!(near(same.value, 0.0));
        assert!(same.lower_bound(confidence) < 0.0 && same.upper_bound(confidence) > 0.0);
        // Two equal errors of 2 degrees each have 4 together.
        assert!(near(same.freedom, 4.0));
    }

    #[test]
    fn blocks_take_each_point_once() {
        let points: Vec<(f64, f64)> = (0..10).map(|n| (f64::from(n), f64::from(n * n))).collect();
        let means = block_means(&points, 3);
        assert_eq!(means.len(), 3);
        // Blocks of 3, 3 and 4.
        assert!(near(means[0].0, 1.0) && near(means[1].0, 4.0) && near(means[2].0, 7.5));
        assert_eq!(block_means(&points, 20), points);
    }
}
