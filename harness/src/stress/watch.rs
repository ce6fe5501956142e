//! Follows a stress run: what each process measured, and whether more of them are needed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use threadproof_stress::{Decision, Plan, Tally};

use crate::{
    audit::{self, Audit},
    event::{JobEnd, RenderError, Watcher},
    gate::{Ended, Repetitions},
    model::{CellId, Job, Outcome},
    protocol::Measures,
    shared::Shared,
};

/// What one process came to.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Which repetition of its cell it was.
    pub repetition: u32,
    /// Whether it failed. None when the harness could not judge it.
    pub failed: Option<bool>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What it measured.
    pub measures: Measures,
    /// What was found in its databases.
    pub audit: Audit,
}

/// When to stop before all has run.
#[derive(Clone, Debug, Default)]
pub struct Until {
    /// At the first failure.
    pub first_failure: bool,
    /// When the gate of a cell is decided.
    pub gate: Option<Plan>,
}

/// Shared by the dispatcher, which tells it what ended, and the workers, which ask what is still needed.
#[derive(Clone, Debug)]
pub struct Watch {
    run_dir: PathBuf,
    until: Until,
    state: Shared<BTreeMap<CellId, Vec<Ran>>>,
}

impl Watch {
    /// For the run in this folder.
    pub fn new(run_dir: &Path, until: Until) -> Self {
        Watch {
            run_dir: run_dir.to_owned(),
            until,
            state: Shared::default(),
        }
    }

    /// Whether a job need not run any more.
    pub fn is_done(&self, job: &Job) -> bool {
        let state = self.state.lock();
        let failed = |ran: &Ran| ran.failed == Some(true);
        if self.until.first_failure && state.values().flatten().any(failed) {
            return true;
        }
        let Some(plan) = &self.until.gate else {
            return false;
        };
        let ran = state.get(&job.cell).map_or(&[][..], Vec::as_slice);
        plan.decide(tally(ran)).is_final()
    }

    /// What ran, by cell.
    pub fn ran(&self) -> BTreeMap<CellId, Vec<Ran>> {
        self.state.lock().clone()
    }
}

/// What was not judged might have failed.
fn tally(ran: &[Ran]) -> Tally {
    let mut repetitions = Repetitions::default();
    for one in ran {
        let ended = match one.failed {
            Some(false) => Ended::Clean,
            None => Ended::Unjudged,
            Some(true) => Ended::Failed,
        };
        repetitions.add(one.repetition, 1, ended);
    }
    repetitions.tally()
}

/// What the runs of a cell say of a gate, when no more will come.
pub fn conclude(plan: &Plan, ran: &[Ran]) -> Decision {
    plan.conclude(tally(ran))
}

impl Watcher for Watch {
    fn name(&self) -> &'static str {
        "stress"
    }

    fn finished(&mut self, end: JobEnd<'_>) -> Result<(), RenderError> {
        let dir = self.run_dir.join(&end.attempt.dir);
        let audit = fs::read(dir.join(audit::FILE)).ok();
        let ran = Ran {
            repetition: end.job.repetition,
            failed: failed(end.outcome),
            seconds: end.attempt.duration_ms / 1000.0,
            // A process that was never started has measured nothing.
            measures: Measures::read(&dir.join("events.ndjson")).unwrap_or_default(),
            audit: audit
                .map(|text| serde_json::from_slice(&text))
                .transpose()
                .map_err(|error| RenderError {
                    what: dir.join(audit::FILE).to_string_lossy().into_owned(),
                    source: io::Error::from(error),
                })?
                .unwrap_or_default(),
        };
        let mut state = self.state.lock();
        state.entry(end.job.cell.clone()).or_default().push(ran);
        Ok(())
    }
}

fn failed(outcome: &Outcome) -> Option<bool> {
    match outcome {
        Outcome::Clean => Some(false),
        Outcome::Infra { .. } => None,
        _ => Some(true),
    }
}
