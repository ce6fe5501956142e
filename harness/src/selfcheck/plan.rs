//! Which cases run on which specimens and controls. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalogue::{Catalogue, FIXED},
    error::Error,
    model::{Job, Runner, Runtime, Seed, Suite, Target, TargetSource, TopicKind},
    plan::{self, Inputs, Patterns},
    rules::{self, Detector, Specimen},
};

use super::judge::FaultResult;

/// What to plan from.
#[derive(Debug)]
pub struct Request<'a> {
    /// Specimens, planted and corrected, and other clean controls.
    pub targets: &'a [Target],
    /// Where to run.
    pub runtimes: &'a [Runtime],
    /// All topics.
    pub catalogue: &'a Catalogue,
    /// Whether the guard is preloaded.
    pub guard: bool,
    /// Whether controls run only the scenarios of the rules that their specimen is for.
    pub quick: bool,
    /// The run's seed.
    pub seed: Seed,
    /// Time for a job.
    pub timeout_ms: u64,
    /// Start of the command that repeats a job.
    pub repeat_prefix: &'a str,
}

/// What will run, and what is known before.
#[derive(Debug, Default)]
pub struct SelfPlan {
    /// Planted ones first, and of those the first case of each before the second of any: most faults are found by their
    /// first, and the rest need not run then.
    pub jobs: Vec<Job>,
    /// Faults that are not looked for on a runtime, by specimen and runtime.
    pub known: BTreeMap<(String, String), FaultResult>,
    /// The specimens that are looked at.
    pub specimens: Vec<&'static Specimen>,
    /// The ids of the controls.
    pub controls: Vec<String>,
}

/// Plans a selfcheck.
pub fn plan(request: &Request<'_>) -> Result<SelfPlan, Error> {
    let mut made = SelfPlan::default();
    let mut planted = Vec::new();
    let mut clean = Vec::new();
    for target in request.targets {
        let Some(specimen) = fault_of(target) else {
            made.controls.push(target.id.clone());
            clean.extend(of_control(request, target)?);
            continue;
        };
        made.specimens.push(specimen);
        for runtime in request.runtimes {
            if let Some(result) = unseen(specimen, runtime, request.guard) {
                let key = (target.id.clone(), runtime.id.clone());
                made.known.insert(key, result);
            } else {
                let cases = jobs(request, target, runtime, specimen.rules)?;
                planted.extend(cases.into_iter().enumerate());
            }
        }
    }
    planted.sort_by_key(|(at, _)| *at);
    made.jobs = planted
        .into_iter()
        .map(|(_, job)| job)
        .chain(clean)
        .collect();
    Ok(made)
}

/// The cases of a control: of the rules that its specimen is for on every runtime, and, unless it has to be quick, all
/// others, each on one runtime in turn. What is no specimen runs all of them everywhere.
fn of_control(request: &Request<'_>, target: &Target) -> Result<Vec<Job>, Error> {
    let own = specimen_named(target.id.trim_end_matches(FIXED)).filter(|one| !one.control);
    let rules = match own {
        Some(specimen) if request.quick => specimen.rules,
        _ => &[],
    };
    let mut found = Vec::new();
    for (turn, runtime) in request.runtimes.iter().enumerate() {
        let all = jobs(request, target, runtime, rules)?;
        let of_own_rule = |job: &Job| {
            own.is_none_or(|specimen| {
                let of = |rule: &str| job.tests[0].starts_with(&format!("{rule} > "));
                specimen.rules.iter().any(|rule| of(rule))
            })
        };
        found.extend(all.into_iter().enumerate().filter_map(|(at, job)| {
            let in_turn = (at + turn) % request.runtimes.len() == 0;
            (in_turn || of_own_rule(&job)).then_some(job)
        }));
    }
    Ok(found)
}

/// The specimen whose fault a target has.
fn fault_of(target: &Target) -> Option<&'static Specimen> {
    match &target.source {
        Some(TargetSource::Specimen(source)) if source.planted => specimen_named(&source.name),
        _ => None,
    }
}

fn specimen_named(name: &str) -> Option<&'static Specimen> {
    rules::specimens()
        .iter()
        .find(|specimen| specimen.name == name)
}

/// Why a fault is not looked for.
fn unseen(specimen: &Specimen, runtime: &Runtime, guard: bool) -> Option<FaultResult> {
    if let Some(reason) = semver::Version::parse(&runtime.version)
        .ok()
        .and_then(|version| specimen.impossible_on(&version))
    {
        return Some(FaultResult::Impossible {
            reason: reason.to_owned(),
        });
    }
    let needs_guard = !specimen.detectors.contains(&Detector::Scenario);
    (needs_guard && !guard).then(|| FaultResult::Untested {
        reason: "only the guard sees it, which is not loaded".to_owned(),
    })
}

/// The cases of these rules, or of all where none is named, that a target can run.
fn jobs(
    request: &Request<'_>,
    target: &Target,
    runtime: &Runtime,
    rules: &[&str],
) -> Result<Vec<Job>, Error> {
    let patterns: Vec<String> = rules.iter().map(|rule| format!("{rule} > *")).collect();
    let families: BTreeSet<&str> = request
        .catalogue
        .topics
        .iter()
        .filter(|topic| topic.kind == TopicKind::Scenarios)
        .map(|topic| topic.topic.as_str())
        .collect();
    let suites: Vec<Suite> = families
        .into_iter()
        .map(|family| Suite {
            topic: family.to_owned(),
            runner: Runner::Driver,
        })
        .collect();
    let plan = plan::plan(&Inputs {
        targets: std::slice::from_ref(target),
        runtimes: std::slice::from_ref(runtime),
        suites: &suites,
        catalogue: request.catalogue,
        tests: &Patterns::new(&patterns)?,
        repeats: 1,
        shard: None,
        seed: request.seed,
        timeout_ms: request.timeout_ms,
        repeat_prefix: request.repeat_prefix,
        only: None,
        programs: 0,
    })?;
    Ok(plan.jobs)
}
