//! Follows a run: what each process came to, and which of its tests failed.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    event::{JobEnd, RenderError, Watcher},
    model::{CellId, Job, Outcome, TestState},
    shared::Shared,
};

/// What one process came to.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The outcome.
    pub outcome: Outcome,
    /// Names of the tests that failed, were lost, or were open when it ended; of which copy is left out.
    pub bad: BTreeSet<String>,
}

/// Shared by the dispatcher, which tells it what ended, and the workers, which ask what is still needed.
#[derive(Clone, Debug)]
pub struct Watch {
    until_fail: bool,
    state: Shared<BTreeMap<CellId, Vec<Ran>>>,
}

impl Watch {
    /// One that has seen nothing.
    pub fn new(until_fail: bool) -> Self {
        Watch {
            until_fail,
            state: Shared::default(),
        }
    }

    /// Whether a job need not run any more.
    pub fn is_done(&self, _job: &Job) -> bool {
        self.until_fail
            && self
                .state
                .lock()
                .values()
                .flatten()
                .any(|ran| failed(&ran.outcome))
    }

    /// What ran, by cell.
    pub fn ran(&self) -> BTreeMap<CellId, Vec<Ran>> {
        self.state.lock().clone()
    }
}

/// Whether it says something against the file.
pub(super) fn failed(outcome: &Outcome) -> bool {
    !matches!(outcome, Outcome::Clean | Outcome::Infra { .. })
}

/// The name of a test without the copy: `a > b [1.2]` is `a > b`.
pub(super) fn name_of(id: &str) -> &str {
    id.rsplit_once(" [").map_or(id, |(name, _)| name)
}

impl Watcher for Watch {
    fn name(&self) -> &'static str {
        "replicate"
    }

    fn finished(&mut self, end: JobEnd<'_>) -> Result<(), RenderError> {
        let bad = |state| {
            matches!(
                state,
                TestState::Failed | TestState::Open | TestState::Missing
            )
        };
        let ran = Ran {
            outcome: end.outcome.clone(),
            bad: end
                .evidence
                .tests
                .iter()
                .filter(|test| bad(test.state))
                .map(|test| name_of(&test.id).to_owned())
                .collect(),
        };
        let mut state = self.state.lock();
        state.entry(end.job.cell.clone()).or_default().push(ran);
        Ok(())
    }
}
