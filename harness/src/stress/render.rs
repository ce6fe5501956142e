//! A stress run in words: a table for the terminal, and the same as Markdown.

use std::{collections::BTreeMap, fmt::Write as _};

use comfy_table::{Table, presets};
use threadproof_stress::{Distribution, Plan};

use super::{Cell, Ran, Stressed, amount};
use crate::{gate::Gated, model::CellId, report::rows_table};

const HEADER: [&str; 9] = [
    "target",
    "runtime",
    "shape",
    "clean",
    "workers",
    "per s",
    "terminate, ms: median, p99, max",
    "commits: acknowledged, in flight",
    "held more with each worker, or in a run where they last (at most)",
];

/// For a terminal of so many columns.
pub fn table(stressed: &Stressed, width: Option<u16>) -> String {
    fill(rows_table(width), stressed)
}

/// For `summary.md` and documentation.
pub fn markdown(stressed: &Stressed) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    fill(table, stressed)
}

/// What the gate came to, a line for each cell.
pub fn gates(stressed: &Stressed, plan: Option<&Plan>) -> Vec<String> {
    let Some(plan) = plan else {
        return Vec::new();
    };
    let of = |cell: &Cell| {
        let word = match cell.gate? {
            Gated::Met => "met",
            Gated::Violated => "VIOLATED",
            Gated::Inconclusive => "INCONCLUSIVE",
        };
        Some(format!(
            "gate `{}` {word}: {} × {} × {}, {} of {} runs failed",
            plan.gate(),
            cell.target,
            cell.runtime,
            cell.shape,
            cell.failed,
            cell.runs
        ))
    };
    stressed.cells.iter().filter_map(of).collect()
}

/// All samples, a line each, for programs that draw curves.
pub fn samples(ran: &BTreeMap<CellId, Vec<Ran>>) -> String {
    let mut text =
        "target,runtime,shape,run,elapsedMs,done,rss,heapUsed,external,descriptors,threads\n"
            .to_owned();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for (cell, runs) in ran {
        for one in runs {
            for sample in &one.measures.samples {
                // Writing to a String cannot fail.
                let _ = writeln!(
                    text,
                    "{},{},{},{},{},{},{},{},{},{},{}",
                    cell.target,
                    cell.runtime,
                    cell.suite.topic,
                    one.repetition,
                    sample.elapsed,
                    sample.done,
                    sample.rss,
                    sample.heap_used,
                    sample.external,
                    number(sample.descriptors),
                    number(sample.threads),
                );
            }
        }
    }
    text
}

fn fill(mut table: Table, stressed: &Stressed) -> String {
    table.set_header(HEADER);
    for cell in &stressed.cells {
        table.add_row(row(cell));
    }
    table.trim_fmt()
}

fn row(cell: &Cell) -> [String; 9] {
    let target = if cell.control {
        format!("{} (control)", cell.target)
    } else {
        cell.target.clone()
    };
    let audit = &cell.audit;
    [
        target,
        cell.runtime.clone(),
        cell.shape.clone(),
        format!("{}/{}", cell.runs - cell.failed, cell.runs),
        cell.lifecycles.to_string(),
        format!("{:.1}", cell.per_second),
        cell.latencies.get("terminate").map_or_else(none, ms),
        if audit.databases == 0 {
            none()
        } else {
            format!("{}, {}", audit.acknowledged, audit.in_flight)
        },
        held(cell),
    ]
}

fn none() -> String {
    "–".to_owned()
}

fn ms(of: &Distribution) -> String {
    format!("{:.1}, {:.1}, {:.1}", of.median, of.p99, of.max)
}

/// What grows, or, where nothing does, how much of memory could have stayed unseen.
fn held(cell: &Cell) -> String {
    let grows: Vec<String> = cell
        .grown
        .iter()
        .filter(|grown| grown.grows)
        .map(|grown| {
            format!(
                "{} GROWS by {}",
                grown.resource,
                amount(grown.resource, grown.per_worker, grown.steps)
            )
        })
        .collect();
    if !grows.is_empty() {
        return grows.join("; ");
    }
    let said: Vec<String> = cell
        .grown
        .iter()
        .filter(|grown| matches!(grown.resource, "rss" | "descriptors" | "threads"))
        .map(|grown| {
            format!(
                "{} {} ({})",
                grown.resource,
                amount(grown.resource, grown.per_worker, grown.steps),
                amount(grown.resource, grown.at_most, grown.steps)
            )
        })
        .collect();
    if said.is_empty() {
        none()
    } else {
        said.join(", ")
    }
}
