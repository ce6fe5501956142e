//! From files to jobs. Pure.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use super::{TestFile, TestRunner};
use crate::{
    event::PlannedCell,
    model::{CellId, Job, JobId, Launcher, Runner, Runtime, Seed, Suite},
    plan::{quote, runtime_word},
};

/// What the suite of a file's one copy is called after its path.
pub const SOLO: &str = " (solo)";

/// A file on a runtime, and the tests that one copy of it has.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The file.
    pub file: &'a TestFile,
    /// Id of its target.
    pub target: String,
    /// Where it runs.
    pub runtime: &'a Runtime,
    /// Names of its tests, `(file)` among them.
    pub names: Vec<String>,
}

/// What is asked for.
#[derive(Debug)]
pub struct Request<'a> {
    /// The runtimes of the run.
    pub runtimes: &'a [Runtime],
    /// Copies at the same time.
    pub workers: u32,
    /// Iterations in a process.
    pub iterations: u32,
    /// Processes for each file.
    pub runs: u32,
    /// The run's seed.
    pub seed: Seed,
    /// A module to load once in each process, absolute.
    pub setup: Option<&'a Path>,
    /// Time for a job.
    pub timeout_ms: u64,
    /// Start of the command that repeats a job.
    pub repeat_prefix: &'a str,
    /// Run only the job with this id, or whose id begins so.
    pub only: Option<&'a str>,
}

/// What will run.
#[derive(Debug, Default)]
pub struct ReplicatePlan {
    /// The solo copies first.
    pub jobs: Vec<Job>,
    /// The cells that have jobs.
    pub cells: Vec<PlannedCell>,
    /// What each job is told, by its id.
    pub params: BTreeMap<String, Value>,
}

/// What a job is told.
pub fn params(file: &TestFile, setup: Option<&Path>, workers: u32, iterations: u32) -> Value {
    json!({
        "file": file.path,
        "root": file.package,
        "runner": file.runner,
        "runnerDir": file.installed.as_ref().map(|installed| &installed.dir),
        "setup": setup,
        "workers": workers,
        "iterations": iterations,
    })
}

/// The manifest: each test of each copy in each iteration.
pub fn manifest(label: &str, names: &[String], workers: u32, iterations: u32) -> Vec<String> {
    let mut tests = Vec::new();
    for iteration in 1..=iterations {
        for copy in 1..=workers {
            tests.extend(
                names
                    .iter()
                    .map(|name| format!("{label} > {name} [{iteration}.{copy}]")),
            );
        }
    }
    tests
}

/// The job that finds out which tests a file has; it is no attempt of the run.
pub fn discovery(file: &TestFile, target: &str, runtime: &Runtime, request: &Request<'_>) -> Job {
    let only = ["(file)".to_owned()];
    let tests = manifest(&file.label, &only, 1, 1);
    let cell = cell(file, target, runtime, " (discovery)");
    job(file, cell, 0, tests, request)
}

/// Plans a run.
pub fn plan(found: &[Found<'_>], request: &Request<'_>) -> ReplicatePlan {
    let mut plan = ReplicatePlan::default();
    let replicated = (request.workers, request.iterations, request.runs);
    for (suffix, (workers, iterations, runs)) in [(SOLO, (1, 1, 1)), ("", replicated)] {
        for one in found {
            let cell = cell(one.file, &one.target, one.runtime, suffix);
            let tests = manifest(&one.file.label, &one.names, workers, iterations);
            let mut jobs = 0;
            for repetition in 1..=runs {
                let job = job(one.file, cell.clone(), repetition, tests.clone(), request);
                let wanted = |only: &str| job.id.as_str().starts_with(only);
                // Without the solo copy, nothing could be said of a failure.
                if !suffix.is_empty() || request.only.is_none_or(wanted) {
                    let told = params(one.file, request.setup, workers, iterations);
                    plan.params.insert(job.id.to_string(), told);
                    plan.jobs.push(job);
                    jobs += 1;
                }
            }
            if jobs > 0 {
                plan.cells.push(PlannedCell {
                    cell,
                    jobs,
                    tests: u32::try_from(tests.len()).unwrap_or(u32::MAX),
                });
            }
        }
    }
    plan
}

fn cell(file: &TestFile, target: &str, runtime: &Runtime, suffix: &str) -> CellId {
    CellId {
        target: target.to_owned(),
        runtime: runtime.id.clone(),
        suite: Suite {
            topic: format!("{}{suffix}", file.label),
            runner: Runner::Replicate,
        },
    }
}

fn job(
    file: &TestFile,
    cell: CellId,
    repetition: u32,
    tests: Vec<String>,
    request: &Request<'_>,
) -> Job {
    let id = JobId::of(&cell, &tests, repetition, Launcher::Native);
    let runner: TestRunner = file.runner;
    let setup = request.setup.map_or_else(String::new, |setup| {
        format!(" --setup {}", quote(&setup.to_string_lossy()))
    });
    let repeat = format!(
        "{} {} --runner {}{setup} --workers {} --iterations {} --runs {} --runtime {} --seed {} --job-id {id}",
        request.repeat_prefix,
        quote(&file.path.to_string_lossy()),
        runner.as_str(),
        request.workers,
        request.iterations,
        repetition.max(1),
        runtime_word(request.runtimes, &cell.runtime),
        request.seed,
    );
    Job {
        seed: request.seed.derive(id.as_str()),
        id,
        cell,
        repetition,
        files: vec![file.label.clone()],
        tests,
        timeout_ms: request.timeout_ms,
        launcher: Launcher::Native,
        repeat,
    }
}
