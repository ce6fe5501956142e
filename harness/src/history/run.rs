//! The rows of a run, made of its results. Pure.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;
use threadproof_stress::Tally;

use super::version_of;
use crate::{
    exit::Exit,
    model::{CellId, OutcomeKind},
    report::words,
    results::{CellResults, Results},
};

/// What the results of a run do not say.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The run directory, absolute.
    pub dir: PathBuf,
    /// The subcommand.
    pub kind: String,
    /// When it began, in milliseconds since the epoch.
    pub started_ms: f64,
    /// Whether it repeats one failure: no sample of a rate.
    pub repeats: bool,
}

/// A run as it stands in the history.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Its name in the history: [`RunRow::run`], numbered where another run has that name.
    pub name: String,
    /// What it calls itself.
    pub run: String,
    /// Where its folder was.
    pub dir: PathBuf,
    /// The subcommand.
    pub kind: String,
    /// The command line.
    pub command: String,
    /// When it began: UTC, as [`time_of`] writes it.
    pub started: String,
    /// From start to end, in milliseconds.
    pub elapsed_ms: Option<f64>,
    /// Version of the harness.
    pub threadproof: String,
    /// The seed, in decimal digits.
    pub seed: Option<String>,
    /// Such as `linux-x64`.
    pub platform: String,
    /// The exit code.
    pub exit: Option<u8>,
    /// The signal that interrupted it.
    pub interrupted: Option<i32>,
    /// Whether it repeats one failure.
    pub repeats: bool,
    /// In the order of the plan.
    pub cells: Vec<CellRow>,
}

/// A cell of it. Runners and outcomes are text, so that rows of a newer harness can be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellRow {
    /// Id of the target.
    pub target: String,
    /// Version of its package, as far as it is known.
    pub version: Option<String>,
    /// Id of the runtime.
    pub runtime: String,
    /// The topic.
    pub topic: String,
    /// Who ran it.
    pub runner: String,
    /// Jobs planned.
    pub planned: u32,
    /// Jobs judged: the n of "k of n".
    pub judged: u32,
    /// Jobs that were clean: the k.
    pub clean: u32,
    /// Name of the verdict.
    pub verdict: String,
    /// How often each outcome was seen.
    pub outcomes: BTreeMap<String, u32>,
    /// How often each kind of failure was seen.
    pub signatures: BTreeMap<String, u32>,
}

/// A moment as the history writes it, UTC and of one width, so that text sorts as time does: `2026-11-27T08:00:00.000Z`.
pub fn time_of(ms: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of our age are far below 2^53"
    )]
    let moment = Timestamp::from_millisecond(ms as i64).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

impl RunRow {
    /// The rows of these results.
    pub fn of(results: &Results, facts: &Facts) -> Self {
        let mut signatures: BTreeMap<&CellId, BTreeMap<String, u32>> = BTreeMap::new();
        for failure in &results.failures {
            let of_cell = signatures.entry(&failure.cell).or_default();
            *of_cell.entry(failure.signature.clone()).or_default() += 1;
        }
        let targets = results.plan.iter().flat_map(|plan| &plan.targets);
        let versions: BTreeMap<&str, Option<String>> = targets
            .map(|target| (target.id.as_str(), version_of(target)))
            .collect();
        let cells = results
            .cells
            .iter()
            .map(|cell| CellRow {
                version: versions
                    .get(cell.cell.target.as_str())
                    .cloned()
                    .unwrap_or_default(),
                signatures: signatures.remove(&cell.cell).unwrap_or_default(),
                ..CellRow::of(cell)
            })
            .collect();
        RunRow {
            name: results.run.clone(),
            run: results.run.clone(),
            dir: facts.dir.clone(),
            kind: facts.kind.clone(),
            command: results.command.clone(),
            started: time_of(facts.started_ms),
            elapsed_ms: results.elapsed_ms,
            threadproof: results.threadproof.clone(),
            seed: results.seed.map(|seed| seed.to_string()),
            platform: results.platform.clone(),
            exit: results.exit.map(Exit::code),
            interrupted: results.interrupted,
            repeats: facts.repeats,
            cells,
        }
    }

    /// How it exited, where this harness knows the code.
    pub fn exit(&self) -> Option<Exit> {
        Exit::ALL
            .into_iter()
            .find(|exit| Some(exit.code()) == self.exit)
    }

    /// Its targets, each once, in the order of the plan.
    pub fn targets(&self) -> Vec<&str> {
        let mut targets: Vec<&str> = Vec::new();
        for cell in &self.cells {
            if !targets.contains(&cell.target.as_str()) {
                targets.push(&cell.target);
            }
        }
        targets
    }

    /// Clean, judged and planned attempts.
    pub fn sum(&self) -> (u32, u32, u32) {
        self.cells.iter().fold((0, 0, 0), |sum, cell| {
            (
                sum.0 + cell.clean,
                sum.1 + cell.judged,
                sum.2 + cell.planned,
            )
        })
    }
}

impl CellRow {
    fn of(cell: &CellResults) -> Self {
        let counts = cell.outcomes.iter();
        CellRow {
            target: cell.cell.target.clone(),
            version: None,
            runtime: cell.cell.runtime.clone(),
            topic: cell.cell.suite.topic.clone(),
            runner: cell.cell.suite.runner.to_string(),
            planned: cell.planned,
            judged: cell.judged,
            clean: cell.clean,
            verdict: cell.verdict.to_string(),
            outcomes: counts
                .map(|(kind, count)| (name_of(*kind), *count))
                .collect(),
            signatures: BTreeMap::new(),
        }
    }

    /// Failures among judged attempts: what intervals are made of.
    pub fn tally(&self) -> Tally {
        words::tally(self.clean, self.judged)
    }
}

/// The name of an outcome in results.json.
fn name_of(kind: OutcomeKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures::everything;

    #[test]
    fn times_sort_as_text() {
        assert_eq!(time_of(0.0), "1970-01-01T00:00:00.000Z");
        assert_eq!(time_of(1_795_766_400_012.7), "2026-11-27T08:00:00.012Z");
    }

    #[test]
    fn the_rows_of_a_run_have_all_of_its_counts() {
        let results = Results::of(&everything());
        let row = RunRow::of(
            &results,
            &Facts {
                dir: "/runs/x".into(),
                kind: "run".to_owned(),
                started_ms: 0.0,
                repeats: false,
            },
        );
        assert_eq!(row.cells.len(), results.cells.len());
        for (row, cell) in row.cells.iter().zip(&results.cells) {
            assert_eq!(
                (row.planned, row.judged, row.clean),
                (cell.planned, cell.judged, cell.clean)
            );
            let outcomes: u32 = row.outcomes.values().sum();
            assert_eq!(outcomes, cell.outcomes.values().sum::<u32>());
            let failed = results
                .failures
                .iter()
                .filter(|one| one.cell == cell.cell)
                .count();
            let signatures: u32 = row.signatures.values().sum();
            assert_eq!(signatures as usize, failed);
        }
        assert!(row.cells.iter().any(|cell| !cell.signatures.is_empty()));
        assert_eq!(row.exit(), results.exit);
    }
}
