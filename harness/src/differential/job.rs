//! The process of a differential job: generates the programs of each theme, runs them on both
//! implementations in several pairs of processes, and speaks the protocol of a runner.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Instant,
};

use serde::Deserialize;

use super::{
    TOPIC_FILE,
    child::{Implementation, script_in},
    events::Events,
    generate::Theme,
    hunt::Hunter,
    known::Known,
    shrink::Budget,
    tally::Tally,
    vacuity,
};
use crate::{clock::ms, model::Seed};

/// The module that all others are compared with.
const ORACLE: &str = "node:sqlite";

/// So many kinds of difference of a theme are looked into.
const LOOKED_INTO: usize = 10;

/// What the harness hands to this process.
#[derive(Clone, Debug)]
pub struct Task {
    /// `THREADPROOF_JOB`.
    pub job: PathBuf,
    /// `THREADPROOF_EVENTS`.
    pub events: PathBuf,
    /// The Node to run on.
    pub node: PathBuf,
    /// Flags of that Node.
    pub flags: Vec<String>,
    /// Variables of the target's that a case has to set again.
    pub pass: Vec<String>,
    /// The folder that holds `differential/`.
    pub suites: PathBuf,
    /// Where findings are written.
    pub failures: PathBuf,
    /// How many programs.
    pub programs: u32,
    /// How many pairs of processes.
    pub pairs: u32,
}

/// The part of `THREADPROOF_JOB` that is needed here.
#[derive(Debug, Deserialize)]
struct Job {
    target: Target,
    tests: Vec<String>,
    seed: Seed,
}

#[derive(Debug, Deserialize)]
struct Target {
    module: Option<String>,
}

/// Runs the job; says whether all of its tests passed.
pub fn run(task: &Task) -> io::Result<bool> {
    let job: Job = serde_json::from_slice(&fs::read(&task.job)?)?;
    let module = job
        .target
        .module
        .clone()
        .ok_or_else(|| io::Error::other("the target names no module"))?;
    let dir = task.job.parent().unwrap_or(Path::new("."));
    let implementation = |module: &str, log: &str| Implementation {
        node: task.node.clone(),
        flags: task.flags.clone(),
        script: script_in(&task.suites),
        module: module.to_owned(),
        env: passed(&task.pass),
        stderr: dir.join(log),
    };
    let hunter = Hunter {
        oracle: implementation(ORACLE, "node-sqlite.log"),
        target: implementation(&module, "target.log"),
        known: Known::table(),
        failures: task.failures.clone(),
        budget: Budget::default(),
        most: LOOKED_INTO,
    };
    // The builtin against itself finds the harness's own faults, for which a tenth is enough.
    let programs = if module == ORACLE {
        task.programs.div_ceil(10)
    } else {
        task.programs
    };
    let mut events = Events::open(&task.events)?;
    events.run_start(&task.node.to_string_lossy())?;
    let mut all = Tally::default();
    let mut themes = BTreeMap::new();
    for test in &job.tests {
        events.test_start(test, TOPIC_FILE)?;
        let started = Instant::now();
        let errors = match Theme::ALL.into_iter().find(|theme| theme.test() == *test) {
            Some(theme) => {
                let tally = run_theme(&hunter, theme, theme.share(programs), job.seed, task.pairs)?;
                events.note(&summary(theme.title(), &tally, started))?;
                all.add(&tally);
                let errors = tally.errors();
                themes.insert(theme.title(), tally);
                errors
            }
            None => vacuity::check(&all),
        };
        events.test_end(test, TOPIC_FILE, ms(started.elapsed()), &errors)?;
    }
    // The builtin has no differences from itself.
    if let Some(line) = vacuity::unseen(&all).filter(|_| module != ORACLE) {
        events.note(&line)?;
    }
    let report = serde_json::json!({ "version": 1, "themes": themes, "all": all });
    fs::write(dir.join("differential.json"), format!("{report:#}\n"))?;
    events.end(TOPIC_FILE)
}

fn passed(names: &[String]) -> BTreeMap<String, String> {
    names
        .iter()
        .filter_map(|name| Some((name.clone(), std::env::var(name).ok()?)))
        .collect()
}

/// One line for people.
fn summary(title: &str, tally: &Tally, started: Instant) -> String {
    let [returned, threw, skipped] = tally.sums();
    let seconds = started.elapsed().as_secs_f64();
    let explained: Vec<String> = tally
        .explained
        .iter()
        .map(|(id, count)| format!("{id} in {count}"))
        .collect();
    let explained = if explained.is_empty() {
        String::new()
    } else {
        format!("; explained: {}", explained.join(", "))
    };
    format!(
        "{title}: {} programs in {seconds:.1} s, {} with differences; operations: {returned} returned, {threw} threw, \
         {skipped} had nothing to work on{explained}",
        tally.programs,
        tally
            .findings
            .values()
            .map(|finding| finding.count)
            .sum::<u32>(),
    )
}

/// Runs the programs of a theme, in any order: each has a seed of its own.
pub fn run_theme(
    hunter: &Hunter,
    theme: Theme,
    programs: u32,
    seed: Seed,
    pairs: u32,
) -> io::Result<Tally> {
    let tally = Mutex::new(Tally::default());
    let next = AtomicU32::new(0);
    let failed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..pairs.max(1))
            .map(|_| {
                scope.spawn(|| {
                    let done = hunter.hunt(theme, seed, &tally, &|| {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        (index < programs && !failed.load(Ordering::Relaxed)).then_some(index)
                    });
                    // One that cannot go on stops the others.
                    failed.fetch_or(done.is_err(), Ordering::Relaxed);
                    done
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    Ok(tally.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// A panic elsewhere ends the job; until then counts stay true.
pub(super) fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}
