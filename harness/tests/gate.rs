//! `run --require` and `--budget` on real runners: enough repetitions, no more than that, and never a pass that was not
//! shown.

mod support;

use serial_test::serial;
use threadproof::gate::Gated;

use support::{Fixture, Ran};

/// `failure-rate < 50% @ 95%` takes so few repetitions that a test can wait for them.
const GATE: &str = "failure-rate < 50% @ 95%";

fn of_suite(fixture: &Fixture, suite: &str, more: &[&str]) -> Ran {
    let all: Vec<&str> = ["--suite", suite].iter().chain(more).copied().collect();
    fixture.run("gate", &all)
}

#[test]
#[serial]
fn a_clean_cell_runs_as_often_as_the_gate_takes_and_no_more() {
    let fixture = Fixture::new();
    // One at a time: of several, those after a slow one end before it.
    let flags = ["--require", GATE, "-j", "1"];
    let ran = of_suite(&fixture, "passes/node-test", &flags);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let results = ran.results();
    let planned = results.plan.as_ref().and_then(|plan| plan.gate.clone());
    let planned = planned.expect("the plan names the gate");
    let gate = results.cells[0].gate.as_ref().expect("it was decided");
    assert_eq!(gate.decision, Gated::Met);
    assert_eq!((gate.failures, gate.runs), (0, planned.runs_when_clean));
    // The next one may have begun before the last was judged.
    let judged = u64::from(results.cells[0].judged);
    assert!(
        judged <= planned.runs_when_clean + 1,
        "{judged} {planned:?}"
    );
    assert!(
        planned.most_runs > planned.runs_when_clean + 1,
        "{planned:?}"
    );
    assert!(ran.stderr.contains("is met in 1 cell"), "{}", ran.stderr);
}

#[test]
#[serial]
fn a_cell_that_always_fails_violates_it_at_once() {
    let fixture = Fixture::new();
    // So many would be run if they were clean.
    let ran = of_suite(
        &fixture,
        "fails/node-test",
        &["--require", "failure-rate < 1% @ 95%"],
    );
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let results = ran.results();
    let gate = results.cells[0].gate.as_ref().expect("it was decided");
    assert_eq!(gate.decision, Gated::Violated);
    assert!(results.cells[0].judged < 10, "{gate:?}");
    assert!(ran.stderr.contains("VIOLATED"), "{}", ran.stderr);
}

#[test]
#[serial]
fn what_the_budget_ends_is_inconclusive_and_says_what_is_missing() {
    let fixture = Fixture::new();
    let ran = of_suite(
        &fixture,
        "passes/node-test",
        &["--require", "failure-rate < 0.01% @ 95%", "--budget", "1s"],
    );
    assert_eq!(ran.code, 12, "{}", ran.stderr);
    let results = ran.results();
    let gate = results.cells[0].gate.as_ref().expect("it was concluded");
    assert_eq!(gate.decision, Gated::Inconclusive);
    assert!(gate.clean_runs_needed.is_some_and(|more| more > 1000));
    assert!(
        ran.stderr.contains("more without a failure"),
        "{}",
        ran.stderr
    );
}

#[test]
#[serial]
fn what_cannot_be_decided_is_refused_before_anything_runs() {
    let fixture = Fixture::new();
    for (flags, says) in [
        (&["--require", "rate < 1"][..], "is not a percentage"),
        (
            &["--require", GATE, "--repeats", "2"],
            "leave --repeats out",
        ),
        (
            &["--require", GATE, "--shard", "1/2"],
            "cannot be used with",
        ),
        (&["--budget", "0s"], "leaves no time"),
    ] {
        let ran = of_suite(&fixture, "passes/node-test", flags);
        assert_eq!(ran.code, 2, "{flags:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{flags:?}: {}", ran.stderr);
    }
}
