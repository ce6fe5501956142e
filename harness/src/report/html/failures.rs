//! Failures by signature.

use crate::{
    explain,
    model::{Finding, Frame},
    results::{Failure, Results},
    rules,
};

use super::{
    super::{signatures::Signature, words},
    Look, clipped,
    matrix::{Filter, Matrix},
};

/// Signatures that are told in full.
const MOST_SIGNATURES: usize = 120;
/// Signatures beyond those that are named.
const MOST_NAMED: usize = 1000;
/// Signatures that are open from the start, so that who prints the page or only looks sees them.
const MOST_OPEN: usize = 2;
/// Attempts that are listed for a signature.
const MOST_ATTEMPTS: usize = 25;
/// Attempts that are listed on the page.
const ALL_ATTEMPTS: usize = 1000;
/// Cells, tests and so on that are listed for a signature.
const MOST_LISTED: usize = 20;
/// Frames of a stack.
const MOST_FRAMES: usize = 24;
/// Characters of a text of a process.
const MOST_TEXT: usize = 1200;

/// The section.
pub(super) struct Failures<'r> {
    pub(super) told: Vec<Told<'r>>,
    /// The others, with how often they were seen.
    pub(super) rest: Vec<(String, usize)>,
    /// How many are not even named.
    pub(super) more: usize,
}

/// A signature in full.
pub(super) struct Told<'r> {
    pub(super) number: usize,
    pub(super) open: bool,
    pub(super) look: Look,
    pub(super) signature: String,
    pub(super) count: usize,
    pub(super) gist: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) fatal: Option<String>,
    pub(super) stacks: Vec<Stack>,
    pub(super) findings: Vec<Found<'r>>,
    pub(super) lists: Vec<(&'static str, Vec<String>, usize)>,
    /// Cell, how often, of how many, and the anchor of its section.
    pub(super) cells: Vec<(String, usize, u32, Option<usize>)>,
    pub(super) more_cells: usize,
    pub(super) attempts: Vec<Attempt<'r>>,
    pub(super) more_attempts: usize,
    pub(super) repeat: &'r str,
    pub(super) explain: String,
    pub(super) filter: Filter,
}

/// A native stack.
pub(super) struct Stack {
    pub(super) title: String,
    pub(super) frames: Vec<String>,
    pub(super) more: usize,
}

/// What a detector saw.
pub(super) struct Found<'r> {
    pub(super) rule: &'r str,
    /// What an addon must do.
    pub(super) requirement: Option<&'static str>,
    pub(super) message: String,
    pub(super) known: Option<&'r str>,
    pub(super) stacks: Vec<Stack>,
}

/// An attempt in a line.
pub(super) struct Attempt<'r> {
    pub(super) cell: String,
    pub(super) repetition: u32,
    pub(super) seed: String,
    pub(super) took: String,
    pub(super) dir: &'r str,
}

impl<'r> Failures<'r> {
    pub(super) fn of(
        results: &'r Results,
        signatures: &[Signature<'r>],
        matrix: &Matrix<'r>,
    ) -> Self {
        let mut listed = 0;
        let told = (0..)
            .zip(signatures)
            .take(MOST_SIGNATURES)
            .map(|(number, one)| {
                let told = told(number, one, results, matrix, ALL_ATTEMPTS - listed);
                listed += told.attempts.len();
                told
            })
            .collect();
        let rest = signatures.iter().skip(MOST_SIGNATURES);
        Failures {
            told,
            rest: rest
                .take(MOST_NAMED)
                .map(|one| (one.name.clone(), one.failures.len()))
                .collect(),
            more: signatures
                .len()
                .saturating_sub(MOST_SIGNATURES + MOST_NAMED),
        }
    }
}

fn told<'r>(
    number: usize,
    signature: &Signature<'r>,
    results: &'r Results,
    matrix: &Matrix<'r>,
    room: usize,
) -> Told<'r> {
    let first = signature.first;
    let kind = signature.kind();
    let crash = first.native_crash.as_ref();
    let attempts: Vec<_> = signature
        .failures
        .iter()
        .take(MOST_ATTEMPTS.min(room))
        .map(|failure| attempt(failure))
        .collect();
    let cells: Vec<_> = signature
        .cells
        .iter()
        .take(MOST_LISTED)
        .map(|(cell, count)| {
            let at = results.cells.iter().position(|one| one.cell == **cell);
            let judged = at.map_or(0, |at| results.cells[at].judged);
            (cell.to_string(), *count, judged, at)
        })
        .collect();
    let mut filter = matrix.filter(&first.cell, kind.as_str().to_owned(), "");
    let differs = |cell| matrix.filter(cell, String::new(), "").differs;
    filter.differs = signature.cells.iter().any(|(cell, _)| differs(*cell));
    filter.text = clipped(&searched(signature), MOST_TEXT).to_lowercase();
    Told {
        number,
        open: number < MOST_OPEN,
        look: Look::of_kind(kind),
        signature: signature.name.clone(),
        count: signature.failures.len(),
        gist: words::outcome(&first.outcome),
        facts: facts(first),
        fatal: first.fatal.as_deref().map(|text| clipped(text, MOST_TEXT)),
        stacks: crash
            .map(|crash| stack(crash_title(crash), &crash.frames))
            .into_iter()
            .collect(),
        findings: first.findings.iter().take(MOST_LISTED).map(found).collect(),
        lists: lists(first),
        more_cells: signature.cells.len() - cells.len(),
        cells,
        more_attempts: signature.failures.len() - attempts.len(),
        attempts,
        repeat: &first.repeat,
        explain: format!("threadproof explain {}", topic(first)),
        filter,
    }
}

/// What a search looks for in a signature.
fn searched(signature: &Signature<'_>) -> String {
    let first = signature.first;
    let mut parts = vec![signature.name.clone()];
    parts.extend(
        signature
            .cells
            .iter()
            .take(MOST_LISTED)
            .map(|(cell, _)| cell.to_string()),
    );
    parts.extend(first.fatal.clone());
    parts.extend(first.findings.iter().map(|finding| finding.rule.clone()));
    parts.extend(
        first
            .tests
            .iter()
            .take(MOST_LISTED)
            .map(|test| test.id.clone()),
    );
    parts.join(" ")
}

fn topic(failure: &Failure) -> String {
    let topic = words::topic(failure);
    // Not every rule of a target's own suites has a page.
    if explain::lookup(&topic).is_some() {
        topic
    } else {
        failure.outcome.kind().to_string()
    }
}

fn facts(failure: &Failure) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("phase", failure.phase.to_string()),
        ("ended by", words::ending(&failure.ending)),
    ];
    if let Some(last) = &failure.last_event {
        facts.push(("last event", clipped(last, MOST_TEXT)));
    }
    facts
}

fn crash_title(crash: &crate::model::NativeCrash) -> String {
    let unloaded = crash.unloaded.as_ref().map_or_else(String::new, |object| {
        let name = object.file_name().unwrap_or(object.as_os_str());
        format!(", in {}, which had been unloaded", name.to_string_lossy())
    });
    let failed = crash.last_failed.as_ref().map_or_else(String::new, |last| {
        format!(
            "; the last call of Node-API that failed before: {} with status {}",
            last.call, last.status
        )
    });
    format!(
        "crashed by {}{unloaded}{failed}",
        crate::model::signal_name(crash.signal)
    )
}

fn stack(title: String, frames: &[Frame]) -> Stack {
    Stack {
        title,
        frames: frames.iter().take(MOST_FRAMES).map(words::frame).collect(),
        more: frames.len().saturating_sub(MOST_FRAMES),
    }
}

fn found(finding: &Finding) -> Found<'_> {
    let times = match finding.count {
        0 | 1 => String::new(),
        count => format!(" ({count} times)"),
    };
    Found {
        rule: &finding.rule,
        requirement: rules::rule(&finding.rule).map(|rule| rule.requirement),
        message: format!("{}{times}", clipped(&finding.message, MOST_TEXT)),
        known: finding.known.as_deref(),
        stacks: finding
            .stacks
            .iter()
            .map(|one| stack(one.title.clone(), &one.frames))
            .collect(),
    }
}

fn lists(failure: &Failure) -> Vec<(&'static str, Vec<String>, usize)> {
    let tests = failure.tests.iter().map(|test| words::test(test, 300));
    let left = failure
        .stragglers
        .iter()
        .map(|left| format!("process {}: {}", left.pid, left.command));
    let files = failure.file_errors.iter().map(|error| clipped(error, 300));
    [
        ("tests", tests.collect::<Vec<_>>()),
        ("files", files.collect()),
        ("left behind", left.collect()),
    ]
    .into_iter()
    .filter(|(_, items)| !items.is_empty())
    .map(|(name, mut items)| {
        let more = items.len().saturating_sub(MOST_LISTED);
        items.truncate(MOST_LISTED);
        (name, items, more)
    })
    .collect()
}

fn attempt(failure: &Failure) -> Attempt<'_> {
    Attempt {
        cell: failure.cell.to_string(),
        repetition: failure.repetition,
        seed: failure.seed.to_string(),
        took: words::seconds(failure.duration_ms),
        dir: &failure.dir,
    }
}
