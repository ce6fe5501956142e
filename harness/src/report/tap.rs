//! `results.tap`, the Test Anything Protocol 14 (<https://testanything.org>): a subtest for each cell.

use std::fmt::Write as _;

use crate::results::Results;

use super::{
    cases::{self, Case, State},
    verdict, words,
};

/// `results.tap`.
pub(super) fn tap(results: &Results) -> String {
    let cells = cases::of_cells(results);
    let of_run = cases::of_run(results);
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a string succeeds");
    line("TAP version 14");
    line(&format!("1..{}", cells.len() + of_run.len()));
    let facts = [verdict::headline(results).1, results.command.clone()];
    for fact in facts.iter().filter(|fact| !fact.is_empty()) {
        line(&format!("# {}", on_one_line(fact)));
    }
    for (number, of_cell) in (1..).zip(&cells) {
        let name = escaped(&of_cell.cell.cell.to_string());
        line(&format!("# Subtest: {name}"));
        line(&format!("    1..{}", of_cell.cases.len()));
        for (number, case) in (1..).zip(&of_cell.cases) {
            for text in point(number, case) {
                line(&format!("    {text}"));
            }
        }
        let fine = of_cell.cases.iter().all(is_fine);
        let rate = words::Sum::of([of_cell.cell]).fraction();
        let not = if fine { "" } else { "not " };
        line(&format!("{not}ok {number} - {name}: {rate} clean"));
    }
    for (number, case) in (cells.len() + 1..).zip(&of_run) {
        for text in point(number, case) {
            line(&text);
        }
    }
    out
}

fn is_fine(case: &Case<'_>) -> bool {
    match case.state {
        // What is to do is no failure of the run.
        State::Passed | State::Skipped { .. } | State::Expected { .. } => true,
        State::Failed(_) | State::Error(_) => false,
    }
}

/// A test point with its diagnostics.
fn point(number: usize, case: &Case<'_>) -> Vec<String> {
    let name = escaped(&case.name);
    let wrong = match &case.state {
        State::Passed => return vec![format!("ok {number} - {name}")],
        State::Skipped { message } => {
            return vec![format!(
                "ok {number} - {name} # SKIP {}",
                on_one_line(message)
            )];
        }
        State::Failed(wrong) | State::Error(wrong) | State::Expected { wrong, .. } => wrong,
    };
    let todo = match &case.state {
        State::Expected { issues, .. } => format!(" # TODO {}", on_one_line(issues)),
        _ => String::new(),
    };
    let mut lines = vec![
        format!("not ok {number} - {name}{todo}"),
        "  ---".to_owned(),
        format!("  kind: {}", wrong.ty),
        // JSON's strings are YAML's.
        format!("  message: {}", json(&wrong.message)),
    ];
    if case.is_flaky() {
        lines.push("  flaky: true".to_owned());
    }
    if !wrong.text.is_empty() {
        lines.push("  told: |2-".to_owned());
        lines.extend(wrong.text.trim_end().lines().map(block_line));
    }
    lines.push("  ...".to_owned());
    lines
}

/// A line of a block of YAML, which may not hold control characters.
fn block_line(line: &str) -> String {
    let plain: String = line
        .chars()
        .map(|one| {
            if one.is_control() && one != '\t' {
                '\u{fffd}'
            } else {
                one
            }
        })
        .collect();
    format!("    {plain}").trim_end().to_owned()
}

/// A description in which nothing is taken for a directive or the end of the line.
fn escaped(text: &str) -> String {
    on_one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

fn on_one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_a_name_is_no_directive() {
        assert_eq!(escaped("a # SKIP \\ b\nc"), "a \\# SKIP \\\\ b c");
    }
}
