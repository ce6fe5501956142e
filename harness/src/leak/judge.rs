//! Fits lines through what is left over numbers of workers. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use threadproof_stress::{Confidence, Slope};

use super::{Seen, Tool};

/// The version of `leaks.json`.
const VERSION: u32 = 1;
/// Less than this for each worker is no leak of each worker: processes differ by a few blocks.
const LEAST: f64 = 0.5;
/// What a place that is seen exactly may differ from a whole number: above it, something depends on chance.
const EXACT: f64 = 0.05;

/// A leak run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Leaks {
    /// Of this format.
    pub version: u32,
    /// What each tool says of each program, target and runtime.
    pub judged: Vec<Judged>,
}

/// A series of processes under one tool.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// Id of the target.
    pub target: String,
    /// Id of the runtime.
    pub runtime: String,
    /// Who looked.
    pub tool: Tool,
    /// What the workers did.
    pub program: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// What is left more with each worker, the most first; places that keep what they have are left out.
    pub growing: Vec<Growing>,
    /// The least growth that would have been seen, in blocks a worker.
    pub resolution: f64,
    /// Places whose blocks do not grow with the workers: caches of the process.
    pub constant: usize,
    /// Wrong accesses.
    pub faults: Vec<String>,
    /// Why what is left is not the target's fault, where `target.toml` says that it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// Why nothing can be said, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inconclusive: Option<String>,
}

/// What a series comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing is left by a worker, and no access was wrong.
    Clean,
    /// Something is left by each worker.
    Leaks,
    /// An access was wrong.
    Faults,
    /// Nothing can be said.
    Inconclusive,
}

/// What is left more with each worker.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Growing {
    /// The place, innermost frame first, or what was counted.
    pub site: String,
    /// Blocks, or descriptors and so on, for each worker, beyond the control.
    pub per_worker: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// Bytes for each worker.
    pub bytes_per_worker: f64,
    /// Numbers of workers, and what was left then.
    pub points: Vec<(u32, f64)>,
    /// The same of the control, where that is subtracted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<(u32, f64)>,
}

/// What each number of workers left.
pub type Series = Vec<(u32, Seen)>;

/// Target, runtime, tool, program.
pub type Key = (String, String, Tool, String);

/// Says why so much growth of a series is known, if it is.
pub type Known<'a> = &'a dyn Fn(&Key, f64) -> Option<String>;

/// Judges all series. `control` is the target that others are compared with.
pub fn judge(series: &BTreeMap<Key, Series>, control: Option<&str>, known: Known<'_>) -> Leaks {
    let judged = series
        .iter()
        .filter(|((target, ..), _)| Some(target.as_str()) != control)
        .map(|(key, one)| {
            let (_, runtime, tool, _) = key;
            let beside = control.and_then(|control| {
                let of =
                    |(target, on, by, _): &&Key| target == control && on == runtime && by == tool;
                series.keys().find(of).and_then(|key| series.get(key))
            });
            judge_one(key, one, beside, known)
        })
        .collect();
    Leaks {
        version: VERSION,
        judged,
    }
}

fn judge_one(
    (target, runtime, tool, program): &Key,
    series: &Series,
    control: Option<&Series>,
    known: Known<'_>,
) -> Judged {
    let mut judged = Judged {
        target: target.clone(),
        runtime: runtime.clone(),
        tool: *tool,
        program: program.clone(),
        verdict: Verdict::Clean,
        growing: Vec::new(),
        resolution: 0.0,
        constant: 0,
        faults: faults(series),
        known: None,
        inconclusive: None,
    };
    // A tool that names places is right about the target without a control; its control shows that it works at all.
    let controls = control.into_iter().flatten();
    let why = series
        .iter()
        .chain(controls)
        .find_map(|(_, seen)| seen.inconclusive.clone());
    let missing = (!tool.names_places() && control.is_none())
        .then(|| "the control did not run: what Node itself leaves is not known".to_owned());
    judged.inconclusive = why.or(missing);
    if judged.inconclusive.is_none() {
        for site in places(series) {
            place(&mut judged, &site, series, control);
        }
        judged
            .growing
            .sort_by(|one, other| other.per_worker.total_cmp(&one.per_worker));
    }
    let sum: f64 = judged.growing.iter().map(|one| one.per_worker).sum();
    let key = (target.clone(), runtime.clone(), *tool, program.clone());
    judged.known = (!judged.growing.is_empty())
        .then(|| known(&key, sum))
        .flatten();
    judged.verdict = if !judged.faults.is_empty() {
        Verdict::Faults
    } else if !judged.growing.is_empty() && judged.known.is_none() {
        Verdict::Leaks
    } else if judged.inconclusive.is_some() {
        Verdict::Inconclusive
    } else {
        Verdict::Clean
    };
    judged
}

fn faults(series: &Series) -> Vec<String> {
    let all: BTreeSet<&String> = series.iter().flat_map(|(_, seen)| &seen.faults).collect();
    all.into_iter().cloned().collect()
}

fn places(series: &Series) -> BTreeSet<String> {
    series
        .iter()
        .flat_map(|(_, seen)| seen.sites.keys().cloned())
        .collect()
}

/// The line of one place; where it was not seen there was nothing of it.
fn line(series: &Series, site: &str, of: impl Fn(&super::Site) -> f64) -> Option<Slope> {
    let points: Vec<(f64, f64)> = series
        .iter()
        .map(|(workers, seen)| {
            let left = seen.sites.get(site).map_or(0.0, &of);
            (f64::from(*workers), left)
        })
        .collect();
    Slope::fit(&points)
}

/// How much each number of workers left of it, the fewest first.
fn points(series: &Series, site: &str) -> Vec<(u32, f64)> {
    let left = |seen: &Seen| seen.sites.get(site).map_or(0.0, |site| site.count);
    let mut points: Vec<_> = series
        .iter()
        .map(|(workers, seen)| (*workers, left(seen)))
        .collect();
    points.sort_by_key(|(workers, _)| *workers);
    points
}

fn place(judged: &mut Judged, site: &str, series: &Series, control: Option<&Series>) {
    let names_places = judged.tool.names_places();
    let beyond = |of: fn(&super::Site) -> f64| {
        let ours = line(series, site, of)?;
        let theirs = control
            .filter(|_| !names_places)
            .and_then(|control| line(control, site, of));
        Some(theirs.map_or(ours, |theirs| ours.minus(theirs)))
    };
    let (Some(count), Some(bytes)) = (beyond(|one| one.count), beyond(|one| one.bytes)) else {
        judged.inconclusive = Some("too few numbers of workers were run".to_owned());
        return;
    };
    let sure = count.lower_bound(Confidence::P95);
    let exact = names_places && count.error < EXACT && count.value > EXACT;
    if exact || sure > 0.0 && count.value >= LEAST {
        judged.growing.push(Growing {
            site: site.to_owned(),
            per_worker: count.value,
            interval: count.interval(Confidence::P95),
            bytes_per_worker: bytes.value,
            points: points(series, site),
            control: control
                .filter(|_| !names_places)
                .map_or_else(Vec::new, |control| points(control, site)),
        });
        return;
    }
    let most = count.upper_bound(Confidence::P95);
    if names_places && count.value > LEAST {
        // It grows, but not in step: chance decides, and one run of each number says too little.
        judged.inconclusive = Some(format!(
            "{site}: {:.2} blocks a worker, and anything up to {most:.2} is possible",
            count.value
        ));
    }
    judged.constant += 1;
    judged.resolution = judged.resolution.max(most.max(LEAST));
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
