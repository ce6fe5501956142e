//! Follows a leak run: what each process left, as its tool says.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    Planned, Seen,
    judge::{Key, Series},
    read,
};
use crate::{
    event::{Event, RenderError, Renderer},
    model::{JobId, Outcome, Target},
    results::Results,
    symbols::Symbols,
};

/// What ran, by target, runtime, tool and program.
pub type Measured = BTreeMap<Key, Series>;

/// Told by the dispatcher what ended.
#[derive(Clone)]
pub struct Watch {
    run_dir: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    of: BTreeMap<JobId, Planned>,
    targets: Vec<Target>,
    symbols: Symbols,
    measured: Measured,
}

impl Watch {
    /// For the run in this folder.
    pub fn new(run_dir: &Path) -> Self {
        Watch {
            run_dir: run_dir.to_owned(),
            state: Arc::default(),
        }
    }

    /// Says what the jobs will be for.
    pub fn expect(&self, of: BTreeMap<JobId, Planned>, targets: Vec<Target>) {
        let mut state = self.state();
        state.of = of;
        state.targets = targets;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panicking thread left is whole: each change is one call.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was measured.
    pub fn measured(&self) -> Measured {
        self.state().measured.clone()
    }
}

impl Renderer for Watch {
    fn name(&self) -> &'static str {
        "leak"
    }

    fn event(&mut self, event: &Event, _results: &Results) -> Result<(), RenderError> {
        match event {
            Event::JobFinished {
                job,
                attempt,
                outcome,
                ..
            } => {
                let mut guard = self.state();
                let state = &mut *guard;
                let Some(planned) = state.of.get(&job.id).cloned() else {
                    return Ok(());
                };
                let target = state.targets.iter().find(|one| one.id == job.cell.target);
                let binary = target.and_then(|target| target.binary.clone());
                let dir = self.run_dir.join(&attempt.dir);
                let seen = if *outcome == Outcome::Clean {
                    read(
                        planned.tool,
                        &dir,
                        binary.as_deref(),
                        planned.workers,
                        &mut state.symbols,
                    )
                    .map_err(|source| RenderError {
                        what: dir.to_string_lossy().into_owned(),
                        source,
                    })?
                } else {
                    Seen {
                        inconclusive: Some(format!("the process itself was not well: {outcome}")),
                        ..Seen::default()
                    }
                };
                let key = (
                    job.cell.target.clone(),
                    job.cell.runtime.clone(),
                    planned.tool,
                    planned.program,
                );
                let series = state.measured.entry(key).or_default();
                series.push((planned.workers, seen));
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
