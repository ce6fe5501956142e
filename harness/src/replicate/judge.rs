//! From what ran to figures, and their words.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use threadproof_stress::{
    Confidence, Tally,
    say::{Round, percent},
    wilson,
};

use super::{SOLO, watch};
use crate::model::{CellId, Outcome};

/// Version of `replicate.json`.
const VERSION: u32 = 1;

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replicated {
    /// Of this form.
    pub version: u32,
    /// Each file on each runtime.
    pub files: Vec<Figures>,
}

/// What a file came to on a runtime.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// The package.
    pub package: String,
    /// Its path in it.
    pub file: String,
    /// Id of the runtime.
    pub runtime: String,
    /// What one copy alone came to; none when it was not run.
    pub solo: Option<Outcome>,
    /// Replicated processes that were clean.
    pub clean: u64,
    /// Replicated processes that were judged.
    pub of: u64,
    /// The rate of clean ones, 95 %, by Wilson.
    pub rate: [f64; 2],
    /// What the replicated processes came to, counted.
    pub outcomes: BTreeMap<String, u32>,
    /// Tests that did not pass beside their copies, and do alone.
    pub only_replicated: BTreeSet<String>,
    /// Whether the copies fail and the one alone does not.
    pub finding: bool,
}

/// Makes figures of what ran.
pub fn judge(ran: &BTreeMap<CellId, Vec<watch::Ran>>) -> Replicated {
    let mut files = Vec::new();
    for (cell, replicated) in ran {
        if cell.suite.topic.ends_with(SOLO) {
            continue;
        }
        let mut of_solo = cell.clone();
        of_solo.suite.topic.push_str(SOLO);
        let solo = ran.get(&of_solo).and_then(|all| all.first());
        files.push(figures(cell, solo, replicated));
    }
    Replicated {
        version: VERSION,
        files,
    }
}

fn figures(cell: &CellId, solo: Option<&watch::Ran>, replicated: &[watch::Ran]) -> Figures {
    let failures = replicated.iter().filter(|ran| watch::failed(&ran.outcome));
    let clean = replicated
        .iter()
        .filter(|ran| ran.outcome == Outcome::Clean)
        .count() as u64;
    let of = clean + failures.clone().count() as u64;
    let tally = Tally::new(of - clean, of).expect("what failed is a part of all");
    let rate = wilson(tally, Confidence::P95).complement();
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for ran in replicated {
        *outcomes.entry(ran.outcome.kind().to_string()).or_default() += 1;
    }
    let alone_clean = solo.is_some_and(|ran| ran.outcome == Outcome::Clean);
    let only_replicated = failures
        .flat_map(|ran| &ran.bad)
        .filter(|test| solo.is_some_and(|solo| !solo.bad.contains(*test)))
        .cloned()
        .collect();
    Figures {
        package: cell.target.clone(),
        file: cell.suite.topic.clone(),
        runtime: cell.runtime.clone(),
        solo: solo.map(|ran| ran.outcome.clone()),
        clean,
        of,
        rate: [rate.low, rate.high],
        outcomes,
        only_replicated,
        finding: alone_clean && clean < of,
    }
}

/// The figures as a Markdown table, which is readable on a terminal, too.
pub fn table(replicated: &Replicated) -> String {
    let mut rows = vec![
        "| package | file | runtime | solo | replicated clean (95 %) | came to |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    for one in &replicated.files {
        let solo = one
            .solo
            .as_ref()
            .map_or("not run".to_owned(), |outcome| outcome.kind().to_string());
        let outcomes: Vec<String> = one
            .outcomes
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        rows.push(format!(
            "| {} | {} | {} | {solo} | {} of {} ({} to {}) | {} |",
            one.package,
            one.file,
            one.runtime,
            one.clean,
            one.of,
            percent(one.rate[0], Round::Down),
            percent(one.rate[1], Round::Up),
            outcomes.join(", "),
        ));
    }
    rows.join("\n")
}

/// What is said of each file that fails.
pub fn lines(replicated: &Replicated) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &replicated.files {
        let solo_failed = one.solo.as_ref().is_some_and(watch::failed);
        if one.finding {
            lines.push(format!(
                "{} on {}: clean alone, FAILS ONLY WHEN REPLICATED{}",
                one.file,
                one.runtime,
                if one.only_replicated.is_empty() {
                    ": every test passed, and the process did not end in order"
                } else {
                    ":"
                }
            ));
            lines.extend(one.only_replicated.iter().map(|test| format!("  {test}")));
        } else if solo_failed {
            lines.push(format!(
                "{} on {}: fails in one worker alone, so its copies say nothing about threads",
                one.file, one.runtime
            ));
        }
    }
    lines
}
