//! Where programs come from: the corpus, and then what is generated, in an order that the seed alone decides.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};

use super::{
    batch::Bench,
    coverage::Coverage,
    generate::programs,
    hunt::Config,
    lower::{Surface, lower},
    program::{Program, Root, Schedule, Step},
};
use crate::{differential::generate::runner, model::Seed};

/// Programs of a process: it is replaced then.
const BATCH: u64 = 50;

/// Programs that run one after the other in a process.
pub(super) struct Lot {
    /// Which of the benches.
    pub(super) bench: usize,
    /// Where they come from.
    pub(super) seed: Seed,
    pub(super) programs: Vec<Program>,
}

/// Gives lots.
#[derive(Default)]
pub(super) struct Source {
    next: u64,
    coverage: Coverage,
    /// What is needed for failures that are known, by bench: programs with all of it would only show them again.
    known: Vec<(usize, BTreeSet<String>)>,
}

impl Source {
    /// What was generated.
    pub(super) fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The next programs; none when there were enough.
    pub(super) fn next(&mut self, config: &Config, benches: &[Bench<'_>]) -> Option<Lot> {
        let count = benches.len() as u64;
        let of_corpus = config.corpus.len() as u64 * count;
        let bench = usize::try_from(self.next % count).unwrap_or(0);
        let surface = &benches[bench].surface;
        let lot = if self.next < of_corpus {
            let number = self.next / count;
            Lot {
                bench,
                seed: config.seed.derive(&format!("corpus {number}")),
                programs: config.corpus[usize::try_from(number).unwrap_or(0)].clone(),
            }
        } else {
            let number = self.next - of_corpus;
            let seed = config.seed.derive(&format!("batch {number}"));
            Lot {
                bench,
                seed,
                programs: self.generate(config, surface, bench, number / count, seed)?,
            }
        };
        self.next += 1;
        Some(lot)
    }

    /// The programs of a batch; none when there were enough.
    fn generate(
        &mut self,
        config: &Config,
        surface: &Surface,
        bench: usize,
        number: u64,
        seed: Seed,
    ) -> Option<Vec<Program>> {
        let size = batch(surface);
        let before = number * size;
        let left = match config.cases {
            Some(cases) if before >= cases => return None,
            Some(cases) => cases - before,
            None => size,
        };
        let (root, schedule) = conditions(number, config.can_pin);
        let weights = self.coverage.weights();
        let strategy = programs(surface, &weights, root, schedule, config.workers);
        let mut runner = runner(seed);
        let mut lot = Vec::new();
        for _ in 0..left.min(size) {
            let tree = strategy.new_tree(&mut runner);
            let program = tree.expect("the strategies reject nothing").current();
            if self.is_known(bench, &program) {
                continue;
            }
            let features = lower(&program, surface, false).features;
            self.coverage.saw(&program, features);
            lot.push(program);
        }
        Some(lot)
    }

    /// Gives no more programs that have all that these have.
    pub(super) fn avoid(&mut self, bench: usize, programs: &[Program]) {
        let needed: BTreeSet<String> = programs.iter().flat_map(parts).collect();
        if !needed.is_empty() {
            self.known.push((bench, needed));
        }
    }

    /// Whether a program has all that a failure needs which was found before. It would hide what is behind it.
    fn is_known(&self, bench: usize, program: &Program) -> bool {
        let parts = parts(program);
        let mut of_bench = self.known.iter().filter(|(at, _)| *at == bench);
        of_bench.any(|(_, needed)| needed.is_subset(&parts))
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
    let root = if batch.is_multiple_of(8) {
        Root::Worker
    } else {
        Root::Main
    };
    let schedule = match batch % 8 {
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
