//! A process that does not get on says where its threads are, with the line in the addon.

mod support;

use serial_test::serial;
use threadproof::model::OutcomeKind;

use support::{Fixture, Ran, plain, root};

#[test]
#[serial]
fn a_hang_in_an_addon_has_the_line_where_its_threads_stand() {
    let fixture = Fixture::new();
    let out = fixture.out("hang");
    let mut command = plain();
    command
        .args(["run", "--quiet", "--root"])
        .arg(root())
        .args(["--target", "lock-kept", "--runtime", support::RUNTIME])
        .args([
            "--suite",
            "terminate/driver",
            "--test",
            "in a callback of a callback",
        ])
        // Long enough for a busy machine to get there.
        .args(["--timeout", "10s", "--guard", "on", "--out"])
        .arg(&out);
    let ran = Ran::of(&command.output().expect("it is built"), out);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let results = ran.results();
    let hang = &results.failures[0];
    assert_eq!(hang.outcome.kind(), OutcomeKind::HangInTest, "{hang:?}");
    let stands = hang
        .stacks
        .iter()
        .flat_map(|stack| &stack.frames)
        .any(|frame| {
            let file = frame.file.as_deref().unwrap_or_default();
            file.ends_with("lock-kept.c") && frame.line.is_some()
        });
    assert!(stands, "{:#?}", hang.stacks);
    assert!(ran.stderr.contains("a thread was in"), "{}", ran.stderr);
    assert!(
        hang.last_event
            .as_deref()
            .is_some_and(|last| !last.contains("stack"))
    );
}
