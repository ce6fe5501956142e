//! The search: programs in batches, and what becomes of one that fails: confirmed alone, made small, counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use serde::Serialize;
use threadproof_stress::{Confidence, Tally, wilson};

use super::{
    batch::{Bench, Patience, Ran},
    program::Program,
    shrink::{Budget, shrink},
    source::{Lot, Source},
};
use crate::{
    event::Event,
    model::{Outcome, Seed},
    report::native_crash,
    shared::Shared,
};

/// Attempts to see a failure in a process of its own.
const CONFIRM: u32 = 6;
/// Attempts of the case that is saved: what its rate is counted over.
const COUNT: u32 = 20;
/// Attempts that are made however long they take.
const LEAST: u32 = 3;
/// What is long for counting.
const LONG: Duration = Duration::from_secs(30);
/// What shrinking may cost.
const BUDGET: Budget = Budget {
    tries: 300,
    time: Duration::from_mins(1),
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Config {
    /// Programs for each target and runtime; without end if there is none.
    pub cases: Option<u64>,
    /// How long.
    pub time: Option<Duration>,
    /// Where all programs come from.
    pub seed: Seed,
    /// Workers of a program at most.
    pub workers: usize,
    /// Stop at the first failure.
    pub until_fail: bool,
    /// Whether `taskset` is there.
    pub can_pin: bool,
    /// Programs that are run first, those of a process together.
    pub corpus: Vec<Vec<Program>>,
}

/// A failure, made small.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Its name.
    pub signature: String,
    /// Id of the target.
    pub target: String,
    /// Id of the runtime.
    pub runtime: String,
    /// What an attempt comes to.
    pub outcome: Outcome,
    /// What it said last: the fatal text, the error, or the finding.
    pub said: String,
    /// The programs of one process, mostly one.
    pub programs: Vec<Program>,
    /// Steps in all.
    pub size: usize,
    /// The seed of the batch in which it was found.
    pub seed: Seed,
    /// How many attempts of the case failed like this.
    pub hits: u32,
    /// Of how many.
    pub attempts: u32,
    /// The rate, with 95 % confidence.
    pub interval: (f64, f64),
    /// How often the search met it.
    pub seen: u64,
    /// Seconds from the start of the search until it was met first.
    pub found_after_s: f64,
    /// Its folder.
    #[serde(skip)]
    pub attempt_dir: PathBuf,
}

/// What a search came to.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hunted {
    /// Programs that ended as they should.
    pub passed: u64,
    /// How long it went on, in seconds.
    pub seconds: f64,
    /// Different pairs of steps that were generated.
    pub pairs: usize,
    /// Different states in which a step was done.
    pub states: BTreeMap<String, u64>,
    /// What was found, in its order.
    pub failures: Vec<Failure>,
    /// Failures that no new process showed again: signature, and how often.
    pub unconfirmed: BTreeMap<String, u64>,
}

/// A search.
pub struct Hunt<'a> {
    config: &'a Config,
    benches: &'a [Bench<'a>],
    source: Shared<Source>,
    started: Instant,
    passed: AtomicU64,
    stop: AtomicBool,
    /// What was met, by target and signature, and how often.
    met: Shared<BTreeMap<(String, String), u64>>,
    failures: Shared<Vec<Failure>>,
    unconfirmed: Shared<BTreeMap<String, u64>>,
    tell: &'a (dyn Fn(Event) + Sync),
}

impl<'a> Hunt<'a> {
    /// A search that has not begun.
    pub fn new(
        config: &'a Config,
        benches: &'a [Bench<'a>],
        tell: &'a (dyn Fn(Event) + Sync),
    ) -> Self {
        Hunt {
            config,
            benches,
            source: Shared::default(),
            started: Instant::now(),
            passed: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            met: Shared::default(),
            failures: Shared::default(),
            unconfirmed: Shared::default(),
            tell,
        }
    }

    /// Programs so far, and failures.
    pub fn progress(&self) -> (u64, usize, (usize, usize)) {
        let passed = self.passed.load(Ordering::Relaxed);
        let failures = self.failures.lock().len();
        (passed, failures, self.source.lock().coverage().counts())
    }

    /// What it came to.
    pub fn finish(self) -> Hunted {
        let source = self.source.lock();
        let mut failures = self.failures.lock().clone();
        let met = self.met.lock();
        for failure in &mut failures {
            let key = (failure.target.clone(), failure.signature.clone());
            failure.seen = met.get(&key).copied().unwrap_or(1);
        }
        Hunted {
            passed: self.passed.load(Ordering::Relaxed),
            seconds: self.started.elapsed().as_secs_f64(),
            pairs: source.coverage().counts().0,
            states: source.coverage().features().clone(),
            failures,
            unconfirmed: self.unconfirmed.lock().clone(),
        }
    }

    fn is_over(&self) -> bool {
        let late = self
            .config
            .time
            .is_some_and(|time| self.started.elapsed() >= time);
        late || self.stop.load(Ordering::Relaxed) || self.interrupted()
    }

    fn interrupted(&self) -> bool {
        self.benches[0].executor.interrupt.is_set()
    }

    /// Searches until it is over; several threads do.
    pub fn search(&self) {
        while !self.is_over() {
            let lot = self.source.lock().next(self.config, self.benches);
            let Some(lot) = lot else { return };
            self.run(&lot);
        }
    }

    fn run(&self, lot: &Lot) {
        if lot.programs.is_empty() {
            return;
        }
        let bench = &self.benches[lot.bench];
        let ran = bench.run(&lot.programs, "programs", lot.seed, Patience::USUAL);
        self.passed.fetch_add(ran.passed as u64, Ordering::Relaxed);
        if self.interrupted() {
            return;
        }
        let Some(signature) = ran.signature.clone() else {
            self.report(&ran);
            if ran.outcome == Outcome::Clean {
                bench.forget(&ran);
            }
            return;
        };
        if self.is_met(bench, &signature) {
            bench.forget(&ran);
            return;
        }
        let after = self.started.elapsed().as_secs_f64();
        if let Some(found) = self.confirm(bench, lot, &ran) {
            self.follow(lot, found, after);
        } else {
            *self.unconfirmed.lock().entry(signature).or_default() += 1;
            self.report(&ran);
        }
    }

    /// Counts a failure; whether it is no new one.
    fn is_met(&self, bench: &Bench<'_>, signature: &str) -> bool {
        let key = (bench.target.clone(), signature.to_owned());
        let mut met = self.met.lock();
        let count = met.entry(key).or_default();
        *count += 1;
        *count > 1
    }

    /// Looks whether it shows in a process of its own: the program alone, or after those before it.
    fn confirm(&self, bench: &Bench<'_>, lot: &Lot, ran: &Ran) -> Option<Found> {
        let culprit = ran.culprit;
        let alone = culprit.map(|at| vec![lot.programs[at].clone()]);
        let upto = culprit.map_or(lot.programs.len(), |at| at + 1);
        let all = lot.programs[..upto].to_vec();
        alone
            .into_iter()
            .map(|programs| (programs, CONFIRM))
            .chain([(all, 2)])
            .find_map(|(programs, times)| {
                let counted = self.count(bench, &programs, lot.seed, times, "confirm");
                let (signature, hits) = counted.most()?;
                Some(Found {
                    programs,
                    hangs: counted.shown.iter().any(|ran| ran.outcome.kind().is_hang()),
                    signature,
                    rate: f64::from(hits) / f64::from(counted.times()),
                })
            })
    }

    /// Makes it small, counts how often it shows, and notes it.
    fn follow(&self, lot: &Lot, found: Found, after: f64) {
        let bench = &self.benches[lot.bench];
        // What it is called when it is alone may be known already.
        if self
            .failures
            .lock()
            .iter()
            .any(|one| one.signature == found.signature && one.target == bench.target)
        {
            return;
        }
        let times = match found.rate {
            rate if rate > 0.9 => 1,
            rate if rate > 0.4 => 3,
            _ => 6,
        };
        let patience = if found.hangs {
            Patience::SHORT
        } else {
            Patience::USUAL
        };
        let small = shrink(found.programs.clone(), BUDGET, &mut |programs| {
            if self.interrupted() {
                return false;
            }
            let mut hits = 0;
            for tried in 1..=times {
                let ran = bench.run(programs, "shrink", lot.seed, patience);
                hits += u32::from(ran.signature.as_ref() == Some(&found.signature));
                bench.forget(&ran);
                // A smaller program that shows it far less often is no better one.
                let enough = (f64::from(times) * found.rate / 2.0).max(1.0);
                if f64::from(hits) >= enough || f64::from(times - tried + hits) < enough {
                    break;
                }
            }
            f64::from(hits) >= (f64::from(times) * found.rate / 2.0).max(1.0)
        });
        let counted = self.count(
            bench,
            &small,
            lot.seed,
            COUNT,
            &format!("case-{}", found.signature),
        );
        self.note(lot, found, small, &counted, after);
    }

    fn note(&self, lot: &Lot, found: Found, small: Vec<Program>, counted: &Counted, after: f64) {
        let bench = &self.benches[lot.bench];
        let hits = counted.of(&found.signature);
        let Some(shown) = counted
            .shown
            .iter()
            .find(|ran| ran.signature.as_ref() == Some(&found.signature))
        else {
            *self.unconfirmed.lock().entry(found.signature).or_default() += 1;
            return;
        };
        let tried = counted.times();
        for ran in &counted.shown {
            self.report(ran);
        }
        let tally = Tally::new(hits.into(), tried.into()).expect("no more hits than attempts");
        let interval = wilson(tally, Confidence::P95);
        self.source.lock().avoid(lot.bench, &small);
        self.failures.lock().push(Failure {
            signature: found.signature.clone(),
            target: bench.target.clone(),
            runtime: bench.runtime.clone(),
            outcome: shown.outcome.clone(),
            said: said(shown),
            size: small.iter().map(Program::size).sum(),
            programs: small,
            seed: lot.seed,
            hits,
            attempts: tried,
            interval: (interval.low, interval.high),
            seen: 1,
            found_after_s: after,
            attempt_dir: shown.finished.attempt.dir.clone(),
        });
        if self.config.until_fail {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Runs programs some times.
    fn count(
        &self,
        bench: &Bench<'_>,
        programs: &[Program],
        seed: Seed,
        times: u32,
        topic: &str,
    ) -> Counted {
        let keeps = topic.starts_with("case-");
        let started = Instant::now();
        let mut counted = Counted::default();
        for tried in 0..times {
            // What hangs takes its time: a few attempts must do.
            let enough = tried >= LEAST && started.elapsed() > LONG;
            // Where it only has to be seen again, twice is enough.
            let again = !keeps && counted.most().is_some_and(|(_, hits)| hits >= 2);
            if self.interrupted() || enough || again {
                break;
            }
            let ran = bench.run(programs, topic, seed, Patience::USUAL);
            if !keeps {
                bench.forget(&ran);
            }
            counted.shown.push(ran);
        }
        counted
    }

    fn report(&self, ran: &Ran) {
        (self.tell)(Event::JobFinished {
            job: ran.finished.job.clone(),
            attempt: ran.finished.attempt.clone(),
            evidence: ran.finished.evidence.clone(),
            outcome: ran.outcome.clone(),
        });
    }
}

/// What a new process has shown.
struct Found {
    programs: Vec<Program>,
    signature: String,
    rate: f64,
    hangs: bool,
}

/// Attempts of the same programs.
#[derive(Default)]
struct Counted {
    shown: Vec<Ran>,
}

impl Counted {
    fn times(&self) -> u32 {
        u32::try_from(self.shown.len()).unwrap_or(u32::MAX)
    }

    fn of(&self, signature: &str) -> u32 {
        let hits = self
            .shown
            .iter()
            .filter(|ran| ran.signature.as_deref() == Some(signature));
        u32::try_from(hits.count()).unwrap_or(u32::MAX)
    }

    /// The failure that was seen most, and how often.
    fn most(&self) -> Option<(String, u32)> {
        let names: BTreeSet<&String> = self
            .shown
            .iter()
            .filter_map(|ran| ran.signature.as_ref())
            .collect();
        let counted = names.into_iter().map(|name| (name.clone(), self.of(name)));
        counted.max_by_key(|(_, hits)| *hits)
    }
}

/// What a failed attempt says, in a line.
fn said(ran: &Ran) -> String {
    let evidence = &ran.finished.evidence;
    let error = evidence.tests.iter().flat_map(|test| &test.errors).next();
    if let Some(fatal) = &evidence.fatal {
        return fatal.text.clone();
    }
    if let Some(crash) = &evidence.native_crash {
        return native_crash(crash);
    }
    if let Some(finding) = evidence.findings.first() {
        return format!("{}: {}", finding.rule, finding.message);
    }
    error.map_or_else(
        || format!("{}, {}", ran.outcome, ran.finished.attempt.ending.status),
        |error| error.message.clone(),
    )
}
