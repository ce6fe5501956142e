//! Follows a run: whether more of it is needed.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use threadproof_stress::Plan;

use super::{Ended, GateResult, Repetitions};
use crate::{
    event::{JobEnd, RenderError, Watcher},
    model::{CellId, Job},
    shared::Shared,
};

/// Shared by the dispatcher, which tells it what ended, and the workers, which ask what is still needed.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    plan: Option<Plan>,
    budget: Option<Duration>,
    state: Shared<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many jobs each repetition of a cell has.
    jobs: BTreeMap<(CellId, u32), u32>,
    /// No job is started after this.
    until: Option<Instant>,
    cells: BTreeMap<CellId, Repetitions>,
}

impl Watch {
    /// Stops a cell when its gate is decided, and all of them when the budget has ended.
    pub fn new(plan: Option<Plan>, budget: Option<Duration>) -> Self {
        Watch {
            plan,
            budget,
            state: Shared::default(),
        }
    }

    /// Takes note of what was planned; the budget begins.
    pub fn begin(&self, jobs: &[Job]) {
        let mut counts: BTreeMap<(CellId, u32), u32> = BTreeMap::new();
        for job in jobs {
            *counts
                .entry((job.cell.clone(), job.repetition))
                .or_default() += 1;
        }
        let mut state = self.state.lock();
        state.jobs = counts;
        state.until = self
            .budget
            .and_then(|time| Instant::now().checked_add(time));
    }

    /// Whether a job need not, or may not, run any more.
    pub fn is_done(&self, job: &Job) -> bool {
        let state = self.state.lock();
        if state.until.is_some_and(|until| Instant::now() >= until) {
            return true;
        }
        let (Some(plan), Some(ended)) = (&self.plan, state.cells.get(&job.cell)) else {
            return false;
        };
        plan.decide(ended.tally()).is_final()
    }

    /// What each of the cells came to, where there is a gate.
    pub fn results(&self, cells: &[CellId]) -> Vec<(CellId, GateResult)> {
        let Some(plan) = &self.plan else {
            return Vec::new();
        };
        let state = self.state.lock();
        let none = Repetitions::default();
        cells
            .iter()
            .map(|cell| {
                let ended = state.cells.get(cell).unwrap_or(&none);
                (cell.clone(), GateResult::of(plan, ended))
            })
            .collect()
    }
}

impl Watcher for Watch {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn finished(&mut self, end: JobEnd<'_>) -> Result<(), RenderError> {
        let mut state = self.state.lock();
        let of = (end.job.cell.clone(), end.job.repetition);
        let jobs = state.jobs.get(&of).copied().unwrap_or(1);
        state.cells.entry(of.0).or_default().add(
            end.job.repetition,
            jobs,
            Ended::of(end.outcome, end.expected),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::Event, model::Outcome, report::fixtures::everything};

    /// A job with its attempt, to be finished as often as a test wants.
    fn finished() -> (Job, crate::model::Attempt, crate::model::Evidence) {
        everything()
            .into_iter()
            .find_map(|event| match event {
                Event::JobFinished {
                    job,
                    attempt,
                    evidence,
                    ..
                } => Some((job, attempt, evidence)),
                _ => None,
            })
            .expect("the fixture has one")
    }

    #[test]
    fn a_cell_stops_when_its_gate_is_decided() {
        let (job, attempt, evidence) = finished();
        let plan = Plan::single("rate < 50%".parse().expect("a gate"), 0);
        let needed = u32::try_from(plan.most_runs()).expect("a few");
        let jobs: Vec<Job> = (1..=needed + 1)
            .map(|repetition| Job {
                repetition,
                ..job.clone()
            })
            .collect();
        let mut watch = Watch::new(Some(plan), None);
        watch.begin(&jobs);
        for (at, job) in (1..).zip(&jobs) {
            assert_eq!(watch.is_done(job), at > needed, "at {at} of {needed}");
            let end = JobEnd {
                job,
                attempt: &attempt,
                evidence: &evidence,
                outcome: &Outcome::Clean,
                expected: false,
            };
            watch.finished(end).expect("it writes nothing");
        }
        let results = watch.results(&[job.cell]);
        assert_eq!(results[0].1.decision, super::super::Gated::Met);
        assert_eq!(results[0].1.runs, u64::from(needed));
    }

    #[test]
    fn no_job_is_started_after_the_budget() {
        let (job, ..) = finished();
        let long = Watch::new(None, Some(Duration::from_hours(1)));
        long.begin(std::slice::from_ref(&job));
        assert!(!long.is_done(&job));
        let over = Watch::new(None, Some(Duration::ZERO));
        over.begin(std::slice::from_ref(&job));
        assert!(over.is_done(&job));
    }
}
