//! Follows a selfcheck while it runs: collects its attempts, and knows which faults need no more of them.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    event::{Event, RenderError, Renderer},
    model::Job,
    results::Results,
    rules,
};

use super::Attempted;

/// Shared by the dispatcher, which tells it what ended, and the workers, which ask what is still needed.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    attempts: Vec<Attempted>,
    /// Specimen and runtime.
    found: HashSet<(String, String)>,
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        // What a panicking thread left is whole: each change is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a job need not run: the fault of its specimen is found on its runtime.
    pub fn is_done(&self, job: &Job) -> bool {
        let key = (job.cell.target.clone(), job.cell.runtime.clone());
        self.state().found.contains(&key)
    }

    /// How many attempts there were, and how many faults were found.
    pub fn counts(&self) -> (usize, usize) {
        let state = self.state();
        (state.attempts.len(), state.found.len())
    }

    /// All attempts, in the order in which they ended.
    pub fn attempts(&self) -> Vec<Attempted> {
        self.state().attempts.clone()
    }
}

impl Renderer for Watch {
    fn name(&self) -> &'static str {
        "selfcheck"
    }

    fn event(&mut self, event: &Event, _results: &Results) -> Result<(), RenderError> {
        match event {
            Event::JobFinished {
                job,
                attempt,
                evidence,
                outcome,
            } => {
                let attempted = Attempted::of(job, evidence, outcome, attempt.duration_ms);
                let specimen = rules::specimens()
                    .iter()
                    .find(|specimen| specimen.name == attempted.target);
                let mut state = self.state();
                if specimen.is_some_and(|specimen| attempted.fired_any(specimen.rules)) {
                    let key = (attempted.target.clone(), attempted.runtime.clone());
                    state.found.insert(key);
                }
                state.attempts.push(attempted);
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
