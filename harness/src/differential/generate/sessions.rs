//! Sessions, changesets, and the callbacks of applying them.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, prop_oneof},
};

use super::{
    inner::inner_ops,
    sql,
    values::{
        Of, anything, bytes, call, end, func, keeping, odd, options, slot, text, thrown, whole,
        word,
    },
};
use crate::differential::program::{End, Kind, Op, Ref, Val};

const FIRST: Ref = Ref {
    kind: Kind::Db,
    at: 0,
};
const SECOND: Ref = Ref {
    kind: Kind::Db,
    at: 1,
};

fn kept(at: u8) -> Ref {
    Ref {
        kind: Kind::Bytes,
        at,
    }
}

fn session_options() -> Of<Vec<Val>> {
    let options = options(vec![
        (
            "table",
            prop_oneof![
                4 => word(&["t", "u", "child", "nope", ""]).prop_map(Val::Str),
                1 => anything(),
            ]
            .boxed(),
        ),
        (
            "db",
            prop_oneof![
                3 => word(&["main", "temp", "other", "nope"]).prop_map(Val::Str),
                1 => anything(),
            ]
            .boxed(),
        ),
    ]);
    prop_oneof![
        5 => Just(Vec::new()),
        4 => options.prop_map(|options| vec![options]),
        1 => anything().prop_map(|value| vec![value]),
    ]
    .boxed()
}

/// Options of `applyChangeset`.
fn apply_options() -> Of<Vec<Val>> {
    let decide = prop_oneof![
        3 => word(&["SQLITE_CHANGESET_OMIT", "SQLITE_CHANGESET_REPLACE", "SQLITE_CHANGESET_ABORT"])
            .prop_map(Val::Constant),
        1 => (-1_i64..9).prop_map(whole),
        1 => anything(),
    ]
    .prop_map(|value| End::Returns(Box::new(value)))
    .boxed();
    let throws = thrown()
        .prop_map(|value| End::Throws(Box::new(value)))
        .boxed();
    let conflict = prop_oneof![
        4 => decide.clone(),
        1 => vec(decide, 1..3).prop_map(End::Cycle),
        1 => throws.clone(),
    ]
    .boxed();
    let filter = prop_oneof![
        3 => Just(End::Returns(Box::new(Val::Bool(true)))),
        2 => Just(End::Cycle(vec![
            End::Returns(Box::new(Val::Bool(false))),
            End::Returns(Box::new(Val::Bool(true))),
        ])),
        1 => end(),
        1 => throws,
    ]
    .boxed();
    let one = || Just(1_u8).boxed();
    let options = options(vec![
        (
            "onConflict",
            prop_oneof![
                10 => func(one(), inner_ops(), conflict).prop_map(Val::Func),
                1 => odd(),
            ]
            .boxed(),
        ),
        (
            "filter",
            prop_oneof![
                6 => func(one(), inner_ops(), filter).prop_map(Val::Func),
                1 => odd(),
            ]
            .boxed(),
        ),
    ]);
    prop_oneof![
        2 => Just(Vec::new()),
        8 => options.prop_map(|options| vec![options]),
        1 => anything().prop_map(|value| vec![value]),
    ]
    .boxed()
}

fn dml() -> Of<Op> {
    (slot(Kind::Db), sql::change())
        .prop_map(|(db, sql)| call(db, "exec", vec![Val::Str(sql)]))
        .boxed()
}

/// Records on the first database and applies to the second, which has its own state by then.
fn scene() -> Of<Vec<Op>> {
    let conflicts = word(&[
        "INSERT INTO t(id, a) VALUES (6, 'mine')",
        "DELETE FROM t WHERE id = 2",
        "UPDATE t SET b = 'mine' WHERE id = 2",
        "DELETE FROM u WHERE k = 'b'; INSERT INTO u VALUES ('z', 6)",
        "DROP TABLE u",
        "DELETE FROM parent WHERE id = 1",
        "SELECT 1",
        "ALTER TABLE t ADD COLUMN extra",
        "CREATE TABLE only_here(x)",
    ]);
    let table = prop_oneof![
        3 => Just("INSERT INTO t(id, a) VALUES (6, 'new'), (7, x'00ff')"),
        3 => Just("UPDATE t SET b = 'theirs', a = 1.5 WHERE id = 2; DELETE FROM t WHERE id = 3"),
        2 => Just("INSERT INTO u VALUES ('y', 6); UPDATE u SET v = 20 WHERE k = 'b'"),
        2 => Just("INSERT INTO child(id, parent, n) VALUES (9, 1, 5)"),
        1 => Just("DELETE FROM child; DELETE FROM parent"),
    ];
    (
        (session_options(), vec(table, 1..3), dml()),
        word(&["changeset", "changeset", "patchset"]),
        conflicts,
        apply_options(),
        sql::schema(),
    )
        .prop_map(
            |((options, changes, more), method, conflict, apply, schema)| {
                let session = Ref {
                    kind: Kind::Session,
                    at: 0,
                };
                let mut ops = vec![
                    Op::Open {
                        keep: Some(SECOND),
                        plain: false,
                        args: vec![text(":memory:")],
                    },
                    keeping(FIRST, "createSession", options, session),
                ];
                if let Some(schema) = schema {
                    ops.push(call(SECOND, "exec", vec![Val::Str(schema)]));
                }
                ops.extend(
                    changes
                        .into_iter()
                        .map(|sql| call(FIRST, "exec", vec![text(sql)])),
                );
                ops.push(more);
                ops.push(keeping(session, &method, Vec::new(), kept(1)));
                ops.push(call(SECOND, "exec", vec![Val::Str(conflict)]));
                let mut args = vec![Val::Of(kept(1))];
                args.extend(apply);
                ops.push(call(SECOND, "applyChangeset", args));
                ops
            },
        )
        .boxed()
}

fn calls() -> Of<Vec<Op>> {
    let session = || slot(Kind::Session);
    let one = prop_oneof![
        3 => (slot(Kind::Db), session_options(), session())
            .prop_map(|(db, options, at)| keeping(db, "createSession", options, at)),
        4 => (session(), word(&["changeset", "patchset"]), (0_u8..3).prop_map(kept))
            .prop_map(|(on, method, at)| keeping(on, &method, Vec::new(), at)),
        1 => (session(), word(&["close", "@dispose"])).prop_map(|(on, method)| call(on, &method, Vec::new())),
        1 => session().prop_map(|on| Op::Describe { on }),
        2 => dml(),
        2 => (slot(Kind::Db), (0_u8..3).prop_map(|at| Val::Of(kept(at))), apply_options()).prop_map(|(db, bytes, options)| {
            let mut args = vec![bytes];
            args.extend(options);
            call(db, "applyChangeset", args)
        }),
        1 => (slot(Kind::Db), prop_oneof![bytes(), anything()], apply_options()).prop_map(|(db, bytes, options)| {
            let mut args = vec![bytes];
            args.extend(options);
            call(db, "applyChangeset", args)
        }),
    ];
    vec(one, 1..5).boxed()
}

/// All of it.
pub(super) fn sessions() -> Of<Vec<Op>> {
    prop_oneof![3 => scene(), 2 => calls()].boxed()
}
