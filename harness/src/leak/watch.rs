//! Follows a leak run: what each process left, as its tool says.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Planned,
    judge::{Key, Series},
    read,
};
use crate::{
    event::{JobEnd, RenderError, Watcher},
    exec::Launchers,
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
    launchers: Launchers,
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

    /// Says what the jobs will be for, and by what they will be started.
    pub fn expect(&self, of: BTreeMap<JobId, Planned>, targets: Vec<Target>, launchers: Launchers) {
        let mut state = self.state.lock();
        state.of = of;
        state.targets = targets;
        state.launchers = launchers;
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
        let binary = target.and_then(|target| state.launchers.binary(end.job.launcher, target));
        let dir = self.run_dir.join(&end.attempt.dir);
        let not_well = (*end.outcome != Outcome::Clean)
            .then(|| format!("the process itself was not well: {}", end.outcome));
        let seen = read(
            planned.tool,
            &dir,
            binary,
            planned.workers,
            not_well,
            &mut state.symbols,
        )
        .map_err(|source| RenderError {
            what: dir.to_string_lossy().into_owned(),
            source,
        })?;
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
