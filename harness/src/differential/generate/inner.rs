//! What callbacks and loops do while SQLite is at work: mostly what they should not.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
};

use super::{
    sql,
    values::{Of, call, ending, keeping, scalar, slot, text, word},
};
use crate::differential::program::{End, Kind, Op, Ref, Val};

fn one() -> Of<Op> {
    let stmt = || {
        (0_u8..4).prop_map(|at| Ref {
            kind: Kind::Stmt,
            at,
        })
    };
    let iter = || {
        (0_u8..3).prop_map(|at| Ref {
            kind: Kind::Iter,
            at,
        })
    };
    let db = || slot(Kind::Db);
    prop_oneof![
        4 => (db(), sql::change()).prop_map(|(db, sql)| call(db, "exec", vec![Val::Str(sql)])),
        2 => (db(), sql::query()).prop_map(|(db, sql)| call(db, "exec", vec![Val::Str(sql)])),
        2 => (db(), sql::transaction()).prop_map(|(db, sql)| call(db, "exec", vec![Val::Str(sql)])),
        2 => (db(), sql::query(), 0_u8..4).prop_map(|(db, sql, at)| {
            keeping(db, "prepare", vec![Val::Str(sql)], Ref { kind: Kind::Stmt, at })
        }),
        4 => (stmt(), word(&["get", "all", "run"]), vec(scalar(), 0..2))
            .prop_map(|(on, method, args)| call(on, &method, args)),
        2 => (stmt(), word(&["close", "@dispose", "columns", "resetStats"]))
            .prop_map(|(on, method)| call(on, &method, Vec::new())),
        2 => (stmt(), word(&["setReadBigInts", "setReturnArrays"]), any::<bool>())
            .prop_map(|(on, method, flag)| call(on, &method, vec![Val::Bool(flag)])),
        2 => (stmt(), word(&["expandedSQL", "sourceSQL"])).prop_map(|(on, name)| Op::Get { on, name }),
        3 => (iter(), word(&["next", "return"])).prop_map(|(on, method)| call(on, &method, Vec::new())),
        3 => (db(), word(&["close", "@dispose", "open", "location", "serialize"]))
            .prop_map(|(db, method)| call(db, &method, Vec::new())),
        1 => (db(), word(&["isOpen", "isTransaction"])).prop_map(|(on, name)| Op::Get { on, name }),
        1 => db().prop_map(|db| call(db, "deserialize", vec![Val::Of(Ref { kind: Kind::Bytes, at: 0 })])),
        1 => db().prop_map(|db| call(db, "setAuthorizer", vec![Val::Null])),
        1 => (db(), word(&["f0", "f1"]), 0_i64..9).prop_map(|(db, name, value)| {
            let func = ending(80, 1, End::Returns(Box::new(super::values::whole(value))));
            call(db, "function", vec![Val::Str(name), Val::Func(func)])
        }),
        1 => (slot(Kind::Session), word(&["changeset", "patchset", "close", "@dispose"]))
            .prop_map(|(on, method)| call(on, &method, Vec::new())),
        1 => (slot(Kind::Store), word(&["clear", "get", "all", "run"])).prop_map(|(on, method)| {
            if method == "clear" {
                call(on, "clear", Vec::new())
            } else {
                Op::Tag {
                    on,
                    method,
                    strings: vec!["SELECT 1 AS one".to_owned()],
                    values: Vec::new(),
                    keep: None,
                }
            }
        }),
        1 => db().prop_map(|db| call(db, "createSession", Vec::new())),
        1 => db().prop_map(|db| call(db, "applyChangeset", vec![Val::Of(Ref { kind: Kind::Bytes, at: 1 })])),
        1 => Just(Op::CollectGarbage {}),
        1 => Just(call(Ref { kind: Kind::Db, at: 0 }, "exec", vec![text("SELECT f0(1)")])),
    ]
    .boxed()
}

/// Nothing, mostly; else one or two of these.
pub(super) fn inner_ops() -> Of<Vec<Op>> {
    prop_oneof![4 => Just(Vec::new()), 3 => vec(one(), 1..3)].boxed()
}

/// At least one.
pub(super) fn busy_ops() -> Of<Vec<Op>> {
    vec(one(), 1..4).boxed()
}
