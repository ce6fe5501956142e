use super::*;
use crate::fuzz::ops::ON_PURPOSE;
use crate::fuzz::program::{At, End, Meddling, PROGRAM_VERSION, Scarce, Schedule, Then, Thread};

fn surface(names: &[&str]) -> Surface {
    let names: Vec<String> = names.iter().map(|name| format!("generic:{name}")).collect();
    Surface::of(&names, true)
}

fn thread(name: &str, steps: Vec<Step>, end: End) -> Thread {
    Thread {
        name: name.to_owned(),
        steps,
        end,
    }
}

fn lowered(threads: Vec<Thread>, names: &[&str]) -> Lowered {
    let program = Program {
        version: PROGRAM_VERSION,
        root: Root::Worker,
        schedule: Schedule::default(),
        threads,
    };
    lower(&program, &surface(names), false)
}

fn main(steps: Vec<Step>, names: &[&str]) -> Vec<Value> {
    let lowered = lowered(vec![thread("main", steps, End::Return)], names);
    lowered.threads["main"].clone()
}

#[test]
fn what_was_disposed_of_must_throw_and_nothing_else_may() {
    let steps = vec![
        Step::Use { slot: 0 },
        Step::Dispose { slot: 0 },
        Step::Use { slot: 0 },
        Step::Make { slot: 0 },
        Step::Use { slot: 0 },
    ];
    let ops = main(steps, &["resource"]);
    let of = |name: &str| -> Vec<&Value> { ops.iter().filter(|op| op["name"] == name).collect() };
    assert_eq!(of("make").len(), 2, "{ops:#?}");
    let throws: Vec<bool> = of("use").iter().map(|op| op["throws"] == true).collect();
    assert_eq!(throws, [false, true, false]);
}

#[test]
fn after_a_callback_that_disposed_of_its_object_any_outcome_is_right() {
    let dispose = Step::Dispose { slot: 0 };
    let steps = vec![
        Step::Make { slot: 0 },
        Step::Visit {
            slot: 0,
            inside: vec![dispose],
        },
    ];
    let ops = main(steps, &["resource", "visit"]);
    let visit = ops
        .iter()
        .find(|op| op["name"] == "visit")
        .expect("a visit");
    assert_eq!(visit["may"], true);
}

#[test]
fn a_callback_that_throws_is_followed_by_one_that_must_work() {
    let call = Step::Call {
        inside: vec![],
        then: Then::Throw,
    };
    let ops = main(vec![call], &["call"]);
    assert_eq!(ops[1]["throws"], "on purpose");
    assert_eq!(ops[2]["equals"], 7);
}

#[test]
fn what_the_target_lacks_is_passed_over() {
    let steps = vec![Step::Singleton, Step::Gc, Step::Use { slot: 0 }];
    let ops = main(steps, &["echo"]);
    assert_eq!(ops, [json!({ "op": "gc" })]);
}

#[test]
fn a_thread_that_is_ended_in_a_callback_is_waited_for_before() {
    let at = At::Callback;
    let spawn = Step::Spawn {
        thread: "a".to_owned(),
        given: None,
    };
    let threads = vec![
        thread("main", vec![spawn], End::Return),
        thread("a", vec![], End::Terminated { at }),
    ];
    let lowered = lowered(threads, &["call"]);
    let names: Vec<&str> = lowered.threads["main"]
        .iter()
        .map(|op| op["op"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(names, ["spawn", "idle", "terminate", "exits", "signal"]);
    let last = lowered.threads["a"].last().expect("it stays");
    let inside = &last["args"][0]["then"];
    assert_eq!(inside[0]["op"], "signal");
    assert_eq!(inside[1]["op"], "wait");
}

#[test]
fn what_waits_for_the_event_loop_is_not_done_in_a_callback() {
    let call = Step::Call {
        inside: vec![
            Step::Gc,
            Step::Call {
                inside: vec![],
                then: Then::Return,
            },
        ],
        then: Then::Return,
    };
    let ops = main(vec![call], &["call"]);
    let inside = ops[1]["args"][0]["then"].as_array().expect("a callback");
    assert_eq!(inside.len(), 1, "{inside:?}");
    assert_eq!(inside[0]["name"], "call");
}

#[test]
fn a_handle_is_tried_elsewhere_only_when_it_was_given() {
    let acquire = Step::Acquire { slot: 0, number: 5 };
    let spawn = Step::Spawn {
        thread: "a".to_owned(),
        given: None,
    };
    let foreign = Step::Foreign {
        thread: "main".to_owned(),
        release: false,
    };
    let tried = |steps: Vec<Step>| {
        let threads = vec![
            thread("main", steps, End::Return),
            thread("a", vec![foreign.clone()], End::Return),
        ];
        let ops = &lowered(threads, &["handles"]).threads["a"];
        ops.iter()
            .any(|op| op["name"] == "read" && op["throws"] == true)
    };
    assert!(tried(vec![acquire.clone(), spawn.clone()]));
    assert!(!tried(vec![spawn, acquire]));
}

#[test]
fn the_owner_of_a_handle_is_to_be_named_while_it_lives() {
    let foreign = |thread: &str| Step::Foreign {
        thread: thread.to_owned(),
        release: false,
    };
    let spawn = Step::Spawn {
        thread: "a".to_owned(),
        given: None,
    };
    let acquire = Step::Acquire { slot: 0, number: 5 };
    let join = Step::Join {
        thread: "a".to_owned(),
    };
    let threads = vec![
        thread(
            "main",
            vec![acquire.clone(), spawn, join, foreign("a")],
            End::Return,
        ),
        thread("a", vec![acquire, foreign("main")], End::Return),
    ];
    let lowered = lowered(threads, &["handles", "affinity-error"]);
    let throws = |thread: &str| {
        let ops = lowered.threads[thread].iter();
        let mut tried = ops
            .filter(|op| op["name"] == "read")
            .map(|op| &op["throws"]);
        tried.next().expect("it is tried").clone()
    };
    assert_eq!(throws("a"), "ERR_THREAD_AFFINITY", "its parent lives");
    assert_eq!(throws("main"), true, "it has ended");
}

#[test]
fn a_resource_is_taken_away_only_while_no_other_thread_runs() {
    let spawn = Step::Spawn {
        thread: "a".to_owned(),
        given: None,
    };
    let join = Step::Join {
        thread: "a".to_owned(),
    };
    let without = Step::Without {
        what: Scarce::Descriptors,
    };
    let limits = |steps: Vec<Step>, other: Vec<Step>| {
        let threads = vec![
            thread("main", steps, End::Return),
            thread("a", other, End::Return),
        ];
        let lowered = lowered(threads, &["file"]);
        let all = lowered.threads.values().flatten();
        all.filter(|op| op["op"] == "limit").count()
    };
    assert_eq!(limits(vec![without.clone(), spawn.clone()], vec![]), 1);
    assert_eq!(limits(vec![spawn.clone(), without.clone()], vec![]), 0);
    assert_eq!(
        limits(vec![spawn.clone(), join, without.clone()], vec![]),
        1
    );
    assert_eq!(limits(vec![spawn], vec![without]), 0);
}

#[test]
fn what_a_function_may_do_to_its_query_is_left_to_the_addon_and_the_rest_is_not() {
    let query = |then, meddling| Step::Query {
        db: 0,
        inside: vec![],
        then,
        meddling,
    };
    let asked = |step: Step| {
        let threads = vec![thread("main", vec![step], End::Return)];
        let surface = Surface::of(&["database".to_owned(), "sqlite".to_owned()], false);
        let program = Program {
            version: PROGRAM_VERSION,
            root: Root::Worker,
            schedule: Schedule::default(),
            threads,
        };
        let lowered = lower(&program, &surface, true);
        let ops = &lowered.threads["main"];
        let get = ops
            .iter()
            .find(|op| op["slot"] == "query" && op["name"] == "get");
        get.expect("it is run").clone()
    };
    let plain = asked(query(Then::Return, Meddling::None));
    assert!(plain.get("may").is_none() && plain.get("throws").is_none());
    let throws = asked(query(Then::Throw, Meddling::None));
    assert_eq!(throws["throws"], ON_PURPOSE);
    let closes = asked(query(Then::Return, Meddling::Closes));
    assert_eq!(closes["may"], true);
}
