//! What a search came to, in words.

use std::time::Duration;

use comfy_table::{Table, presets};
use threadproof_stress::say;

use super::hunt::{Failure, Hunt, Hunted};
use crate::report::rows_table;

const HEADER: [&str; 7] = [
    "target", "runtime", "failure", "steps", "shows", "seen", "it says",
];

/// A line while it goes on.
pub fn progress(hunt: &Hunt<'_>, elapsed: Duration) -> String {
    let (passed, failures, (pairs, states)) = hunt.progress();
    #[expect(clippy::cast_precision_loss, reason = "programs are far below 2^53")]
    let rate = passed as f64 / elapsed.as_secs_f64();
    format!(
        "{passed} programs, {rate:.0} a second; {failures} failures; {pairs} pairs of steps, {states} states"
    )
}

/// The failures as a table.
pub fn table(hunted: &Hunted, width: Option<u16>) -> String {
    if hunted.failures.is_empty() {
        return String::new();
    }
    fill(rows_table(width), hunted)
}

fn fill(mut table: Table, hunted: &Hunted) -> String {
    table.set_header(HEADER);
    for one in &hunted.failures {
        table.add_row(row(one));
    }
    table.trim_fmt()
}

fn row(one: &Failure) -> [String; 7] {
    [
        one.target.clone(),
        one.runtime.clone(),
        one.signature.clone(),
        one.size.to_string(),
        rate(one),
        one.seen.to_string(),
        one.said.lines().next().unwrap_or_default().to_owned(),
    ]
}

/// `20 of 20 (83.8 % to 100 %)`.
pub(super) fn rate(one: &Failure) -> String {
    let (low, high) = one.interval;
    format!(
        "{} of {} ({})",
        one.hits,
        one.attempts,
        say::interval(threadproof_stress::Interval { low, high })
    )
}

/// What is said below the table.
pub fn told(hunted: &Hunted) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "programs are far below 2^53")]
    let rate = hunted.passed as f64 / hunted.seconds;
    let mut lines = vec![format!(
        "{} programs passed in {:.0} s, {rate:.0} a second; {} pairs of steps, {} states; {} failures",
        hunted.passed,
        hunted.seconds,
        hunted.pairs,
        hunted.states.len(),
        hunted.failures.len()
    )];
    for (signature, count) in &hunted.unconfirmed {
        lines.push(format!(
            "{signature}: seen {count} times, and not again in a process of its own: not saved as a case"
        ));
    }
    lines
}

/// A section of `summary.md`.
pub fn markdown(hunted: &Hunted) -> String {
    let mut lines = vec!["## Search".to_owned(), String::new()];
    lines.extend(told(hunted).iter().map(|line| format!("* {line}")));
    if !hunted.failures.is_empty() {
        lines.push(String::new());
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        lines.push(fill(table, hunted));
    }
    lines.join("\n")
}
