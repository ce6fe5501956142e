//! Databases: opening with every option, SQL, limits, serialising, backups, attaching, closing.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
};

use super::{
    sql,
    values::{
        Of, anything, bytes, call, end, ending, flag, keeping, number, odd, options, slot, text,
        whole, word,
    },
};
use crate::differential::program::{Change, Kind, Op, Ref, Val};

/// Where a database is.
fn place() -> Of<Val> {
    prop_oneof![
        10 => Just(text(":memory:")),
        3 => word(&["a.db", "b.db"]).prop_map(Val::Path),
        1 => word(&["a.db"]).prop_map(Val::PathBytes),
        1 => word(&["a.db", "c d.db"]).prop_map(Val::Url),
        1 => (word(&["a.db"]), word(&["mode=ro", "mode=rw", "mode=memory&cache=private", "mode=bad", "x=y"]))
            .prop_map(|(name, query)| Val::Uri { name, query }),
        1 => Just(text("")),
        1 => Just(Val::Path("missing/dir.db".to_owned())),
        1 => Just(Val::Path(String::new())),
        1 => Just(text("file::memory:")),
    ]
    .boxed()
}

const LIMITS: &[&str] = &[
    "length",
    "sqlLength",
    "column",
    "exprDepth",
    "compoundSelect",
    "vdbeOp",
    "functionArg",
    "attach",
    "likePatternLength",
    "variableNumber",
    "triggerDepth",
];

/// A value for a limit.
fn limit() -> Of<Val> {
    prop_oneof![
        5 => (0_i64..60).prop_map(whole),
        1 => Just(Val::Num("Infinity".to_owned())),
        2 => number(),
        1 => anything(),
    ]
    .boxed()
}

/// Options of `new DatabaseSync`.
fn open_options() -> Of<Val> {
    let limits = prop_oneof![
        3 => options(LIMITS.iter().map(|name| (*name, limit())).collect()),
        1 => odd(),
    ];
    options(vec![
        ("open", flag()),
        ("readOnly", flag()),
        ("enableForeignKeyConstraints", flag()),
        ("enableDoubleQuotedStringLiterals", flag()),
        ("allowExtension", flag()),
        ("readBigInts", flag()),
        ("returnArrays", flag()),
        ("allowBareNamedParameters", flag()),
        ("allowUnknownNamedParameters", flag()),
        ("defensive", flag()),
        (
            "timeout",
            prop_oneof![3 => (0_i64..3).prop_map(whole), 1 => anything()].boxed(),
        ),
        ("limits", limits.boxed()),
        ("unknown", odd()),
    ])
}

/// A database with what options it likes, and a schema.
pub(super) fn opening(at: u8) -> Of<Vec<Op>> {
    let keep = Ref { kind: Kind::Db, at };
    let args = prop_oneof![
        8 => Just(vec![text(":memory:")]),
        3 => (place(), tame_options()).prop_map(|(place, options)| vec![place, options]),
    ];
    (args, sql::schema())
        .prop_map(move |(args, schema)| {
            let open = Op::Open {
                keep: Some(keep),
                plain: false,
                args,
            };
            let schema = schema.map(|sql| call(keep, "exec", vec![Val::Str(sql)]));
            std::iter::once(open).chain(schema).collect()
        })
        .boxed()
}

/// Options that leave a database usable.
fn tame_options() -> Of<Val> {
    let flag = || any::<bool>().prop_map(Val::Bool).boxed();
    options(vec![
        ("readBigInts", flag()),
        ("returnArrays", flag()),
        ("allowBareNamedParameters", flag()),
        ("allowUnknownNamedParameters", flag()),
        ("enableForeignKeyConstraints", flag()),
        ("enableDoubleQuotedStringLiterals", flag()),
        ("defensive", flag()),
    ])
}

/// Opening with anything.
fn wild_opening() -> Of<Vec<Op>> {
    let args = prop_oneof![
        6 => (place(), open_options()).prop_map(|(place, options)| vec![place, options]),
        1 => place().prop_map(|place| vec![place]),
        1 => vec(anything(), 0..3),
        1 => (place(), anything()).prop_map(|(place, options)| vec![place, options]),
    ];
    let keep = (1_u8..3).prop_map(|at| Ref { kind: Kind::Db, at });
    (keep, args, 0..12_u8)
        .prop_map(|(keep, args, how)| {
            let on = keep;
            let keep = Some(keep);
            let mut ops = vec![match how {
                0 => Op::Open {
                    keep,
                    plain: true,
                    args,
                },
                1 => Op::Subclass { keep, args },
                _ => Op::Open {
                    keep,
                    plain: false,
                    args,
                },
            }];
            if how > 6 {
                let sql =
                    "CREATE TABLE IF NOT EXISTS w(x); INSERT INTO w VALUES (1); SELECT * FROM w";
                ops.push(call(on, "exec", vec![text(sql)]));
                ops.push(call(on, "location", Vec::new()));
            }
            ops
        })
        .boxed()
}

/// SQL of any kind through `exec`.
pub(super) fn executing() -> Of<Vec<Op>> {
    let sql = prop_oneof![
        5 => sql::change(),
        3 => sql::transaction(),
        2 => sql::any_sql(),
        1 => sql::wrong(),
    ];
    (slot(Kind::Db), sql)
        .prop_map(|(db, sql)| vec![call(db, "exec", vec![Val::Str(sql)])])
        .boxed()
}

fn limiting() -> Of<Vec<Op>> {
    let change = prop_oneof![
        3 => limit().prop_map(Change::Set),
        1 => Just(Change::Read),
        1 => Just(Change::Delete),
        1 => Just(Change::Keys),
    ];
    let name = prop_oneof![
        8 => word(LIMITS),
        1 => word(&["nope", "0", "constructor"]),
    ];
    (slot(Kind::Db), name, change, sql::any_sql())
        .prop_map(|(on, name, change, sql)| {
            vec![
                Op::Limit { on, name, change },
                call(on, "exec", vec![Val::Str(sql)]),
            ]
        })
        .boxed()
}

fn serializing() -> Of<Vec<Op>> {
    let name = prop_oneof![
        4 => Just(Vec::new()),
        1 => word(&["main", "temp", "other", "nope", ""]).prop_map(|name| vec![Val::Str(name)]),
        1 => anything().prop_map(|value| vec![value]),
    ];
    let back = prop_oneof![
        6 => Just(Val::Of(Ref { kind: Kind::Bytes, at: 0 })),
        1 => bytes(),
        1 => anything(),
    ];
    let more = prop_oneof![
        4 => Just(Vec::new()),
        1 => options(vec![("dbName", prop_oneof![
            3 => word(&["main", "temp", "other", "nope"]).prop_map(Val::Str),
            1 => anything(),
        ].boxed())]).prop_map(|options| vec![options]),
        1 => anything().prop_map(|value| vec![value]),
    ];
    (
        slot(Kind::Db),
        name,
        slot(Kind::Db),
        back,
        more,
        sql::query(),
    )
        .prop_map(|(from, name, to, back, more, query)| {
            let keep = Ref {
                kind: Kind::Bytes,
                at: 0,
            };
            let mut args = vec![back];
            args.extend(more);
            vec![
                keeping(from, "serialize", name, keep),
                call(to, "deserialize", args),
                call(to, "exec", vec![Val::Str(query)]),
            ]
        })
        .boxed()
}

fn backing_up() -> Of<Vec<Op>> {
    let progress = end().prop_map(|end| Val::Func(ending(70, 1, end)));
    let options = options(vec![
        ("rate", prop_oneof![3 => (1_i64..4).prop_map(whole), 1 => anything()].boxed()),
        ("source", prop_oneof![2 => Just(text("main")), 1 => word(&["temp", "nope", "other"]).prop_map(Val::Str), 1 => anything()].boxed()),
        ("target", prop_oneof![2 => Just(text("main")), 1 => word(&["temp", "nope"]).prop_map(Val::Str), 1 => anything()].boxed()),
        ("progress", prop_oneof![3 => progress, 1 => odd()].boxed()),
    ]);
    let to = prop_oneof![
        6 => word(&["copy.db", "copy2.db"]).prop_map(Val::Path),
        1 => Just(Val::PathBytes("copy.db".to_owned())),
        1 => Just(Val::Url("copy.db".to_owned())),
        1 => Just(Val::Path("missing/dir.db".to_owned())),
        1 => anything(),
    ];
    let args = prop_oneof![
        6 => (slot(Kind::Db).prop_map(Val::Of), to, options).prop_map(|(db, to, options)| vec![db, to, options]),
        2 => slot(Kind::Db).prop_map(|db| vec![Val::Of(db), Val::Path("copy.db".to_owned())]),
        1 => vec(anything(), 0..4),
    ];
    (args, sql::change())
        .prop_map(|(args, _)| {
            let on = Ref {
                kind: Kind::Promise,
                at: 0,
            };
            vec![
                Op::Backup {
                    args,
                    keep: Some(on),
                },
                Op::Settle { on },
            ]
        })
        .boxed()
}

fn small_calls() -> Of<Vec<Op>> {
    let name = word(&["main", "temp", "other", "nope", ""]).prop_map(Val::Str);
    let one = prop_oneof![
        3 => prop_oneof![Just(Vec::new()), name.prop_map(|name| vec![name])]
            .prop_map(|args| ("location", args)),
        2 => any::<bool>().prop_map(|on| ("enableDefensive", vec![Val::Bool(on)])),
        2 => any::<bool>().prop_map(|on| ("enableLoadExtension", vec![Val::Bool(on)])),
        2 => vec(prop_oneof![
            Just(Val::Path("none.so".to_owned())), anything()], 1..3)
            .prop_map(|args| ("loadExtension", args)),
        1 => Just(("close", Vec::new())),
        1 => Just(("open", Vec::new())),
        1 => Just(("@dispose", Vec::new())),
    ];
    let reading = prop_oneof![
        (
            slot(Kind::Db),
            select(&["isOpen", "isTransaction", "limits"][..])
        )
            .prop_map(|(on, name)| vec![Op::Get {
                on,
                name: name.to_owned()
            }]),
        slot(Kind::Db).prop_map(|on| vec![Op::Describe { on }]),
        (
            slot(Kind::Db),
            word(&["isOpen", "own", "limits"]),
            anything()
        )
            .prop_map(|(on, name, value)| vec![Op::Set { on, name, value }]),
        Just(vec![Op::CollectGarbage {}]),
        Just(vec![Op::Exports {}]),
    ];
    prop_oneof![
        3 => (slot(Kind::Db), one).prop_map(|(db, (method, args))| vec![call(db, method, args)]),
        1 => slot(Kind::Db).prop_map(|db| vec![call(db, "close", Vec::new()), call(db, "open", Vec::new())]),
        2 => reading,
    ]
    .boxed()
}

/// All of it.
pub(super) fn databases() -> Of<Vec<Op>> {
    prop_oneof![
        4 => wild_opening(),
        4 => executing(),
        3 => limiting(),
        2 => serializing(),
        1 => backing_up(),
        3 => small_calls(),
    ]
    .boxed()
}
