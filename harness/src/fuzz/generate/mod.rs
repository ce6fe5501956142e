//! Generates programs: of what the target can do, the rarer the more often.

mod steps;

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::Union,
};

use steps::steps;

use super::{
    lower::Surface,
    program::{At, By, End, PROGRAM_VERSION, Program, Root, Schedule, Sort, Step, Thread},
};

/// Names of threads, in the order in which they are started.
const NAMES: [&str; 4] = ["main", "a", "b", "c"];
/// Places for objects: few, so that steps meet the same ones.
const SLOTS: u8 = 3;
/// How deep callbacks go.
const DEPTH: u32 = 2;

/// How often each kind of step is generated, by its name; 4 where nothing is said.
pub(super) type Weights = BTreeMap<&'static str, u32>;

/// Weight of a step of which nothing is known.
pub(super) const USUAL: u32 = 4;

/// Programs for a target.
pub(super) fn programs(
    surface: &Surface,
    weights: &Weights,
    root: Root,
    schedule: Schedule,
    most_workers: usize,
) -> BoxedStrategy<Program> {
    let step = steps(surface, weights, DEPTH);
    let most = most_workers.min(NAMES.len() - 1);
    let counts: Vec<(u32, BoxedStrategy<usize>)> = [(0, 4), (1, 8), (2, 3), (3, 1)]
        .into_iter()
        .filter(|(count, _)| *count <= most)
        .map(|(count, weight)| (weight, Just(count).boxed()))
        .collect();
    let pieces = prop_oneof![
        6 => step.prop_map(|step| vec![step]),
        1 => idioms(surface),
    ];
    let list = vec(pieces, 0..5).prop_map(|pieces| pieces.concat()).boxed();
    let joins = vec((any::<bool>(), 0..4_usize), NAMES.len());
    let lists = vec((list, end(surface)), NAMES.len());
    let spawns = vec((0..5_usize, any::<u8>(), given()), NAMES.len());
    (
        Union::new_weighted(counts),
        lists,
        spawns,
        joins,
        last(root),
        // What all threads begin with: faults that two have to make together are seldom met by chance.
        option::weighted(0.15, idioms(surface)),
    )
        .prop_map(move |(workers, lists, spawns, joins, last, common)| {
            let mut threads: Vec<Thread> = lists
                .into_iter()
                .take(workers + 1)
                .enumerate()
                .map(|(at, (steps, end))| Thread {
                    name: NAMES[at].to_owned(),
                    steps,
                    end: if at == 0 { last } else { end },
                })
                .collect();
            for child in 1..threads.len() {
                let (place, parent, given) = spawns[child];
                // Most are started by the first thread.
                let parent = if parent < 200 { 0 } else { child - 1 };
                let (joined, after) = joins[child];
                insert(
                    &mut threads[parent].steps,
                    NAMES[child],
                    place,
                    given,
                    joined.then_some(after),
                );
            }
            if let Some(common) = common {
                for thread in &mut threads {
                    begin(thread, &common);
                }
            }
            Program {
                version: PROGRAM_VERSION,
                root,
                schedule,
                threads,
            }
        })
        .boxed()
}

/// Puts steps in front of those of a thread: after it has started others, which may have to come there, too.
fn begin(thread: &mut Thread, steps: &[Step]) {
    let spawns = |step: &Step| matches!(step, Step::Spawn { .. });
    let place = thread
        .steps
        .iter()
        .rposition(spawns)
        .map_or(0, |last| last + 1);
    thread.steps.splice(place..place, steps.iter().cloned());
}

/// Puts the start of a thread into the steps of another, and the waiting for its end.
fn insert(
    steps: &mut Vec<Step>,
    child: &str,
    place: usize,
    given: Option<By>,
    join_after: Option<usize>,
) {
    let place = place.min(steps.len());
    let thread = child.to_owned();
    steps.insert(place, Step::Spawn { thread, given });
    if let Some(after) = join_after {
        let place = (place + 1 + after).min(steps.len());
        let thread = child.to_owned();
        steps.insert(place, Step::Join { thread });
    }
}

fn given() -> impl Strategy<Value = Option<By>> {
    option::weighted(
        0.2,
        select(vec![
            By::WorkerData,
            By::Message,
            By::Port,
            By::Broadcast,
            By::Environment,
        ]),
    )
}

fn end(surface: &Surface) -> BoxedStrategy<End> {
    let needs: [(At, &str); 9] = [
        (At::Idle, ""),
        (At::JavaScript, ""),
        (At::AnyTime, ""),
        (At::Callback, "call"),
        (At::Loop, "until"),
        (At::Work, "later"),
        (At::Busy, "busy"),
        (At::Tick, "ticker"),
        (At::Load, "load-into"),
    ];
    let places: Vec<At> = needs
        .into_iter()
        .filter(|(_, need)| need.is_empty() || surface.has(need))
        .map(|(at, _)| at)
        .collect();
    prop_oneof![
        4 => Just(End::Return),
        2 => any::<bool>().prop_map(|inside| End::Exit { inside }),
        1 => any::<bool>().prop_map(|inside| End::Throw { inside }),
        4 => select(places).prop_map(|at| End::Terminated { at }),
    ]
    .boxed()
}

/// How the first thread ends. A program that ends its process needs one of its own, which takes time.
fn last(root: Root) -> BoxedStrategy<End> {
    if root == Root::Worker {
        return Just(End::Return).boxed();
    }
    prop_oneof![
        20 => Just(End::Return),
        1 => any::<bool>().prop_map(|inside| End::Exit { inside }),
        1 => any::<bool>().prop_map(|inside| End::Throw { inside }),
    ]
    .boxed()
}

/// Steps that say something only together, and that chance alone would seldom put side by side.
fn idioms(surface: &Surface) -> BoxedStrategy<Vec<Step>> {
    let collected = |slot| vec![Step::Drop { slot }, Step::Gc];
    let mut all = vec![vec![Step::Require]];
    // Each is made, and nobody holds it any more.
    if surface.has("resource") {
        let make = Step::Make { slot: 0 };
        all.push([vec![make.clone()], collected(0)].concat());
        let disposed = vec![make, Step::Dispose { slot: 0 }];
        all.push([disposed, collected(0)].concat());
    }
    if surface.has("class") {
        let slot = 0;
        let construct = true;
        all.push([vec![Step::New { slot, construct }], collected(0)].concat());
    }
    if surface.has("child") {
        let family = vec![Step::Make { slot: 0 }, Step::Child { slot: 0, into: 1 }];
        let used = vec![Step::Use { slot: 1 }];
        all.push([family.clone(), collected(0), used.clone()].concat());
        all.push([family.clone(), collected(1), collected(0)].concat());
        all.push([family.clone(), collected(0), collected(1)].concat());
        all.push([family, vec![Step::Dispose { slot: 0 }], collected(0), used].concat());
    }
    if surface.has("handles") {
        let acquire = Step::Acquire { slot: 0, number: 5 };
        all.push(vec![
            acquire,
            Step::Release { slot: 0 },
            Step::Read { slot: 0 },
        ]);
    }
    if surface.has("shared") {
        let meet = Step::Meet {
            point: 2,
            idle: false,
        };
        for times in [1, 2000] {
            let together = vec![meet.clone(), Step::Increment { times }];
            all.push([vec![Step::Require], together].concat());
        }
    }
    if surface.has("echo") {
        let times = 30;
        let meet = Step::Meet {
            point: 2,
            idle: false,
        };
        let echo = |sort, digit| Step::Echo { sort, digit, times };
        all.push(vec![meet.clone(), echo(Sort::LongText, 3)]);
        all.push(vec![meet, echo(Sort::BigInt, 4), echo(Sort::LongText, 5)]);
    }
    select(all).boxed()
}
