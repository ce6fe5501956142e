//! What a stress run came to, cell by cell. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use threadproof_stress::{Confidence, Distribution, Growth, Plan, Tally, wilson};

use super::{Ran, conclude};
use crate::{audit::Audit, gate::Gated, model::CellId, protocol::Sample};

/// The version of `stress.json`.
const VERSION: u32 = 1;

/// What a process holds, with how it is read off a sample and how much of it, over a whole run, is more than noise.
const RESOURCES: [(&str, Read, f64); 5] = [
    ("rss", |sample| Some(sample.rss), 8.0 * MIB),
    ("heapUsed", |sample| Some(sample.heap_used), 4.0 * MIB),
    ("external", |sample| Some(sample.external), 4.0 * MIB),
    ("descriptors", |sample| sample.descriptors, 3.5),
    ("threads", |sample| sample.threads, 3.5),
];
/// Reads a resource off a sample, where it could be counted.
type Read = fn(&Sample) -> Option<f64>;

const MIB: f64 = 1024.0 * 1024.0;

/// A stress run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stressed {
    /// Of this format.
    pub version: u32,
    /// In the order of target, runtime and shape.
    pub cells: Vec<Cell>,
}

/// A shape on a target and a runtime.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Id of the target.
    pub target: String,
    /// Whether it is the clean addon that others are compared with.
    pub control: bool,
    /// Id of the runtime.
    pub runtime: String,
    /// Name of the shape.
    pub shape: String,
    /// Processes that were judged.
    pub runs: u64,
    /// Those that failed.
    pub failed: u64,
    /// Wilson's 95 % interval of the rate of failures.
    pub failure_rate: (f64, f64),
    /// Workers that ended, as they were told to or not; processes, where the shape kills those.
    pub lifecycles: u64,
    /// The same for each second of a process.
    pub per_second: f64,
    /// In milliseconds: `terminate` from the call to the worker's `exit`, `life` from its start.
    pub latencies: BTreeMap<String, Distribution>,
    /// Of the databases.
    pub audit: Audit,
    /// What is held more with each worker, or with each step where workers last.
    pub grown: Vec<Grown>,
    /// What the shape counted.
    pub counts: BTreeMap<String, u64>,
    /// What the gate says, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gated>,
}

/// How a resource grew.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grown {
    /// `rss`, `heapUsed`, `external` in bytes; `descriptors`, `threads`.
    pub resource: &'static str,
    /// For each worker, or each step where workers last; beyond the control where there is one.
    pub per_worker: f64,
    /// Where workers last: so many steps were between the first and the last sample that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<f64>,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// It grows by less, with 95 % confidence: the resolution.
    pub at_most: f64,
    /// Whether a control was subtracted.
    pub beyond_control: bool,
    /// Whether it grows: above zero with 99.9 % confidence, and by more than noise over the run.
    pub grows: bool,
}

/// Makes figures of what ran. `control` is the target that others are compared with.
pub fn judge(
    ran: &BTreeMap<CellId, Vec<Ran>>,
    control: Option<&str>,
    gate: Option<&Plan>,
) -> Stressed {
    let cells = ran
        .iter()
        .map(|(id, runs)| {
            let is_control = Some(id.target.as_str()) == control;
            let beside = control.filter(|_| !is_control).and_then(|control| {
                ran.get(&CellId {
                    target: control.to_owned(),
                    ..id.clone()
                })
            });
            cell(id, runs, is_control, beside.map(Vec::as_slice), gate)
        })
        .collect();
    Stressed {
        version: VERSION,
        cells,
    }
}

impl Stressed {
    /// Whether something grew.
    pub fn grew(&self) -> bool {
        let grown = self.cells.iter().flat_map(|cell| &cell.grown);
        grown.into_iter().any(|grown| grown.grows)
    }
}

fn cell(
    id: &CellId,
    runs: &[Ran],
    is_control: bool,
    control: Option<&[Ran]>,
    gate: Option<&Plan>,
) -> Cell {
    let tally = runs
        .iter()
        .filter_map(|ran| ran.failed)
        .fold(Tally::default(), Tally::and);
    let lifecycles: u64 = runs.iter().map(|ran| ran.measures.lifecycles()).sum();
    let seconds: f64 = runs.iter().map(|ran| ran.seconds).sum();
    let rate = wilson(tally, Confidence::P95);
    Cell {
        target: id.target.clone(),
        control: is_control,
        runtime: id.runtime.clone(),
        shape: id.suite.topic.clone(),
        runs: tally.runs(),
        failed: tally.failures(),
        failure_rate: (rate.low, rate.high),
        lifecycles,
        per_second: per_second(lifecycles, seconds),
        latencies: latencies(runs),
        audit: runs
            .iter()
            .fold(Audit::default(), |sum, ran| sum.and(&ran.audit)),
        grown: if is_control {
            Vec::new()
        } else {
            grown(runs, control)
        },
        counts: counts(runs),
        gate: gate.map(|plan| Gated::of(conclude(plan, runs))),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of workers are far below 2^53"
)]
fn per_second(lifecycles: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        lifecycles as f64 / seconds
    } else {
        0.0
    }
}

fn latencies(runs: &[Ran]) -> BTreeMap<String, Distribution> {
    let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (name, ms) in runs.iter().flat_map(|ran| &ran.measures.latencies) {
        all.entry(name.clone()).or_default().extend(ms);
    }
    all.into_iter()
        .filter_map(|(name, ms)| Some((name, Distribution::of(ms)?)))
        .collect()
}

fn counts(runs: &[Ran]) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for (name, count) in runs.iter().flat_map(|ran| &ran.measures.counts) {
        *all.entry(name.clone()).or_default() += count;
    }
    all
}

fn grown(runs: &[Ran], control: Option<&[Ran]>) -> Vec<Grown> {
    let over = |runs: &[Ran], of: Read| {
        let each: Vec<Growth> = runs
            .iter()
            .filter_map(|ran| Growth::of(&ran.measures.series(of)))
            .collect();
        Growth::mean(&each)
    };
    let lasting = runs
        .iter()
        .any(|ran| ran.measures.counts.contains_key("steps"));
    RESOURCES
        .into_iter()
        .filter_map(|(resource, of, least)| {
            let ours = over(runs, of)?;
            let theirs = control.and_then(|control| over(control, of));
            let growth = theirs.map_or(ours, |theirs| ours.beyond(theirs));
            Some(Grown {
                resource,
                per_worker: growth.slope.value,
                steps: lasting.then_some(growth.span),
                interval: growth.slope.interval(Confidence::P95),
                at_most: growth.at_most(),
                beyond_control: theirs.is_some(),
                grows: growth.grows(least),
            })
        })
        .collect()
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
