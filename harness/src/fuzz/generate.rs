//! Generates programs: of what the target can do, the rarer the more often.

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::Union,
};

use super::{
    lower::Surface,
    program::{
        At, By, Change, End, Fate, How, PROGRAM_VERSION, Program, Root, Schedule, Sort, Step, Then,
        Thread, Way,
    },
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
    let counts: Vec<(u32, BoxedStrategy<usize>)> = [(0, 2), (1, 8), (2, 3), (3, 1)]
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
    )
        .prop_map(move |(workers, lists, spawns, joins, last)| {
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
            Program {
                version: PROGRAM_VERSION,
                root,
                schedule,
                threads,
            }
        })
        .boxed()
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
    let mut all = vec![
        // Each is made, and nobody holds it any more.
        [vec![Step::Make { slot: 0 }], collected(0)].concat(),
        [
            vec![Step::New {
                slot: 0,
                construct: true,
            }],
            collected(0),
        ]
        .concat(),
        [
            vec![Step::Make { slot: 0 }, Step::Dispose { slot: 0 }],
            collected(0),
        ]
        .concat(),
    ];
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

fn slot() -> impl Strategy<Value = u8> + Clone {
    0..SLOTS
}

fn then() -> impl Strategy<Value = Then> {
    prop_oneof![3 => Just(Then::Return), 2 => Just(Then::Throw), 1 => Just(Then::Raise)]
}

fn fate() -> impl Strategy<Value = Fate> {
    select(vec![Fate::Held, Fate::Collected, Fate::Moved, Fate::Shrunk])
}

fn change() -> impl Strategy<Value = Change> {
    select(vec![
        Change::None,
        Change::RemovesItself,
        Change::RemovesOthers,
        Change::Adds,
    ])
}

fn how() -> impl Strategy<Value = How> {
    select(vec![How::Alone, How::Committed, How::TakenBack])
}

fn sort() -> impl Strategy<Value = Sort> {
    select(vec![
        Sort::Small,
        Sort::Double,
        Sort::Large,
        Sort::BigInt,
        Sort::WideBigInt,
        Sort::Text,
        Sort::LongText,
        Sort::TextWithNul,
        Sort::Bytes,
    ])
}

/// Steps that mean something on the target.
fn steps(surface: &Surface, weights: &Weights, depth: u32) -> BoxedStrategy<Step> {
    let inside = || {
        if depth == 0 {
            Just(Vec::new()).boxed()
        } else {
            vec(steps(surface, weights, depth - 1), 0..3).boxed()
        }
    };
    let number = || 1..100_u8;
    let mut all: Vec<BoxedStrategy<Step>> = vec![
        (0..3_u8, any::<bool>())
            .prop_map(|(point, idle)| Step::Meet { point, idle })
            .boxed(),
        Just(Step::Gc).boxed(),
        Just(Step::Turn).boxed(),
        Just(Step::Require).boxed(),
        select(vec![Way::Dlopen, Way::Copy])
            .prop_map(|way| Step::Load { way })
            .boxed(),
        slot().prop_map(|slot| Step::Make { slot }).boxed(),
        slot().prop_map(|slot| Step::Use { slot }).boxed(),
        slot().prop_map(|slot| Step::Dispose { slot }).boxed(),
        slot().prop_map(|slot| Step::Drop { slot }).boxed(),
        (slot(), slot())
            .prop_map(|(slot, into)| Step::Child { slot, into })
            .boxed(),
        (slot(), inside())
            .prop_map(|(slot, inside)| Step::Visit { slot, inside })
            .boxed(),
        any::<bool>()
            .prop_map(|dispose| Step::Other { dispose })
            .boxed(),
        (slot(), any::<bool>())
            .prop_map(|(slot, dispose)| Step::Clone { slot, dispose })
            .boxed(),
        Just(Step::Given).boxed(),
        (slot(), any::<bool>())
            .prop_map(|(slot, construct)| Step::New { slot, construct })
            .boxed(),
        (slot(), number())
            .prop_map(|(slot, by)| Step::Add { slot, by })
            .boxed(),
        number().prop_map(|number| Step::Set { number }).boxed(),
        Just(Step::Get).boxed(),
        Just(Step::Singleton).boxed(),
        any::<bool>().prop_map(|held| Step::Cached { held }).boxed(),
        (inside(), then())
            .prop_map(|(inside, then)| Step::Call { inside, then })
            .boxed(),
        (inside(), then())
            .prop_map(|(inside, then)| Step::Until { inside, then })
            .boxed(),
        (1..4_u8, change())
            .prop_map(|(functions, change)| Step::List { functions, change })
            .boxed(),
        (0..2_u8, 1..5_u8, how())
            .prop_map(|(db, rows, how)| Step::Write { db, rows, how })
            .boxed(),
        (0..2_u8).prop_map(|db| Step::Count { db }).boxed(),
        (0..2_u8).prop_map(|db| Step::Late { db }).boxed(),
        (0..2_u8).prop_map(|db| Step::Close { db }).boxed(),
        Just(Step::Listen).boxed(),
        Just(Step::Emit).boxed(),
        Just(Step::Tick).boxed(),
        slot().prop_map(|slot| Step::Later { slot }).boxed(),
        slot().prop_map(|slot| Step::Settle { slot }).boxed(),
        (1..2000_u16, fate())
            .prop_map(|(length, fate)| Step::Keep { length, fate })
            .boxed(),
        (fate(), any::<bool>())
            .prop_map(|(fate, throws)| Step::Scan { fate, throws })
            .boxed(),
        (sort(), 1..9_u8, select(vec![1, 30]))
            .prop_map(|(sort, digit, times)| Step::Echo { sort, digit, times })
            .boxed(),
        select(vec![1, 10, 2000])
            .prop_map(|times| Step::Increment { times })
            .boxed(),
        (slot(), number())
            .prop_map(|(slot, number)| Step::Acquire { slot, number })
            .boxed(),
        slot().prop_map(|slot| Step::Read { slot }).boxed(),
        slot().prop_map(|slot| Step::Release { slot }).boxed(),
        (select(NAMES.to_vec()), any::<bool>())
            .prop_map(|(thread, release)| Step::Foreign {
                thread: thread.to_owned(),
                release,
            })
            .boxed(),
        Just(Step::Open).boxed(),
    ];
    if surface.has("class") {
        let more = vec![Way::RequireCache, Way::HardLink, Way::Vm];
        all.push(select(more).prop_map(|way| Step::Load { way }).boxed());
    }
    // Dear ones are rarer; what all targets have must not push aside what this one has.
    let misuse = Just(Step::Misuse).boxed();
    let weighted = all.into_iter().filter_map(|strategy| {
        let name = example(&strategy);
        let base = weights.get(name.name()).copied().unwrap_or(USUAL);
        surface.can(&name).then_some((base.max(1), strategy))
    });
    let mut weighted: Vec<(u32, BoxedStrategy<Step>)> = weighted.collect();
    if surface.can(&Step::Misuse) {
        weighted.push((1, misuse));
    }
    Union::new_weighted(weighted).boxed()
}

/// One of the steps of a strategy, all of which are of one kind.
fn example(strategy: &BoxedStrategy<Step>) -> Step {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let tree = strategy.new_tree(&mut TestRunner::deterministic());
    tree.expect("these strategies reject nothing").current()
}
