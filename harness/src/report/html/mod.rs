//! `report.html`: one page that needs no server, no network and, but for its filters, no JavaScript. The templates, the style
//! and the script stand beside this module; here is what they show, made by pure functions.

mod cells;
mod durations;
mod failures;
mod lanes;
mod matrix;
mod measured;
mod scale;

use std::io;

use askama::Template;

use crate::{
    event::PlanSummary,
    model::{OutcomeKind, Verdict},
    results::Results,
};

use super::{
    Figures, Told,
    signatures::{Signature, signatures},
    verdict::{self, Tone},
    words::{self, Sum},
};

use cells::Cells;
use durations::Durations;
use failures::Failures;
use lanes::Case;
use matrix::Matrix;
use measured::{Leaks, Loads};

/// The page.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'r> {
    css: &'static str,
    js: &'static str,
    tone: &'static str,
    glyph: &'static str,
    headline: String,
    exit: Option<String>,
    kinds: Option<String>,
    preparation: Option<&'r crate::results::PreparationFailure>,
    counts: Vec<(String, &'static str)>,
    facts: Vec<(&'static str, String)>,
    command: &'r str,
    meaning: Vec<String>,
    detection: Option<&'r str>,
    outcomes: Vec<OutcomeFilter>,
    matrix: Matrix<'r>,
    failures: Failures<'r>,
    cells: Cells<'r>,
    durations: Durations,
    leaks: Option<Leaks<'r>>,
    loads: Option<Loads<'r>>,
    cases: Vec<Case<'r>>,
    not_available: Vec<(String, &'r str)>,
    not_applicable: Vec<String>,
}

/// A button that shows one kind of outcome.
struct OutcomeFilter {
    kind: &'static str,
    count: u32,
}

/// How a verdict looks: a class for its colour, a glyph for those who do not see it, and the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    class: &'static str,
    glyph: &'static str,
    word: &'static str,
}

/// `report.html`.
pub(super) fn page(results: &Results, told: &Told, figures: &Figures) -> io::Result<String> {
    let signatures = signatures(results);
    let (tone, headline) = verdict::headline(results);
    let (tone, glyph) = match tone {
        Tone::Good => ("pass", "✓"),
        Tone::Bad => ("fail", "✗"),
        Tone::Open => ("open", "?"),
    };
    let matrix = Matrix::of(results);
    let page = Page {
        css: include_str!("page.css"),
        js: include_str!("page.js"),
        tone,
        glyph,
        headline,
        exit: results.exit.map(verdict::exit),
        kinds: verdict::kinds(results),
        preparation: results.preparation.as_ref(),
        counts: counts(results, &signatures),
        facts: facts(results, told),
        command: &results.command,
        meaning: meaning(results),
        detection: results
            .detection
            .as_deref()
            // It stands below a heading that says so.
            .map(|text| text.trim_start_matches("detection power: ")),
        outcomes: outcomes(results),
        failures: Failures::of(results, &signatures, &matrix),
        cells: Cells::of(results, &signatures, &matrix),
        durations: Durations::of(results, told, &matrix),
        matrix,
        leaks: Leaks::of(&figures.leaks),
        loads: Loads::of(&figures.stress),
        cases: figures.cases.iter().map(Case::of).collect(),
        not_available: results
            .not_available
            .iter()
            .map(|one| (one.cell.to_string(), one.reason.as_str()))
            .collect(),
        not_applicable: verdict::not_applicable(results),
    };
    page.render().map_err(io::Error::other)
}

impl Look {
    const SKIPPED: Look = Look {
        class: "none",
        glyph: "–",
        word: "not run",
    };

    fn of(verdict: Verdict) -> Self {
        let (class, glyph) = match verdict {
            Verdict::Pass => ("pass", "✓"),
            Verdict::Flaky { .. } => ("flaky", "◐"),
            Verdict::Fail => ("fail", "✗"),
            Verdict::Expected { .. } => ("open", "≈"),
            Verdict::Inconclusive => ("open", "?"),
            Verdict::Skipped => return Self::SKIPPED,
        };
        Look {
            class,
            glyph,
            word: verdict.as_str(),
        }
    }

    fn of_kind(kind: OutcomeKind) -> Self {
        let (class, glyph) = match kind {
            OutcomeKind::Clean => ("pass", "✓"),
            OutcomeKind::CrashAtLoad | OutcomeKind::CrashInTest | OutcomeKind::CrashAtTeardown => {
                ("fail", "✗")
            }
            OutcomeKind::HangInTest | OutcomeKind::HangAtExit => ("fail", "∞"),
            OutcomeKind::LostTests | OutcomeKind::Contradiction => ("fail", "≠"),
            OutcomeKind::AssertFailed => ("fail", "!"),
            OutcomeKind::Violation => ("fail", "§"),
            OutcomeKind::LeakFound | OutcomeKind::LeakGrowth => ("flaky", "↗"),
            OutcomeKind::Straggler => ("flaky", "⋯"),
            OutcomeKind::Infra => ("open", "?"),
        };
        Look {
            class,
            glyph,
            word: kind.as_str(),
        }
    }

    /// Of several verdicts taken together.
    fn of_sum(sum: Sum) -> Self {
        Self::of(if sum.planned == 0 {
            Verdict::Skipped
        } else if sum.clean == sum.planned {
            Verdict::Pass
        } else if sum.expected > 0 && sum.clean + sum.expected == sum.planned {
            Verdict::Expected {
                failed: sum.expected,
                of: sum.judged,
            }
        } else if sum.clean == sum.judged {
            Verdict::Inconclusive
        } else if sum.clean == 0 {
            Verdict::Fail
        } else {
            Verdict::Flaky {
                clean: sum.clean,
                of: sum.judged,
            }
        })
    }
}

fn counts(results: &Results, signatures: &[Signature<'_>]) -> Vec<(String, &'static str)> {
    let sum = Sum::of(&results.cells);
    if results.cells.is_empty() {
        return Vec::new();
    }
    let judged = if sum.judged < sum.planned {
        format!("{} of {}", sum.judged, sum.planned)
    } else {
        sum.judged.to_string()
    };
    let mut counts = vec![
        (judged, "attempts judged"),
        (sum.clean.to_string(), "clean"),
        ((sum.judged - sum.clean).to_string(), "failed"),
        (results.cells.len().to_string(), "cells"),
        (signatures.len().to_string(), "signatures"),
    ];
    if let Some(elapsed) = results.elapsed_ms {
        counts.push((words::seconds(elapsed), "taken"));
    }
    counts
}

fn facts(results: &Results, told: &Told) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut fact = |name, value: String| {
        if !value.is_empty() {
            facts.push((name, value));
        }
    };
    fact("run", results.run.clone());
    fact(
        "seed",
        results
            .seed
            .map_or_else(String::new, |seed| seed.to_string()),
    );
    fact("threadproof", results.threadproof.clone());
    fact("platform", results.platform.clone());
    let host: Vec<String> = told
        .host
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    fact("host", host.join(" · "));
    if let Some(plan) = &results.plan {
        fact("runtimes", runtimes(plan));
        fact(
            "plan",
            format!(
                "{} repeats of {}, {} at a time{}{}",
                plan.repeats,
                words::counted(plan.cells.len(), "cell"),
                plan.parallel,
                plan.shard
                    .map_or_else(String::new, |(k, n)| format!(", shard {k}/{n}")),
                if plan.guard {
                    ", guard loaded"
                } else {
                    ", without the guard"
                },
            ),
        );
    }
    facts
}

fn runtimes(plan: &PlanSummary) -> String {
    let runtimes = plan.runtimes.iter().map(|runtime| {
        format!(
            "{} (Node-API {}, V8 {})",
            runtime.id, runtime.napi, runtime.v8
        )
    });
    runtimes.collect::<Vec<_>>().join(" · ")
}

/// What the rates mean, without the detection power, which has a place of its own.
fn meaning(results: &Results) -> Vec<String> {
    if results.cells.is_empty() {
        return Vec::new();
    }
    let mut told: Vec<String> = Vec::new();
    for line in verdict::meaning(results) {
        if Some(&line) == results.detection.as_ref() || line.starts_with("detection power: not") {
            continue;
        }
        let text = line.trim().replace(" %", "\u{a0}%");
        match told.last_mut() {
            // On a terminal it stands below the line that it belongs to.
            Some(last) if line.starts_with(' ') => {
                last.push_str("; ");
                last.push_str(&text);
            }
            Some(_) | None => told.push(text),
        }
    }
    told
}

fn outcomes(results: &Results) -> Vec<OutcomeFilter> {
    OutcomeKind::ALL
        .into_iter()
        .map(|kind| OutcomeFilter {
            kind: kind.as_str(),
            count: words::count(results, |other| other == kind),
        })
        .filter(|one| one.count > 0)
        .collect()
}

/// A text without what is beyond a limit, which is said.
fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most).collect();
    format!("{start}… (shortened; all of it is in results.json)")
}
