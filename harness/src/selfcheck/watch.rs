//! Follows a selfcheck while it runs: collects its attempts, and knows which faults need no more of them.

use std::collections::HashSet;

use crate::{
    event::{JobEnd, RenderError, Watcher},
    model::Job,
    rules,
    shared::Shared,
};

use super::Attempted;

/// Shared by the dispatcher, which tells it what ended, and the workers, which ask what is still needed.
#[derive(Clone, Debug, Default)]
pub struct Watch(Shared<State>);

#[derive(Debug, Default)]
struct State {
    attempts: Vec<Attempted>,
    /// Specimen and runtime.
    found: HashSet<(String, String)>,
}

impl Watch {
    /// Whether a job need not run: the fault of its specimen is found on its runtime.
    pub fn is_done(&self, job: &Job) -> bool {
        let key = (job.cell.target.clone(), job.cell.runtime.clone());
        self.0.lock().found.contains(&key)
    }

    /// How many attempts there were, and how many faults were found.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.0.lock();
        (state.attempts.len(), state.found.len())
    }

    /// All attempts, in the order in which they ended.
    pub fn attempts(&self) -> Vec<Attempted> {
        self.0.lock().attempts.clone()
    }
}

impl Watcher for Watch {
    fn name(&self) -> &'static str {
        "selfcheck"
    }

    fn finished(&mut self, end: JobEnd<'_>) -> Result<(), RenderError> {
        let attempted = Attempted::of(end.job, end.evidence, end.outcome, end.attempt.duration_ms);
        let specimen = rules::specimens()
            .iter()
            .find(|specimen| specimen.name == attempted.target);
        let mut state = self.0.lock();
        if specimen.is_some_and(|specimen| attempted.fired_any(specimen.rules)) {
            let key = (attempted.target.clone(), attempted.runtime.clone());
            state.found.insert(key);
        }
        state.attempts.push(attempted);
        Ok(())
    }
}
