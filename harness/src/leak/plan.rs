//! From programs and tools to jobs. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use threadproof_valgrind::Program;

use super::Tool;
use crate::{
    event::PlannedCell,
    exec::Launchers,
    model::{CellId, Job, JobId, Launcher, Runner, Runtime, Seed, Suite, Target},
    plan::{missing, runtime_word, supports_on},
    results::NotAvailable,
};

/// The program that runs each other one that its target can run, in each worker.
pub const ALL: &str = "all";

/// What to plan from.
#[derive(Debug)]
pub struct Request<'a> {
    /// All programs.
    pub programs: &'a [Program],
    /// The names of those that are wanted, `all` among them; none for the usual ones.
    pub wanted: &'a [String],
    /// The tools.
    pub tools: &'a [Tool],
    /// The selected targets.
    pub targets: &'a [Target],
    /// The clean addon that they are compared with.
    pub control: Option<&'a Target>,
    /// Where to run.
    pub runtimes: &'a [Runtime],
    /// Knows the targets that were compiled for tools which need that.
    pub launchers: &'a Launchers,
    /// The smallest number of workers, instead of each tool's own; twice and four times as many are run, too.
    pub workers: Option<u32>,
    /// How often each number of workers is run, instead of each tool's own.
    pub runs: Option<u32>,
    /// Whether each program is run by itself: else one worker runs all that can be together.
    pub deep: bool,
    /// The run's seed.
    pub seed: Seed,
    /// Time for a job.
    pub timeout_ms: u64,
    /// Start of the command that repeats a job.
    pub repeat_prefix: &'a str,
    /// Run only the job with this id, or whose id begins so.
    pub only: Option<&'a str>,
}

/// What a job is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Who looks.
    pub tool: Tool,
    /// What the workers do.
    pub program: String,
    /// How many they are.
    pub workers: u32,
}

/// What will run.
#[derive(Debug, Default)]
pub struct LeakPlan {
    /// The slow ones first, so that none is left for the end.
    pub jobs: Vec<Job>,
    /// What each job is for.
    pub of: BTreeMap<JobId, Planned>,
    /// The cells that have jobs.
    pub cells: Vec<PlannedCell>,
    /// Targets that do not exist on a runtime.
    pub not_available: Vec<NotAvailable>,
    /// What each job is told, by the id of its test.
    pub params: BTreeMap<String, Value>,
}

/// Plans a leak run.
pub fn plan(request: &Request<'_>) -> LeakPlan {
    let mut plan = LeakPlan::default();
    let control = request
        .control
        .filter(|one| !request.targets.iter().any(|target| target.id == one.id));
    let rebuilt = |tool: Tool, target: &Target| {
        !tool.needs_rebuild() || request.launchers.is_rebuilt(tool.launcher(), target)
    };
    for runtime in request.runtimes {
        for target in request.targets.iter().chain(control) {
            if let Some(reason) = missing(target, runtime) {
                let cell = cell(target, runtime, ALL);
                plan.not_available.push(NotAvailable { cell, reason });
                continue;
            }
            for tool in request.tools {
                let is_control = control.is_some_and(|one| one.id == target.id);
                if is_control && !request.targets.iter().any(|one| rebuilt(*tool, one)) {
                    // Nothing is compared with it.
                    continue;
                }
                if !rebuilt(*tool, target) {
                    let cell = cell(target, runtime, tool.as_str());
                    let reason = not_rebuilt(*tool);
                    plan.not_available.push(NotAvailable { cell, reason });
                    continue;
                }
                for program in programs(request, target, runtime) {
                    series(request, &mut plan, target, runtime, *tool, &program);
                }
            }
        }
    }
    let slow = |job: &Job| job.launcher != Launcher::Memcheck;
    plan.jobs.sort_by_key(slow);
    plan
}

/// Why a tool that needs its own build of a target says nothing of it.
fn not_rebuilt(tool: Tool) -> String {
    format!("{tool} sees nothing of this target: its native code is not rebuilt with the sanitizer")
}

/// A name and the programs that it stands for.
type Named = (String, Vec<String>);

/// What is run on a target: by default everything at once, and what cannot be together with others. The control runs what all others are compared with: nothing but being loaded.
fn programs(request: &Request<'_>, target: &Target, runtime: &Runtime) -> Vec<Named> {
    let supports = supports_on(target, &runtime.version);
    let can = |program: &&Program| program.needs.iter().all(|need| supports.contains(need));
    let alone = |program: &Program| (program.name.clone(), vec![program.name.clone()]);
    let able: Vec<&Program> = request.programs.iter().filter(can).collect();
    let mut together: Vec<String> = Vec::new();
    for program in &able {
        // Only one of a worker's programs can be that it is terminated in.
        if !program.terminates {
            together.push(program.name.clone());
        }
    }
    let is_control = request.control.is_some_and(|one| one.id == target.id);
    if is_control {
        return able
            .into_iter()
            .filter(|one| one.name == "env-churn")
            .map(alone)
            .collect();
    }
    let named = |name: &str| request.wanted.iter().any(|wanted| wanted == name);
    let usual = request.wanted.is_empty() && !request.deep;
    let mut programs: Vec<Named> = (usual || named(ALL))
        .then(|| (ALL.to_owned(), together))
        .into_iter()
        .collect();
    let covered = |name: &String| able.iter().any(|one| one.covers.contains(name));
    let chosen = |program: &&Program| {
        if request.wanted.is_empty() {
            request.deep || program.terminates && !covered(&program.name)
        } else {
            named(&program.name)
        }
    };
    programs.extend(able.iter().copied().filter(chosen).map(alone));
    programs
}

fn cell(target: &Target, runtime: &Runtime, program: &str) -> CellId {
    CellId {
        target: target.id.clone(),
        runtime: runtime.id.clone(),
        suite: Suite {
            topic: program.to_owned(),
            runner: Runner::Leak,
        },
    }
}

/// N, 2N and 4N workers, as often as the tool needs.
fn series(
    request: &Request<'_>,
    plan: &mut LeakPlan,
    target: &Target,
    runtime: &Runtime,
    tool: Tool,
    (name, programs): &Named,
) {
    let cell = cell(target, runtime, name);
    let scale = request.workers.unwrap_or(tool.scale());
    let mut jobs = 0;
    for repetition in 1..=request.runs.unwrap_or(tool.repeats()) {
        for workers in [scale, 2 * scale, 4 * scale] {
            // The list is a part of what is told, and differs between targets.
            let test = format!("leak/{name} > {workers} workers: {}", programs.join(", "));
            let id = JobId::of(
                &cell,
                std::slice::from_ref(&test),
                repetition,
                tool.launcher(),
            );
            if request
                .only
                .is_some_and(|only| !id.as_str().starts_with(only))
            {
                continue;
            }
            plan.params.insert(
                test.clone(),
                json!({
                    "programs": programs,
                    "workers": workers,
                    "together": tool.wants_overlap(),
                }),
            );
            plan.of.insert(
                id.clone(),
                Planned {
                    tool,
                    program: name.clone(),
                    workers,
                },
            );
            plan.jobs.push(Job {
                seed: request.seed.derive(id.as_str()),
                repeat: format!(
                    "{} --target {} --runtime {} --tool {tool} --program {name} --workers {scale} --runs {repetition} --seed {} --job-id {id}",
                    request.repeat_prefix,
                    cell.target,
                    runtime_word(request.runtimes, &cell.runtime),
                    request.seed,
                ),
                id,
                cell: cell.clone(),
                repetition,
                files: vec![format!("leak/{name}")],
                tests: vec![test],
                timeout_ms: request.timeout_ms,
                launcher: tool.launcher(),
            });
            jobs += 1;
        }
    }
    match plan.cells.iter_mut().find(|planned| planned.cell == cell) {
        Some(planned) => planned.jobs += jobs,
        None if jobs > 0 => plan.cells.push(PlannedCell {
            cell,
            jobs,
            tests: 1,
        }),
        None => {}
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
