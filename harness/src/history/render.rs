//! Rows of the history for people and for machines. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use threadproof_stress::{Confidence, Tally, say, wilson};

use super::{CellRow, RunRow};
use crate::{
    exit::Exit,
    report::{
        rows_table,
        words::{fraction, tally},
    },
};

/// Version of what `list runs --json` prints.
const LIST_VERSION: u32 = 1;

/// A run, and whether its folder is still there.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The run.
    pub run: RunRow,
    /// Whether its folder is still there.
    pub there: bool,
}

/// A line for each run, as they come.
pub fn runs_table(runs: &[Listed], width: Option<u16>) -> String {
    let mut table = rows_table(width);
    table.set_header([
        "run",
        "when (UTC)",
        "command",
        "target",
        "clean",
        "pass rate (95 %)",
        "verdict",
        "folder",
    ]);
    for Listed { run, there } in runs {
        let (clean, judged, planned) = run.sum();
        table.add_row([
            run.name.clone(),
            minute(&run.started),
            if run.repeats {
                format!("{} --job-id", run.kind)
            } else {
                run.kind.clone()
            },
            targets(run),
            fraction(clean, judged, planned),
            say::pass_rate(tally(clean, judged)),
            verdict(run),
            if *there { "kept" } else { "gone" }.to_owned(),
        ]);
    }
    table.trim_fmt()
}

/// What became of each cell from run to run, as the runs come: the newest first.
pub fn trend_table(runs: &[Listed], width: Option<u16>) -> String {
    let mut cells: Vec<(String, Vec<(&RunRow, &CellRow)>)> = Vec::new();
    for Listed { run, .. } in runs {
        for cell in &run.cells {
            let key = label(cell);
            match cells.iter_mut().find(|(known, _)| *known == key) {
                Some((_, of_cell)) => of_cell.push((run, cell)),
                None => cells.push((key, vec![(run, cell)])),
            }
        }
    }
    cells.sort_by(|one, other| one.0.cmp(&other.0));
    let mut table = rows_table(width);
    table.set_header([
        "cell",
        "when (UTC)",
        "run",
        "version",
        "clean",
        "pass rate (95 %)",
        "verdict",
    ]);
    for (label, of_cell) in cells {
        for (at, (run, cell)) in of_cell.into_iter().enumerate() {
            table.add_row([
                if at == 0 {
                    label.clone()
                } else {
                    String::new()
                },
                minute(&run.started),
                run.name.clone(),
                cell.version.clone().unwrap_or_else(|| "–".to_owned()),
                fraction(cell.clean, cell.judged, cell.planned),
                say::pass_rate(cell.tally()),
                format!("{} {}", glyph_of(&cell.verdict), cell.verdict),
            ]);
        }
    }
    table.trim_fmt()
}

/// The same for machines.
pub fn runs_json(runs: &[Listed]) -> Value {
    json!({
        "version": LIST_VERSION,
        "runs": runs.iter().map(run_json).collect::<Vec<_>>(),
    })
}

#[derive(Serialize)]
struct Estimate {
    rate: f64,
    low: f64,
    high: f64,
}

/// A pass rate with Wilson's interval; nothing where nothing was judged.
fn rate(tally: Tally) -> Option<Estimate> {
    let failed = tally.failure_rate()?;
    let interval = wilson(tally, Confidence::P95).complement();
    Some(Estimate {
        rate: 1.0 - failed,
        low: interval.low,
        high: interval.high,
    })
}

fn run_json(listed: &Listed) -> Value {
    let run = &listed.run;
    let (clean, judged, planned) = run.sum();
    json!({
        "name": run.name,
        "run": run.run,
        "dir": run.dir,
        "there": listed.there,
        "kind": run.kind,
        "command": run.command,
        "started": run.started,
        "elapsedMs": run.elapsed_ms,
        "threadproof": run.threadproof,
        "seed": run.seed,
        "platform": run.platform,
        "exit": run.exit,
        "interrupted": run.interrupted,
        "repeats": run.repeats,
        "clean": clean,
        "judged": judged,
        "planned": planned,
        "passRate": rate(tally(clean, judged)),
        "cells": run.cells.iter().map(cell_json).collect::<Vec<_>>(),
    })
}

fn cell_json(cell: &CellRow) -> Value {
    let counts = |counts: &BTreeMap<String, u32>| json!(counts);
    json!({
        "target": cell.target,
        "version": cell.version,
        "runtime": cell.runtime,
        "suite": { "topic": cell.topic, "runner": cell.runner },
        "planned": cell.planned,
        "judged": cell.judged,
        "clean": cell.clean,
        "passRate": rate(cell.tally()),
        "verdict": cell.verdict,
        "outcomes": counts(&cell.outcomes),
        "signatures": counts(&cell.signatures),
    })
}

/// A cell over all versions of its package.
fn label(cell: &CellRow) -> String {
    let target = match (&cell.version, cell.target.rsplit_once('@')) {
        (Some(version), Some((name, of_name))) if version == of_name => name,
        _ => &cell.target,
    };
    format!(
        "{target} × {} × {}/{}",
        cell.runtime, cell.topic, cell.runner
    )
}

/// `2026-11-27 08:00`.
fn minute(started: &str) -> String {
    started.get(..16).unwrap_or(started).replace('T', " ")
}

fn targets(run: &RunRow) -> String {
    /// Targets that are named.
    const MOST: usize = 2;
    let targets = run.targets();
    match targets.len() {
        0 => "–".to_owned(),
        1..=MOST => targets.join(", "),
        more => format!("{more} targets"),
    }
}

/// What a run came to: its exit code says it, because gates and leaks are in it, too.
fn verdict(run: &RunRow) -> String {
    let (glyph, word) = match run.exit() {
        Some(Exit::Success) => ("✓", "pass"),
        Some(Exit::Failure) => ("✗", "fail"),
        Some(Exit::Flaky) => ("✗", "flaky"),
        Some(Exit::Leaks) => ("✗", "leaks"),
        Some(Exit::Regression) => ("✗", "regression"),
        Some(Exit::Inconclusive) => ("?", "inconclusive"),
        Some(Exit::Interrupted | Exit::Terminated) => ("?", "interrupted"),
        Some(Exit::Preparation | Exit::NothingSelected | Exit::Usage) => ("–", "not run"),
        Some(Exit::Internal) => ("?", "internal error"),
        None => {
            return format!(
                "? exit code {}",
                run.exit
                    .map_or("unknown".to_owned(), |code| code.to_string())
            );
        }
    };
    format!("{glyph} {word}")
}

fn glyph_of(verdict: &str) -> &'static str {
    match verdict {
        "pass" => "✓",
        "fail" | "flaky" => "✗",
        "expected" => "≈",
        "skipped" => "–",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{history::Facts, report::fixtures::everything, results::Results};

    fn listed(name: &str, started_ms: f64, there: bool) -> Listed {
        let results = Results {
            run: name.to_owned(),
            ..Results::of(&everything())
        };
        let facts = Facts {
            dir: format!("/runs/{name}").into(),
            kind: "run".to_owned(),
            started_ms,
            repeats: !there,
        };
        Listed {
            run: RunRow::of(&results, &facts),
            there,
        }
    }

    /// Two runs of two cells, of which one became worse.
    fn two() -> Vec<Listed> {
        let mut newer = listed("20261127-080000-7", 1_795_766_400_000.0, true);
        let mut older = listed("20261126-080000-7", 1_795_680_000_000.0, false);
        for one in [&mut newer, &mut older] {
            one.run.cells.truncate(2);
        }
        newer.run.cells[0].clean = 0;
        newer.run.cells[0].verdict = "fail".to_owned();
        newer.run.cells[0].version = Some("0.2.0".to_owned());
        older.run.cells[0].version = Some("0.1.0".to_owned());
        older.run.exit = Some(0);
        vec![newer, older]
    }

    #[test]
    fn runs_and_trends_in_words() {
        let runs = two();
        insta::assert_snapshot!(format!(
            "{}\n\n{}",
            runs_table(&runs, None),
            trend_table(&runs, None)
        ));
    }

    #[test]
    fn machines_get_each_rate_with_its_interval() {
        let value = runs_json(&two());
        let cell = &value["runs"][1]["cells"][0];
        // Wilson of 3 in 3, by hand: n / (n + z²).
        let low = cell["passRate"]["low"].as_f64().unwrap();
        assert!(
            (low - 3.0 / (3.0 + 1.959_964_f64.powi(2))).abs() < 1e-5,
            "{low}"
        );
        assert_eq!(cell["passRate"]["rate"], 1.0);
        assert_eq!(value["runs"][0]["cells"][0]["passRate"]["rate"], 0.0);
        assert_eq!(value["runs"][0]["there"], true);
        insta::assert_json_snapshot!(value["runs"][0]["cells"][0]);
    }

    #[test]
    fn versions_of_a_package_are_one_cell() {
        let mut runs = two();
        for (at, version) in [(0, "1.1.0"), (1, "1.0.0")] {
            let cell = &mut runs[at].run.cells[0];
            cell.target = format!("npm:@s/name@{version}");
            cell.version = Some(version.to_owned());
        }
        let text = trend_table(&runs, None);
        assert_eq!(text.matches("npm:@s/name ×").count(), 1, "{text}");
    }
}
