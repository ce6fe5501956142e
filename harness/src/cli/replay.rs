//! `threadproof repro` of a case of `fuzz`: runs its programs again, and counts what comes of them.

use std::{collections::BTreeMap, ffi::OsString, path::Path};

use threadproof_stress::{Confidence, Tally, say, wilson};

use super::{
    args::{Cells, Outcomes, Place, ReproArgs, Runtimes},
    bench::with_guard,
    fuzz::bench,
    launcher,
    measured::{Selected, Session},
    print,
};
use crate::{
    error::Error,
    exec::{Launchers, Limits},
    exit::Exit,
    fuzz::{Case, Patience, Ran},
};

pub(super) fn replay(place: &Place, args: &ReproArgs, words: &[OsString]) -> Result<Exit, Error> {
    let case = Case::read(Path::new(&args.topic))?;
    let target = args.target.clone().unwrap_or_else(|| case.target.clone());
    let cells = Cells {
        target: vec![target],
        on: Runtimes {
            runtime: if args.runtime.is_empty() {
                vec![case.runtime.clone()]
            } else {
                args.runtime.clone()
            },
        },
    };
    let outcomes = Outcomes {
        jobs: Some(1),
        out: None,
        job_id: None,
        json: false,
        quiet: true,
        verbose: false,
    };
    let selected = Selected::of(place.workspace()?, &cells, &args.means, &outcomes)?;
    let dir = selected.run_dir(&outcomes)?;
    let mut session = Session::begin(&selected, &outcomes, words, dir, None)?;
    let guard = with_guard(args.means.guard);
    let mut prepared = match session.prepare(false, guard, |_, _| Ok(())) {
        Ok((ready, ())) => ready.prepared,
        Err(error) => return Ok(session.fail(&error)),
    };
    if let Some(module) = &args.module {
        for target in &mut prepared.targets {
            target.module = Some(module.clone());
        }
    }
    let (targets, runtimes) = (prepared.targets.clone(), prepared.runtimes.clone());
    let limits = Limits {
        load: *args.timeout,
        exit: *args.timeout,
    };
    let executor = session.executor(prepared, limits, BTreeMap::new(), Launchers::default());
    let mut shown = false;
    for target in &targets {
        for runtime in &runtimes {
            let bench = bench(&executor, target, runtime, "");
            print::line(&format!("{} × {}:", target.id, runtime.id))?;
            if let Some(words) = launcher::words(args.launcher) {
                let job = bench.plan(&case.programs, "case", case.seed, Patience::USUAL);
                launcher::under(&executor, &job, words)?;
                continue;
            }
            let mut ran = Vec::new();
            while ran.len() < args.attempts as usize && !executor.interrupt.is_set() {
                ran.push(bench.run(&case.programs, "case", case.seed, Patience::USUAL));
            }
            shown |= ran.iter().any(Ran::is_failure);
            print::line(&told(&case, &ran))?;
        }
    }
    if let Some(signal) = session.interrupt().signal() {
        return Err(Error::Interrupted { signal });
    }
    Ok(if shown { Exit::Failure } else { Exit::Success })
}

/// How often it failed, in which ways.
fn told(case: &Case, ran: &[Ran]) -> String {
    let hits = ran
        .iter()
        .filter(|one| one.signature.as_deref() == Some(&case.signature));
    let (hits, all) = (hits.count() as u64, ran.len() as u64);
    let tally = Tally::new(hits, all).expect("no more hits than attempts");
    let (low, high) = case.interval;
    let mut lines = vec![format!(
        "  {}: {hits} of {all} attempts ({}); it was found with {} of {} ({})",
        case.signature,
        say::interval(wilson(tally, Confidence::P95)),
        case.hits,
        case.attempts,
        say::interval(threadproof_stress::Interval { low, high }),
    )];
    let mut others: BTreeMap<String, u32> = BTreeMap::new();
    for one in ran {
        let name = one
            .signature
            .clone()
            .unwrap_or_else(|| one.outcome.to_string());
        if name != case.signature {
            *others.entry(name).or_default() += 1;
        }
    }
    lines.extend(
        others
            .iter()
            .map(|(name, count)| format!("  {name}: {count}")),
    );
    lines.join("\n")
}
