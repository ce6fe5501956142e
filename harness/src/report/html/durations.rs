//! How long attempts took: for each cell a strip of all of them over a box of its quartiles, on one scale.

use std::fmt::Write as _;

use crate::{
    model::OutcomeKind,
    results::{CellResults, Results},
};

use super::{
    super::{Told, told::Took, words},
    matrix::{Filter, Matrix, outcomes},
    scale::{LogScale, coordinate, quantile},
};

/// Width of the strips, in units of their SVG.
pub(super) const WIDTH: f64 = 420.0;
/// Attempts of a cell that are drawn; of more every so many-th, and all that were not clean.
const MOST_DOTS: usize = 120;

/// Cells that are drawn; of more those whose attempts took longest.
const MOST_STRIPS: usize = 250;

/// The section.
pub(super) struct Durations {
    pub(super) strips: Vec<Strip>,
    /// Cells that took less and are left out.
    pub(super) more: usize,
    /// Words and places of the scale.
    pub(super) ticks: Vec<(String, String)>,
}

/// A cell.
pub(super) struct Strip {
    pub(super) name: String,
    pub(super) count: usize,
    pub(super) median: String,
    pub(super) p95: String,
    pub(super) max: String,
    /// Places of the least, the quartiles and the greatest.
    pub(super) places: [String; 5],
    /// The width of the box.
    pub(super) width: String,
    /// A path with a point for each attempt that was clean, and one for the others.
    pub(super) clean: String,
    pub(super) other: String,
    pub(super) filter: Filter,
}

impl Durations {
    pub(super) fn of(results: &Results, told: &Told, matrix: &Matrix<'_>) -> Self {
        let all = told
            .attempts
            .values()
            .flatten()
            .map(|took| took.ms.max(1.0));
        let Some(scale) = LogScale::of(all, WIDTH) else {
            return Durations {
                strips: Vec::new(),
                more: 0,
                ticks: Vec::new(),
            };
        };
        let mut drawn: Vec<(&CellResults, &Vec<Took>)> = results
            .cells
            .iter()
            .filter_map(|cell| Some((cell, told.attempts.get(&cell.cell)?)))
            .collect();
        let more = drawn.len().saturating_sub(MOST_STRIPS);
        if more > 0 {
            let longest = |took: &[Took]| took.iter().map(|one| one.ms).fold(0.0, f64::max);
            drawn.sort_by(|one, other| longest(other.1).total_cmp(&longest(one.1)));
            drawn.truncate(MOST_STRIPS);
        }
        let strips = drawn.into_iter().map(|(cell, took)| {
            let filter = matrix.filter(&cell.cell, outcomes([cell]), "");
            strip(cell.cell.to_string(), took, scale, filter)
        });
        Durations {
            strips: strips.collect(),
            more,
            ticks: scale
                .ticks()
                .into_iter()
                .map(|(value, place)| (words::seconds(value), coordinate(place)))
                .collect(),
        }
    }
}

fn strip(name: String, took: &[Took], scale: LogScale, filter: Filter) -> Strip {
    let mut sorted: Vec<f64> = took.iter().map(|one| one.ms).collect();
    sorted.sort_by(f64::total_cmp);
    let of = |part| quantile(&sorted, part);
    let places = [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| scale.at(of(part).max(1.0)));
    let (clean, other): (Vec<&Took>, Vec<&Took>) =
        took.iter().partition(|one| one.kind == OutcomeKind::Clean);
    let step = clean.len().div_ceil(MOST_DOTS).max(1);
    let step_other = other.len().div_ceil(MOST_DOTS).max(1);
    Strip {
        name,
        count: took.len(),
        median: words::seconds(of(0.5)),
        p95: words::seconds(of(0.95)),
        max: words::seconds(of(1.0)),
        width: coordinate((places[3] - places[1]).max(1.0)),
        places: places.map(coordinate),
        clean: marks(clean.into_iter().step_by(step), scale, "h0"),
        other: marks(other.into_iter().step_by(step_other), scale, CROSS),
        filter,
    }
}

/// A cross whose middle is where the pen stands.
const CROSS: &str = "m-3-3l6 6m0-6l-6 6";

/// A path of marks, one below the other in turns so that those at the same place show.
fn marks<'t>(took: impl Iterator<Item = &'t Took>, scale: LogScale, mark: &str) -> String {
    let mut path = String::new();
    for (one, row) in took.zip([7, 10, 13].into_iter().cycle()) {
        let x = coordinate(scale.at(one.ms.max(1.0)));
        write!(path, "M{x} {row}{mark}").expect("writing to a string succeeds");
    }
    path
}
