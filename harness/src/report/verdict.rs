//! The words of a whole run: its headline, and what its rates prove and do not prove.

use threadproof_stress::{Confidence, say};

use crate::{
    event::PlanSummary,
    exit::Exit,
    model::{Engine, OutcomeKind, Verdict, signal_name},
    results::{NotApplicable, Results},
};

use super::{
    expected, gates,
    words::{self, Sum, counted},
};

/// Whether a headline is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Open,
}

/// The run in one line: `FAILED: 3 of 480 attempts failed in 2 of 24 cells`.
pub(super) fn headline(results: &Results) -> (Tone, String) {
    if let Some(failed) = &results.preparation {
        return (
            Tone::Bad,
            format!("NOT RUN: preparation failed at {}", failed.step),
        );
    }
    if results.finished && results.cells.is_empty() && results.interrupted.is_none() {
        let why = if results.not_available.is_empty() {
            "nothing was selected"
        } else {
            "nothing that was selected can run here"
        };
        return (Tone::Bad, format!("NOT RUN: {why}"));
    }
    let sum = Sum::of(&results.cells);
    let expected = sum.expected;
    let failures = (sum.judged - sum.clean).saturating_sub(expected);
    let bad = results
        .cells
        .iter()
        .filter(|cell| matches!(cell.verdict, Verdict::Fail | Verdict::Flaky { .. }))
        .count();
    let cells = counted(results.cells.len(), "cell");
    let judged = counted(sum.judged as usize, "attempt");
    let broken = expected::broken(results);
    let (tone, mut text) = if let Some(gated) = gates::headline(results) {
        gated
    } else if failures > 0 {
        (
            Tone::Bad,
            format!("FAILED: {failures} of {judged} failed, in {bad} of {cells}"),
        )
    } else if sum.judged < sum.planned || results.interrupted.is_some() || !results.finished {
        (
            Tone::Open,
            format!(
                "INCONCLUSIVE: {} of {} planned attempts judged, {}",
                sum.judged,
                sum.planned,
                if expected > 0 {
                    "no failure that was not expected"
                } else {
                    "none failed"
                }
            ),
        )
    } else if broken > 0 {
        let entries = if broken == 1 {
            "an expected failure no longer holds".to_owned()
        } else {
            format!("{broken} expected failures no longer hold")
        };
        (
            Tone::Bad,
            format!("FAILED: {judged} in {cells}, and {entries}"),
        )
    } else if expected > 0 {
        well(
            results,
            &format!("{judged} in {cells}, {expected} failed, all as expected"),
        )
    } else {
        well(results, &format!("{judged} in {cells}, none failed"))
    };
    if let Some(signal) = results.interrupted {
        text.push_str("; interrupted by ");
        text.push_str(&signal_name(signal));
    } else if !results.finished {
        text.push_str("; the run is not over, or was killed");
    }
    (tone, text)
}

/// Where every attempt was clean: what was measured beside them may not be, and then the exit code says so.
fn well(results: &Results, attempts: &str) -> (Tone, String) {
    match results.exit {
        Some(Exit::Leaks) => (
            Tone::Bad,
            format!("LEAKS: {attempts}, but workers leave something behind"),
        ),
        Some(Exit::Failure | Exit::Flaky | Exit::Regression) => (
            Tone::Bad,
            format!("FAILED: {attempts}, but what was measured is not as required"),
        ),
        Some(Exit::Inconclusive) => (
            Tone::Open,
            format!("INCONCLUSIVE: {attempts}, but what was measured decides nothing"),
        ),
        Some(Exit::Internal) => (
            Tone::Open,
            format!("INCONCLUSIVE: {attempts}, but the harness itself failed"),
        ),
        Some(
            Exit::Success
            | Exit::Usage
            | Exit::NothingSelected
            | Exit::Preparation
            | Exit::Interrupted
            | Exit::Terminated,
        )
        | None => (Tone::Good, format!("PASSED: {attempts}")),
    }
}

/// Counts of each kind of outcome but clean: `2 CrashAtTeardown, 1 HangAtExit`.
pub(super) fn kinds(results: &Results) -> Option<String> {
    let counts: Vec<String> = OutcomeKind::ALL
        .into_iter()
        .filter(|kind| *kind != OutcomeKind::Clean)
        .map(|kind| (kind, words::count(results, |other| other == kind)))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}

/// What the rates say of each target, and what an all-green run does not prove.
pub(super) fn meaning(results: &Results) -> Vec<String> {
    let mut lines = gates::lines(results);
    lines.extend(expected::lines(results));
    let mut targets: Vec<&str> = Vec::new();
    for cell in &results.cells {
        if !targets.contains(&cell.cell.target.as_str()) {
            targets.push(&cell.cell.target);
        }
    }
    for target in targets {
        let of_target = || results.cells.iter().filter(|c| c.cell.target == target);
        let tally = Sum::of(of_target()).tally();
        lines.push(format!(
            "{target}: {}",
            say::meaning(tally, "attempts", Confidence::P95)
        ));
        // The pooled figure assumes that all cells are alike; a fault of one cell hides in it.
        let least = of_target().map(|cell| cell.judged).min().unwrap_or(0);
        if tally.failures() == 0 && least > 0 && of_target().count() > 1 {
            let cell = words::tally(least, least);
            let bound = threadproof_stress::upper_bound(cell, Confidence::P95);
            lines.push(format!(
                "{:indent$}  all cells taken together; a single cell of {least} only shows below {}",
                "",
                say::percent(bound, say::Round::Up),
                indent = target.chars().count()
            ));
        }
    }
    for known in &results.known {
        lines.push(format!(
            "known of {}, in {}: {}: {}",
            known.target,
            counted(known.attempts as usize, "attempt"),
            known.rule,
            known.reason
        ));
    }
    lines.push(results.detection.clone().unwrap_or_else(|| {
        "detection power: not measured by this version on this machine; `threadproof selfcheck` does"
            .to_owned()
    }));
    lines.extend(results.plan.iter().flat_map(runtimes));
    lines
}

/// What was not judged because of what runs it.
fn runtimes(plan: &PlanSummary) -> Vec<String> {
    let unjudged = "misuse of Node-API that a process survives was not judged";
    let others: Vec<&str> = plan
        .runtimes
        .iter()
        .filter(|runtime| runtime.engine != Engine::Node)
        .map(|runtime| runtime.id.as_str())
        .collect();
    let mut lines = match (plan.guard, others.is_empty()) {
        (false, _) => vec![format!("the guard was not loaded: {unjudged}")],
        (true, false) => vec![format!(
            "the guard knows Node alone: on {} {unjudged}",
            others.join(", ")
        )],
        (true, true) => Vec::new(),
    };
    for runtime in &plan.runtimes {
        let lacks = runtime.lacks.iter();
        lines.extend(
            lacks.map(|(what, instead)| format!("{} lacks runtime:{what}: {instead}", runtime.id)),
        );
    }
    lines
}

/// What tests were left out because a target lacks what they need.
pub(super) fn not_applicable(results: &Results) -> Vec<String> {
    let mut alike: Vec<(&NotApplicable, Vec<&str>)> = Vec::new();
    for left_out in &results.not_applicable {
        let known = alike.iter_mut().find(|(first, _)| {
            (&first.target, &first.topic, first.count, &first.lacking)
                == (
                    &left_out.target,
                    &left_out.topic,
                    left_out.count,
                    &left_out.lacking,
                )
        });
        match known {
            Some((_, runtimes)) => runtimes.push(&left_out.runtime),
            None => alike.push((left_out, vec![&left_out.runtime])),
        }
    }
    alike
        .into_iter()
        .map(|(left_out, runtimes)| {
            format!(
                "{} on {}: {} of {} not applicable (lacking {}); not run, and not counted as passed",
                left_out.target,
                runtimes.join(", "),
                counted(left_out.count as usize, "test"),
                left_out.topic,
                left_out.lacking.join(", ")
            )
        })
        .collect()
}

/// How the harness exits, with its meaning.
pub(super) fn exit(exit: Exit) -> String {
    format!("exit code {}: {}", exit.code(), exit.meaning())
}
