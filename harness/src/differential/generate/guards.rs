//! Authorizers, tag stores and the diagnostics channel.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, prop_oneof},
};

use super::{
    inner::inner_ops,
    sql,
    statements::{preparing, stmt},
    values::{
        Of, anything, bytes, call, func, keeping, number, odd, scalar, slot, thrown, whole, word,
    },
};
use crate::differential::program::{Collect, End, Kind, Op, Ref, Val};

fn decision() -> Of<End> {
    let once = prop_oneof![
        6 => Just(Val::Constant("SQLITE_OK".to_owned())),
        3 => Just(Val::Constant("SQLITE_IGNORE".to_owned())),
        2 => Just(Val::Constant("SQLITE_DENY".to_owned())),
        1 => (-2_i64..6).prop_map(whole),
        1 => number(),
        1 => anything(),
    ]
    .prop_map(|value| End::Returns(Box::new(value)))
    .boxed();
    let throws = thrown().prop_map(|value| End::Throws(Box::new(value)));
    prop_oneof![
        6 => once.clone(),
        3 => vec(prop_oneof![5 => Just(End::Returns(Box::new(whole(0)))), 2 => once], 2..8).prop_map(End::Cycle),
        1 => throws,
    ]
    .boxed()
}

/// An authorizer, and what it is asked about.
pub(super) fn authorizers() -> Of<Vec<Op>> {
    let what = prop_oneof![
        10 => func((0_u8..6).boxed(), inner_ops(), decision()).prop_map(Val::Func),
        2 => Just(Val::Null),
        1 => odd(),
    ];
    let then = prop_oneof![
        3 => (preparing(sql::any_sql), word(&["all", "get", "run"]), stmt())
            .prop_map(|(prepared, method, at)| vec![prepared, call(at, &method, Vec::new())]),
        3 => (slot(Kind::Db), sql::any_sql())
            .prop_map(|(db, sql)| vec![call(db, "exec", vec![Val::Str(sql)])]),
        1 => slot(Kind::Db).prop_map(|db| vec![call(db, "setAuthorizer", vec![Val::Null])]),
    ];
    (slot(Kind::Db), what, vec(then, 1..4))
        .prop_map(|(db, what, then)| {
            std::iter::once(call(db, "setAuthorizer", vec![what]))
                .chain(then.into_iter().flatten())
                .collect()
        })
        .boxed()
}

fn template() -> Of<(Vec<String>, usize)> {
    const TEMPLATES: &[&[&str]] = &[
        &["SELECT 1 AS one"],
        &["SELECT ", " AS a"],
        &["SELECT ", " AS a, typeof(", ") AS t"],
        &["SELECT * FROM t WHERE id = ", ""],
        &["SELECT * FROM t"],
        &["SELECT * FROM t ORDER BY id LIMIT ", ""],
        &["INSERT INTO t(a, b) VALUES (", ", ", ")"],
        &["INSERT INTO u VALUES (", ", ", ") RETURNING *"],
        &["UPDATE t SET a = ", " WHERE id = ", ""],
        &["DELETE FROM t WHERE id = ", ""],
        &["SELECT :named AS n, ", " AS a"],
        &["SELECT ? AS q, ", " AS a"],
        &["SELECT * FROM missing WHERE x = ", ""],
        &["SELEC ", ""],
        &["", ""],
        &[""],
        &["SELECT 'a?b' AS s, ", " AS v"],
        &["SELECT 1; SELECT ", ""],
        &["DROP TABLE u"],
        &["BEGIN"],
        &["COMMIT"],
        &["SELECT f0(", ") AS r"],
    ];
    proptest::sample::select(TEMPLATES)
        .prop_map(|parts| {
            let strings: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            let holes = strings.len() - 1;
            (strings, holes)
        })
        .boxed()
}

fn tag() -> Of<Op> {
    let method = word(&["get", "all", "run", "iterate", "all"]);
    let value = prop_oneof![10 => scalar(), 1 => bytes(), 1 => odd()];
    let iter = (0_u8..3).prop_map(|at| Ref {
        kind: Kind::Iter,
        at,
    });
    (
        slot(Kind::Store),
        method,
        template(),
        vec(value, 4),
        iter,
        0..14_u8,
    )
        .prop_map(|(on, method, (strings, holes), mut values, iter, spoilt)| {
            // Another number of values than the template has holes.
            values.truncate(if spoilt == 0 {
                4
            } else if spoilt == 1 {
                0
            } else {
                holes
            });
            let keep = (method == "iterate").then_some(iter);
            Op::Tag {
                on,
                method,
                strings,
                values,
                keep,
            }
        })
        .boxed()
}

/// Tag stores.
pub(super) fn stores() -> Of<Vec<Op>> {
    let size = prop_oneof![
        3 => Just(Vec::new()),
        4 => (0_i64..4).prop_map(|size| vec![whole(size)]),
        2 => anything().prop_map(|size| vec![size]),
    ];
    let make = (slot(Kind::Db), size, slot(Kind::Store))
        .prop_map(|(db, size, at)| keeping(db, "createTagStore", size, at));
    let step = prop_oneof![
        8 => tag(),
        1 => slot(Kind::Store).prop_map(|on| call(on, "clear", Vec::new())),
        2 => (slot(Kind::Store), word(&["size", "capacity", "db"])).prop_map(|(on, name)| Op::Get { on, name }),
        1 => slot(Kind::Store).prop_map(|on| Op::Describe { on }),
        1 => (slot(Kind::Store), word(&["get", "all", "run", "iterate"]), vec(anything(), 0..3))
            .prop_map(|(on, method, args)| call(on, &method, args)),
        2 => (0_u8..3).prop_map(|at| call(Ref { kind: Kind::Iter, at }, "next", Vec::new())),
        1 => (0_u8..3).prop_map(|at| Op::Collect { on: Ref { kind: Kind::Iter, at }, how: Collect::Spread }),
        1 => (slot(Kind::Db), sql::change()).prop_map(|(db, sql)| call(db, "exec", vec![Val::Str(sql)])),
    ];
    (make, vec(step, 2..8))
        .prop_map(|(make, steps)| std::iter::once(make).chain(steps).collect())
        .boxed()
}

/// The diagnostics channel, and what it tells of.
pub(super) fn channel() -> Of<Vec<Op>> {
    let end = prop_oneof![
        8 => Just(End::Returns(Box::new(Val::Undefined))),
        1 => thrown().prop_map(|value| End::Throws(Box::new(value))),
    ]
    .boxed();
    let listen = func(Just(1_u8).boxed(), inner_ops(), end).prop_map(|func| Op::Listen { func });
    let then = prop_oneof![
        3 => (slot(Kind::Db), sql::any_sql()).prop_map(|(db, sql)| vec![call(db, "exec", vec![Val::Str(sql)])]),
        4 => super::statements::statements(),
        1 => super::statements::parameters_bound(),
        1 => tag().prop_map(|tag| vec![tag]),
        1 => Just(vec![Op::Unlisten {}]),
    ];
    (listen, vec(then, 1..4))
        .prop_map(|(listen, then)| {
            std::iter::once(listen)
                .chain(then.into_iter().flatten())
                .collect()
        })
        .boxed()
}
