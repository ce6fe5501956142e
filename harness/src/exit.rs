//! How the harness itself exits: one enum, decided in one place.

use std::process::{ExitCode, Termination};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The exit codes. The same table stands in `docs/` and is printed by `explain`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// 0: as expected, gates met.
    Success,
    /// 1: internal error: a bug of the harness, or the machine failed it (disk full).
    Internal,
    /// 2: usage or configuration.
    Usage,
    /// 4: nothing was selected.
    NothingSelected,
    /// 10: unexpected failure: assertion, crash, hang, lost tests. A cell had no clean attempt.
    Failure,
    /// 11: only flakiness beyond the gate: every cell that failed also had clean attempts.
    Flaky,
    /// 12: inconclusive: not all that was planned could be judged.
    Inconclusive,
    /// 13: regression against a baseline.
    Regression,
    /// 14: leaks only.
    Leaks,
    /// 20: preparation failed.
    Preparation,
    /// 130: interrupted by Ctrl-C; the report is still written.
    Interrupted,
    /// 143: asked to end by SIGTERM; the report is still written.
    Terminated,
}

impl Exit {
    /// All of them.
    pub const ALL: [Exit; 12] = [
        Exit::Success,
        Exit::Internal,
        Exit::Usage,
        Exit::NothingSelected,
        Exit::Failure,
        Exit::Flaky,
        Exit::Inconclusive,
        Exit::Regression,
        Exit::Leaks,
        Exit::Preparation,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::Internal => 1,
            Exit::Usage => 2,
            Exit::NothingSelected => 4,
            Exit::Failure => 10,
            Exit::Flaky => 11,
            Exit::Inconclusive => 12,
            Exit::Regression => 13,
            Exit::Leaks => 14,
            Exit::Preparation => 20,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }

    /// How a run ends that this signal asked to end.
    pub fn of_signal(signal: i32) -> Exit {
        if signal == libc::SIGTERM {
            Exit::Terminated
        } else {
            Exit::Interrupted
        }
    }

    /// One line for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Exit::Success => "as expected, gates met",
            Exit::Internal => "internal error",
            Exit::Usage => "usage or configuration",
            Exit::NothingSelected => "nothing was selected",
            Exit::Failure => "unexpected failure (assertion, crash, hang, lost tests)",
            Exit::Flaky => "only flakiness beyond the gate",
            Exit::Inconclusive => "inconclusive: not all that was planned could be judged",
            Exit::Regression => "regression against a baseline",
            Exit::Leaks => "leaks only",
            Exit::Preparation => "preparation failed",
            Exit::Interrupted => "interrupted; the report is still written",
            Exit::Terminated => "asked to end by SIGTERM; the report is still written",
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
