//! What happens in a run: one enum, emitted by the dispatcher, and the trait of those who show it.
//!
//! Not to be mistaken for the events of the child processes, which are in [`crate::protocol`].

use std::{collections::BTreeMap, io, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    exit::Exit,
    expect::Expectation,
    gate::GateResult,
    model::{Attempt, CellId, Evidence, Job, JobId, Outcome, Phase, Runtime, Seed, Target},
    results::Results,
};

/// Version of `events.ndjson`. A reader refuses a version that it does not know.
pub const EVENTS_VERSION: u32 = 1;

/// A line of `events.ndjson`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// [`EVENTS_VERSION`].
    pub v: u32,
    /// Milliseconds since the epoch.
    pub at: f64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happens in a run. Order: `RunStarted`, any `PrepareStep`s, `Planned`, all `NotAvailable` and
/// `NotApplicable`, then jobs, a `GateDecided` for each cell where there is a gate, `Interrupted` at most once, and `RunFinished` as the last one
/// always, also after a failed preparation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[expect(
    clippy::large_enum_variant,
    reason = "events are made one at a time and handed on by reference"
)]
pub enum Event {
    /// The run begins; nothing is prepared yet.
    RunStarted {
        /// Name of the run: that of its default directory.
        run: String,
        /// The run directory, absolute.
        dir: PathBuf,
        /// Every other seed is derived from this one.
        seed: Seed,
        /// Version of the harness.
        version: String,
        /// The command line, quoted for a shell.
        command: String,
        /// Such as `linux-x64`.
        platform: String,
        /// Host facts worth keeping: `cpus`, `memoryMiB`, `kernel`.
        host: BTreeMap<String, String>,
        /// The summary of the last selfcheck of this version on this machine, if there was one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        detection: Option<String>,
    },
    /// A step of the preparation changed its state.
    PrepareStep {
        /// Name of the step, unique in the run: `node 24`, `build <target>`.
        step: String,
        /// How it stands.
        state: StepState,
    },
    /// All is prepared; these are the jobs.
    Planned {
        /// What will run.
        plan: PlanSummary,
    },
    /// A cell that was asked for cannot run here.
    NotAvailable {
        /// Target.
        cell: CellId,
        /// Why, for people.
        reason: String,
    },
    /// Tests that need what the target does not support on the runtime. Not in any manifest; never counted as passed.
    NotApplicable {
        /// Id of the target.
        target: String,
        /// Id of the runtime.
        runtime: String,
        /// The topic.
        topic: String,
        /// How many tests.
        count: u32,
        /// The capabilities that were lacking, sorted.
        lacking: Vec<String>,
    },
    /// A process was started.
    JobStarted {
        /// Which one.
        job: Job,
        /// From 0: the worker that runs it, for displays with a line a worker.
        slot: u32,
        /// Its process id.
        pid: u32,
    },
    /// A running process said something. Sent at most a few times a second for each job.
    JobProgress {
        /// Which one.
        job: JobId,
        /// Where it stands.
        phase: Phase,
        /// Tests that ended so far.
        ended: u32,
        /// Tests that it has to run.
        of: u32,
        /// The test that started last and has not ended.
        test: Option<String>,
    },
    /// A process ended and was judged.
    JobFinished {
        /// Which one.
        job: Job,
        /// How the process went.
        attempt: Attempt,
        /// What is known of it.
        evidence: Evidence,
        /// What it came to.
        outcome: Outcome,
    },
    /// No more jobs of a cell will run, and its gate came to this.
    GateDecided {
        /// Which cell.
        cell: CellId,
        /// What its repetitions say.
        result: GateResult,
    },
    /// A signal asked the run to end; running jobs are being stopped.
    Interrupted {
        /// Its number.
        signal: i32,
    },
    /// The run is over.
    RunFinished {
        /// How the process of the harness will exit.
        exit: Exit,
        /// From `RunStarted`, in milliseconds.
        elapsed_ms: f64,
    },
}

/// How a step of the preparation stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum StepState {
    /// It began.
    Started {
        /// What is being done, for people: `npm ci in js-tests`.
        doing: String,
    },
    /// It goes on; the text replaces the former.
    Progress {
        /// What is being done now.
        doing: String,
    },
    /// It is done.
    Finished {
        /// What came of it: `node 24.21.0, Node-API 10`.
        result: String,
        /// Whether nothing had to be done.
        cached: bool,
        /// Time taken, in milliseconds.
        elapsed_ms: f64,
    },
    /// It failed, and the run with it.
    Failed {
        /// What went wrong, with its chain of causes.
        cause: String,
        /// What to do next.
        help: String,
    },
}

/// What a run will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanSummary {
    /// The targets, in the order of the report.
    pub targets: Vec<Target>,
    /// The runtimes, in the order of the report.
    pub runtimes: Vec<Runtime>,
    /// The cells that will run, in the order of the report.
    pub cells: Vec<PlannedCell>,
    /// How many jobs there are in all, in this shard.
    pub jobs: u32,
    /// How many are run at the same time.
    pub parallel: u32,
    /// How often each cell is repeated, before sharding.
    pub repeats: u32,
    /// `(k, n)` of `--shard k/n`.
    pub shard: Option<(u32, u32)>,
    /// Whether the guard library is preloaded.
    #[serde(default)]
    pub guard: bool,
    /// The gate of each cell, where there is one: then `jobs` and `repeats` are the most that it may take.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gate: Option<GatePlanned>,
    /// Whether tests were left out by their names: then a test that is not there may exist all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub selection: bool,
    /// Failures that are known, in the order of their file.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub expectations: Vec<Expectation>,
}

/// A gate, and how many repetitions of each cell decide it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GatePlanned {
    /// As it prints: `failure-rate < 1% @ 95%`.
    pub gate: String,
    /// When none fails.
    pub runs_when_clean: u64,
    /// At most.
    pub most_runs: u64,
}

impl GatePlanned {
    /// Of a plan.
    pub fn of(plan: &threadproof_stress::Plan) -> Self {
        GatePlanned {
            gate: plan.gate().to_string(),
            runs_when_clean: plan.runs_when_clean(),
            most_runs: plan.most_runs(),
        }
    }
}

/// A cell that will run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedCell {
    /// Which one.
    pub cell: CellId,
    /// How many jobs of it are in this shard.
    pub jobs: u32,
    /// How many tests each job runs.
    pub tests: u32,
}

/// Shows a run: on a terminal, in a file. One for each format.
///
/// A renderer matches [`Event`] exhaustively, without a wildcard arm, so that a new variant
/// cannot be forgotten. A renderer that fails is reported once and left out from then on; it never
/// ends the run.
pub trait Renderer {
    /// What it is called in messages: `junit.xml`.
    fn name(&self) -> &'static str;

    /// Takes note of an event. `results` already includes it.
    fn event(&mut self, event: &Event, results: &Results) -> Result<(), RenderError>;
}

/// Who only asks what jobs came to. [`Watching`] makes a renderer of it.
pub trait Watcher {
    /// What it is called in messages.
    fn name(&self) -> &'static str;

    /// Takes note of a job that has ended.
    fn finished(&mut self, end: JobEnd<'_>) -> Result<(), RenderError>;
}

/// What a job came to.
#[derive(Clone, Copy, Debug)]
pub struct JobEnd<'e> {
    /// The job.
    pub job: &'e Job,
    /// How its process went.
    pub attempt: &'e Attempt,
    /// What is known of it.
    pub evidence: &'e Evidence,
    /// What it was judged to be.
    pub outcome: &'e Outcome,
    /// Whether that is a failure that was expected.
    pub expected: bool,
}

/// A watcher as a renderer.
#[derive(Clone, Debug)]
pub struct Watching<W>(pub W);

impl<W: Watcher> Renderer for Watching<W> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn event(&mut self, event: &Event, results: &Results) -> Result<(), RenderError> {
        match event {
            Event::JobFinished {
                job,
                attempt,
                evidence,
                outcome,
            } => self.0.finished(JobEnd {
                job,
                attempt,
                evidence,
                outcome,
                expected: results.is_expected(&job.id),
            }),
            Event::RunStarted { .. }
            | Event::PrepareStep { .. }
            | Event::Planned { .. }
            | Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::JobStarted { .. }
            | Event::JobProgress { .. }
            | Event::GateDecided { .. }
            | Event::Interrupted { .. }
            | Event::RunFinished { .. } => Ok(()),
        }
    }
}

/// A renderer could not write.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {what}")]
pub struct RenderError {
    /// Path or name of the output.
    pub what: String,
    /// Why.
    #[source]
    pub source: io::Error,
}
