//! A comparison in words.

use comfy_table::{Table, presets};

use super::{Change, Compared, Comparison};
use crate::report::rows_table;

/// For a terminal of so many columns.
pub fn table(comparison: &Comparison, width: Option<u16>) -> String {
    let mut text = cells(rows_table(width), comparison);
    let failures = signatures(rows_table(width), comparison);
    if !failures.is_empty() {
        text = format!("{text}\n\n{failures}");
    }
    format!("{text}\n\n{}", summary(comparison))
}

/// For a pull request.
pub fn markdown(comparison: &Comparison) -> String {
    let empty = || {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table
    };
    let mut text = format!(
        "**{}**\n\n{}\n",
        summary(comparison),
        cells(empty(), comparison)
    );
    let failures = signatures(empty(), comparison);
    if !failures.is_empty() {
        text = format!(
            "{text}\n<details><summary>Failures by signature</summary>\n\n{failures}\n\n</details>\n"
        );
    }
    text
}

/// Cells that did not stay as they were.
fn cells(mut table: Table, comparison: &Comparison) -> String {
    table.set_header(["cell", "failed before", "failed now", "p", "change"]);
    let of = |(failed, judged): (u32, u32)| {
        if judged == 0 {
            "–".to_owned()
        } else {
            format!("{failed}/{judged}")
        }
    };
    for one in comparison
        .cells
        .iter()
        .filter(|one| one.change != Change::Same)
    {
        table.add_row([
            format!(
                "{} × {} × {}",
                one.cell.target, one.cell.runtime, one.cell.suite
            ),
            of(one.before),
            of(one.after),
            format!("{:.3}", one.p),
            change(one),
        ]);
    }
    if table.row_count() == 0 {
        return "All cells fail as often as before.".to_owned();
    }
    table.trim_fmt()
}

fn change(one: &Compared) -> String {
    if one.what.is_empty() {
        one.change.as_str().to_owned()
    } else {
        format!("{}: {}", one.change.as_str(), one.what.join(", "))
    }
}

fn signatures(mut table: Table, comparison: &Comparison) -> String {
    table.set_header(["signature", "before", "now"]);
    for (signature, (before, after)) in &comparison.signatures {
        table.add_row([signature.clone(), before.to_string(), after.to_string()]);
    }
    if comparison.signatures.is_empty() {
        return String::new();
    }
    table.trim_fmt()
}

/// `3 new crash, 1 fixed, 40 same`.
fn summary(comparison: &Comparison) -> String {
    const ALL: [Change; 7] = [
        Change::NewCrash,
        Change::Regressed,
        Change::Lost,
        Change::SpuriousRegressed,
        Change::Fixed,
        Change::SpuriousFixed,
        Change::Same,
    ];
    let count = |change: Change| {
        comparison
            .cells
            .iter()
            .filter(|one| one.change == change)
            .count()
    };
    let mut parts: Vec<String> = ALL
        .into_iter()
        .map(|change| (change, count(change)))
        .filter(|(_, count)| *count > 0)
        .map(|(change, count)| format!("{count} {}", change.as_str()))
        .collect();
    if !comparison.added.is_empty() {
        parts.push(format!("{} added", comparison.added.len()));
    }
    format!(
        "Cells: {}",
        if parts.is_empty() {
            "none".to_owned()
        } else {
            parts.join("; ")
        }
    )
}
