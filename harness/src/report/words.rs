//! The words that all reports share: how an ending, a failure and its tests are told to a person.

use threadproof_stress::Tally;

use crate::{
    judge::is_of_addon,
    model::{
        CellId, Ending, ExitStatus, Finding, Frame, NativeCrash, Outcome, OutcomeKind, Runner,
        Stack, Stop, TestRecord, TestState, signal_name,
    },
    results::{CellResults, Failure, Results},
};

/// How a process ended, decoded in both directions: signal to exit code and back.
pub(crate) fn ending(ending: &Ending) -> String {
    let status = status(ending.status);
    match &ending.stop {
        None => status,
        Some(Stop::TimeLimit {
            phase,
            limit_ms,
            killed,
        }) => {
            let force = if *killed {
                "SIGTERM was not enough, so it was killed"
            } else {
                "SIGTERM ended it"
            };
            format!(
                "stopped by the harness: over {} in phase {phase}; {force} ({status})",
                limit(*limit_ms)
            )
        }
        Some(Stop::Interrupted) => {
            format!("stopped by the harness: the run was interrupted ({status})")
        }
    }
}

fn status(status: ExitStatus) -> String {
    match status {
        ExitStatus::Signalled { signal, core } => format!(
            "{} ({signal}), which a shell shows as exit code {}{}",
            signal_name(signal),
            128 + signal,
            if core { "; core dumped" } else { "" }
        ),
        ExitStatus::Exited { code } => match status.crash_signal() {
            Some(signal) => format!(
                "exit code {code} = 128 + {signal} ({})",
                signal_name(signal)
            ),
            None => format!("exit code {code}"),
        },
        ExitStatus::NotStarted => "never started".to_owned(),
    }
}

/// The same in a few characters, for a line of progress.
pub(super) fn short_ending(ending: &Ending) -> String {
    match (&ending.stop, ending.status) {
        (Some(Stop::TimeLimit { limit_ms, .. }), _) => {
            format!("over {}", limit(*limit_ms))
        }
        (Some(Stop::Interrupted), _) => "interrupted".to_owned(),
        (None, ExitStatus::Signalled { signal, .. }) => signal_name(signal),
        (None, ExitStatus::Exited { code }) => format!("exit code {code}"),
        (None, ExitStatus::NotStarted) => "never started".to_owned(),
    }
}

/// What an outcome means, in a sentence without its subject: `died after every test had ended`.
pub(super) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Clean => "passed".to_owned(),
        Outcome::AssertFailed => "tests failed; the process itself was well".to_owned(),
        Outcome::CrashAtLoad => "the process died before any test started".to_owned(),
        Outcome::CrashInTest => "the process died while tests were running".to_owned(),
        Outcome::CrashAtTeardown => {
            "the process died after every expected test had ended".to_owned()
        }
        Outcome::HangInTest => "the process did not get through its tests in time".to_owned(),
        Outcome::HangAtExit => "the runner was done, but the process did not go away".to_owned(),
        Outcome::LostTests { count } => format!(
            "{} without a result, though the process ended in order",
            counted(*count as usize, "expected test")
        ),
        Outcome::Contradiction { detail } => format!("the witnesses disagree: {detail}"),
        Outcome::Violation { rules } => format!(
            "a detector saw a breach of {}; the process survived it",
            rules.join(", ")
        ),
        Outcome::LeakFound => "memory or handles were still held at the end".to_owned(),
        Outcome::LeakGrowth => "memory or handles grow with the number of workers".to_owned(),
        Outcome::Straggler => "processes outlived the one that was started".to_owned(),
        Outcome::Infra { reason } => {
            format!("the harness could not judge it: {reason}; it counts neither way")
        }
    }
}

/// What a detector saw, and where: `rule: message, 3 times; misused here: tick (theirs.node+0x1234)`.
pub(crate) fn finding(finding: &Finding) -> String {
    let times = match finding.count {
        0 | 1 => String::new(),
        count => format!(", {count} times"),
    };
    let places = finding.stacks.iter().filter_map(|stack| {
        let top = stack.frames.first()?;
        Some(format!("; {}: {}", stack.title, frame(top)))
    });
    format!(
        "{}: {}{times}{}",
        finding.rule,
        finding.message,
        places.collect::<String>()
    )
}

/// What explains a failure best: the rule that was broken, where it is known, or else the outcome.
pub(super) fn topic(failure: &Failure) -> String {
    if let Some(finding) = failure.findings.first() {
        return finding.rule.clone();
    }
    let rule = match failure.cell.suite.runner {
        Runner::Driver => failure
            .tests
            .first()
            .and_then(|test| test.id.split(" > ").next()),
        Runner::Jest
        | Runner::Vitest
        | Runner::VitestShared
        | Runner::NodeTest
        | Runner::Programs
        | Runner::Stress
        | Runner::Leak
        | Runner::Fuzz
        | Runner::Replicate => None,
    };
    rule.map_or_else(|| failure.outcome.kind().to_string(), str::to_owned)
}

/// Frames of a stack that are told.
const SHOWN: usize = 4;

/// Where a process crashed: `crashed in free_list (x.node+0x10) < run (x.node+0x20)`.
pub(crate) fn native_crash(crash: &NativeCrash) -> String {
    let unloaded = crash.unloaded.as_ref().map_or_else(String::new, |object| {
        format!(", in {}, which had been unloaded", object.display())
    });
    let mut frames: Vec<String> = crash.frames.iter().take(SHOWN).map(frame).collect();
    // What matters is who called all that.
    let of_addon = |one: &Frame| is_of_addon(one, None);
    if let Some(at) = crash.frames.iter().position(of_addon)
        && at >= SHOWN
    {
        frames.push(format!("… < {}", frame(&crash.frames[at])));
    }
    let failed = crash.last_failed.as_ref().map_or_else(String::new, |last| {
        format!(
            "; the last call of Node-API that failed before: {} with status {}",
            last.call, last.status
        )
    });
    format!("crashed{unloaded} in {}{failed}", frames.join(" < "))
}

/// Where a thread was that did not get on: `hung in busy (x.c:17) < run (x.c:20)`.
pub(crate) fn hung(stack: &Stack) -> String {
    // The system's functions stand above it, and who called the addon below.
    let addon = |one: &&Frame| is_of_addon(one, None) || one.file.is_some();
    let frames: Vec<String> = stack.frames.iter().filter(addon).map(frame).collect();
    let shown: Vec<String> = if frames.is_empty() {
        stack.frames.iter().take(SHOWN).map(frame).collect()
    } else {
        frames.into_iter().take(SHOWN).collect()
    };
    format!("a thread was in {}", shown.join(" < "))
}

/// A frame: `tick (src/tick.c:17)`, or its place in its binary.
pub(super) fn frame(frame: &Frame) -> String {
    let object = frame.object.as_ref().map_or_else(
        || "no file".to_owned(),
        |object| {
            let name = object.file_name().unwrap_or(object.as_os_str());
            name.to_string_lossy().into_owned()
        },
    );
    let place = match (&frame.file, frame.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => format!("{object}+{:#x}", frame.offset),
    };
    match &frame.symbol {
        Some(symbol) => format!("{symbol} ({place})"),
        None => place,
    }
}

/// `1 test`, `2 tests`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `850 ms`, `2.4 s`, `3 min 20 s`.
pub(super) fn seconds(ms: f64) -> String {
    if ms < 1000.0 {
        format!("{ms:.0} ms")
    } else if ms < 60_000.0 {
        let text = format!("{:.1}", ms / 1000.0);
        format!("{} s", text.trim_end_matches(".0"))
    } else {
        let whole = (ms / 1000.0).round();
        format!("{:.0} min {:.0} s", (whole / 60.0).floor(), whole % 60.0)
    }
}

fn limit(ms: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53 ms")]
    seconds(ms as f64)
}

/// The first line of a message, shortened to what fits in a line.
pub(super) fn first_line(text: &str, most: usize) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let mut short: String = line.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A message on one line, shortened: the values that an assertion compares often stand on its second.
pub(crate) fn on_one_line(text: &str, most: usize) -> String {
    first_line(&text.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

/// A test that did not pass, with what it said: `failed: … (Expected 0, got 134)`.
pub(super) fn test(test: &TestRecord, most: usize) -> String {
    let state = match test.state {
        TestState::Passed if !test.expected => "passed, but nobody expected it",
        TestState::Passed if test.ends != 1 => "ended more than once",
        TestState::Passed => "passed",
        TestState::Failed => "failed",
        TestState::Skipped => "skipped, though it was expected to run",
        TestState::Open => "started and never ended",
        TestState::Missing => "never heard of",
    };
    match test.errors.first() {
        Some(error) => format!(
            "{}: {state}: {}",
            test.id,
            on_one_line(&error.message, most)
        ),
        None => format!("{}: {state}", test.id),
    }
}

/// Clean attempts as failures among judged ones: what intervals are made of.
pub(crate) fn tally(clean: u32, judged: u32) -> Tally {
    Tally::new(u64::from(judged.saturating_sub(clean)), u64::from(judged))
        .expect("a difference is no more than its minuend")
}

/// Attempts of one outcome in all cells.
pub(super) fn count(results: &Results, wanted: impl Fn(OutcomeKind) -> bool) -> u32 {
    results
        .cells
        .iter()
        .flat_map(|cell| &cell.outcomes)
        .filter(|(kind, _)| wanted(**kind))
        .map(|(_, count)| count)
        .sum()
}

/// Clean, judged and planned attempts of some cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) clean: u32,
    pub(super) judged: u32,
    pub(super) planned: u32,
    /// Failures that were expected.
    pub(super) expected: u32,
}

impl Sum {
    /// Over all of them.
    pub(super) fn of<'r>(cells: impl IntoIterator<Item = &'r CellResults>) -> Self {
        cells.into_iter().fold(Self::default(), |sum, cell| Self {
            clean: sum.clean + cell.clean,
            judged: sum.judged + cell.judged,
            planned: sum.planned + cell.planned,
            expected: sum.expected + cell.expected.values().sum::<u32>(),
        })
    }

    pub(super) fn tally(self) -> Tally {
        tally(self.clean, self.judged)
    }

    /// In a word: [`fraction`].
    pub(super) fn fraction(self) -> String {
        fraction(self.clean, self.judged, self.planned)
    }
}

/// `18/20`, and `18/18 of 20` when not all that was planned could be judged.
pub(crate) fn fraction(clean: u32, judged: u32, planned: u32) -> String {
    if judged < planned {
        format!("{clean}/{judged} of {planned}")
    } else {
        format!("{clean}/{judged}")
    }
}

/// The number of a failure's cell among all failures of it, for `18 of 20`.
pub(super) fn cell_of<'r>(results: &'r Results, cell: &CellId) -> Option<&'r CellResults> {
    results.cells.iter().find(|results| results.cell == *cell)
}

/// The folder of a failure's files, with a file in it.
pub(super) fn log(failure: &Failure, file: &str) -> String {
    if failure.dir.is_empty() {
        file.to_owned()
    } else {
        format!("{}/{file}", failure.dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Phase;

    fn ended(status: ExitStatus, stop: Option<Stop>) -> Ending {
        Ending {
            wait_status: None,
            status,
            stop,
        }
    }

    #[test]
    fn endings_are_decoded_in_both_directions() {
        let limit = Stop::TimeLimit {
            phase: Phase::Exit,
            limit_ms: 10_000,
            killed: true,
        };
        let table = [
            (ended(ExitStatus::Exited { code: 1 }, None), "exit code 1"),
            (
                ended(ExitStatus::Exited { code: 134 }, None),
                "exit code 134 = 128 + 6 (SIGABRT)",
            ),
            (
                ended(
                    ExitStatus::Signalled {
                        signal: 6,
                        core: false,
                    },
                    None,
                ),
                "SIGABRT (6), which a shell shows as exit code 134",
            ),
            (
                ended(
                    ExitStatus::Signalled {
                        signal: 11,
                        core: true,
                    },
                    None,
                ),
                "SIGSEGV (11), which a shell shows as exit code 139; core dumped",
            ),
            (
                ended(
                    ExitStatus::Signalled {
                        signal: 9,
                        core: false,
                    },
                    Some(limit),
                ),
                "stopped by the harness: over 10 s in phase exit; SIGTERM was not enough, so it was \
                 killed (SIGKILL (9), which a shell shows as exit code 137)",
            ),
            (ended(ExitStatus::NotStarted, None), "never started"),
        ];
        for (how, text) in table {
            assert_eq!(ending(&how), text);
        }
    }

    #[test]
    fn durations_read_naturally() {
        for (ms, text) in [
            (0.0, "0 ms"),
            (849.6, "850 ms"),
            (10_000.0, "10 s"),
            (2400.0, "2.4 s"),
            (200_400.0, "3 min 20 s"),
            (119_900.0, "2 min 0 s"),
        ] {
            assert_eq!(seconds(ms), text);
        }
    }

    #[test]
    fn long_messages_are_cut_at_a_character() {
        assert_eq!(first_line("\nab\ncd", 10), "ab");
        assert_eq!(first_line("äöüäöü", 4), "äöü…");
        let message = "Expected values to be strictly equal:\n\n1 !== 0\n";
        assert_eq!(
            on_one_line(message, 100),
            "Expected values to be strictly equal: 1 !== 0"
        );
    }

    #[test]
    fn an_interrupted_cell_shows_what_was_planned() {
        let sum = Sum {
            clean: 18,
            judged: 18,
            planned: 20,
            expected: 0,
        };
        assert_eq!(sum.fraction(), "18/18 of 20");
    }
}
