//! Steps, each kind by itself.

use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::Union,
};

use super::{NAMES, SLOTS, USUAL, Weights};
use crate::fuzz::{
    lower::Surface,
    program::{Change, Fate, How, IteratorFate, Meddling, Scarce, Sort, Step, Then, Way},
};

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

fn meddling() -> impl Strategy<Value = Meddling> {
    prop_oneof![
        2 => Just(Meddling::None),
        1 => select(vec![Meddling::Closes, Meddling::RunsAgain, Meddling::Redefines]),
    ]
}

fn iterator_fate() -> impl Strategy<Value = IteratorFate> {
    select(vec![
        IteratorFate::Returned,
        IteratorFate::Abandoned,
        IteratorFate::Closed,
        IteratorFate::Overtaken,
    ])
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

/// Threads, loading, objects and classes.
fn of_objects(inside: &dyn Fn() -> BoxedStrategy<Vec<Step>>) -> Vec<BoxedStrategy<Step>> {
    vec![
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
    ]
}

/// What belongs to an env, callbacks, data, handles, databases.
fn of_envs(inside: &dyn Fn() -> BoxedStrategy<Vec<Step>>) -> Vec<BoxedStrategy<Step>> {
    vec![
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
        (0..2_u8, inside(), then(), meddling())
            .prop_map(|(db, inside, then, meddling)| Step::Query {
                db,
                inside,
                then,
                meddling,
            })
            .boxed(),
        (0..2_u8, 0..7_u8, iterator_fate())
            .prop_map(|(db, rows, fate)| Step::Iterate { db, rows, fate })
            .boxed(),
        (0..2_u8, any::<bool>())
            .prop_map(|(db, late)| Step::Session { db, late })
            .boxed(),
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
        Just(Step::Without {
            what: Scarce::Descriptors,
        })
        .boxed(),
        Just(Step::Without {
            what: Scarce::Memory,
        })
        .boxed(),
        Just(Step::Without {
            what: Scarce::Threads,
        })
        .boxed(),
    ]
}

fn number() -> impl Strategy<Value = u8> {
    1..100_u8
}

/// Steps that mean something on the target.
pub(super) fn steps(surface: &Surface, weights: &Weights, depth: u32) -> BoxedStrategy<Step> {
    let inside = || {
        if depth == 0 {
            Just(Vec::new()).boxed()
        } else {
            vec(steps(surface, weights, depth - 1), 0..3).boxed()
        }
    };
    let mut all = of_objects(&inside);
    all.extend(of_envs(&inside));
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
