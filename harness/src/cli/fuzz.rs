//! `threadproof fuzz`: searches for programs of several threads that fail.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt::Write as _,
    sync::atomic::AtomicU32,
    thread,
    time::{Duration, Instant},
};

use super::{
    args::{FuzzArgs, FuzzProfile as Profile, Place},
    bench::with_guard,
    config::program,
    measured::{Figures, Planned, Selected, Session, width},
};
use crate::{
    error::Error,
    event::PlannedCell,
    exec::{Executor, Launchers, Limits},
    exit::Exit,
    fuzz::{self, Bench, Config, Hunt, Hunted, Surface},
    model::{self, CellId, Runner, Seed, Suite, Target},
    plan::{missing, runtime_word, supports_on},
    prepare::Prepared,
    results::NotAvailable,
    tools::no_limits,
};

/// Programs where nobody says how many.
const CASES: u64 = 2000;
/// How often a person is told how far it is.
const TELL: Duration = Duration::from_secs(5);

pub(super) fn fuzz(place: &Place, args: &FuzzArgs, words: &[OsString]) -> Result<Exit, Error> {
    let selected = Selected::of(place.workspace()?, &args.cells, &args.means, &args.outcomes)?;
    let dir = selected.run_dir(&args.outcomes)?;
    let mut session = Session::begin(&selected, &args.outcomes, words, dir, None)?;
    let hunted = match stages(&mut session, args, words) {
        Ok(hunted) => hunted,
        Err(error) => return Ok(session.fail(&error)),
    };
    let exit = exit_of(&hunted, session.exit());
    let figures = Figures {
        name: "fuzz",
        of: &hunted,
        markdown: fuzz::markdown(&hunted),
        table: fuzz::table(&hunted, width()),
        lines: fuzz::told(&hunted),
    };
    session.conclude(exit, &figures, &args.outcomes)
}

fn exit_of(hunted: &Hunted, run: Exit) -> Exit {
    if matches!(run, Exit::Interrupted | Exit::Terminated) {
        return run;
    }
    if !hunted.failures.is_empty() || !hunted.unconfirmed.is_empty() {
        return Exit::Failure;
    }
    run
}

/// The targets with what is used of them.
fn of_profile(profile: Option<Profile>, targets: &[Target]) -> Vec<Target> {
    let is_of_databases = |capability: &String| fuzz::OF_DATABASES.contains(&capability.as_str());
    let mut targets = targets.to_vec();
    match profile {
        None => {}
        Some(Profile::Generic) => {
            for target in &mut targets {
                target.supports.retain(|one| !is_of_databases(one));
            }
        }
        Some(Profile::Sqlite) => {
            targets.retain(|target| target.profile == model::Profile::Sqlite);
        }
    }
    targets
}

/// Prepares, searches, and saves what was found.
fn stages(session: &mut Session<'_>, args: &FuzzArgs, words: &[OsString]) -> Result<Hunted, Error> {
    let guard = with_guard(args.means.guard);
    let (ready, ()) = session.prepare(false, guard, |_, _| Ok(()))?;
    let prepared = ready.prepared;
    let config = Config {
        cases: args.cases.or(args.r#for.is_none().then_some(CASES)),
        time: args.r#for.map(Into::into),
        seed: session.selected.seed,
        workers: args.workers.into(),
        until_fail: args.until_fail,
        can_pin: which::which("taskset").is_ok(),
        corpus: if args.no_corpus {
            Vec::new()
        } else {
            fuzz::corpus(&session.selected.workspace)?
        },
    };
    let (cells, not_available) = cells(&prepared, &ready.selected);
    session.announce(
        &prepared,
        Planned {
            cells,
            jobs: 0,
            repeats: 1,
            not_available,
        },
    );
    let repeat = repeat(args, words, &prepared, session.selected.seed);
    let targets = of_profile(args.profile, &prepared.targets);
    let runtimes = prepared.runtimes.clone();
    let limits = Limits {
        load: *args.timeout,
        exit: *args.timeout,
    };
    let executor = session.executor(prepared, limits, BTreeMap::new(), Launchers::default());
    let mut benches = Vec::new();
    for target in &targets {
        for runtime in &runtimes {
            if missing(target, runtime).is_none() {
                benches.push(bench(&executor, target, runtime, &repeat));
            }
        }
    }
    if benches.is_empty() {
        return Err(Error::NothingSelected {
            what: "no selected target exists on a selected Node, or none has the profile"
                .to_owned(),
            help: "name other targets or runtimes, or leave out --profile".to_owned(),
        });
    }
    let quiet = args.outcomes.quiet;
    let parallel = session.selected.parallel;
    let interrupt = session.interrupt().clone();
    let hunted = session.while_telling(|tell| {
        let hunt = Hunt::new(&config, &benches, tell);
        thread::scope(|scope| {
            let searching: Vec<_> = (0..parallel)
                .map(|_| scope.spawn(|| hunt.search()))
                .collect();
            let started = Instant::now();
            let mut told = started;
            while !searching.iter().all(thread::ScopedJoinHandle::is_finished) {
                thread::sleep(Duration::from_millis(20));
                if !quiet && told.elapsed() >= TELL {
                    told = Instant::now();
                    let line = fuzz::progress(&hunt, started.elapsed());
                    anstream::eprintln!("{line}");
                }
            }
        });
        hunt.finish()
    });
    if let Some(signal) = interrupt.signal() {
        session.interrupted(signal);
    }
    // What was found until then is not lost.
    fuzz::save(&hunted, &session.selected.workspace, &benches)?;
    Ok(hunted)
}

fn cells(prepared: &Prepared, selected: &[Target]) -> (Vec<PlannedCell>, Vec<NotAvailable>) {
    let (mut cells, mut not_available) = (Vec::new(), Vec::new());
    for target in selected {
        for runtime in &prepared.runtimes {
            let cell = CellId {
                target: target.id.clone(),
                runtime: runtime.id.clone(),
                suite: Suite {
                    topic: "programs".to_owned(),
                    runner: Runner::Fuzz,
                },
            };
            match missing(target, runtime) {
                Some(reason) => not_available.push(NotAvailable { cell, reason }),
                None => cells.push(PlannedCell {
                    cell,
                    jobs: 0,
                    tests: 1,
                }),
            }
        }
    }
    (cells, not_available)
}

pub(super) fn bench<'e>(
    executor: &'e Executor,
    target: &Target,
    runtime: &crate::model::Runtime,
    repeat: &str,
) -> Bench<'e> {
    Bench {
        executor,
        target: target.id.clone(),
        runtime: runtime.id.clone(),
        binary: target.binary.clone(),
        surface: Surface::of(
            &supports_on(target, &runtime.version),
            no_limits().is_none(),
        ),
        jobs: AtomicU32::new(0),
        repeat: repeat.to_owned(),
    }
}

/// The command that searches again.
fn repeat(args: &FuzzArgs, words: &[OsString], prepared: &Prepared, seed: Seed) -> String {
    let mut prefix = format!("{} fuzz", program(words));
    for target in &args.cells.target {
        // Writing to a String cannot fail.
        let _ = write!(prefix, " --target {target}");
    }
    for runtime in &prepared.runtimes {
        let _ = write!(
            prefix,
            " --runtime {}",
            runtime_word(&prepared.runtimes, &runtime.id)
        );
    }
    if let Some(cases) = args.cases {
        let _ = write!(prefix, " --cases {cases}");
    }
    let _ = write!(prefix, " --seed {seed}");
    prefix
}
