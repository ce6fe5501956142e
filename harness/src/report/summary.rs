//! `summary.md` in GitHub's Markdown: the same as the terminal's end, for a pull request or a step
//! summary.

use std::fmt::Write as _;

use threadproof_stress::say;

use crate::{model::Verdict, results::Results};

use super::{
    expected,
    groups::{Group, groups},
    matrix::{Entry, Matrix},
    verdict::{self, Tone},
    words::{self, Sum},
};

/// Tests, cells and errors that are listed for a failure.
const MOST_LISTED: usize = 20;

/// `summary.md`.
pub(super) fn summary(results: &Results) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        writeln!(out, "{text}").expect("writing to a string succeeds");
    };
    let (tone, headline) = verdict::headline(results);
    let mark = match tone {
        Tone::Good => "✅",
        Tone::Bad => "❌",
        Tone::Open => "⚠️",
    };
    line(&format!("## {mark} threadproof: {}", text(&headline)));
    line("");
    if let Some(kinds) = verdict::kinds(results) {
        line(&format!("{}.", text(&kinds)));
        line("");
    }
    if let Some(failed) = &results.preparation {
        line(&format!("**Preparation failed at {}**", text(&failed.step)));
        line("");
        line(&fenced(&failed.cause));
        line(&format!("Next: {}", text(&failed.help)));
        line("");
    }
    for row in table(results) {
        line(&row);
    }
    for said in verdict::meaning(results) {
        line(&format!("- {}", text(said.trim())));
    }
    for said in verdict::not_applicable(results) {
        line(&format!("- {}", text(&said)));
    }
    let groups = groups(results);
    if !groups.is_empty() {
        line("");
        line("### Failures");
        for group in &groups {
            line("");
            line(&failure(group, results));
        }
    }
    line("");
    let mut facts = Vec::new();
    if let Some(seed) = results.seed {
        facts.push(format!("seed {seed}"));
    }
    facts.push(format!("run {}", text(&results.run)));
    facts.push(format!(
        "threadproof {} on {}",
        text(&results.threadproof),
        text(&results.platform)
    ));
    if let Some(elapsed) = results.elapsed_ms {
        facts.push(words::seconds(elapsed));
    }
    if let Some(exit) = results.exit {
        facts.push(verdict::exit(exit));
    }
    line(&facts.join(" · "));
    line("");
    line(&fenced(&results.command));
    out
}

fn table(results: &Results) -> Vec<String> {
    let matrix = Matrix::of(results);
    if matrix.rows.is_empty() {
        return Vec::new();
    }
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut header = vec![
        "target".to_owned(),
        "runtime".to_owned(),
        "runner".to_owned(),
    ];
    header.extend(matrix.topics.iter().map(|topic| text(topic)));
    header.extend(["clean".to_owned(), "pass rate (95 %)".to_owned()]);
    let mut align = vec!["---"; 3];
    align.resize(header.len(), "---:");
    let mut lines = vec![row(header), format!("|{}|", align.join("|"))];
    for of_row in &matrix.rows {
        let mut cells = vec![
            text(of_row.target),
            text(of_row.runtime),
            of_row.runner.to_string(),
        ];
        cells.extend(of_row.entries.iter().map(|entry| match entry {
            Entry::NotPlanned => "–".to_owned(),
            Entry::NotAvailable(reason) => format!("n/a <sup>{}</sup>", reason + 1),
            Entry::Ran(cell) => {
                let mark = match cell.verdict {
                    Verdict::Pass => "",
                    Verdict::Expected { .. } => "☑️ ",
                    Verdict::Fail | Verdict::Flaky { .. } => "❌ ",
                    Verdict::Inconclusive | Verdict::Skipped => "⚠️ ",
                };
                format!("{mark}{}", Sum::of([*cell]).fraction())
            }
        }));
        if of_row.not_available() {
            cells.extend(["n/a".to_owned(), "–".to_owned()]);
        } else {
            let sum = of_row.sum();
            cells.extend([sum.fraction(), say::pass_rate(sum.tally())]);
        }
        lines.push(row(cells));
    }
    lines.push(String::new());
    for (at, reason) in matrix.reasons.iter().enumerate() {
        lines.push(format!("- n/a <sup>{}</sup>: {}", at + 1, text(reason)));
    }
    lines
}

fn failure(group: &Group<'_>, results: &Results) -> String {
    let first = group.first;
    let times = if group.count == 1 {
        String::new()
    } else {
        format!(" × {}", group.count)
    };
    let mut lines = vec![
        format!(
            "<details><summary>{}<b>{}</b>{times}: {} ({})</summary>",
            if group.expected { "expected: " } else { "" },
            first.outcome.kind(),
            html(&words::outcome(&first.outcome)),
            html(&group.cells[0].0.to_string())
        ),
        String::new(),
    ];
    let mut item = |name: &str, value: String| lines.push(format!("- {name}: {value}"));
    for (cell, count) in group.cells.iter().take(MOST_LISTED) {
        let judged = words::cell_of(results, cell).map_or(0, |cell| cell.judged);
        item(
            "where",
            format!("{} ({count}; {judged} judged)", text(&cell.to_string())),
        );
    }
    if group.cells.len() > MOST_LISTED {
        item(
            "where",
            format!("… and {} more", group.cells.len() - MOST_LISTED),
        );
    }
    if let Some(issues) = expected::issues(results, first) {
        item("expected", text(&issues));
    }
    item("signature", code(&first.signature));
    item("phase", first.phase.to_string());
    item("ended by", text(&words::ending(&first.ending)));
    if let Some(last) = &first.last_event {
        item("last event", code(last));
    }
    item("log", code(&words::log(first, "stderr.log")));
    item("seed", first.seed.to_string());
    let mut quoted = Vec::new();
    if let Some(fatal) = &first.fatal {
        quoted.push(fatal.clone());
    }
    quoted.extend(first.native_crash.iter().map(words::native_crash));
    quoted.extend(first.stacks.iter().map(words::hung));
    quoted.extend(first.findings.iter().map(words::finding));
    quoted.extend(first.tests.iter().map(|test| words::test(test, 500)));
    quoted.extend(first.file_errors.iter().cloned());
    quoted.extend(
        first
            .stragglers
            .iter()
            .map(|left| format!("left behind: process {} {}", left.pid, left.command)),
    );
    if quoted.len() > MOST_LISTED {
        let more = quoted.len() - MOST_LISTED;
        quoted.truncate(MOST_LISTED);
        quoted.push(format!("… and {more} more: see results.json"));
    }
    lines.push(String::new());
    if !quoted.is_empty() {
        lines.push(fenced(&quoted.join("\n")));
    }
    lines.push("Repeat it:".to_owned());
    lines.push(String::new());
    lines.push(fenced(&first.repeat));
    lines.push("</details>".to_owned());
    lines.join("\n")
}

/// Text in which nothing is taken for Markdown, HTML or the end of a table's cell.
fn text(plain: &str) -> String {
    let mut escaped = String::with_capacity(plain.len());
    for character in plain.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

fn html(plain: &str) -> String {
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace(['\n', '\r'], " ")
}

/// Inline code, whatever backticks it holds.
fn code(plain: &str) -> String {
    let plain = plain.replace(['\n', '\r'], " ");
    let fence = "`".repeat(longest_ticks(&plain) + 1);
    // A blank keeps the fence apart from a backtick of the text; it is not shown.
    if plain.contains('`') {
        format!("{fence} {plain} {fence}")
    } else {
        format!("{fence}{plain}{fence}")
    }
}

/// A block of code, whatever backticks it holds.
fn fenced(plain: &str) -> String {
    let fence = "`".repeat((longest_ticks(plain) + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", plain.trim_end())
}

fn longest_ticks(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes_its_place_in_markdown() {
        assert_eq!(text("a|b <c> *d*\n@e"), "a\\|b &lt;c&gt; \\*d\\* \\@e");
        assert_eq!(code("a `b` c"), "`` a `b` c ``");
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(fenced("x\n````\ny"), "`````text\nx\n````\ny\n`````\n");
    }
}
