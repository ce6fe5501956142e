//! Joins the parts of a run that several machines have run (`--shard k/n`) to the run that one machine would have made.
//! Pure: events in, events out.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use crate::{
    event::{Event, PlanSummary, PlannedCell},
    model::{JobId, Seed},
};

/// What a machine has run: its events, in their order.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its run directory.
    pub dir: PathBuf,
    /// All of them.
    pub events: Vec<Event>,
    /// Why it is not whole, when it is not.
    pub not_whole: Option<String>,
}

/// The parts as one run.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Without the first, which says where and by what it was made, and without the last.
    pub events: Vec<Event>,
    /// The seed that all parts have.
    pub seed: Seed,
    /// In which part the files of each job are.
    pub files: BTreeMap<JobId, PathBuf>,
    /// What is missing, for people.
    pub missing: Vec<String>,
}

/// Why parts cannot be joined.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It has no plan: nothing was run.
    #[error("{0} has no plan: its preparation failed, or it is no run")]
    NoPlan(PathBuf),
    /// They are not of one run.
    #[error("{first} and {second} are not parts of one run: {what} differ")]
    Differ {
        /// A part.
        first: PathBuf,
        /// Another.
        second: PathBuf,
        /// In what.
        what: &'static str,
    },
}

/// What a part says of itself.
struct Head<'p> {
    part: &'p Part,
    version: &'p str,
    seed: Seed,
    plan: &'p PlanSummary,
}

impl<'p> Head<'p> {
    fn of(part: &'p Part) -> Result<Self, Refused> {
        let no_plan = || Refused::NoPlan(part.dir.clone());
        let started = part.events.iter().find_map(|event| match event {
            Event::RunStarted { version, seed, .. } => Some((version.as_str(), *seed)),
            _ => None,
        });
        let plan = part.events.iter().find_map(|event| match event {
            Event::Planned { plan } => Some(plan),
            _ => None,
        });
        let (version, seed) = started.ok_or_else(no_plan)?;
        Ok(Head {
            part,
            version,
            seed,
            plan: plan.ok_or_else(no_plan)?,
        })
    }

    /// Paths are of a machine; what is compared is of the run.
    fn targets(&self) -> Vec<(&str, &[String])> {
        let targets = self.plan.targets.iter();
        targets
            .map(|one| (one.id.as_str(), one.supports.as_slice()))
            .collect()
    }

    fn runtimes(&self) -> Vec<&str> {
        self.plan.runtimes.iter().map(|one| &*one.id).collect()
    }

    fn differs(&self, other: &Head<'_>) -> Option<&'static str> {
        if self.version != other.version {
            Some("the versions of threadproof")
        } else if self.seed != other.seed {
            Some("the seeds")
        } else if self.targets() != other.targets() {
            Some("the targets")
        } else if self.runtimes() != other.runtimes() {
            Some("the versions of Node")
        } else if self.plan.repeats != other.plan.repeats
            || self.plan.guard != other.plan.guard
            || self.plan.selection != other.plan.selection
        {
            Some("the flags")
        } else if self.plan.expectations != other.plan.expectations {
            Some("the expected failures")
        } else {
            let of = |plan: &PlanSummary| plan.shard.map(|(_, n)| n);
            let both = of(self.plan).zip(of(other.plan));
            both.is_some_and(|(one, other)| one != other)
                .then_some("the numbers of shards")
        }
    }
}

/// Joins parts. The same part twice counts once, and so does each job; a whole run takes the place of its parts.
pub fn merge(parts: &[Part]) -> Result<Merged, Refused> {
    let heads: Vec<Head<'_>> = parts.iter().map(Head::of).collect::<Result<_, _>>()?;
    let Some(first) = heads.first() else {
        return Err(Refused::NoPlan(PathBuf::new()));
    };
    for other in &heads {
        if let Some(what) = first.differs(other) {
            return Err(Refused::Differ {
                first: first.part.dir.clone(),
                second: other.part.dir.clone(),
                what,
            });
        }
    }
    let mut merged = Merged {
        events: vec![Event::Planned {
            plan: plan(&heads, first),
        }],
        seed: first.seed,
        files: BTreeMap::new(),
        missing: missing(&heads),
    };
    for part in parts {
        for event in &part.events {
            take(&mut merged, part, event);
        }
    }
    Ok(merged)
}

/// Those that are counted: a whole run alone, or each shard once.
fn counted<'h, 'p>(heads: &'h [Head<'p>]) -> Vec<&'h Head<'p>> {
    if let Some(whole) = heads.iter().find(|head| head.plan.shard.is_none()) {
        return vec![whole];
    }
    let mut seen = BTreeSet::new();
    let new = |head: &&Head<'p>| seen.insert(head.plan.shard);
    heads.iter().filter(new).collect()
}

fn plan(heads: &[Head<'_>], first: &Head<'_>) -> PlanSummary {
    let mut cells: Vec<PlannedCell> = Vec::new();
    let mut jobs = 0;
    for head in counted(heads) {
        jobs += head.plan.jobs;
        for planned in &head.plan.cells {
            match cells.iter_mut().find(|one| one.cell == planned.cell) {
                Some(one) => one.jobs += planned.jobs,
                None => cells.push(planned.clone()),
            }
        }
    }
    // By target and Node as they were asked for; within these as the parts have them.
    let place = |cell: &PlannedCell| {
        let target = first
            .plan
            .targets
            .iter()
            .position(|one| one.id == cell.cell.target);
        let runtime = first
            .plan
            .runtimes
            .iter()
            .position(|one| one.id == cell.cell.runtime);
        (target, runtime)
    };
    cells.sort_by_key(place);
    PlanSummary {
        cells,
        jobs,
        shard: None,
        ..first.plan.clone()
    }
}

fn missing(heads: &[Head<'_>]) -> Vec<String> {
    let counted = counted(heads);
    let mut missing: Vec<String> = counted
        .iter()
        .filter_map(|head| {
            let why = head.part.not_whole.as_ref()?;
            Some(format!("{} is not whole: {why}", head.part.dir.display()))
        })
        .collect();
    let have: BTreeSet<u32> = counted
        .iter()
        .filter_map(|head| head.plan.shard.map(|(k, _)| k))
        .collect();
    let of = heads.iter().find_map(|head| head.plan.shard);
    if let Some((_, n)) = of.filter(|_| !have.is_empty()) {
        let absent = (1..=n).filter(|k| !have.contains(k));
        missing.extend(absent.map(|k| format!("shard {k}/{n} is not among them")));
    }
    missing
}

fn take(merged: &mut Merged, part: &Part, event: &Event) {
    match event {
        Event::JobFinished { job, .. } => {
            if !merged.files.contains_key(&job.id) {
                merged.files.insert(job.id.clone(), part.dir.clone());
                merged.events.push(event.clone());
            }
        }
        Event::NotAvailable { .. } | Event::NotApplicable { .. } => {
            if !merged.events.contains(event) {
                merged.events.push(event.clone());
            }
        }
        Event::GateDecided { .. } | Event::Interrupted { .. } => merged.events.push(event.clone()),
        // Of one machine: where it was, what it prepared, what it did when.
        Event::RunStarted { .. }
        | Event::PrepareStep { .. }
        | Event::Planned { .. }
        | Event::JobStarted { .. }
        | Event::JobProgress { .. }
        | Event::RunFinished { .. } => {}
    }
}

#[cfg(test)]
mod tests;
