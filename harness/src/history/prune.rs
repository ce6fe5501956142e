//! Which runs are old enough to go. Pure.

use std::time::Duration;

use super::time_of;

/// Runs that may go. Where both are said, a run goes that neither keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unwanted {
    /// So many, the newest, stay.
    pub keep: u32,
    /// Those stay that began then or later, as [`time_of`] writes it.
    pub began_before: Option<String>,
}

impl Unwanted {
    /// What is older than a duration now, without the newest.
    pub fn of(keep: Option<u32>, older_than: Option<Duration>, now_ms: f64) -> Self {
        Unwanted {
            keep: keep.unwrap_or(0),
            began_before: older_than
                .map(|age| time_of((now_ms - age.as_secs_f64() * 1000.0).max(0.0))),
        }
    }

    /// Whether a run goes that began then, and before which there are so many newer ones.
    pub fn has(&self, newer: usize, started: &str) -> bool {
        // Times of one form are ordered as their texts are.
        let is_old = |moment: &str| started < moment;
        newer >= self.keep as usize && self.began_before.as_deref().is_none_or(is_old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn a_run_goes_that_neither_its_place_nor_its_age_keeps() {
        let days = |days: u32| f64::from(days) * 86_400_000.0;
        let started = [9, 8, 5, 5, 1].map(|day| time_of(days(day)));
        let gone = |keep, older_than: Option<u32>| {
            let age = older_than.map(|days| DAY * days);
            let unwanted = Unwanted::of(keep, age, days(10));
            let places = 0..started.len();
            places
                .filter(|at| unwanted.has(*at, &started[*at]))
                .collect::<Vec<_>>()
        };
        assert_eq!(gone(Some(2), None), [2, 3, 4]);
        assert_eq!(gone(Some(5), None), [0; 0]);
        assert_eq!(gone(None, Some(2)), [2, 3, 4]);
        // One that began just then stays.
        assert_eq!(gone(None, Some(5)), [4]);
        assert_eq!(gone(Some(3), Some(2)), [3, 4]);
        assert_eq!(gone(Some(1), Some(9)), [0; 0]);
        // Before all time.
        assert_eq!(gone(None, Some(4_000_000)), [0; 0]);
    }
}
