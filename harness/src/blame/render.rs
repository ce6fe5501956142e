//! Blame in words.

use comfy_table::{Table, presets};

use super::{Blame, Case, Witness};
use crate::report::rows_table;

const HEADER: [&str; 5] = ["failure", "of", "failed attempts", "fault of", "why"];

/// For a terminal of so many columns.
pub fn table(blame: &Blame, width: Option<u16>) -> String {
    fill(rows_table(width), blame, "\n")
}

/// For `summary.md`.
pub fn markdown(blame: &Blame) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    // Markdown has no line feeds in cells.
    let table = fill(table, blame, "; ");
    let mut text = format!("\n## Whose fault\n\n{table}\n");
    if !blame.left_out.is_empty() {
        text.push_str("\nNot tried: ");
        text.push_str(&blame.left_out.join(", "));
        text.push('\n');
    }
    text
}

fn fill(mut table: Table, blame: &Blame, between: &str) -> String {
    table.set_header(HEADER);
    for case in &blame.cases {
        table.add_row([
            case.signature.clone(),
            format!("{} × {}: {}", case.target, case.runtime, case.what),
            seen(case, between),
            case.culprit.as_str().to_owned(),
            case.why.clone(),
        ]);
    }
    table.trim_fmt()
}

/// `ours: 5/5 on node-24.21.0`, for each witness.
fn seen(case: &Case, between: &str) -> String {
    let one = |witness: &Witness| {
        let seen: Vec<String> = witness
            .seen
            .iter()
            .map(|seen| format!("{}/{} on {}", seen.failed, seen.judged, seen.runtime))
            .collect();
        let seen = if seen.is_empty() {
            "cannot run it".to_owned()
        } else {
            seen.join(", ")
        };
        format!("{}: {seen}", witness.target)
    };
    let all: Vec<String> = case.witnesses.iter().map(one).collect();
    all.join(between)
}
