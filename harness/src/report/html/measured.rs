//! What was measured beside the results: slopes of leaks, latencies and growth under load.

use super::{
    super::figures::{Growing, Leak, LeakVerdict, Load},
    scale::{Linear, LogScale, coordinate},
};
use crate::stress::amount;

/// Width of a slope with its interval, in units of its SVG.
const SLOPE: f64 = 260.0;
/// Size of a chart of points.
const PLOT: (f64, f64) = (300.0, 150.0);
/// Width of a range of latencies.
const RANGE: f64 = 260.0;
/// Charts of points on the page.
const MOST_PLOTS: usize = 60;
/// Frames of a place that are shown.
const MOST_FRAMES: usize = 4;

/// Series of leaks.
pub(super) struct Leaks<'f> {
    pub(super) rows: Vec<Row<'f>>,
    /// Where nothing grows.
    pub(super) zero: String,
    pub(super) high: String,
    pub(super) plots: Vec<Plot>,
    pub(super) more_plots: usize,
}

/// A series.
pub(super) struct Row<'f> {
    pub(super) leak: &'f Leak,
    pub(super) class: &'static str,
    pub(super) glyph: &'static str,
    pub(super) word: &'static str,
    /// The slope, and its interval, where something grows: `low`, `width`, `at`.
    pub(super) slope: Option<[String; 3]>,
    /// Up to where growth would not have been seen, where nothing grows.
    pub(super) below: Option<String>,
    pub(super) said: String,
}

/// What was left over numbers of workers.
pub(super) struct Plot {
    pub(super) title: String,
    pub(super) site: String,
    pub(super) said: String,
    /// Places of what was left, and of the same of the control.
    pub(super) points: Vec<(String, String)>,
    pub(super) control: Vec<(String, String)>,
    /// Ends of the line.
    pub(super) line: [String; 4],
    /// Numbers of workers, with their places.
    pub(super) ticks: Vec<(u32, String)>,
    pub(super) high: String,
}

impl<'f> Leaks<'f> {
    pub(super) fn of(leaks: &'f [Leak]) -> Option<Self> {
        if leaks.is_empty() {
            return None;
        }
        let values = leaks.iter().flat_map(|leak| {
            let growing = leak
                .growing
                .iter()
                .flat_map(|one| [one.per_worker, one.interval.1]);
            growing.chain([leak.resolution])
        });
        let scale = Linear::of(values, SLOPE);
        let growing = leaks
            .iter()
            .flat_map(|leak| leak.growing.iter().map(move |one| (leak, one)))
            .filter(|(_, one)| one.points.len() > 1);
        Some(Leaks {
            rows: leaks.iter().map(|leak| row(leak, scale)).collect(),
            zero: coordinate(scale.at(0.0)),
            high: number(scale.high()),
            plots: growing
                .clone()
                .take(MOST_PLOTS)
                .map(|(leak, one)| plot(leak, one))
                .collect(),
            more_plots: growing.count().saturating_sub(MOST_PLOTS),
        })
    }
}

fn row(leak: &Leak, scale: Linear) -> Row<'_> {
    let (class, glyph, word) = match leak.verdict {
        LeakVerdict::Clean => ("pass", "✓", "clean"),
        LeakVerdict::Leaks => ("fail", "↗", "leaks"),
        LeakVerdict::Faults => ("fail", "✗", "faults"),
        LeakVerdict::Inconclusive => ("open", "?", "inconclusive"),
    };
    let worst = leak
        .growing
        .iter()
        .max_by(|one, other| one.per_worker.total_cmp(&other.per_worker));
    let slope = worst.map(|one| {
        let (low, high) = (scale.at(one.interval.0), scale.at(one.interval.1));
        [low, (high - low).max(1.0), scale.at(one.per_worker)].map(coordinate)
    });
    let said = if let Some(fault) = leak.faults.first() {
        shortened(fault)
    } else if let Some(known) = &leak.known {
        format!("known: {known}")
    } else if let Some(one) = worst {
        format!(
            "{} a worker ({} to {}): {}",
            number(one.per_worker),
            number(one.interval.0),
            number(one.interval.1),
            shortened(&one.site)
        )
    } else if let Some(why) = &leak.inconclusive {
        why.clone()
    } else if leak.resolution > 0.0 {
        format!("nothing (below {})", number(leak.resolution))
    } else {
        "nothing".to_owned()
    };
    Row {
        leak,
        class,
        glyph,
        word,
        below: (slope.is_none() && leak.resolution > 0.0 && leak.inconclusive.is_none())
            .then(|| coordinate(scale.at(leak.resolution) - scale.at(0.0))),
        slope,
        said,
    }
}

fn plot(leak: &Leak, growing: &Growing) -> Plot {
    let (width, height) = PLOT;
    let all = || growing.points.iter().chain(&growing.control);
    let x = Linear::of(all().map(|(workers, _)| f64::from(*workers)), width);
    let y = Linear::of(all().map(|(_, left)| *left), height);
    let place = |(workers, left): &(u32, f64)| {
        (
            coordinate(x.at(f64::from(*workers))),
            coordinate(height - y.at(*left)),
        )
    };
    let mut workers: Vec<u32> = growing.points.iter().map(|(workers, _)| *workers).collect();
    workers.dedup();
    // The line has the slope that was judged and goes through the middle of the points.
    #[expect(clippy::cast_precision_loss, reason = "a few points")]
    let count = growing.points.len() as f64;
    let mean_x = growing
        .points
        .iter()
        .map(|(workers, _)| f64::from(*workers))
        .sum::<f64>()
        / count;
    let mean_y = growing.points.iter().map(|(_, left)| *left).sum::<f64>() / count;
    let slope = own_slope(&growing.points, mean_x, mean_y);
    let at = |workers: f64| height - y.at(mean_y + slope * (workers - mean_x));
    let last = workers.last().copied().map_or(0.0, f64::from);
    Plot {
        title: format!(
            "{} × {} × {}, {}",
            leak.target, leak.runtime, leak.program, leak.tool
        ),
        site: shortened(&growing.site),
        said: format!(
            "{} a worker ({} to {}), {} bytes",
            number(growing.per_worker),
            number(growing.interval.0),
            number(growing.interval.1),
            number(growing.bytes_per_worker)
        ),
        points: growing.points.iter().map(place).collect(),
        control: growing.control.iter().map(place).collect(),
        line: [0.0, at(0.0), x.at(last), at(last)].map(coordinate),
        ticks: workers
            .into_iter()
            .map(|workers| (workers, coordinate(x.at(f64::from(workers)))))
            .collect(),
        high: number(y.high()),
    }
}

/// The slope of the least squares, of the target alone: the control has points of its own.
fn own_slope(points: &[(u32, f64)], mean_x: f64, mean_y: f64) -> f64 {
    let (above, below) = points
        .iter()
        .fold((0.0, 0.0), |(above, below), (workers, left)| {
            let x = f64::from(*workers) - mean_x;
            (above + x * (left - mean_y), below + x * x)
        });
    if below > 0.0 { above / below } else { 0.0 }
}

/// What was measured under load.
pub(super) struct Loads<'f> {
    pub(super) rows: Vec<LoadRow<'f>>,
    pub(super) ticks: Vec<(String, String)>,
}

/// A shape on a target and a runtime.
pub(super) struct LoadRow<'f> {
    pub(super) load: &'f Load,
    pub(super) clean: u64,
    pub(super) per_second: String,
    /// Name, words, and places of the least, the median, the 99th percentile and the greatest.
    pub(super) latencies: Vec<(&'f str, String, [String; 4])>,
    /// What is held more: resource, words, and whether it grows.
    pub(super) grown: Vec<(&'f str, String, bool)>,
}

impl<'f> Loads<'f> {
    pub(super) fn of(loads: &'f [Load]) -> Option<Self> {
        if loads.is_empty() {
            return None;
        }
        let all = loads
            .iter()
            .flat_map(|load| load.latencies.values())
            .flat_map(|one| [one.min.max(0.1), one.max.max(0.1)]);
        let scale = LogScale::of(all, RANGE);
        Some(Loads {
            rows: loads.iter().map(|load| load_row(load, scale)).collect(),
            ticks: scale.map_or_else(Vec::new, |scale| {
                let ticks = scale.ticks().into_iter();
                ticks
                    .map(|(value, at)| (number(value), coordinate(at)))
                    .collect()
            }),
        })
    }
}

fn load_row(load: &Load, scale: Option<LogScale>) -> LoadRow<'_> {
    let latencies = load.latencies.iter().filter_map(|(name, one)| {
        let scale = scale?;
        let places =
            [one.min, one.median, one.p99, one.max].map(|ms| coordinate(scale.at(ms.max(0.1))));
        let said = format!(
            "median {}, p99 {}, max {} ms",
            number(one.median),
            number(one.p99),
            number(one.max)
        );
        Some((name.as_str(), said, places))
    });
    let grown = load.grown.iter().map(|one| {
        let said = format!(
            "{} (below {})",
            amount(&one.resource, one.per_worker, one.steps),
            amount(&one.resource, one.at_most, one.steps)
        );
        (one.resource.as_str(), said, one.grows)
    });
    LoadRow {
        load,
        clean: load.runs - load.failed.min(load.runs),
        per_second: number(load.per_second),
        latencies: latencies.collect(),
        grown: grown.collect(),
    }
}

/// Three digits are enough to see.
fn number(value: f64) -> String {
    let text = if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn shortened(site: &str) -> String {
    let frames: Vec<&str> = site.split(" < ").collect();
    if frames.len() <= MOST_FRAMES {
        return site.to_owned();
    }
    format!("{} < …", frames[..MOST_FRAMES].join(" < "))
}
