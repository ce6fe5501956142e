//! From a selection to jobs: target × runtime × suite × repetition. Pure: touches nothing.

mod select;
mod shard;

#[cfg(test)]
mod plan_tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalogue::{Catalogue, Topic},
    error::Error,
    event::PlannedCell,
    model::{
        CellId, Engine, Job, JobId, Launcher, Runner, Runtime, RuntimeSource, Seed, Suite, Target,
        TargetSource, TopicKind,
    },
    results::{NotApplicable, NotAvailable},
    version::meets,
};

pub use select::{Patterns, select_suites, select_targets, suite_matches};
pub use shard::Shard;

/// What to plan from.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The selected targets.
    pub targets: &'a [Target],
    /// The selected runtimes.
    pub runtimes: &'a [Runtime],
    /// The selected suites.
    pub suites: &'a [Suite],
    /// All topics.
    pub catalogue: &'a Catalogue,
    /// The selected tests.
    pub tests: &'a Patterns,
    /// How often each cell is run.
    pub repeats: u32,
    /// The part of the jobs that this machine runs.
    pub shard: Option<Shard>,
    /// The run's seed.
    pub seed: Seed,
    /// Time for a job.
    pub timeout_ms: u64,
    /// Start of the command that repeats a job: program and the flags that say where things are.
    pub repeat_prefix: &'a str,
    /// Run only the job with this id, or whose id begins so.
    pub only: Option<&'a str>,
    /// How many programs a differential job generates.
    pub programs: u32,
}

/// What will run, and what will not and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// In the order in which they are started.
    pub jobs: Vec<Job>,
    /// The cells that have jobs, in the order of the report.
    pub cells: Vec<PlannedCell>,
    /// Cells that were asked for and cannot run.
    pub not_available: Vec<NotAvailable>,
    /// Tests that a target cannot run.
    pub not_applicable: Vec<NotApplicable>,
}

/// The capabilities of a target on a version of Node, sorted.
pub fn supports_on(target: &Target, version: &str) -> Vec<String> {
    let sometimes = target
        .supports_when
        .iter()
        .filter(|when| meets(version, &when.runtimes));
    let all: BTreeSet<String> = target
        .supports
        .iter()
        .cloned()
        .chain(sometimes.map(|when| when.capability.clone()))
        .collect();
    all.into_iter().collect()
}

/// The same, with what the runtime was tried for (`runtime:workers`), which is needed by what uses it.
fn supports_with(target: &Target, runtime: &Runtime) -> Vec<String> {
    let has = RUNTIME_CAPABILITIES
        .into_iter()
        .filter(|name| !runtime.lacks.contains_key(*name));
    supports_on(target, &runtime.version)
        .into_iter()
        .chain(has.map(|name| format!("runtime:{name}")))
        .collect()
}

/// What each runtime is tried for: the checks of `js-tests/lib/probe.cjs`.
pub const RUNTIME_CAPABILITIES: [&str; 8] = [
    "workers",
    "terminate",
    "uncaught-exit-code",
    "resource-limits",
    "collect",
    "descriptors",
    "limits",
    "addons",
];

/// The versions of Node that a runner works on: the table of `docs/protocol.md`.
pub fn needed_by(runner: Runner) -> &'static str {
    match runner {
        Runner::Jest
        | Runner::NodeTest
        | Runner::Driver
        | Runner::Stress
        | Runner::Leak
        | Runner::Fuzz
        | Runner::Replicate => ">=20",
        Runner::Vitest | Runner::VitestShared => ">=22.12",
        // The oracle is the builtin of the same Node, and that came to its present form then.
        Runner::Programs => ">=26.10, <27",
    }
}

/// Plans a run.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    let mut cells = Vec::new();
    for target in inputs.targets {
        for runtime in inputs.runtimes {
            let supports = supports_with(target, runtime);
            let applicable = Applicable::of_all(inputs, &supports);
            for suite in inputs.suites {
                let cell = CellId {
                    target: target.id.clone(),
                    runtime: runtime.id.clone(),
                    suite: suite.clone(),
                };
                // Topics that the patterns leave nothing of were not asked for.
                let Some(tests) = applicable.get(&key(suite)) else {
                    continue;
                };
                match unavailable(target, runtime, suite.runner, tests) {
                    Some(reason) => plan.not_available.push(NotAvailable { cell, reason }),
                    None => cells.push((cell, tests.clone())),
                }
            }
            // Where the target does not exist, nothing more is to be said.
            if missing(target, runtime).is_none() {
                plan.not_applicable.extend(
                    applicable
                        .iter()
                        .filter(|(_, tests)| tests.left_out > 0)
                        .map(|((topic, _), tests)| NotApplicable {
                            target: target.id.clone(),
                            runtime: runtime.id.clone(),
                            topic: (*topic).to_owned(),
                            count: tests.left_out,
                            lacking: tests.lacking.iter().cloned().collect(),
                        }),
                );
            }
        }
    }
    let jobs = order(inputs, &cells);
    plan.jobs = match (inputs.only, inputs.shard) {
        (Some(only), _) => jobs
            .into_iter()
            .filter(|job| job.id.as_str().starts_with(only))
            .collect(),
        (None, Some(shard)) => shard.of(jobs),
        (None, None) => jobs,
    };
    if let (Some(only), true) = (inputs.only, plan.jobs.is_empty()) {
        return Err(Error::NothingSelected {
            what: format!("no job of this selection has the id {only}"),
            help:
                "ids hold for the same target, version of Node, suite, tests and repetition: name \
                   them as the failure's command does"
                    .to_owned(),
        });
    }
    for (cell, tests) in cells {
        let jobs = plan.jobs.iter().filter(|job| job.cell == cell).count();
        if jobs > 0 {
            let (jobs, tests) = (count(jobs), count(tests.ids.len()));
            plan.cells.push(PlannedCell { cell, jobs, tests });
        }
    }
    Ok(plan)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// What a suite's tests are found by.
fn key(suite: &Suite) -> (&str, TopicKind) {
    (&suite.topic, suite.runner.kind())
}

/// The tests of a topic that a target can run.
#[derive(Clone, Debug, Default)]
struct Applicable {
    files: Vec<String>,
    ids: Vec<String>,
    /// The file of each test.
    file_of: Vec<usize>,
    left_out: u32,
    lacking: BTreeSet<String>,
}

impl Applicable {
    /// By topic, in the order of the suites; topics without selected tests are left out.
    fn of_all<'a>(
        inputs: &Inputs<'a>,
        supports: &[String],
    ) -> BTreeMap<(&'a str, TopicKind), Applicable> {
        let wanted: BTreeSet<_> = inputs.suites.iter().map(key).collect();
        let topics = inputs.catalogue.topics.iter();
        topics
            .map(|topic| ((topic.topic.as_str(), topic.kind), topic))
            .filter(|(key, _)| wanted.contains(key))
            .map(|(key, topic)| (key, Applicable::of(topic, inputs.tests, supports)))
            .filter(|(_, tests)| !tests.ids.is_empty() || tests.left_out > 0)
            .collect()
    }

    fn of(topic: &Topic, patterns: &Patterns, supports: &[String]) -> Applicable {
        let mut found = Applicable::default();
        for file in &topic.files {
            let before = found.ids.len();
            for test in file.tests.iter().filter(|test| patterns.matches(&test.id)) {
                let lacking: Vec<_> = test
                    .needs
                    .iter()
                    .filter(|need| !supports.contains(need))
                    .collect();
                if lacking.is_empty() {
                    found.ids.push(test.id.clone());
                    found.file_of.push(found.files.len());
                } else {
                    found.left_out += 1;
                    found.lacking.extend(lacking.into_iter().cloned());
                }
            }
            if found.ids.len() > before {
                found.files.push(file.file.clone());
            }
        }
        found
    }
}

/// Why a target does not exist on a runtime.
pub fn missing(target: &Target, runtime: &Runtime) -> Option<String> {
    let needed = target.runtimes.as_deref()?;
    if meets(&runtime.version, needed) {
        return None;
    }
    Some(
        target
            .reason
            .clone()
            .unwrap_or_else(|| format!("{} needs Node {needed}", target.id)),
    )
}

/// Why a cell cannot run.
fn unavailable(
    target: &Target,
    runtime: &Runtime,
    runner: Runner,
    tests: &Applicable,
) -> Option<String> {
    if let Some(reason) = missing(target, runtime) {
        return Some(reason);
    }
    if runtime.engine != Engine::Node && runner != Runner::Driver {
        return Some(format!(
            "{runner} is not run on {}: the scenarios of `driver` are",
            runtime.engine.name()
        ));
    }
    // Without these nothing of a suite can run.
    let vital = ["workers", "addons"].into_iter().filter(|name| {
        *name != "addons" || !matches!(target.source, None | Some(TargetSource::Builtin(_)))
    });
    for name in vital {
        if let Some(instead) = runtime.lacks.get(name) {
            return Some(format!("{} lacks {name}: {instead}", runtime.id));
        }
    }
    let needed = needed_by(runner);
    if !meets(&runtime.version, needed) {
        return Some(format!("{runner} needs Node {needed}"));
    }
    if tests.ids.is_empty() {
        let lacking: Vec<_> = tests.lacking.iter().map(String::as_str).collect();
        return Some(format!(
            "no test is applicable: {} lacks {}",
            target.id,
            lacking.join(", ")
        ));
    }
    None
}

/// All jobs: each repetition of all cells before the next one, so that every cell gets on and an
/// interrupted run has rates for all of them; big manifests first, so that no long job is
/// left for the end of a repetition.
fn order(inputs: &Inputs<'_>, cells: &[(CellId, Applicable)]) -> Vec<Job> {
    let mut by_size: Vec<_> = cells.iter().collect();
    by_size.sort_by_key(|(_, tests)| std::cmp::Reverse(tests.ids.len()));
    let repetitions = 1..=inputs.repeats;
    repetitions
        .flat_map(|repetition| {
            by_size
                .iter()
                .flat_map(move |(cell, tests)| jobs(inputs, cell, tests, repetition))
        })
        .collect()
}

/// The jobs of one repetition of a cell: one for all tests, or, of scenarios, one for each case.
fn jobs(inputs: &Inputs<'_>, cell: &CellId, tests: &Applicable, repetition: u32) -> Vec<Job> {
    match cell.suite.runner.kind() {
        TopicKind::Bodies
        | TopicKind::Programs
        | TopicKind::Shapes
        | TopicKind::Leaks
        | TopicKind::Fuzz
        | TopicKind::Replicated => {
            vec![job(inputs, cell, &tests.files, &tests.ids, repetition)]
        }
        TopicKind::Scenarios => tests
            .ids
            .iter()
            .zip(&tests.file_of)
            .map(|(id, file)| {
                let (id, file) = (std::slice::from_ref(id), &tests.files[*file..=*file]);
                job(inputs, cell, file, id, repetition)
            })
            .collect(),
    }
}

fn job(
    inputs: &Inputs<'_>,
    cell: &CellId,
    files: &[String],
    tests: &[String],
    repetition: u32,
) -> Job {
    let launcher = Launcher::Native;
    let id = JobId::of(cell, tests, repetition, launcher);
    Job {
        seed: inputs.seed.derive(id.as_str()),
        repeat: repeat(inputs, cell, repetition, &id),
        id,
        cell: cell.clone(),
        repetition,
        files: files.to_vec(),
        tests: tests.to_vec(),
        timeout_ms: timeout_ms(inputs, cell),
        launcher,
    }
}

/// Time for a job: one that generates programs needs more for more of them.
fn timeout_ms(inputs: &Inputs<'_>, cell: &CellId) -> u64 {
    const PROGRAM_MS: u64 = 60;
    match cell.suite.runner {
        Runner::Programs => inputs.timeout_ms + u64::from(inputs.programs) * PROGRAM_MS,
        Runner::Jest
        | Runner::Vitest
        | Runner::VitestShared
        | Runner::NodeTest
        | Runner::Driver
        | Runner::Stress
        | Runner::Leak
        | Runner::Fuzz
        | Runner::Replicate => inputs.timeout_ms,
    }
}

/// The command line that repeats a job.
fn repeat(inputs: &Inputs<'_>, cell: &CellId, repetition: u32, id: &JobId) -> String {
    let runtime = runtime_word(inputs.runtimes, &cell.runtime);
    let mut command = format!(
        "{} --target {} --runtime {runtime} --suite {} --seed {} --repeats {repetition} --job-id {id}",
        inputs.repeat_prefix, cell.target, cell.suite, inputs.seed
    );
    if cell.suite.runner == Runner::Programs {
        command += " --programs ";
        command += &inputs.programs.to_string();
    }
    for pattern in inputs.tests.texts() {
        command.push_str(" --test ");
        command.push_str(&quote(pattern));
    }
    command
}

/// What `--runtime` takes to select a runtime.
pub fn runtime_word(runtimes: &[Runtime], id: &str) -> String {
    // Found for every cell: cells are made from the runtimes.
    let runtime = runtimes.iter().find(|runtime| runtime.id == id);
    runtime.map_or(id.to_owned(), |runtime| {
        let mut word = match (runtime.source, &runtime.release) {
            (RuntimeSource::Provisioned, None) => runtime.version.clone(),
            (RuntimeSource::Provisioned, Some(release)) => format!("{}@{release}", runtime.engine),
            (RuntimeSource::SearchPath | RuntimeSource::File, _) => {
                runtime.path.to_string_lossy().into_owned()
            }
        };
        for flag in &runtime.flags {
            word.push(' ');
            word.push_str(flag);
        }
        quote(&word)
    })
}

/// Quotes a word for a POSIX shell where it needs to be.
pub fn quote(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=,@%+".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
