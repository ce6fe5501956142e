//! The signature of an attempt: which of its evidence it is made of.

use std::path::Path;

use super::signature::{Class, Fault, signature};
use crate::model::{Attempt, Evidence, Frame, Outcome, TestState};

/// The signature of an attempt that was not clean. `binary` is the target's own, if it is known: its frames count, and
/// those of any addon.
pub fn known_by(
    attempt: &Attempt,
    evidence: &Evidence,
    outcome: &Outcome,
    binary: Option<&Path>,
) -> String {
    let kind = outcome.kind();
    let of_addon = |frame: &&Frame| {
        let object = frame.object.as_deref();
        object.is_some_and(|object| {
            Some(object) == binary || object.extension().is_some_and(|end| end == "node")
        })
    };
    let stack = match (&evidence.native_crash, evidence.findings.first()) {
        (Some(crash), _) => crash.frames.as_slice(),
        (None, Some(finding)) => finding.stacks.first().map_or(&[][..], |one| &one.frames),
        (None, None) => &[],
    };
    let frames: Vec<&str> = stack
        .iter()
        .filter(of_addon)
        .filter_map(|frame| frame.symbol.as_deref())
        .collect();
    let failed: Vec<String> = evidence
        .tests
        .iter()
        .filter(|test| test.state != TestState::Passed)
        .map(|test| {
            let error = test.errors.first().map_or("", |error| &error.message);
            format!("{} {:?}: {error}", test.id, test.state)
        })
        .collect();
    let text = evidence.fatal.as_ref().map(|fatal| fatal.text.as_str());
    let class = if kind.is_crash() {
        Class::Ending(attempt.ending.status, text)
    } else if kind.is_hang() {
        Class::Stopped
    } else if let Some(finding) = evidence.findings.first() {
        Class::Rule(&finding.rule)
    } else {
        Class::Failed(&failed)
    };
    signature(&Fault {
        outcome: kind,
        phase: attempt.phase,
        class,
        frames: &frames,
    })
}
