//! How long something took, over many times: median, 99th percentile, extremes.

use serde::{Deserialize, Serialize};
use statrs::statistics::{Data, Max, Min, OrderStatistics};

/// Of a sample, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// How many there were.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// Half are smaller.
    pub median: f64,
    /// 99 of 100 are smaller. Of fewer than 100 it lies close to the greatest.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
}

impl Distribution {
    /// Nothing when there is nothing.
    pub fn of(values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let count = values.len();
        let mut data = Data::new(values);
        Some(Self {
            count,
            min: data.min(),
            max: data.max(),
            median: data.median(),
            p99: data.percentile(99),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_tail_is_in_the_99th_percentile_and_not_in_the_median() {
        let mut values: Vec<f64> = (1..=1000).map(f64::from).collect();
        values.reverse();
        let all = Distribution::of(values).expect("there are some");
        assert_eq!((all.count, all.min, all.max), (1000, 1.0, 1000.0));
        assert!((all.median - 500.5).abs() < 1.0, "{all:?}");
        assert!((all.p99 - 990.0).abs() < 1.5, "{all:?}");
        assert_eq!(Distribution::of(Vec::new()), None);
    }
}
