//! The signature of an attempt: which of its evidence it is made of.

use std::path::Path;

use super::signature::{Class, Fault, signature};
use crate::model::{Attempt, Evidence, Frame, Outcome, Stack, TestState};

/// The signature of an attempt that was not clean. `binary` is the target's own, if it is known: its frames count, and
/// those of any addon.
pub fn known_by(
    attempt: &Attempt,
    evidence: &Evidence,
    outcome: &Outcome,
    binary: Option<&Path>,
) -> String {
    let kind = outcome.kind();
    let of_addon = |frame: &&Frame| is_of_addon(frame, binary);
    let stack = match (&evidence.native_crash, evidence.findings.first()) {
        (Some(crash), _) => crash.frames.as_slice(),
        (None, Some(finding)) => finding.stacks.first().map_or(&[][..], |one| &one.frames),
        (None, None) => &[],
    };
    let frames: Vec<&str> = if kind.is_hang() {
        entries(&evidence.stacks, of_addon)
    } else {
        let addon = stack.iter().filter(of_addon);
        addon.filter_map(|frame| frame.symbol.as_deref()).collect()
    };
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

/// Whether a frame lies in the target's binary, if that is known, or in any addon's.
pub fn is_of_addon(frame: &Frame, binary: Option<&Path>) -> bool {
    let object = frame.object.as_deref();
    object.is_some_and(|object| {
        Some(object) == binary || object.extension().is_some_and(|end| end == "node")
    })
}

/// Those of the stacks that lead through an addon.
pub fn in_addon(stacks: &[Stack], binary: Option<&Path>) -> Vec<Stack> {
    let leads = |stack: &&Stack| stack.frames.iter().any(|frame| is_of_addon(frame, binary));
    stacks.iter().filter(leads).cloned().collect()
}

/// By which functions of the addon threads that do not get on have entered it, each once: where in it they are differs
/// from look to look.
fn entries(stacks: &[Stack], of_addon: impl Fn(&&Frame) -> bool) -> Vec<&str> {
    let mut entries: Vec<&str> = stacks
        .iter()
        .filter_map(|stack| stack.frames.iter().rfind(&of_addon)?.symbol.as_deref())
        .collect();
    entries.sort_unstable();
    entries.dedup();
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(frames: &[(&str, &str)]) -> Stack {
        let frame = |(object, symbol): &(&str, &str)| Frame {
            object: Some(format!("/a/{object}").into()),
            offset: 1,
            symbol: Some((*symbol).to_owned()),
            file: None,
            line: None,
        };
        Stack {
            title: String::new(),
            thread: None,
            frames: frames.iter().map(frame).collect(),
        }
    }

    #[test]
    fn a_hang_is_known_by_where_the_addon_was_entered() {
        let of_addon = |frame: &&Frame| is_of_addon(frame, None);
        let look = |inner: &str| {
            [
                stack(&[("libc.so", "wait"), ("node", "uv_run")]),
                stack(&[("a.node", inner), ("a.node", "query"), ("node", "call")]),
                stack(&[("libc.so", "lock"), ("a.node", "close"), ("node", "call")]),
                stack(&[("a.node", "close"), ("node", "call")]),
            ]
        };
        let (first, second) = (look("step"), look("sort"));
        assert_eq!(entries(&first, of_addon), ["close", "query"]);
        assert_eq!(entries(&first, of_addon), entries(&second, of_addon));
        assert_eq!(in_addon(&first, None).len(), 3);
    }
}
