//! Follows a stress run: what each process measured, and whether more of them are needed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use threadproof_stress::{Decision, Plan, Tally};

use crate::{
    event::{Event, RenderError, Renderer},
    model::{CellId, Job, Outcome},
    results::Results,
};

use super::{AUDIT, Audit, Measures};

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
    state: Arc<Mutex<BTreeMap<CellId, Vec<Ran>>>>,
}

impl Watch {
    /// For the run in this folder.
    pub fn new(run_dir: &Path, until: Until) -> Self {
        Watch {
            run_dir: run_dir.to_owned(),
            until,
            state: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, BTreeMap<CellId, Vec<Ran>>> {
        // What a panicking thread left is whole: each change is one call.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a job need not run any more.
    pub fn is_done(&self, job: &Job) -> bool {
        let state = self.state();
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
        self.state().clone()
    }
}

/// Counts the runs in planned order up to the first that has not ended: a tally of those that end soonest is no sample.
fn tally(ran: &[Ran]) -> Tally {
    let mut order: Vec<&Ran> = ran.iter().collect();
    order.sort_by_key(|one| one.repetition);
    let in_order = order
        .iter()
        .zip(1..)
        .take_while(|(one, number)| one.repetition == *number);
    in_order.fold(Tally::default(), |tally, (one, _)| {
        tally.and(one.failed != Some(false))
    })
}

/// What the runs of a cell say of a gate, when no more will come.
pub fn conclude(plan: &Plan, ran: &[Ran]) -> Decision {
    plan.conclude(tally(ran))
}

impl Renderer for Watch {
    fn name(&self) -> &'static str {
        "stress"
    }

    fn event(&mut self, event: &Event, _results: &Results) -> Result<(), RenderError> {
        match event {
            Event::JobFinished {
                job,
                attempt,
                outcome,
                ..
            } => {
                let dir = self.run_dir.join(&attempt.dir);
                let audit = fs::read(dir.join(AUDIT)).ok();
                let ran = Ran {
                    repetition: job.repetition,
                    failed: failed(outcome),
                    seconds: attempt.duration_ms / 1000.0,
                    // A process that was never started has measured nothing.
                    measures: Measures::read(&dir.join("events.ndjson")).unwrap_or_default(),
                    audit: audit
                        .map(|text| serde_json::from_slice(&text))
                        .transpose()
                        .map_err(|error| RenderError {
                            what: dir.join(AUDIT).to_string_lossy().into_owned(),
                            source: io::Error::from(error),
                        })?
                        .unwrap_or_default(),
                };
                self.state().entry(job.cell.clone()).or_default().push(ran);
            }
            Event::RunStarted { .. }
            | Event::PrepareStep { .. }
            | Event::Planned { .. }
            | Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::JobStarted { .. }
            | Event::JobProgress { .. }
            | Event::Interrupted { .. }
            | Event::RunFinished { .. } => {}
        }
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
