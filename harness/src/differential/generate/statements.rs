//! Statements and iterators: preparing, binding, reading, settings, loops that end early.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
};

use super::{
    sql,
    values::{
        Of, anything, call, end, ending, flag, keeping, object, odd, options, scalar, slot, word,
    },
};
use crate::differential::program::{Collect, Kind, Leave, Op, Ref, Val};

/// One of four statements.
pub(super) fn stmt() -> Of<Ref> {
    (0_u8..4)
        .prop_map(|at| Ref {
            kind: Kind::Stmt,
            at,
        })
        .boxed()
}

/// One of three iterators.
pub(super) fn iter() -> Of<Ref> {
    (0_u8..3)
        .prop_map(|at| Ref {
            kind: Kind::Iter,
            at,
        })
        .boxed()
}

fn prepare_options() -> Of<Vec<Val>> {
    let options = options(vec![
        ("readBigInts", flag()),
        ("returnArrays", flag()),
        ("allowBareNamedParameters", flag()),
        ("allowUnknownNamedParameters", flag()),
        ("persistent", flag()),
        ("unknown", odd()),
    ]);
    prop_oneof![
        6 => Just(Vec::new()),
        3 => options.prop_map(|options| vec![options]),
        1 => anything().prop_map(|value| vec![value]),
    ]
    .boxed()
}

fn prepare(at: Ref, sql: Of<String>) -> Of<Op> {
    (slot(Kind::Db), sql, prepare_options())
        .prop_map(move |(db, sql, more)| {
            let mut args = vec![Val::Str(sql)];
            args.extend(more);
            keeping(db, "prepare", args, at)
        })
        .boxed()
}

/// Preparing into one of the slots.
pub(super) fn preparing(sql: fn() -> Of<String>) -> Of<Op> {
    stmt().prop_flat_map(move |at| prepare(at, sql())).boxed()
}

/// Named parameters, right ones and others.
fn named() -> Of<Val> {
    const NAMES: &[&str] = &[
        "a",
        "b",
        "c",
        "id",
        "k",
        "v",
        ":a",
        "@b",
        "$c",
        "$a",
        "@a",
        ":b",
        ":id",
        "$k",
        "$v",
        "?1",
        "1",
        "0",
        "nope",
        "",
        "$a::b",
        "a::b",
        "__proto__",
        "Ü",
    ];
    let value = prop_oneof![
        8 => scalar(),
        1 => odd(),
        1 => end().prop_map(|end| Val::Getter(ending(62, 0, end))),
    ];
    vec((word(NAMES), value), 0..5).prop_map(object).boxed()
}

/// Arguments of `run` and the like.
pub(super) fn parameters() -> Of<Vec<Val>> {
    prop_oneof![
        3 => Just(Vec::new()),
        6 => vec(scalar(), 1..5),
        4 => named().prop_map(|named| vec![named]),
        2 => (named(), vec(scalar(), 1..4)).prop_map(|(named, mut more)| {
            more.insert(0, named);
            more
        }),
        1 => vec(anything(), 1..4),
        1 => (scalar(), named()).prop_map(|(first, named)| vec![first, named]),
    ]
    .boxed()
}

fn binding() -> Of<Vec<Op>> {
    let prepared = preparing(sql::with_parameters);
    let run = (
        stmt(),
        word(&["get", "all", "run", "get", "all"]),
        parameters(),
    );
    (prepared, vec(run, 1..4))
        .prop_map(|(prepared, runs)| {
            let mut ops = vec![prepared];
            let Op::Call { keep: Some(at), .. } = ops[0] else {
                return ops;
            };
            for (nth, (other, method, args)) in runs.into_iter().enumerate() {
                let on = if nth == 0 { at } else { other };
                ops.push(call(on, &method, args));
            }
            ops.push(Op::Get {
                on: at,
                name: "expandedSQL".to_owned(),
            });
            ops
        })
        .boxed()
}

/// What prepares a statement, and a call of it without arguments.
pub(super) fn called(prepared: Op, method: &str) -> Vec<Op> {
    let mut ops = vec![prepared];
    if let Op::Call { keep: Some(at), .. } = ops[0] {
        ops.push(call(at, method, Vec::new()));
    }
    ops
}

fn reading() -> Of<Vec<Op>> {
    let method = word(&["all", "get", "run", "all", "columns"]);
    (preparing(sql::query), method)
        .prop_map(|(prepared, method)| called(prepared, &method))
        .boxed()
}

fn setting() -> Of<Vec<Op>> {
    let method = word(&[
        "setReadBigInts",
        "setReturnArrays",
        "setAllowBareNamedParameters",
        "setAllowUnknownNamedParameters",
    ]);
    let arg = prop_oneof![4 => any::<bool>().prop_map(Val::Bool), 1 => odd()];
    let then = (word(&["get", "all", "run", "columns"]), parameters());
    (stmt(), method, arg, then)
        .prop_map(|(on, method, arg, (run, args))| {
            vec![call(on, &method, vec![arg]), call(on, &run, args)]
        })
        .boxed()
}

/// Steps of iterators among other things that use their statements.
fn iterating() -> Of<Vec<Op>> {
    let start = (stmt(), iter(), parameters()).prop_map(|(on, keep, args)| {
        let args = if args.len() > 2 { Vec::new() } else { args };
        keeping(on, "iterate", args, keep)
    });
    let step = prop_oneof![
        6 => iter().prop_map(|on| call(on, "next", Vec::new())),
        2 => (iter(), vec(anything(), 0..2)).prop_map(|(on, args)| call(on, "return", args)),
        1 => (iter(), vec(anything(), 0..2)).prop_map(|(on, args)| call(on, "next", args)),
        2 => (stmt(), word(&["get", "all", "run"])).prop_map(|(on, method)| call(on, &method, Vec::new())),
        2 => (iter(), select(&[Collect::Spread, Collect::ToArray, Collect::Take, Collect::Map, Collect::From, Collect::Destructure][..]))
            .prop_map(|(on, how)| Op::Collect { on, how }),
        2 => each(),
        1 => iter().prop_map(|on| Op::Describe { on }),
        1 => iter().prop_map(|on| call(on, "@iterator", Vec::new())),
        1 => iter().prop_map(|on| call(on, "@dispose", Vec::new())),
        1 => slot(Kind::Db).prop_map(|on| Op::Get { on, name: "isTransaction".to_owned() }),
        1 => (slot(Kind::Db), sql::change()).prop_map(|(db, sql)| call(db, "exec", vec![Val::Str(sql)])),
        1 => stmt().prop_map(|on| call(on, "close", Vec::new())),
    ];
    (preparing(sql::query), start, vec(step, 1..6))
        .prop_map(|(prepared, start, steps)| {
            let mut start = start;
            if let (Op::Call { keep: Some(at), .. }, Op::Call { on, .. }) = (&prepared, &mut start)
            {
                *on = *at;
            }
            let mut ops = vec![prepared, start];
            ops.extend(steps);
            ops
        })
        .boxed()
}

fn each() -> Of<Op> {
    let on = prop_oneof![3 => iter(), 1 => Just(Ref { kind: Kind::Iter, at: 9 })];
    (
        on,
        1_u8..5,
        super::inner::inner_ops(),
        select(&[Leave::Breaks, Leave::Breaks, Leave::Throws][..]),
    )
        .prop_map(|(on, most, ops, leave)| Op::Each {
            on,
            most,
            ops,
            leave,
        })
        .boxed()
}

fn looking() -> Of<Vec<Op>> {
    let counter = prop_oneof![
        6 => word(&[
            "fullscanStep", "sort", "autoindex", "vmStep", "reprepare", "run", "filterMiss", "filterHit", "memused",
        ]),
        1 => word(&["nope", "", "Run"]),
    ];
    let one = prop_oneof![
        3 => stmt().prop_map(|on| call(on, "columns", Vec::new())),
        2 => stmt().prop_map(|on| Op::Get { on, name: "sourceSQL".to_owned() }),
        2 => stmt().prop_map(|on| Op::Get { on, name: "expandedSQL".to_owned() }),
        1 => stmt().prop_map(|on| Op::Describe { on }),
        2 => (stmt(), counter).prop_map(|(on, name)| call(on, "stat", vec![Val::Str(name)])),
        1 => stmt().prop_map(|on| call(on, "resetStats", Vec::new())),
        1 => stmt().prop_map(|on| call(on, "close", Vec::new())),
        1 => stmt().prop_map(|on| call(on, "@dispose", Vec::new())),
        1 => (stmt(), word(&["sourceSQL", "own"]), anything())
            .prop_map(|(on, name, value)| Op::Set { on, name, value }),
        1 => stmt().prop_map(|on| Op::Construct { on, args: Vec::new() }),
    ];
    vec(one, 1..3).boxed()
}

fn wrong() -> Of<Vec<Op>> {
    (preparing(sql::wrong), word(&["run", "get", "all"]))
        .prop_map(|(prepared, method)| called(prepared, &method))
        .boxed()
}

fn changing() -> Of<Vec<Op>> {
    let sql = || prop_oneof![4 => sql::change(), 1 => sql::transaction()].boxed();
    (
        preparing(sql),
        word(&["run", "run", "get", "all"]),
        any::<bool>(),
    )
        .prop_map(|(prepared, method, twice)| {
            let mut ops = called(prepared, &method);
            if twice && let Some(call) = ops.get(1).cloned() {
                ops.push(call);
            }
            ops
        })
        .boxed()
}

/// Parameters of every kind.
pub(super) fn parameters_bound() -> Of<Vec<Op>> {
    prop_oneof![6 => binding(), 1 => setting(), 1 => looking()].boxed()
}

/// All of it.
pub(super) fn statements() -> Of<Vec<Op>> {
    prop_oneof![
        2 => binding(),
        3 => reading(),
        2 => setting(),
        4 => iterating(),
        3 => looking(),
        1 => wrong(),
        2 => changing(),
    ]
    .boxed()
}
