//! Judges an attempt: a pure function from evidence to outcome.

use std::collections::BTreeSet;

use crate::model::{Evidence, Outcome, Phase, Stop, TestState};

/// Judges an attempt by its three witnesses. The order of the rules is the order of trust:
///
/// 1. A harness that failed, or was interrupted, knows nothing.
/// 2. A process that had to be ended hung, whatever it said before.
/// 3. A process that died of a fault crashed, whatever it said before.
/// 4. A stream that cannot be read, or a reporter that never spoke, is a broken checker.
/// 5. Where the stream contradicts itself or the manifest, that is the verdict.
/// 6. Tests without a result are lost, whatever the others did.
/// 7. Failed tests need a runner and an exit status that say so; passed ones too.
/// 8. What the process survived may still have been a breach of a rule.
/// 9. Whatever is still alive after that was left behind.
pub fn classify(evidence: &Evidence) -> Outcome {
    if let Some(reason) = &evidence.infra {
        return Outcome::Infra {
            reason: reason.clone(),
        };
    }
    match &evidence.ending.stop {
        Some(Stop::Interrupted) => {
            return Outcome::Infra {
                reason: "the run was interrupted".to_owned(),
            };
        }
        Some(Stop::TimeLimit { phase, .. }) if *phase == Phase::Exit || all_ended(evidence) => {
            return Outcome::HangAtExit;
        }
        Some(Stop::TimeLimit { .. }) => return Outcome::HangInTest,
        None => {}
    }
    if evidence.ending.status.crash_signal().is_some() {
        return crash(evidence);
    }
    if let Some(reason) = &evidence.stream.broken {
        return Outcome::Infra {
            reason: reason.clone(),
        };
    }
    if evidence.run_start.is_none() {
        let status = evidence.ending.status;
        return Outcome::Infra {
            reason: format!("the runner ended before its reporter said anything ({status})"),
        };
    }
    if let Some(detail) = self_contradiction(evidence) {
        return Outcome::Contradiction { detail };
    }
    let lost =
        evidence.in_state(TestState::Open).count() + evidence.in_state(TestState::Missing).count();
    if lost > 0 {
        return Outcome::LostTests {
            count: u32::try_from(lost).unwrap_or(u32::MAX),
        };
    }
    if let Some(detail) = contradiction(evidence) {
        return Outcome::Contradiction { detail };
    }
    if failed(evidence) {
        return Outcome::AssertFailed;
    }
    let unexpected = evidence.findings.iter().filter(|one| one.known.is_none());
    let rules: BTreeSet<&str> = unexpected.map(|one| one.rule.as_str()).collect();
    if !rules.is_empty() {
        return Outcome::Violation {
            rules: rules.into_iter().map(str::to_owned).collect(),
        };
    }
    if !evidence.stragglers.is_empty() {
        return Outcome::Straggler;
    }
    if evidence.stream.torn {
        // Nothing is missing, so the writer is at fault, and not the process that it watched.
        return Outcome::Infra {
            reason: "the event file ends in a torn line though the process ended in order"
                .to_owned(),
        };
    }
    Outcome::Clean
}

/// Which of the crashes it was.
fn crash(evidence: &Evidence) -> Outcome {
    if all_ended(evidence) {
        Outcome::CrashAtTeardown
    } else if evidence
        .tests
        .iter()
        .all(|test| test.state == TestState::Missing)
    {
        Outcome::CrashAtLoad
    } else {
        Outcome::CrashInTest
    }
}

/// Whether every test of the manifest has a result.
fn all_ended(evidence: &Evidence) -> bool {
    let mut expected = evidence.tests.iter().filter(|test| test.expected);
    expected.all(|test| !matches!(test.state, TestState::Open | TestState::Missing))
}

/// Whether the reporter says that something failed.
fn failed(evidence: &Evidence) -> bool {
    evidence.in_state(TestState::Failed).next().is_some() || !evidence.file_errors.is_empty()
}

/// What no honest stream can say, however the process ended.
fn self_contradiction(evidence: &Evidence) -> Option<String> {
    if let Some(test) = evidence.tests.iter().find(|test| !test.expected) {
        return Some(format!(
            "a test that is not in the manifest was run: {}",
            test.id
        ));
    }
    if let Some(test) = evidence.tests.iter().find(|test| test.ends > 1) {
        return Some(format!("a test ended {} times: {}", test.ends, test.id));
    }
    if let Some(test) = evidence.in_state(TestState::Skipped).next() {
        let count = evidence.in_state(TestState::Skipped).count();
        return Some(format!(
            "tests of the manifest were skipped ({count}), such as {}",
            test.id
        ));
    }
    None
}

/// Where witnesses that all have spoken disagree.
fn contradiction(evidence: &Evidence) -> Option<String> {
    let status = evidence.ending.status;
    let Some(end) = &evidence.run_end else {
        return Some(format!("every test ended, but not the runner ({status})"));
    };
    let passed = evidence.in_state(TestState::Passed).count();
    let failures = evidence.in_state(TestState::Failed).count();
    if (end.passed as usize, end.failed as usize) != (passed, failures) {
        return Some(format!(
            "the runner counts {} passed and {} failed, its events {passed} and {failures}",
            end.passed, end.failed
        ));
    }
    match (failed(evidence), end.ok, status.success()) {
        (true, true, _) => Some("the runner calls a run with failures a success".to_owned()),
        (true, false, true) => Some("there are failures, and the exit code is 0".to_owned()),
        (false, true, false) => Some(format!(
            "the report is green, and the process ended by {status}"
        )),
        (false, false, _) => Some(format!(
            "every test passed, and the runner calls it a failure ({status})"
        )),
        // A main thread that ends without its `exit` event was ended by native code.
        (false, true, true) if evidence.process_exit.is_none() => {
            Some("the process ended with 0, and not by JavaScript of its main thread".to_owned())
        }
        (true, false, false) | (false, true, true) => None,
    }
}
