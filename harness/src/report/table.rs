//! The end of a run on a terminal: table, what it means, failures last.

use std::{fmt::Write as _, path::Path};

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ContentArrangement, LineStyle, Table, presets,
};
use owo_colors::OwoColorize as _;
use threadproof_stress::say;

use crate::{
    model::{Outcome, Verdict},
    results::{CellResults, Results},
};

use super::{
    expected,
    groups::{Group, groups},
    matrix::{Entry, Matrix},
    verdict::{self, Tone},
    words::{self, Sum, counted},
};

/// Failures that are told in full; the rest stands in `summary.md`.
const MOST_GROUPS: usize = 20;
/// Tests and cells that are listed for a failure.
const MOST_LISTED: usize = 6;

/// All of it, with ANSI colours; whoever prints it strips them where they are not wanted.
pub(super) fn closing(results: &Results, dir: &Path, width: Option<u16>) -> String {
    let mut out = String::new();
    if !results.cells.is_empty() || !results.not_available.is_empty() {
        line(&mut out, "");
        line(&mut out, &table(results, width));
    }
    for text in verdict::not_applicable(results) {
        line(&mut out, &text);
    }
    failures(&mut out, results, dir);
    if let Some(failed) = &results.preparation {
        line(&mut out, "");
        line(
            &mut out,
            &format!("{} {}", "preparation failed:".red().bold(), failed.step),
        );
        line(&mut out, &indented(&failed.cause, "  "));
        line(&mut out, &indented(&failed.help, "  next: "));
    }
    if !results.cells.is_empty() {
        line(&mut out, "");
        for text in verdict::meaning(results) {
            line(&mut out, &text);
        }
    }
    line(&mut out, "");
    let (tone, mut text) = verdict::headline(results);
    if let Some(kinds) = verdict::kinds(results) {
        text = format!("{text} ({kinds})");
    }
    if let Some(elapsed) = results.elapsed_ms {
        text = format!("{text}; took {}", words::seconds(elapsed));
    }
    line(
        &mut out,
        &match tone {
            Tone::Good => text.green().bold().to_string(),
            Tone::Bad => text.red().bold().to_string(),
            Tone::Open => text.yellow().bold().to_string(),
        },
    );
    if let Some(exit) = results.exit {
        line(
            &mut out,
            &format!(
                "{}; report: {}{}",
                verdict::exit(exit),
                dir.join("summary.md").display(),
                results
                    .seed
                    .map_or_else(String::new, |seed| format!("; seed {seed}"))
            ),
        );
    }
    out
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a string succeeds");
}

fn indented(text: &str, first: &str) -> String {
    let rest = " ".repeat(first.chars().count());
    text.trim_end()
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{}{line}", if at == 0 { first } else { &rest }))
        .collect::<Vec<_>>()
        .join("\n")
}

fn table(results: &Results, width: Option<u16>) -> String {
    let matrix = Matrix::of(results);
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Dynamic)
        // Colours are decided where the text is printed, and the width by the caller.
        .force_no_tty()
        .enforce_styling();
    if let Some(width) = width {
        table.set_width(width);
    }
    let mut header = vec!["target", "runtime", "runner"];
    header.extend(&matrix.topics);
    header.extend(["clean", "pass rate (95 %)"]);
    table.set_header(
        header
            .into_iter()
            .map(|name| Cell::new(name).add_attribute(Attribute::Bold)),
    );
    for row in &matrix.rows {
        let mut cells = vec![
            Cell::new(row.target),
            Cell::new(row.runtime),
            Cell::new(row.runner),
        ];
        cells.extend(row.entries.iter().map(entry));
        let sum = row.sum();
        if row.not_available() {
            cells.extend([muted("n/a"), muted("–")]);
        } else {
            let colour = colour(sum);
            cells.push(
                Cell::new(sum.fraction())
                    .fg(colour)
                    .set_alignment(CellAlignment::Right),
            );
            cells.push(
                Cell::new(say::pass_rate(sum.tally()))
                    .fg(colour)
                    .set_alignment(CellAlignment::Right),
            );
        }
        table.add_row(cells);
    }
    let mut text = table.trim_fmt();
    if results.cells.is_empty() {
        text.push_str("\nno cell can run here");
    }
    for (at, reason) in matrix.reasons.iter().enumerate() {
        write!(text, "\nn/a [{}]: {reason}", at + 1).expect("writing to a string succeeds");
    }
    text
}

fn muted(text: &str) -> Cell {
    Cell::new(text)
        .fg(Color::DarkGrey)
        .set_alignment(CellAlignment::Right)
}

fn entry(entry: &Entry<'_>) -> Cell {
    match entry {
        Entry::NotPlanned => muted("–"),
        Entry::NotAvailable(reason) => muted(&format!("n/a [{}]", reason + 1)),
        Entry::Ran(cell) => {
            let sum = Sum::of([*cell]);
            Cell::new(sum.fraction())
                .fg(verdict_colour(cell))
                .set_alignment(CellAlignment::Right)
        }
    }
}

fn verdict_colour(cell: &CellResults) -> Color {
    match cell.verdict {
        Verdict::Pass => Color::Green,
        Verdict::Fail | Verdict::Flaky { .. } => Color::Red,
        Verdict::Expected { .. } | Verdict::Inconclusive | Verdict::Skipped => Color::Yellow,
    }
}

fn colour(sum: Sum) -> Color {
    if sum.clean + sum.expected < sum.judged {
        Color::Red
    } else if sum.judged < sum.planned || sum.expected > 0 {
        Color::Yellow
    } else {
        Color::Green
    }
}

fn failures(out: &mut String, results: &Results, dir: &Path) {
    let groups = groups(results);
    for group in groups.iter().take(MOST_GROUPS) {
        line(out, "");
        failure(out, group, results, dir);
    }
    if groups.len() > MOST_GROUPS {
        line(out, "");
        line(
            out,
            &format!(
                "… and {} more: see {}",
                counted(groups.len() - MOST_GROUPS, "kind") + " of failure",
                dir.join("summary.md").display()
            ),
        );
    }
}

fn failure(out: &mut String, group: &Group<'_>, results: &Results, dir: &Path) {
    let first = group.first;
    let name = first.outcome.kind().to_string();
    let name = match first.outcome {
        Outcome::Infra { .. } => name.yellow().bold().to_string(),
        _ if group.expected => format!("{} (expected)", name.yellow()),
        _ => name.red().bold().to_string(),
    };
    let times = if group.count == 1 {
        String::new()
    } else {
        format!(" × {}", group.count)
    };
    line(
        out,
        &format!("{name}{times}: {}", words::outcome(&first.outcome)),
    );
    let cells: Vec<String> = group
        .cells
        .iter()
        .map(|(cell, count)| {
            let judged = words::cell_of(results, cell).map_or(0, |cell| cell.judged);
            match first.outcome {
                Outcome::Infra { .. } => format!("{cell} ({count})"),
                _ => format!("{cell} ({count} of {judged})"),
            }
        })
        .collect();
    let mut field = |name: &str, text: &str| line(out, &indented(text, &format!("  {name:<12}")));
    field("where", &first_few(&cells, MOST_LISTED));
    if let Some(issues) = expected::issues(results, first) {
        field("expected", &issues);
    }
    field("signature", &first.signature);
    field("phase", first.phase.as_str());
    field("ended by", &words::ending(&first.ending));
    if let Some(fatal) = &first.fatal {
        field("fatal", fatal);
    }
    if let Some(crash) = &first.native_crash {
        field("stack", &words::native_crash(crash));
    }
    let stacks: Vec<String> = first.stacks.iter().map(words::hung).collect();
    if !stacks.is_empty() {
        field("stack", &first_few(&stacks, MOST_LISTED));
    }
    let findings: Vec<String> = first.findings.iter().map(words::finding).collect();
    if !findings.is_empty() {
        field("findings", &first_few(&findings, MOST_LISTED));
    }
    if let Some(last) = &first.last_event {
        field("last event", last);
    }
    let tests: Vec<String> = first
        .tests
        .iter()
        .map(|test| words::test(test, 200))
        .collect();
    if !tests.is_empty() {
        field("tests", &first_few(&tests, MOST_LISTED));
    }
    if !first.file_errors.is_empty() {
        let errors: Vec<String> = first
            .file_errors
            .iter()
            .map(|error| words::first_line(error, 200))
            .collect();
        field("files", &first_few(&errors, MOST_LISTED));
    }
    let left: Vec<String> = first
        .stragglers
        .iter()
        .map(|left| format!("process {}: {}", left.pid, left.command))
        .collect();
    if !left.is_empty() {
        field("left behind", &first_few(&left, MOST_LISTED));
    }
    field(
        "log",
        &dir.join(words::log(first, "stderr.log"))
            .display()
            .to_string(),
    );
    field("repeat", &first.repeat);
    field(
        "explain",
        &format!("threadproof explain {}", words::topic(first)),
    );
}

/// One a line, as far as they are listed.
fn first_few(items: &[String], most: usize) -> String {
    let mut lines = items[..items.len().min(most)].to_vec();
    if items.len() > most {
        lines.push(format!("… and {} more", items.len() - most));
    }
    lines.join("\n")
}
