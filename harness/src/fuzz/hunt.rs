//! The search: programs in batches, and what becomes of one that fails: confirmed alone, made small, counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use proptest::strategy::{Strategy, ValueTree};
use serde::Serialize;
use threadproof_stress::{Confidence, Tally, wilson};

use super::{
    batch::{Bench, Patience, Ran},
    coverage::Coverage,
    generate::programs,
    lower::{Surface, lower},
    program::{Program, Root, Schedule, Step},
    shrink::{Budget, shrink},
};
use crate::{
    differential::generate::runner,
    event::Event,
    model::{Outcome, Seed},
    report::native_crash,
    shared::Shared,
};

/// Programs of a process: it is replaced then.
const BATCH: u64 = 50;
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

/// Generates batches, in an order that the seed alone decides.
struct Source {
    next: u64,
    coverage: Coverage,
}

/// A batch.
struct Lot {
    bench: usize,
    seed: Seed,
    programs: Vec<Program>,
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
    /// What is needed for failures that are known: programs with all of it are not run any more.
    known: Shared<Vec<(usize, BTreeSet<String>)>>,
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
            source: Shared::from(Source {
                next: 0,
                coverage: Coverage::default(),
            }),
            started: Instant::now(),
            passed: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            met: Shared::default(),
            known: Shared::default(),
            failures: Shared::default(),
            unconfirmed: Shared::default(),
            tell,
        }
    }

    /// Programs so far, and failures.
    pub fn progress(&self) -> (u64, usize, (usize, usize)) {
        let passed = self.passed.load(Ordering::Relaxed);
        let failures = self.failures.lock().len();
        (passed, failures, self.source.lock().coverage.counts())
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
            pairs: source.coverage.counts().0,
            states: source.coverage.features().clone(),
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
            let Some(lot) = self.lot() else { return };
            self.run(&lot);
        }
    }

    /// The next batch.
    fn lot(&self) -> Option<Lot> {
        let mut source = self.source.lock();
        let benches = self.benches.len() as u64;
        let first = self.config.corpus.len() as u64 * benches;
        if source.next < first {
            let lot = self.of_corpus(source.next / benches, source.next % benches);
            source.next += 1;
            return Some(lot);
        }
        let number = source.next - first;
        let (of_bench, at) = (number / benches, number % benches);
        let bench = usize::try_from(at).unwrap_or(0);
        let surface = &self.benches[bench].surface;
        let size = batch(surface);
        let before = of_bench * size;
        let left = match self.config.cases {
            Some(cases) if before >= cases => return None,
            Some(cases) => cases - before,
            None => size,
        };
        source.next += 1;
        let seed = self.config.seed.derive(&format!("batch {number}"));
        let (root, schedule) = conditions(of_bench, self.config.can_pin);
        let weights = source.coverage.weights();
        let strategy = programs(surface, &weights, root, schedule, self.config.workers);
        let mut runner = runner(seed);
        let mut programs = Vec::new();
        for _ in 0..left.min(size) {
            let tree = strategy.new_tree(&mut runner);
            let program = tree.expect("the strategies reject nothing").current();
            if self.is_known(bench, &program) {
                continue;
            }
            let features = lower(&program, surface, false).features;
            source.coverage.saw(&program, features);
            programs.push(program);
        }
        Some(Lot {
            bench,
            seed,
            programs,
        })
    }

    /// Programs that are known to be worth it.
    fn of_corpus(&self, number: u64, bench: u64) -> Lot {
        let at = |number: u64| usize::try_from(number).unwrap_or(0);
        Lot {
            bench: at(bench),
            seed: self.config.seed.derive(&format!("corpus {number}")),
            programs: self.config.corpus[at(number)].clone(),
        }
    }

    /// Whether a program has all that a failure needs which was found before. It would hide what is behind it.
    fn is_known(&self, bench: usize, program: &Program) -> bool {
        let known = self.known.lock();
        let parts = parts(program);
        let mut of_bench = known.iter().filter(|(at, _)| *at == bench);
        of_bench.any(|(_, needed)| needed.is_subset(&parts))
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
        let needed: BTreeSet<String> = small.iter().flat_map(parts).collect();
        if !needed.is_empty() {
            self.known.lock().push((lot.bench, needed));
        }
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

/// How many programs a process runs: fewer where only the first one finds what all threads share as it was loaded.
fn batch(surface: &Surface) -> u64 {
    if surface.has("shared") {
        BATCH / 5
    } else {
        BATCH
    }
}

/// Where the programs of a batch run: each way comes often.
fn conditions(batch: u64, can_pin: bool) -> (Root, Schedule) {
    // A worker more takes time: it starts an env.
    let root = if batch.is_multiple_of(3) {
        Root::Worker
    } else {
        Root::Main
    };
    let schedule = match batch / 3 % 8 {
        5 => Schedule {
            one_core: can_pin,
            ..Schedule::default()
        },
        6 => Schedule {
            gc_stress: true,
            ..Schedule::default()
        },
        7 => Schedule {
            one_pool_thread: true,
            ..Schedule::default()
        },
        _ => Schedule::default(),
    };
    (root, schedule)
}

/// What a program is made of: names of steps, and ends of threads.
fn parts(program: &Program) -> BTreeSet<String> {
    fn names(steps: &[Step], all: &mut BTreeSet<String>) {
        for step in steps {
            all.insert(step.name().to_owned());
            names(step.inside().unwrap_or_default(), all);
        }
    }
    let mut all = BTreeSet::new();
    for thread in &program.threads {
        names(&thread.steps, &mut all);
        all.insert(format!("{:?}", thread.end));
    }
    all
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
