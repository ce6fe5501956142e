//! Scales of charts: from a value to a place in an SVG.

/// A scale whose steps are powers, for values that differ by orders of magnitude.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogScale {
    low: f64,
    high: f64,
    width: f64,
}

impl LogScale {
    /// From the least to the greatest of the values, widened to whole powers of ten or their halves.
    pub(super) fn of(values: impl Iterator<Item = f64>, width: f64) -> Option<Self> {
        let logs = values.filter(|value| *value > 0.0).map(f64::log10);
        let (low, high) = logs.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if !low.is_finite() {
            return None;
        }
        let low = (low - 0.05).floor();
        let high = ((high + 0.05) * 2.0).ceil() / 2.0;
        Some(LogScale {
            low,
            high: high.max(low + 1.0),
            width,
        })
    }

    /// Where a value is.
    pub(super) fn at(self, value: f64) -> f64 {
        let log = value
            .max(f64::MIN_POSITIVE)
            .log10()
            .clamp(self.low, self.high);
        (log - self.low) / (self.high - self.low) * self.width
    }

    /// Whole powers of ten, with their places.
    pub(super) fn ticks(self) -> Vec<(f64, f64)> {
        let mut ticks = Vec::new();
        let mut power = self.low;
        while power <= self.high {
            let value = 10f64.powf(power);
            ticks.push((value, self.at(value)));
            power += 1.0;
        }
        ticks
    }
}

/// A scale with equal steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Linear {
    low: f64,
    high: f64,
    width: f64,
}

impl Linear {
    /// From the least to the greatest of the values, zero included.
    pub(super) fn of(values: impl Iterator<Item = f64>, width: f64) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite.fold((0.0, 0.0), |(low, high): (f64, f64), value| {
            (low.min(value), high.max(value))
        });
        Linear {
            low,
            high: if high > low { high } else { low + 1.0 },
            width,
        }
    }

    /// Where a value is.
    pub(super) fn at(self, value: f64) -> f64 {
        (value.clamp(self.low, self.high) - self.low) / (self.high - self.low) * self.width
    }

    /// The greatest value.
    pub(super) fn high(self) -> f64 {
        self.high
    }
}

/// The value below which so much of sorted values lies, by linear interpolation.
pub(super) fn quantile(sorted: &[f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positions in a list"
    )]
    match sorted.len() {
        0 => 0.0,
        length => {
            let place = part * (length - 1) as f64;
            let below = place.floor() as usize;
            let above = (below + 1).min(length - 1);
            sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor())
        }
    }
}

/// A coordinate with one decimal, and without one that says nothing.
pub(super) fn coordinate(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_of_logarithms_has_its_ends_and_its_ticks() {
        let scale = LogScale::of([120.0, 4000.0].into_iter(), 100.0).expect("there are values");
        assert!(scale.at(100.0).abs() < 1e-9);
        assert!((scale.at(10_000.0) - 100.0).abs() < 1e-9);
        let ticks: Vec<f64> = scale
            .ticks()
            .into_iter()
            .map(|(value, _)| value.round())
            .collect();
        assert_eq!(ticks, [100.0, 1000.0, 10_000.0]);
        assert!(LogScale::of(std::iter::empty(), 100.0).is_none());
    }

    #[test]
    fn quantiles_are_interpolated() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        assert!((quantile(&sorted, 0.5) - 2.5).abs() < 1e-9);
        assert!((quantile(&sorted, 1.0) - 4.0).abs() < 1e-9);
        assert!((quantile(&[7.0], 0.25) - 7.0).abs() < 1e-9);
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!(coordinate(12.04), "12");
        assert_eq!(coordinate(12.06), "12.1");
    }
}
