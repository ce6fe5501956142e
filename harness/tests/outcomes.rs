//! Every fixture suite under every runner comes to the outcome that stands in one table.

mod support;

use std::fs;

use serial_test::serial;
use threadproof::model::{OutcomeKind, Runner};

use support::Fixture;

use OutcomeKind::{
    AssertFailed, Clean, Contradiction, CrashAtLoad, CrashAtTeardown, CrashInTest, HangAtExit,
    HangInTest, LostTests, Straggler,
};

/// What each topic comes to under Jest, Vitest, Vitest with shared workers, and node:test.
const OUTCOMES: [(&str, [OutcomeKind; 4]); 12] = [
    ("passes", [Clean; 4]),
    ("surroundings", [Clean; 4]),
    ("fails", [AssertFailed; 4]),
    ("load", [CrashAtLoad; 4]),
    ("crash", [CrashInTest; 4]),
    ("abort-at-teardown", [CrashAtTeardown; 4]),
    ("hang", [HangInTest; 4]),
    ("hang-at-teardown", [HangAtExit; 4]),
    // The process is gone before the runner has said its last word; where the runner has, its
    // report is green and the exit code is not.
    ("status-at-teardown", [Contradiction; 4]),
    ("loses", [LostTests; 4]),
    ("skips", [Contradiction; 4]),
    ("straggler", [Straggler; 4]),
];

#[test]
#[serial]
fn every_fixture_comes_to_its_outcome_under_every_runner() {
    let fixture = Fixture::new();
    let topics: Vec<&str> = OUTCOMES.iter().map(|(topic, _)| *topic).collect();
    let ran = fixture.run(
        "all",
        // Hangs take all of these times, so they are short; but not so short that a busy machine fails.
        &[
            "--suite",
            &topics.join(","),
            "--timeout",
            "40s",
            "--load-timeout",
            "35s",
            "--exit-timeout",
            "6s",
            "-j",
            "4",
        ],
    );
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let mut wrong = Vec::new();
    for (topic, outcomes) in OUTCOMES {
        for (runner, expected) in Runner::OF_BODIES.into_iter().zip(outcomes) {
            let cell = ran.cell(&format!("{topic}/{runner}"));
            let found: Vec<OutcomeKind> = cell.outcomes.keys().copied().collect();
            if found != [expected] {
                let failures = ran.results().failures;
                let why = failures.iter().find(|failure| failure.cell == cell.cell);
                wrong.push(format!(
                    "{topic}/{runner}: {found:?}, not {expected}: {why:#?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What a person needs to go on stands beside each failure.
    let results = ran.results();
    let failure = |suite: &str| {
        results
            .failures
            .iter()
            .find(|failure| failure.cell.suite.to_string() == suite)
            .unwrap()
    };
    for runner in Runner::OF_BODIES {
        let straggler = failure(&format!("straggler/{runner}"));
        assert!(
            straggler.stragglers[0].command.contains("left-behind"),
            "{straggler:?}"
        );
        let hang = failure(&format!("hang/{runner}"));
        let seen = fs::read_to_string(ran.out.join(&hang.dir).join("hang.txt")).unwrap();
        assert!(seen.contains("open test: hang/only > blocks"), "{seen}");
    }
    // Nothing that was left behind lives on.
    for straggler in results
        .failures
        .iter()
        .flat_map(|failure| &failure.stragglers)
    {
        let command = fs::read(format!("/proc/{}/cmdline", straggler.pid)).unwrap_or_default();
        assert!(
            !String::from_utf8_lossy(&command).contains("left-behind"),
            "{straggler:?} lives"
        );
    }
}

#[test]
#[serial]
fn dying_of_sigabrt_after_the_last_green_test_is_a_crash_at_teardown_under_each_runner() {
    let fixture = Fixture::new();
    for runner in Runner::OF_BODIES {
        let suite = format!("abort-at-teardown/{runner}");
        let ran = fixture.run(runner.as_str(), &["--suite", &suite]);
        assert_eq!(ran.code, 10, "{suite}\n{}", ran.stderr);
        let cell = ran.cell(&suite);
        assert_eq!(
            cell.outcomes.keys().collect::<Vec<_>>(),
            [&CrashAtTeardown],
            "{suite}\n{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("SIGABRT"), "{}", ran.stderr);
        // The report of the runner was green, and that is what makes it a lie.
        assert!(
            cell.tests
                .iter()
                .all(|test| test.passed == 1 && test.failed == 0),
            "{cell:?}"
        );
        assert!(ran.out.join("crashed.txt").is_file());
    }
}

#[test]
#[serial]
fn exiting_with_0_in_the_middle_of_a_test_loses_tests() {
    let fixture = Fixture::new();
    let ran = fixture.run("early", &["--suite", "early/node-test"]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let results = ran.results();
    // Results that node:test had not told yet are lost too, so that the first may be among them.
    assert_eq!(results.failures[0].outcome.kind(), LostTests);
    let lost: Vec<&str> = results.failures[0]
        .tests
        .iter()
        .map(|test| test.id.as_str())
        .collect();
    assert!(
        lost.ends_with(&["early/only > exits", "early/only > never starts"]),
        "{lost:?}"
    );
    assert!(results.failures[0].ending.status.success());
}

#[test]
#[serial]
fn a_cell_that_fails_only_sometimes_is_flaky_with_an_exit_code_of_its_own() {
    let fixture = Fixture::new();
    let args = [
        "--suite",
        "flaky/node-test",
        "--repeats",
        "8",
        "--seed",
        "1",
    ];
    let ran = fixture.run("flaky", &args);
    assert_eq!(ran.code, 11, "{}", ran.stderr);
    let cell = ran.cell("flaky/node-test");
    assert_eq!(cell.judged, 8);
    assert!(cell.clean > 0 && cell.clean < 8, "{cell:?}");
    // The same seed gives the same attempts.
    let again = fixture.run("again", &args);
    let failed = |results: &threadproof::results::Results| {
        let mut ids: Vec<_> = results
            .failures
            .iter()
            .map(|failure| failure.job.clone())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(failed(&ran.results()), failed(&again.results()));
}
