//! Two runs beside each other: what a change has made better or worse, and what may be chance. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use threadproof_stress::{Tally, fisher};

use crate::{
    judge::signature::parts_of,
    model::CellId,
    results::{CellResults, Results},
};

mod render;

pub use render::{markdown, table};

/// Version of what `--json` prints.
pub const COMPARE_VERSION: u32 = 1;
/// Differences that chance alone would make so seldom are no chance.
const ALPHA: f64 = 0.05;

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It crashes or hangs in a way that the first run did not know, however seldom.
    NewCrash,
    /// It fails more often, and that is no chance.
    Regressed,
    /// It was judged in the first run, or some of its tests were, and is not in the second.
    Lost,
    /// It failed more often, and may do so by chance.
    SpuriousRegressed,
    /// It fails less often, and that is no chance.
    Fixed,
    /// It failed less often, and may do so by chance.
    SpuriousFixed,
    /// It fails as often as before.
    Same,
}

impl Change {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::NewCrash => "new crash",
            Change::Regressed => "regressed",
            Change::Lost => "lost",
            Change::SpuriousRegressed => "more failures, perhaps by chance",
            Change::Fixed => "fixed",
            Change::SpuriousFixed => "fewer failures, perhaps by chance",
            Change::Same => "same",
        }
    }

    /// Whether a change that does this should not be made.
    pub fn is_regression(self) -> bool {
        match self {
            Change::NewCrash | Change::Regressed | Change::Lost => true,
            Change::SpuriousRegressed | Change::Fixed | Change::SpuriousFixed | Change::Same => {
                false
            }
        }
    }
}

/// A cell of either run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// Which one.
    pub cell: CellId,
    /// What became of it.
    pub change: Change,
    /// Failed and judged attempts in the first run.
    pub before: (u32, u32),
    /// In the second.
    pub after: (u32, u32),
    /// Fisher's two-sided p-value.
    pub p: f64,
    /// New signatures, or tests that are lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub what: Vec<String>,
}

/// Two runs beside each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// [`COMPARE_VERSION`].
    pub version: u32,
    /// Names of the runs.
    pub runs: (String, String),
    /// The worst first.
    pub cells: Vec<Compared>,
    /// How often each kind of failure was seen in the first run and in the second.
    pub signatures: BTreeMap<String, (u32, u32)>,
    /// Cells that only the second run has.
    pub added: Vec<CellId>,
}

/// Puts `after` beside `before`.
pub fn compare(before: &Results, after: &Results) -> Comparison {
    let of = |results: &Results, cell: &CellId| {
        results
            .cells
            .iter()
            .find(|one| one.cell == *cell && one.judged > 0)
            .cloned()
    };
    let known: BTreeSet<(&str, &str)> = before
        .failures
        .iter()
        .map(|one| (one.cell.target.as_str(), one.signature.as_str()))
        .collect();
    let mut cells: Vec<Compared> = before
        .cells
        .iter()
        .filter(|one| one.judged > 0)
        .map(|one| {
            compared(
                one,
                of(after, &one.cell).as_ref(),
                &new_crashes(after, &one.cell, &known),
            )
        })
        .collect();
    cells.sort_by(|one, other| (one.change, &one.cell).cmp(&(other.change, &other.cell)));
    let added = after
        .cells
        .iter()
        .filter(|one| one.judged > 0 && of(before, &one.cell).is_none())
        .map(|one| one.cell.clone())
        .collect();
    let mut signatures: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for failure in &before.failures {
        signatures.entry(failure.signature.clone()).or_default().0 += 1;
    }
    for failure in &after.failures {
        signatures.entry(failure.signature.clone()).or_default().1 += 1;
    }
    Comparison {
        version: COMPARE_VERSION,
        runs: (before.run.clone(), after.run.clone()),
        cells,
        signatures,
        added,
    }
}

/// Signatures of crashes and hangs of a cell that its target did not have before, in any cell.
fn new_crashes(after: &Results, cell: &CellId, known: &BTreeSet<(&str, &str)>) -> Vec<String> {
    let new = after.failures.iter().filter(|one| {
        let crashes =
            parts_of(&one.signature).is_some_and(|(kind, _)| kind.is_crash() || kind.is_hang());
        one.cell == *cell
            && crashes
            && !known.contains(&(one.cell.target.as_str(), one.signature.as_str()))
    });
    let signatures: BTreeSet<String> = new.map(|one| one.signature.clone()).collect();
    signatures.into_iter().collect()
}

fn counts(cell: &CellResults) -> (u32, u32) {
    (cell.judged - cell.clean, cell.judged)
}

fn compared(before: &CellResults, after: Option<&CellResults>, new: &[String]) -> Compared {
    let mut compared = Compared {
        cell: before.cell.clone(),
        change: Change::Lost,
        before: counts(before),
        after: after.map_or((0, 0), counts),
        p: 1.0,
        what: Vec::new(),
    };
    let Some(after) = after else {
        return compared;
    };
    compared.p = fisher(tally(compared.before), tally(compared.after));
    let has = |id: &String| after.tests.iter().any(|test| test.id == *id);
    let lost = before
        .tests
        .iter()
        .map(|test| &test.id)
        .filter(|id| !has(id));
    let lost: Vec<String> = lost.cloned().collect();
    (compared.change, compared.what) = if !new.is_empty() {
        (Change::NewCrash, new.to_vec())
    } else if lost.is_empty() {
        (
            by_rate(compared.before, compared.after, compared.p),
            Vec::new(),
        )
    } else {
        (Change::Lost, lost)
    };
    compared
}

fn tally((failed, judged): (u32, u32)) -> Tally {
    Tally::new(failed.into(), judged.into()).expect("those that failed were judged")
}

fn by_rate(before: (u32, u32), after: (u32, u32), p: f64) -> Change {
    // a/b < c/d, without division.
    let scaled = |one: (u32, u32), other: (u32, u32)| u64::from(one.0) * u64::from(other.1);
    let (was, is) = (scaled(before, after), scaled(after, before));
    match (is.cmp(&was), p < ALPHA) {
        (std::cmp::Ordering::Equal, _) => Change::Same,
        (std::cmp::Ordering::Greater, true) => Change::Regressed,
        (std::cmp::Ordering::Greater, false) => Change::SpuriousRegressed,
        (std::cmp::Ordering::Less, true) => Change::Fixed,
        (std::cmp::Ordering::Less, false) => Change::SpuriousFixed,
    }
}

#[cfg(test)]
mod tests;
