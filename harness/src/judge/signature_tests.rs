//! Same fault, same signature; other fault, other signature.

use super::*;

const ABORTED: ExitStatus = ExitStatus::Signalled {
    signal: 6,
    core: false,
};
const TRAPPED: ExitStatus = ExitStatus::Signalled {
    signal: 5,
    core: true,
};

fn crash<'a>(status: ExitStatus, text: Option<&'a str>, frames: &'a [&'a str]) -> String {
    signature(&Fault {
        outcome: OutcomeKind::CrashInTest,
        phase: Phase::Run,
        class: Class::Ending(status, text),
        frames,
    })
}

fn failed(what: &[&str]) -> String {
    let what: Vec<String> = what.iter().map(|&text| text.to_owned()).collect();
    signature(&Fault {
        outcome: OutcomeKind::AssertFailed,
        phase: Phase::Exit,
        class: Class::Failed(&what),
        frames: &[],
    })
}

#[test]
fn the_form_is_stable() {
    let text =
        "FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope";
    let table = [
        (
            crash(ABORTED, Some(text), &["make"]),
            "CrashInTest-v8-fatal-",
        ),
        (crash(ABORTED, None, &[]), "CrashInTest-sigabrt-"),
        (
            crash(ExitStatus::Exited { code: 134 }, None, &[]),
            "CrashInTest-sigabrt-",
        ),
        (
            crash(ExitStatus::Exited { code: 7 }, None, &[]),
            "CrashInTest-exit-7-",
        ),
        (failed(&["x"]), "AssertFailed-"),
    ];
    for (found, start) in table {
        let hash = found
            .strip_prefix(start)
            .unwrap_or_else(|| panic!("{found}"));
        assert_eq!(hash.len(), HASH, "{found}");
    }
    // Stored signatures must stay valid: a change here breaks what people wrote down.
    assert_eq!(
        crash(ABORTED, Some(text), &["make"]),
        "CrashInTest-v8-fatal-b79738"
    );
}

#[test]
fn the_same_fault_has_the_same_signature_everywhere() {
    let table = [
        (
            "thread 'worker-3' (4711) panicked at /home/a/.cargo/registry/src/index-1949/napi-3.1.0/src/lib.rs:3:5: no env 0x7ffe12ab",
            "thread 'worker-12' (9) panicked at /root/.cargo/registry/src/index-2/napi-3.1.0/src/lib.rs:7:15: no env 0x1",
        ),
        (
            "/tmp/x/node[4711]: ../src/node_api.cc:33: Assertion `x' failed.",
            "/usr/bin/node[12]: ../src/node_api.cc:41: Assertion `x' failed.",
        ),
        (
            "FATAL ERROR: cannot open '/tmp/.tmpAb12/db.sqlite'",
            "FATAL ERROR: cannot open '/var/folders/q/T/other/db.sqlite'",
        ),
        (
            "FATAL ERROR: cannot open .tmpAb12Xy and 4f3a2b1c-1111-2222-3333-abcdefabcdef",
            "FATAL ERROR: cannot open .tmpQq77ZZ and 0f3a2b1c-1111-2222-aaaa-abcdefabcd00",
        ),
        (
            "FATAL ERROR: bad pointer 7f00deadbe1f",
            "FATAL ERROR: bad pointer 5581a0c0ffee",
        ),
        // Which check of the heap notices the damage is luck.
        (
            "free(): invalid pointer",
            "malloc(): unaligned tcache chunk detected",
        ),
    ];
    for (one, other) in table {
        assert_eq!(
            crash(ABORTED, Some(one), &[]),
            crash(ABORTED, Some(other), &[]),
            "{one}\n{other}\n{}\n{}",
            normalised(one),
            normalised(other)
        );
    }
}

#[test]
fn a_version_of_node_that_words_it_differently_makes_no_other_fault() {
    let old =
        "FATAL ERROR: HandleScope::HandleScope Entering the V8 API without proper locking in place";
    let new = "# Fatal error in HandleScope::HandleScope Entering the V8 API without proper locking in place";
    assert_eq!(
        crash(ABORTED, Some(old), &["make"]),
        crash(TRAPPED, Some(new), &["make"])
    );
}

#[test]
fn builds_of_a_function_are_one_function() {
    let table = [
        (
            "addon::make::h0123456789abcdef",
            "addon::make::hfedcba9876543210",
        ),
        ("make.constprop.0", "make"),
        ("make.part.2.cold", "make"),
        ("make [clone .isra.0]", "make"),
        ("/a/addon.node+0x1f2e", "/tmp/b/addon.node+0x77"),
        ("free@plt", "free"),
    ];
    for (one, other) in table {
        assert_eq!(
            crash(ABORTED, None, &[one]),
            crash(ABORTED, None, &[other]),
            "{one}"
        );
    }
    assert_eq!(
        crash(ABORTED, None, &["walk", "walk", "walk", "start"]),
        crash(ABORTED, None, &["walk", "start"]),
        "how deep a recursion got is luck"
    );
    assert_eq!(
        crash(ABORTED, None, &["a", "b", "c", "d"]),
        crash(ABORTED, None, &["a", "b", "c"]),
    );
}

#[test]
fn other_faults_have_other_signatures() {
    let mut all = vec![
        crash(ABORTED, None, &[]),
        crash(TRAPPED, None, &[]),
        crash(ABORTED, None, &["make"]),
        crash(ABORTED, None, &["make", "call"]),
        crash(ABORTED, None, &["makecall"]),
        crash(ABORTED, Some("FATAL ERROR: a b"), &[]),
        crash(ABORTED, Some("FATAL ERROR: a c"), &[]),
        crash(ABORTED, Some("Assertion `x' failed."), &[]),
        crash(ABORTED, Some("Assertion `y' failed."), &[]),
        failed(&["a", "b"]),
        failed(&["a"]),
    ];
    for (outcome, phase, class) in [
        (
            OutcomeKind::CrashInTest,
            Phase::Terminate,
            Class::Ending(ABORTED, None),
        ),
        (
            OutcomeKind::CrashAtLoad,
            Phase::Run,
            Class::Ending(ABORTED, None),
        ),
        (OutcomeKind::HangInTest, Phase::Run, Class::Stopped),
        (
            OutcomeKind::LeakFound,
            Phase::Run,
            Class::Rule("cleanup/references"),
        ),
        (
            OutcomeKind::LeakFound,
            Phase::Run,
            Class::Rule("cleanup/instance-data"),
        ),
    ] {
        all.push(signature(&Fault {
            outcome,
            phase,
            class,
            frames: &[],
        }));
    }
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "{all:#?}");
}

#[test]
fn the_order_of_failed_tests_does_not_matter() {
    assert_eq!(failed(&["a", "b"]), failed(&["b", "a"]));
}

#[test]
fn an_unknown_text_leaves_the_status() {
    let unknown = crash(ABORTED, Some("something that is in no table"), &[]);
    assert_eq!(unknown, crash(ABORTED, None, &[]));
}

#[test]
fn texts_are_normalised() {
    let table = [
        (
            "free(): pointer 0x7ffe12ab at 0x1f, pid 4711",
            "free(): pointer # at #, pid #",
        ),
        ("'/a/b c.rs:12:3'", "'PATH c.rs:#:#'"),
        ("at file:///x/y/z.cjs:3:5", "at z.cjs:#:#"),
        ("(/usr/lib/node[12])", "(PATH[#])"),
        ("C:\\a\\b.cc:3", "b.cc:#"),
        ("a / b", "a / b"),
        ("decade facade", "decade facade"),
        ("napi_get_value_int64", "napi_get_value_int#"),
    ];
    for (text, expected) in table {
        assert_eq!(normalised(text), expected);
    }
}

#[test]
fn a_signature_is_told_from_other_names() {
    assert_eq!(
        parts_of("CrashInTest-v8-fatal-3f9c2a"),
        Some((OutcomeKind::CrashInTest, "v8-fatal"))
    );
    assert_eq!(
        parts_of("AssertFailed-3f9c2a"),
        Some((OutcomeKind::AssertFailed, ""))
    );
    for other in [
        "CrashInTest",
        "CrashInTest-v8-fatal",
        "static-constructor",
        "X-3f9c2a",
        "CrashInTest-decade1",
        "CrashInTest-add",
        "-",
    ] {
        assert_eq!(parts_of(other), None, "{other}");
    }
}
