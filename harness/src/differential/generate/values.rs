//! Values of JavaScript: what can be bound, what cannot, and what nobody thinks of.

use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
};

use crate::differential::program::{End, Func, Kind, Op, Ref, Val};

/// A strategy that can be stored and shared.
pub(super) type Of<T> = BoxedStrategy<T>;

/// One of these texts.
pub(super) fn word(words: &'static [&'static str]) -> Of<String> {
    select(words).prop_map(str::to_owned).boxed()
}

/// A text as a value.
pub(super) fn text(text: &str) -> Val {
    Val::Str(text.to_owned())
}

/// A whole number as a value.
pub(super) fn whole(number: i64) -> Val {
    Val::Num(number.to_string())
}

/// One of the first slots of a kind, the lower the likelier.
pub(super) fn slot(kind: Kind) -> Of<Ref> {
    prop_oneof![
        6 => Just(0_u8),
        3 => Just(1),
        1 => Just(2),
    ]
    .prop_map(move |at| Ref { kind, at })
    .boxed()
}

/// Numbers around every edge that a conversion can have.
pub(super) fn number() -> Of<Val> {
    const EDGES: &[&str] = &[
        "0",
        "-0",
        "NaN",
        "Infinity",
        "-Infinity",
        "1.5",
        "-2.25",
        "1e308",
        "5e-324",
        "9007199254740991",
        "9007199254740992",
        "-9007199254740993",
        "4294967296",
        "2147483647",
        "2147483648",
        "-2147483649",
        "9223372036854775807",
        "0.1",
        "1e21",
    ];
    prop_oneof![
        3 => (-3_i64..40).prop_map(whole),
        2 => select(EDGES).prop_map(|text| Val::Num(text.to_owned())),
    ]
    .boxed()
}

/// `BigInt`s around the edges of 64 bits.
pub(super) fn bigint() -> Of<Val> {
    const EDGES: &[&str] = &[
        "0",
        "1",
        "-1",
        "9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "123456789012345678901234567890",
    ];
    select(EDGES)
        .prop_map(|text| Val::Big(text.to_owned()))
        .boxed()
}

/// Strings: empty, with NUL, not ASCII, not well formed, long.
pub(super) fn string() -> Of<Val> {
    const TEXTS: &[&str] = &[
        "",
        "a",
        "one",
        "x\0y",
        "\0",
        "Grüße",
        "日本語",
        "😀",
        "'quoted'",
        "1",
        "0.5",
        "{\"a\":[1,2]}",
        "\u{feff}bom",
        "line\nbreak",
        "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}",
    ];
    let units = prop_oneof![
        Just(vec![0xd800_u16]),
        Just(vec![0x61, 0xdc00, 0x62]),
        Just(vec![0xdc00, 0xd800]),
        vec(any::<u16>(), 0..6),
    ];
    let long = (
        word(&["a", "é", "😀", "xyz"]),
        select(&[50_u32, 255, 256, 1024, 5000][..]),
    );
    prop_oneof![
        12 => word(TEXTS).prop_map(Val::Str),
        2 => units.prop_map(Val::Units),
        2 => long.prop_map(|(unit, times)| Val::Long { unit, times }),
    ]
    .boxed()
}

/// Bytes in every wrapping.
pub(super) fn bytes() -> Of<Val> {
    const KINDS: &[&str] = &[
        "uint8",
        "buffer",
        "arraybuffer",
        "dataview",
        "int8",
        "clamped",
        "int16",
        "uint16",
        "int32",
        "uint32",
        "float32",
        "float64",
        "bigint64",
        "biguint64",
        "shared",
        "sharedview",
        "resizable",
        "detached",
        "detachedbuffer",
    ];
    let data = prop_oneof![
        1 => Just(Vec::new()),
        6 => vec(any::<u8>(), 1..20),
        1 => Just(vec![7; 700]),
    ];
    (word(KINDS), data)
        .prop_map(|(kind, data)| Val::Bytes { kind, data })
        .boxed()
}

/// What can be bound to a parameter.
pub(super) fn scalar() -> Of<Val> {
    prop_oneof![
        6 => number(),
        3 => bigint(),
        5 => string(),
        3 => bytes(),
        2 => Just(Val::Null),
        1 => Just(Val::Undefined),
        1 => any::<bool>().prop_map(Val::Bool),
    ]
    .boxed()
}

/// What can hardly be meant anywhere.
pub(super) fn odd() -> Of<Val> {
    prop_oneof![
        3 => Just(Val::Undefined),
        2 => Just(Val::Null),
        2 => Just(Val::Sym("odd".to_owned())),
        2 => Just(Val::Func(ending(90, 1, End::Arg(0)))),
        2 => Just(Val::Obj(Vec::new())),
        1 => Just(Val::Bare(Vec::new())),
        1 => vec(scalar_simple(), 0..3).prop_map(Val::Arr),
        1 => Just(Val::Holes),
        1 => Just(Val::Date),
        1 => Just(Val::Regexp),
        1 => Just(Val::Map),
        1 => Just(Val::Set),
        1 => Just(Val::Promise),
        1 => Just(Val::Boxed),
        1 => Just(Val::ThrowingProxy),
        1 => word(&["DatabaseSync", "StatementSync", "Session", "constants"]).prop_map(Val::Class),
        2 => select(&[Kind::Db, Kind::Stmt, Kind::Iter, Kind::Session, Kind::Store][..])
            .prop_flat_map(slot).prop_map(Val::Of),
        2 => any::<bool>().prop_map(Val::Bool),
    ]
    .boxed()
}

/// A few values that are always right.
pub(super) fn scalar_simple() -> Of<Val> {
    prop_oneof![
        Just(whole(1)),
        Just(whole(2)),
        Just(text("one")),
        Just(Val::Null)
    ]
    .boxed()
}

/// Anything: mostly what can be bound.
pub(super) fn anything() -> Of<Val> {
    prop_oneof![5 => scalar(), 3 => odd()].boxed()
}

/// Something that is thrown.
pub(super) fn thrown() -> Of<Val> {
    let error = (
        word(&["Error", "TypeError", "RangeError"]),
        word(&["boom", "", "Grüße"]),
        prop_oneof![3 => Just(None), 1 => Just(Some("ERR_OWN".to_owned()))],
    );
    prop_oneof![
        5 => error.prop_map(|(name, message, code)| Val::Error { name, message, code }),
        1 => Just(text("thrown text")),
        1 => Just(Val::Undefined),
        1 => Just(Val::Null),
        1 => Just(whole(7)),
        1 => Just(Val::Obj(vec![("code".to_owned(), text("ERR_OBJECT"))])),
    ]
    .boxed()
}

/// How a function ends.
pub(super) fn end() -> Of<End> {
    let returns = |value: Of<Val>| value.prop_map(|value| End::Returns(Box::new(value)));
    let throws = thrown().prop_map(|value| End::Throws(Box::new(value)));
    let once = prop_oneof![
        4 => Just(End::Sum),
        3 => Just(End::Join),
        3 => Just(End::Arg(0)),
        1 => Just(End::Arg(1)),
        2 => Just(End::Count),
        1 => Just(End::Args),
        6 => returns(scalar()),
        2 => returns(odd()),
        3 => throws,
        1 => Just(End::Promise(Box::new(whole(1)))),
    ]
    .boxed();
    prop_oneof![
        9 => once.clone(),
        1 => vec(once, 2..4).prop_map(End::Cycle),
    ]
    .boxed()
}

/// A function that only ends.
pub(super) fn ending(id: u8, arity: u8, end: End) -> Func {
    Func {
        id,
        arity,
        ops: Vec::new(),
        end,
    }
}

/// A function that does something first.
pub(super) fn func(arity: Of<u8>, ops: Of<Vec<Op>>, end: Of<End>) -> Of<Func> {
    (0_u8..40, arity, ops, end)
        .prop_map(|(id, arity, ops, end)| Func {
            id,
            arity,
            ops,
            end,
        })
        .boxed()
}

/// A call.
pub(super) fn call(on: Ref, method: &str, args: Vec<Val>) -> Op {
    Op::Call {
        on,
        method: method.to_owned(),
        args,
        keep: None,
    }
}

/// A call whose result is kept.
pub(super) fn keeping(on: Ref, method: &str, args: Vec<Val>, keep: Ref) -> Op {
    Op::Call {
        on,
        method: method.to_owned(),
        args,
        keep: Some(keep),
    }
}

/// An object of some of these entries, in any order and subset.
pub(super) fn options(entries: Vec<(&'static str, Of<Val>)>) -> Of<Val> {
    let most = entries.len();
    let one = entries
        .into_iter()
        .map(|(name, value)| {
            value
                .prop_map(move |value| (name.to_owned(), value))
                .boxed()
        })
        .collect::<Vec<_>>();
    let entry = proptest::strategy::Union::new(one);
    vec(entry, 0..=most.min(4)).prop_map(object).boxed()
}

/// An object of the first entry of each name: an accessor cannot be defined twice.
pub(super) fn object(entries: Vec<(String, Val)>) -> Val {
    let mut kept: Vec<(String, Val)> = Vec::new();
    for entry in entries {
        if kept.iter().all(|(name, _)| *name != entry.0) {
            kept.push(entry);
        }
    }
    Val::Obj(kept)
}

/// A flag: mostly right, sometimes odd, sometimes behind a getter.
pub(super) fn flag() -> Of<Val> {
    prop_oneof![
        12 => any::<bool>().prop_map(Val::Bool),
        1 => odd(),
        1 => end().prop_map(|end| Val::Getter(ending(60, 0, end))),
        1 => any::<bool>().prop_map(|flag| {
            Val::Getter(ending(61, 0, End::Returns(Box::new(Val::Bool(flag)))))
        }),
    ]
    .boxed()
}
