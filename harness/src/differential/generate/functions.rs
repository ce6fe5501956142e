//! Functions and aggregates of the user: options, results of every kind, throwing, re-entering.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
};

use super::{
    inner::{busy_ops, inner_ops},
    sql,
    statements::{called, preparing},
    values::{
        Of, anything, call, end, ending, flag, func, odd, options, scalar, slot, whole, word,
    },
};
use crate::differential::program::{End, Func, Kind, Op, Ref, Val};

fn name() -> Of<Val> {
    prop_oneof![
        10 => word(&["f0", "f0", "f1", "f2"]).prop_map(Val::Str),
        1 => word(&["abs", "upper", "", "Ünï", "x y", "f\0z"]).prop_map(Val::Str),
        1 => Just(Val::Long { unit: "n".to_owned(), times: 300 }),
        1 => anything(),
    ]
    .boxed()
}

fn function_options() -> Of<Vec<Val>> {
    let options = options(vec![
        ("varargs", flag()),
        ("deterministic", flag()),
        ("directOnly", flag()),
        ("useBigIntArguments", flag()),
    ]);
    prop_oneof![
        4 => Just(Vec::new()),
        5 => options.prop_map(|options| vec![options]),
        1 => odd().prop_map(|odd| vec![odd]),
    ]
    .boxed()
}

/// A function of the usual arities; more than SQLite takes, seldom.
fn a_function(ops: Of<Vec<Op>>) -> Of<Func> {
    let arity =
        prop_oneof![6 => Just(1_u8), 3 => Just(2), 1 => Just(0), 1 => Just(5), 1 => Just(200)];
    func(arity.boxed(), ops, end())
}

/// Functions of all the names that queries call, for any number of arguments: what is registered later for
/// some number of them goes before.
pub(super) fn basic() -> Vec<Op> {
    let db = Ref {
        kind: Kind::Db,
        at: 0,
    };
    let varargs = || Val::Obj(vec![("varargs".to_owned(), Val::Bool(true))]);
    let function = |name: &str, id, end| {
        let func = Val::Func(ending(id, 1, end));
        call(
            db,
            "function",
            vec![Val::Str(name.to_owned()), varargs(), func],
        )
    };
    vec![
        function("f0", 50, End::Sum),
        function("f1", 51, End::Join),
        function("f2", 52, End::Arg(0)),
    ]
}

/// Registering a function.
pub(super) fn registering(ops: fn() -> Of<Vec<Op>>) -> Of<Op> {
    let what = prop_oneof![
        14 => a_function(ops()).prop_map(Val::Func),
        1 => odd(),
    ];
    (slot(Kind::Db), name(), function_options(), what, 0..30_u8)
        .prop_map(|(db, name, options, what, how)| {
            let mut args = vec![name];
            args.extend(options);
            args.push(what);
            if how == 0 {
                args.pop();
            }
            call(db, "function", args)
        })
        .boxed()
}

/// Running something that calls functions.
fn using() -> Of<Vec<Op>> {
    let method = word(&["all", "get", "run", "all", "iterate"]);
    let prepared =
        (preparing(sql::calling), method).prop_map(|(prepared, method)| called(prepared, &method));
    let executed = (slot(Kind::Db), sql::calling())
        .prop_map(|(db, sql)| vec![call(db, "exec", vec![Val::Str(sql)])]);
    prop_oneof![3 => prepared, 1 => executed].boxed()
}

/// Functions and their use.
pub(super) fn functions() -> Of<Vec<Op>> {
    (registering(inner_ops), vec(using(), 1..4))
        .prop_map(|(register, uses)| {
            std::iter::once(register)
                .chain(uses.into_iter().flatten())
                .collect()
        })
        .boxed()
}

/// Functions that do what they should not.
pub(super) fn functions_that_reenter() -> Of<Vec<Op>> {
    (registering(busy_ops), vec(using(), 1..3))
        .prop_map(|(register, uses)| {
            std::iter::once(register)
                .chain(uses.into_iter().flatten())
                .collect()
        })
        .boxed()
}

fn aggregate_options(ops: fn() -> Of<Vec<Op>>) -> Of<Val> {
    let step_end = prop_oneof![
        6 => Just(End::Sum),
        3 => Just(End::List),
        2 => Just(End::Arg(0)),
        1 => Just(End::Join),
        3 => end(),
    ]
    .boxed();
    let start = prop_oneof![
        4 => Just(whole(0)),
        2 => scalar(),
        1 => odd(),
        3 => func(Just(0_u8).boxed(), ops(), end()).prop_map(Val::Func),
    ];
    let arity = || prop_oneof![5 => Just(2_u8), 2 => Just(3), 1 => Just(1), 1 => Just(0)].boxed();
    let step = prop_oneof![
        14 => func(arity(), ops(), step_end.clone()).prop_map(Val::Func),
        1 => odd(),
    ];
    let maybe = |inner: Of<Val>| prop_oneof![2 => Just(None), 3 => inner.prop_map(Some)].boxed();
    let inverse = prop_oneof![
        8 => func(arity(), ops(), step_end).prop_map(Val::Func),
        1 => odd(),
    ];
    let result_end = prop_oneof![3 => Just(End::Arg(0)), 2 => Just(End::Join), 2 => end()].boxed();
    let result = prop_oneof![
        8 => func(Just(1_u8).boxed(), ops(), result_end).prop_map(Val::Func),
        1 => odd(),
    ];
    let flags = options(vec![
        ("varargs", flag()),
        ("directOnly", flag()),
        ("useBigIntArguments", flag()),
        ("deterministic", flag()),
    ]);
    let start = prop_oneof![9 => start.prop_map(Some), 1 => Just(None)];
    let step = prop_oneof![19 => step.prop_map(Some), 1 => Just(None)];
    (
        start,
        step,
        maybe(inverse.boxed()),
        maybe(result.boxed()),
        prop_oneof![2 => Just(Val::Obj(Vec::new())), 1 => flags],
    )
        .prop_map(|(start, step, inverse, result, flags)| {
            let parts = [
                ("start", start),
                ("step", step),
                ("inverse", inverse),
                ("result", result),
            ];
            let mut entries: Vec<(String, Val)> = parts
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect();
            if let Val::Obj(flags) = flags {
                entries.extend(flags);
            }
            Val::Obj(entries)
        })
        .boxed()
}

/// Aggregates and their use.
pub(super) fn aggregates(ops: fn() -> Of<Vec<Op>>) -> Of<Vec<Op>> {
    let name = prop_oneof![
        10 => word(&["agg0", "agg0", "agg1"]).prop_map(Val::Str),
        1 => word(&["sum", ""]).prop_map(Val::Str),
        1 => anything(),
    ];
    let args = prop_oneof![
        12 => (name, aggregate_options(ops)).prop_map(|(name, options)| vec![name, options]),
        1 => vec(anything(), 0..3),
    ];
    let plain = any::<bool>().prop_map(|negative| {
        let func = ending(81, 1, if negative { End::Sum } else { End::Arg(0) });
        Val::Func(func)
    });
    (slot(Kind::Db), args, plain, vec(using(), 1..4))
        .prop_map(|(db, args, plain, uses)| {
            let mut ops = vec![
                call(db, "aggregate", args),
                call(db, "function", vec![Val::Str("f0".to_owned()), plain]),
            ];
            ops.extend(uses.into_iter().flatten());
            ops
        })
        .boxed()
}
