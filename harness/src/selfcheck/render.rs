//! A selfcheck in words: a table of faults, and one line for every report.

use std::{collections::BTreeSet, fmt::Write as _};

use comfy_table::{Cell, Color};
use threadproof_stress::{
    Confidence, Tally,
    say::{self, Round},
    upper_bound,
};

use super::{Detection, FaultResult};
use crate::report::rows_table;

/// `none in 1,043 attempts (below 0.3 % with 95 % confidence)`.
fn bound(tally: Tally) -> String {
    match (tally.failures(), tally.runs()) {
        (_, 0) => "unknown, nothing ran".to_owned(),
        (0, runs) => {
            let most = say::percent(upper_bound(tally, Confidence::P95), Round::Up);
            format!("none in {runs} attempts (below {most} with 95 % confidence)")
        }
        (alarms, runs) => format!("{alarms} in {runs} attempts"),
    }
}

/// Writing to a String cannot fail.
fn put(text: &mut String, more: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(more);
}

/// One line: what stands in every report.
pub fn summary(detection: &Detection) -> String {
    let count = |wanted: fn(&FaultResult) -> bool| {
        detection
            .results()
            .filter(|(_, _, result)| wanted(result))
            .count()
    };
    let found = count(|result| matches!(result, FaultResult::Found { .. }));
    let impossible = count(|result| matches!(result, FaultResult::Impossible { .. }));
    let all = detection.results().count() - impossible;
    let mut text = format!(
        "detection power: {found} of {all} planted faults found ({} specimens on {}); false alarms: {}",
        detection.faults.len(),
        detection.runtimes.join(", "),
        bound(detection.alarms())
    );
    if impossible > 0 {
        put(
            &mut text,
            format_args!("; {impossible} cannot show on their runtime"),
        );
    }
    if detection.quick {
        text.push_str("; quick");
    }
    text
}

/// The table of faults, the reasons of what is impossible, and all that is wrong.
pub fn table(detection: &Detection, width: Option<u16>) -> String {
    let mut table = rows_table(width);
    table.enforce_styling();
    let header = ["fault", "rule"].into_iter().map(str::to_owned);
    table.set_header(header.chain(detection.runtimes.iter().cloned()));
    let mut reasons: Vec<&str> = Vec::new();
    for fault in &detection.faults {
        let mut row = vec![
            Cell::new(&fault.specimen),
            Cell::new(fault.rules.join("\n")),
        ];
        for runtime in &detection.runtimes {
            row.push(match fault.results.get(runtime) {
                None => Cell::new("–"),
                Some(result) => cell(result, &fault.rules, &mut reasons),
            });
        }
        table.add_row(row);
    }
    let mut text = table.trim_fmt();
    for (at, reason) in reasons.iter().enumerate() {
        put(&mut text, format_args!("\nn/a [{}]: {reason}", at + 1));
    }
    text.push_str("\n\nclean controls:");
    for control in &detection.controls {
        if control.alarms.is_empty() && control.attempts > 0 && control.unjudged == 0 {
            continue;
        }
        put(
            &mut text,
            format_args!(
                "\n  {}: {} attempts, {} not judged",
                control.target, control.attempts, control.unjudged
            ),
        );
        for alarm in &control.alarms {
            put(&mut text, format_args!("\n    FALSE ALARM {alarm}"));
        }
    }
    put(
        &mut text,
        format_args!(
            "\n  {} controls, false alarms: {}",
            detection.controls.len(),
            bound(detection.alarms())
        ),
    );
    text
}

fn cell<'d>(result: &'d FaultResult, rules: &[String], reasons: &mut Vec<&'d str>) -> Cell {
    match result {
        FaultResult::Found { fired, runs, ms } => {
            let own: BTreeSet<&str> = fired
                .iter()
                .filter(|(rule, _)| rules.contains(rule))
                .map(|(_, by)| by.as_str())
                .collect();
            let by: Vec<&str> = own.into_iter().collect();
            Cell::new(format!(
                "{}\nrun {runs}, {:.1} s",
                by.join(", "),
                ms / 1000.0
            ))
            .fg(Color::Green)
        }
        FaultResult::Missed { runs, others, .. } => {
            let others: BTreeSet<&str> = others.iter().map(|(rule, _)| rule.as_str()).collect();
            let others: Vec<&str> = others.into_iter().collect();
            let seen = if others.is_empty() {
                String::new()
            } else {
                format!("\nsaw {}", others.join(", "))
            };
            Cell::new(format!("MISSED in {runs}{seen}")).fg(Color::Red)
        }
        FaultResult::Impossible { reason } | FaultResult::Untested { reason } => {
            let at = reasons
                .iter()
                .position(|known| known == reason)
                .unwrap_or_else(|| {
                    reasons.push(reason);
                    reasons.len() - 1
                });
            Cell::new(format!("n/a [{}]", at + 1)).fg(Color::DarkGrey)
        }
    }
}
