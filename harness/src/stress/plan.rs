//! From shapes to jobs. Pure, but for the question what the machine lacks, which the caller answers.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value, json};
use threadproof_stress::{Need, Shape};

use crate::{
    event::PlannedCell,
    model::{CellId, Job, JobId, Launcher, Runner, Runtime, Seed, Suite, Target},
    plan::{missing, runtime_word},
    results::NotAvailable,
};

/// What a worker may take from its start to its end, on a machine that has much else to do.
const LIFE: Duration = Duration::from_millis(500);
/// What a job may take besides the time that it was told to go on for, or that its workers take.
const SPARE: Duration = Duration::from_mins(4);

/// What to plan from.
#[derive(Debug)]
pub struct Request<'a> {
    /// The shapes, with what the command line changed of them.
    pub shapes: &'a [Shape],
    /// The selected targets.
    pub targets: &'a [Target],
    /// The clean addon that growth is compared with: it runs the shapes that have a control.
    pub control: Option<&'a Target>,
    /// Where to run.
    pub runtimes: &'a [Runtime],
    /// How long each run goes on, instead of its number of workers.
    pub lasting: Option<Duration>,
    /// The run's seed.
    pub seed: Seed,
    /// Start of the command that repeats a job.
    pub repeat_prefix: &'a str,
    /// Run only the job with this id, or whose id begins so.
    pub only: Option<&'a str>,
}

/// What will run.
#[derive(Debug, Default)]
pub struct StressPlan {
    /// In the order in which they are started: each repetition of all cells before the next one.
    pub jobs: Vec<Job>,
    /// The cells that have jobs.
    pub cells: Vec<PlannedCell>,
    /// Cells that cannot run, with the reason.
    pub not_available: Vec<NotAvailable>,
    /// What each shape is told, by the id of its test.
    pub told: BTreeMap<String, Value>,
}

/// Plans a stress run.
pub fn plan(
    request: &Request<'_>,
    lacking: &dyn Fn(Need, &Target, &Runtime) -> Option<String>,
) -> StressPlan {
    let mut plan = StressPlan::default();
    for shape in request.shapes {
        plan.told
            .insert(test_id(shape), told(shape, request.lasting));
        let control = request.control.filter(|_| shape.control);
        let others = request.targets.iter();
        for target in others.chain(control.filter(|one| !is_among(request.targets, one))) {
            for runtime in request.runtimes {
                let mut needs = shape.needs.iter();
                let lacks = needs.find_map(|need| lacking(*need, target, runtime));
                let cell = CellId {
                    target: target.id.clone(),
                    runtime: runtime.id.clone(),
                    suite: Suite {
                        topic: shape.name.clone(),
                        runner: Runner::Stress,
                    },
                };
                if let Some(reason) = lacks.or_else(|| missing(target, runtime)) {
                    plan.not_available.push(NotAvailable { cell, reason });
                    continue;
                }
                let jobs: Vec<Job> = (1..=shape.runs)
                    .map(|repetition| job(request, shape, &cell, repetition))
                    .filter(|job| is_wanted(request, job))
                    .collect();
                if jobs.is_empty() {
                    continue;
                }
                plan.cells.push(PlannedCell {
                    cell,
                    jobs: u32::try_from(jobs.len()).unwrap_or(u32::MAX),
                    tests: 1,
                });
                plan.jobs.extend(jobs);
            }
        }
    }
    // A stable sort: within a repetition in the order of the shapes.
    plan.jobs.sort_by_key(|job| job.repetition);
    plan
}

fn is_wanted(request: &Request<'_>, job: &Job) -> bool {
    request
        .only
        .is_none_or(|id| job.id.as_str().starts_with(id))
}

fn is_among(targets: &[Target], one: &Target) -> bool {
    targets.iter().any(|target| target.id == one.id)
}

fn test_id(shape: &Shape) -> String {
    format!("stress/{} > {}", shape.name, shape.title)
}

/// `job.params` of docs/protocol.md.
fn told(shape: &Shape, lasting: Option<Duration>) -> Value {
    let params = shape.params.iter();
    let mut told: Map<String, Value> = params
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let ms = lasting.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    let common = [
        ("shape", json!(shape.name)),
        ("workers", json!(shape.workers)),
        ("lifecycles", json!(shape.lifecycles)),
        ("journal", json!(shape.journal)),
        ("synchronous", json!(shape.synchronous)),
        ("endings", json!(shape.endings)),
        ("flags", json!(shape.flags)),
        ("forMs", json!(ms)),
    ];
    told.extend(common.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(told)
}

fn job(request: &Request<'_>, shape: &Shape, cell: &CellId, repetition: u32) -> Job {
    let tests = [test_id(shape)];
    let launcher = Launcher::Native;
    let id = JobId::of(cell, &tests, repetition, launcher);
    let lives = LIFE.saturating_mul(u32::try_from(shape.lifecycles).unwrap_or(u32::MAX));
    let limit = SPARE + request.lasting.map_or(lives, |time| time * 2);
    Job {
        seed: request.seed.derive(id.as_str()),
        repeat: format!(
            "{} --target {} --runtime {} --shape {} --seed {} --runs {repetition} --job-id {id}",
            request.repeat_prefix,
            cell.target,
            runtime_word(request.runtimes, &cell.runtime),
            shape.name,
            request.seed,
        ),
        id,
        cell: cell.clone(),
        repetition,
        files: vec![format!("stress/{}", shape.name)],
        tests: tests.to_vec(),
        timeout_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        launcher,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
