//! What events tell beyond the results: facts of the machine, and how long each attempt took. Kept by those renderers
//! that show it.

use std::collections::BTreeMap;

use crate::{
    event::Event,
    model::{CellId, OutcomeKind},
};

/// What events tell beyond the results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Facts of the machine: `cpus`, `kernel`, `memoryMiB`.
    pub host: BTreeMap<String, String>,
    /// When the first attempt was started, in milliseconds since the epoch.
    pub started_at: Option<f64>,
    /// When the last attempt ended.
    pub ended_at: Option<f64>,
    /// Every attempt, by cell, in the order in which they ended.
    pub attempts: BTreeMap<CellId, Vec<Took>>,
}

/// How long an attempt took, and what it came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Took {
    /// In milliseconds.
    pub ms: f64,
    /// What it came to.
    pub kind: OutcomeKind,
}

impl Told {
    /// Takes note of an event.
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::RunStarted { host, .. } => self.host.clone_from(host),
            Event::JobFinished {
                job,
                attempt,
                outcome,
                ..
            } => {
                let (start, end) = (attempt.started_at, attempt.started_at + attempt.duration_ms);
                self.started_at = Some(self.started_at.map_or(start, |at| at.min(start)));
                self.ended_at = Some(self.ended_at.map_or(end, |at| at.max(end)));
                let took = Took {
                    ms: attempt.duration_ms,
                    kind: outcome.kind(),
                };
                match self.attempts.get_mut(&job.cell) {
                    Some(attempts) => attempts.push(took),
                    None => {
                        self.attempts.insert(job.cell.clone(), vec![took]);
                    }
                }
            }
            Event::PrepareStep { .. }
            | Event::Planned { .. }
            | Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::JobStarted { .. }
            | Event::JobProgress { .. }
            | Event::GateDecided { .. }
            | Event::Interrupted { .. }
            | Event::RunFinished { .. } => {}
        }
    }
}
