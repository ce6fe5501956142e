//! Follows a leak run: what each process left, as its tool says.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Planned, Seen,
    judge::{Key, Series},
    read,
};
use crate::{
    event::{JobEnd, RenderError, Watcher},
    model::{JobId, Outcome, Target},
    shared::Shared,
    symbols::Symbols,
};

/// What ran, by target, runtime, tool and program.
pub type Measured = BTreeMap<Key, Series>;

/// Told by the dispatcher what ended.
#[derive(Clone)]
pub struct Watch {
    run_dir: PathBuf,
    state: Shared<State>,
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
            state: Shared::default(),
        }
    }

    /// Says what the jobs will be for.
    pub fn expect(&self, of: BTreeMap<JobId, Planned>, targets: Vec<Target>) {
        let mut state = self.state.lock();
        state.of = of;
        state.targets = targets;
    }

    /// What was measured.
    pub fn measured(&self) -> Measured {
        self.state.lock().measured.clone()
    }
}

impl Watcher for Watch {
    fn name(&self) -> &'static str {
        "leak"
    }

    fn finished(&mut self, end: JobEnd<'_>) -> Result<(), RenderError> {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let cell = &end.job.cell;
        let Some(planned) = state.of.get(&end.job.id).cloned() else {
            return Ok(());
        };
        let target = state.targets.iter().find(|one| one.id == cell.target);
        let binary = target.and_then(|target| target.binary.clone());
        let dir = self.run_dir.join(&end.attempt.dir);
        let seen = if *end.outcome == Outcome::Clean {
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
            Seen::nothing(format!("the process itself was not well: {}", end.outcome))
        };
        let key = (
            cell.target.clone(),
            cell.runtime.clone(),
            planned.tool,
            planned.program,
        );
        let series = state.measured.entry(key).or_default();
        series.push((planned.workers, seen));
        Ok(())
    }
}
