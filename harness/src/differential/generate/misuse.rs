//! Every method with arguments that nobody means, and on receivers that are none.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, prop_oneof},
};

use super::values::{Of, anything, call, keeping, odd, slot, text};
use crate::differential::program::{Kind, Op, Ref, Val};

const METHODS: &[(Kind, &[&str])] = &[
    (
        Kind::Db,
        &[
            "open",
            "close",
            "prepare",
            "exec",
            "function",
            "createTagStore",
            "location",
            "aggregate",
            "createSession",
            "applyChangeset",
            "enableLoadExtension",
            "enableDefensive",
            "loadExtension",
            "serialize",
            "deserialize",
            "setAuthorizer",
            "@dispose",
            "isOpen",
            "isTransaction",
            "limits",
        ],
    ),
    (
        Kind::Stmt,
        &[
            "iterate",
            "all",
            "get",
            "run",
            "columns",
            "stat",
            "resetStats",
            "setAllowBareNamedParameters",
            "setAllowUnknownNamedParameters",
            "setReadBigInts",
            "setReturnArrays",
            "close",
            "@dispose",
            "sourceSQL",
            "expandedSQL",
        ],
    ),
    (
        Kind::Session,
        &["changeset", "patchset", "close", "@dispose"],
    ),
    (
        Kind::Store,
        &[
            "get", "all", "iterate", "run", "clear", "capacity", "db", "size",
        ],
    ),
    (Kind::Iter, &["next", "return", "@iterator", "@dispose"]),
];

fn method() -> Of<(Kind, &'static str)> {
    let all: Vec<(Kind, &'static str)> = METHODS
        .iter()
        .flat_map(|(kind, names)| names.iter().map(|name| (*kind, *name)))
        .collect();
    proptest::sample::select(all).boxed()
}

/// A database with all of `objects`.
pub(super) fn one_of_each() -> Vec<Op> {
    let db = Ref {
        kind: Kind::Db,
        at: 0,
    };
    let mut ops = vec![
        Op::Open {
            keep: Some(db),
            plain: false,
            args: vec![text(":memory:")],
        },
        call(db, "exec", vec![text(super::sql::SMALL_SCHEMA)]),
    ];
    ops.extend(objects());
    ops
}

/// Objects of every class on the first database, so that each method has one.
pub(super) fn objects() -> Vec<Op> {
    let of = |kind| Ref { kind, at: 0 };
    vec![
        keeping(
            of(Kind::Db),
            "prepare",
            vec![text("SELECT * FROM t")],
            of(Kind::Stmt),
        ),
        keeping(of(Kind::Stmt), "iterate", Vec::new(), of(Kind::Iter)),
        keeping(of(Kind::Db), "createSession", Vec::new(), of(Kind::Session)),
        keeping(of(Kind::Db), "createTagStore", Vec::new(), of(Kind::Store)),
    ]
}

/// Wrong arguments, wrong receivers, closed objects.
pub(super) fn misuse() -> Of<Vec<Op>> {
    let args = || vec(anything(), 0..4);
    let wrong_args = (method(), args(), 0_u8..2).prop_filter_map(
        "accessors are not called",
        |((kind, name), args, at)| {
            let accessors = [
                "isOpen",
                "isTransaction",
                "limits",
                "sourceSQL",
                "expandedSQL",
                "capacity",
                "db",
                "size",
            ];
            (!accessors.contains(&name)).then(|| vec![call(Ref { kind, at }, name, args)])
        },
    );
    let receiver = prop_oneof![
        2 => odd(),
        2 => anything(),
        3 => method().prop_map(|(kind, _)| Val::Of(Ref { kind, at: 0 })),
    ];
    let wrong_receiver = (method(), receiver, args()).prop_map(|((kind, name), receiver, args)| {
        vec![Op::Borrow {
            from: Ref { kind, at: 0 },
            method: name.to_owned(),
            receiver,
            args,
        }]
    });
    let closed = (method(), slot(Kind::Db)).prop_map(|((kind, name), _)| {
        let on = Ref { kind, at: 0 };
        let end = if kind == Kind::Store {
            "clear"
        } else {
            "close"
        };
        let with_sql = ["prepare", "exec"].contains(&name);
        let args = if with_sql {
            vec![text("SELECT 1")]
        } else {
            Vec::new()
        };
        vec![
            call(
                if kind == Kind::Iter {
                    Ref {
                        kind: Kind::Stmt,
                        at: 0,
                    }
                } else {
                    on
                },
                end,
                Vec::new(),
            ),
            Op::Borrow {
                from: on,
                method: name.to_owned(),
                receiver: Val::Of(on),
                args,
            },
        ]
    });
    let construct = (method(), args()).prop_map(|((kind, _), args)| {
        vec![Op::Construct {
            on: Ref { kind, at: 0 },
            args,
        }]
    });
    let properties = (method(), anything(), 0..4_u8).prop_map(|((kind, name), value, how)| {
        let on = Ref { kind, at: 0 };
        let name = name.trim_start_matches('@').to_owned();
        vec![match how {
            0 => Op::Get { on, name },
            1 => Op::Set { on, name, value },
            2 => Op::Delete { on, name },
            _ => Op::Describe { on },
        }]
    });
    prop_oneof![
        8 => wrong_args,
        4 => wrong_receiver,
        2 => closed,
        1 => construct,
        2 => properties,
        1 => Just(vec![Op::Exports {}]),
        1 => vec(prop_oneof![Just(text("x")), anything()], 0..4).prop_map(|args| vec![Op::Backup { args, keep: None }]),
    ]
    .boxed()
}
