//! `results.json`: what a run came to, accumulated from its events by a pure function.

mod cells;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::{Event, PlanSummary, PlannedCell},
    exit::Exit,
    expect::{Failed, Standing, explains, standings},
    gate::{GateResult, Gated},
    judge::{in_addon, known_by},
    model::{
        Attempt, CellId, Ending, Evidence, Finding, Job, JobId, NativeCrash, Outcome, Phase, Seed,
        Stack, Straggler, TestRecord, TestState, Verdict,
    },
};

pub use cells::{CellResults, TestTally};

/// Version of `results.json`. A reader refuses a version that it does not know.
pub const RESULTS_VERSION: u32 = 1;

/// What a run came to, so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    /// [`RESULTS_VERSION`].
    pub version: u32,
    /// Name of the run.
    pub run: String,
    /// The run's seed.
    pub seed: Option<Seed>,
    /// Version of the harness.
    pub threadproof: String,
    /// The command line.
    pub command: String,
    /// Such as `linux-x64`.
    pub platform: String,
    /// The summary of the last selfcheck of this version on this machine, if there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detection: Option<String>,
    /// What was planned; absent while, or when, the preparation did not get that far.
    pub plan: Option<PlanSummary>,
    /// One for each cell that was planned, in the order of the plan.
    pub cells: Vec<CellResults>,
    /// Cells that were asked for and cannot run here.
    pub not_available: Vec<NotAvailable>,
    /// Tests that need what a target does not support.
    pub not_applicable: Vec<NotApplicable>,
    /// Attempts that were not clean, `Infra` included, in the order in which they ended.
    pub failures: Vec<Failure>,
    /// Findings that are known of their targets: no failures, and told of all the same.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub known: Vec<KnownSeen>,
    /// Why the preparation failed, when it did.
    pub preparation: Option<PreparationFailure>,
    /// The signal that interrupted the run.
    pub interrupted: Option<i32>,
    /// Whether the run is over. `false` in the file of a run that was killed.
    pub finished: bool,
    /// How the harness exited; absent while it runs.
    pub exit: Option<Exit>,
    /// From start to end, in milliseconds.
    pub elapsed_ms: Option<f64>,
}

/// A cell that cannot run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotAvailable {
    /// Which cell.
    pub cell: CellId,
    /// Why.
    pub reason: String,
}

/// Tests that need what a target does not support.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotApplicable {
    /// Id of the target.
    pub target: String,
    /// Id of the runtime.
    pub runtime: String,
    /// The topic.
    pub topic: String,
    /// How many tests.
    pub count: u32,
    /// The capabilities that were lacking.
    pub lacking: Vec<String>,
}

/// A finding that is known of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownSeen {
    /// Id of the target.
    pub target: String,
    /// The rule.
    pub rule: String,
    /// Whose it is.
    pub reason: String,
    /// In how many attempts it was seen.
    pub attempts: u32,
}

/// Why the preparation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreparationFailure {
    /// The step.
    pub step: String,
    /// What went wrong.
    pub cause: String,
    /// What to do next.
    pub help: String,
}

/// An attempt that was not clean, with all that a person needs to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Id of the job.
    pub job: JobId,
    /// Its cell.
    pub cell: CellId,
    /// Which of the cell's repetitions it was.
    pub repetition: u32,
    /// The job's seed.
    pub seed: Seed,
    /// What it came to.
    pub outcome: Outcome,
    /// The same for the same fault, wherever and whenever it happens.
    #[serde(default)]
    pub signature: String,
    /// The last phase that it reached.
    pub phase: Phase,
    /// How the process ended.
    pub ending: Ending,
    /// Text of the fatal error.
    pub fatal: Option<String>,
    /// The last event.
    pub last_event: Option<String>,
    /// Tests of the manifest that did not pass, and tests that nobody expected.
    pub tests: Vec<TestRecord>,
    /// Errors of whole files, as `file: message`.
    pub file_errors: Vec<String>,
    /// Processes that were left behind.
    pub stragglers: Vec<Straggler>,
    /// Breaches of rules that detectors saw.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub findings: Vec<Finding>,
    /// Where it crashed, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_crash: Option<NativeCrash>,
    /// Where threads were in the addon when the time was up.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub stacks: Vec<Stack>,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Folder of the attempt's files, relative to the run directory.
    pub dir: String,
    /// The command line that repeats it.
    pub repeat: String,
    /// The entries of the plan's expectations that explain it, from 1; none where it is unexpected.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub expected: Vec<u32>,
}

/// A stored file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It was written by another version.
    #[error("the file has version {found}; this threadproof reads version {RESULTS_VERSION}")]
    Version {
        /// The version that it has.
        found: u64,
    },
    /// It is not what it should be.
    #[error("the file is not a results.json of threadproof")]
    Format(#[from] serde_json::Error),
}

impl Default for Results {
    fn default() -> Self {
        Results {
            version: RESULTS_VERSION,
            run: String::new(),
            seed: None,
            threadproof: String::new(),
            command: String::new(),
            platform: String::new(),
            detection: None,
            plan: None,
            cells: Vec::new(),
            not_available: Vec::new(),
            not_applicable: Vec::new(),
            failures: Vec::new(),
            known: Vec::new(),
            preparation: None,
            interrupted: None,
            finished: false,
            exit: None,
            elapsed_ms: None,
        }
    }
}

impl Results {
    /// Reads a stored `results.json` after checking its version.
    pub fn from_json(text: &str) -> Result<Results, ReadError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(RESULTS_VERSION) => {
                Ok(serde_json::from_value(value)?)
            }
            found => Err(ReadError::Version {
                found: found.unwrap_or(0),
            }),
        }
    }

    /// What a run came to whose events are these.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Results {
        let mut results = Results::default();
        for event in events {
            results.apply(event);
        }
        results
    }

    /// Takes note of an event.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::RunStarted {
                run,
                seed,
                version,
                command,
                platform,
                detection,
                ..
            } => {
                self.run.clone_from(run);
                self.seed = Some(*seed);
                self.threadproof.clone_from(version);
                self.command.clone_from(command);
                self.platform.clone_from(platform);
                self.detection.clone_from(detection);
            }
            Event::PrepareStep { step, state } => {
                if let crate::event::StepState::Failed { cause, help } = state {
                    self.preparation = Some(PreparationFailure {
                        step: step.clone(),
                        cause: cause.clone(),
                        help: help.clone(),
                    });
                }
            }
            Event::Planned { plan } => {
                self.cells = plan.cells.iter().map(CellResults::planned).collect();
                self.plan = Some(plan.clone());
            }
            Event::NotAvailable { cell, reason } => self.not_available.push(NotAvailable {
                cell: cell.clone(),
                reason: reason.clone(),
            }),
            Event::NotApplicable {
                target,
                runtime,
                topic,
                count,
                lacking,
            } => {
                self.not_applicable.push(NotApplicable {
                    target: target.clone(),
                    runtime: runtime.clone(),
                    topic: topic.clone(),
                    count: *count,
                    lacking: lacking.clone(),
                });
            }
            Event::JobStarted { .. } | Event::JobProgress { .. } => {}
            Event::JobFinished {
                job,
                attempt,
                evidence,
                outcome,
            } => {
                self.finish_job(job, attempt, evidence, outcome);
            }
            Event::GateDecided { cell, result } => self.decide_gate(cell, result),
            Event::Interrupted { signal } => self.interrupted = Some(*signal),
            Event::RunFinished { exit, elapsed_ms } => {
                self.finished = true;
                self.exit = Some(*exit);
                self.elapsed_ms = Some(*elapsed_ms);
            }
        }
    }

    /// How the harness exits after these results: the one place where this is decided.
    pub fn exit(&self) -> Exit {
        if let Some(signal) = self.interrupted {
            return if signal == libc::SIGTERM {
                Exit::Terminated
            } else {
                Exit::Interrupted
            };
        }
        if self.preparation.is_some() {
            return Exit::Preparation;
        }
        if self.cells.is_empty() {
            return Exit::NothingSelected;
        }
        if standings(self).iter().any(Standing::is_broken) {
            return Exit::Failure;
        }
        let gates: Vec<Gated> = self
            .cells
            .iter()
            .filter_map(|cell| Some(cell.gate.as_ref()?.decision))
            .collect();
        if gates.contains(&Gated::Violated) {
            return Exit::Failure;
        }
        if gates.contains(&Gated::Inconclusive) {
            return Exit::Inconclusive;
        }
        let only_leaks = |cell: &CellResults| {
            cell.outcomes
                .keys()
                .all(|kind| !kind.is_failure() || kind.is_leak())
        };
        let failed =
            |cell: &&CellResults| matches!(cell.verdict, Verdict::Fail | Verdict::Flaky { .. });
        let as_expected =
            |cell: &&CellResults| matches!(cell.verdict, Verdict::Pass | Verdict::Expected { .. });
        // A gate that was met takes the place of "no failure at all, and all that was planned".
        let ungated: Vec<_> = self
            .cells
            .iter()
            .filter(|cell| cell.gate.is_none())
            .collect();
        let failing: Vec<_> = ungated.iter().copied().filter(failed).collect();
        let not_leaking: Vec<_> = failing.iter().filter(|cell| !only_leaks(cell)).collect();
        if not_leaking.iter().any(|cell| cell.verdict == Verdict::Fail) {
            Exit::Failure
        } else if !not_leaking.is_empty() {
            Exit::Flaky
        } else if !failing.is_empty() {
            Exit::Leaks
        } else if !ungated.iter().all(as_expected) {
            Exit::Inconclusive
        } else {
            Exit::Success
        }
    }

    fn finish_job(&mut self, job: &Job, attempt: &Attempt, evidence: &Evidence, outcome: &Outcome) {
        let known = self.cells.iter().position(|cell| cell.cell == job.cell);
        let at = known.unwrap_or_else(|| {
            // A search plans as it goes.
            self.cells.push(CellResults::planned(&PlannedCell {
                cell: job.cell.clone(),
                jobs: 0,
                tests: u32::try_from(job.tests.len()).unwrap_or(u32::MAX),
            }));
            self.cells.len() - 1
        });
        for finding in &evidence.findings {
            if let Some(reason) = &finding.known {
                self.see_known(&job.cell.target, &finding.rule, reason);
            }
        }
        let mut expected = false;
        if *outcome != Outcome::Clean {
            let targets = self.plan.iter().flat_map(|plan| &plan.targets);
            let binary = targets
                .filter(|target| target.id == job.cell.target)
                .find_map(|target| target.binary.as_deref());
            let mut failure = Failure::of(job, attempt, evidence, outcome, binary);
            failure.expected = self.explained(&failure, evidence);
            expected = !failure.expected.is_empty();
            self.failures.push(failure);
        }
        self.cells[at].add(
            attempt.duration_ms,
            &evidence.tests,
            outcome.kind(),
            expected,
        );
    }
}

impl Results {
    /// The entries that explain a failure.
    fn explained(&self, failure: &Failure, evidence: &Evidence) -> Vec<u32> {
        let Some(plan) = self
            .plan
            .as_ref()
            .filter(|plan| !plan.expectations.is_empty())
        else {
            return Vec::new();
        };
        let failed = Failed {
            cell: &failure.cell,
            version: self.version_of(&failure.cell.runtime),
            platform: &self.platform,
            outcome: &failure.outcome,
            signature: &failure.signature,
            tests: &evidence.tests,
        };
        explains(&plan.expectations, failed)
    }

    /// The version of a runtime of the plan; its id where the plan does not have it.
    pub fn version_of<'r>(&'r self, runtime: &'r str) -> &'r str {
        let runtimes = self.plan.iter().flat_map(|plan| &plan.runtimes);
        let mut same = runtimes.filter(|one| one.id == runtime);
        same.next().map_or(runtime, |one| &one.version)
    }

    /// Whether a job failed as expected.
    pub fn is_expected(&self, job: &JobId) -> bool {
        let mut last = self.failures.iter().rev();
        last.find(|failure| failure.job == *job)
            .is_some_and(|failure| !failure.expected.is_empty())
    }

    fn decide_gate(&mut self, cell: &CellId, result: &GateResult) {
        if let Some(one) = self.cells.iter_mut().find(|one| one.cell == *cell) {
            one.gate = Some(result.clone());
            // What it did not take is not missing.
            one.planned = one.outcomes.values().sum();
            one.verdict = Verdict::beside(one.planned, &one.outcomes, &one.expected);
        }
    }

    fn see_known(&mut self, target: &str, rule: &str, reason: &str) {
        let same = |one: &&mut KnownSeen| {
            (one.target.as_str(), one.rule.as_str(), one.reason.as_str()) == (target, rule, reason)
        };
        match self.known.iter_mut().find(same) {
            Some(one) => one.attempts += 1,
            None => self.known.push(KnownSeen {
                target: target.to_owned(),
                rule: rule.to_owned(),
                reason: reason.to_owned(),
                attempts: 1,
            }),
        }
    }
}

impl Failure {
    /// `binary` is the target's own, if it is known: its frames count, and those of any addon.
    fn of(
        job: &Job,
        attempt: &Attempt,
        evidence: &Evidence,
        outcome: &Outcome,
        binary: Option<&Path>,
    ) -> Self {
        Failure {
            job: job.id.clone(),
            cell: job.cell.clone(),
            repetition: job.repetition,
            seed: job.seed,
            outcome: outcome.clone(),
            signature: known_by(attempt, evidence, outcome, binary),
            phase: attempt.phase,
            ending: attempt.ending.clone(),
            fatal: evidence.fatal.as_ref().map(|fatal| fatal.text.clone()),
            last_event: evidence.last_event.clone(),
            tests: evidence
                .tests
                .iter()
                .filter(|test| test.state != TestState::Passed || !test.expected || test.ends != 1)
                .cloned()
                .collect(),
            file_errors: evidence
                .file_errors
                .iter()
                .flat_map(|file| {
                    file.errors
                        .iter()
                        .map(move |error| format!("{}: {}", file.file, error.message))
                })
                .collect(),
            stragglers: evidence.stragglers.clone(),
            findings: evidence.findings.clone(),
            native_crash: evidence.native_crash.clone(),
            stacks: in_addon(&evidence.stacks, binary),
            duration_ms: attempt.duration_ms,
            expected: Vec::new(),
            dir: attempt.dir.to_string_lossy().into_owned(),
            repeat: job.repeat.clone(),
        }
    }
}

#[cfg(test)]
#[path = "results_tests.rs"]
mod tests;
