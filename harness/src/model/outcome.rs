//! What an attempt came to.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an attempt came to: a closed list of facts, made by `classify` and by nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// All three witnesses agree that every expected test passed and the process ended in order.
    Clean,
    /// Tests failed; the process was well.
    AssertFailed,
    /// The process died before any test had started.
    CrashAtLoad,
    /// The process died while tests were running or had still to run.
    CrashInTest,
    /// The process died after every expected test had ended.
    CrashAtTeardown,
    /// The process did not get through its tests in time.
    HangInTest,
    /// The runner was done, and the process did not go away.
    HangAtExit,
    /// Tests of the manifest have no result, though the process ended in order.
    LostTests {
        /// How many.
        count: u32,
    },
    /// The witnesses disagree.
    Contradiction {
        /// In what.
        detail: String,
    },
    /// A detector saw a breach of a rule, though tests passed and the process ended in order.
    Violation {
        /// The rules, sorted, none twice.
        rules: Vec<String>,
    },
    /// Memory or handles were still held at the end.
    LeakFound,
    /// Memory or handles grow with the number of workers.
    LeakGrowth,
    /// Processes outlived the one that was started.
    Straggler,
    /// The harness itself failed; nothing is known of the target.
    Infra {
        /// How.
        reason: String,
    },
}

/// The kinds of [`Outcome`], for counting.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "documented at `Outcome`")]
pub enum OutcomeKind {
    Clean,
    AssertFailed,
    CrashAtLoad,
    CrashInTest,
    CrashAtTeardown,
    HangInTest,
    HangAtExit,
    LostTests,
    Contradiction,
    Violation,
    LeakFound,
    LeakGrowth,
    Straggler,
    Infra,
}

impl Outcome {
    /// Which kind it is.
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::Clean => OutcomeKind::Clean,
            Outcome::AssertFailed => OutcomeKind::AssertFailed,
            Outcome::CrashAtLoad => OutcomeKind::CrashAtLoad,
            Outcome::CrashInTest => OutcomeKind::CrashInTest,
            Outcome::CrashAtTeardown => OutcomeKind::CrashAtTeardown,
            Outcome::HangInTest => OutcomeKind::HangInTest,
            Outcome::HangAtExit => OutcomeKind::HangAtExit,
            Outcome::LostTests { .. } => OutcomeKind::LostTests,
            Outcome::Contradiction { .. } => OutcomeKind::Contradiction,
            Outcome::Violation { .. } => OutcomeKind::Violation,
            Outcome::LeakFound => OutcomeKind::LeakFound,
            Outcome::LeakGrowth => OutcomeKind::LeakGrowth,
            Outcome::Straggler => OutcomeKind::Straggler,
            Outcome::Infra { .. } => OutcomeKind::Infra,
        }
    }
}

impl OutcomeKind {
    /// All of them, in the order in which reports list them.
    pub const ALL: [OutcomeKind; 14] = [
        OutcomeKind::Clean,
        OutcomeKind::AssertFailed,
        OutcomeKind::CrashAtLoad,
        OutcomeKind::CrashInTest,
        OutcomeKind::CrashAtTeardown,
        OutcomeKind::HangInTest,
        OutcomeKind::HangAtExit,
        OutcomeKind::LostTests,
        OutcomeKind::Contradiction,
        OutcomeKind::Violation,
        OutcomeKind::LeakFound,
        OutcomeKind::LeakGrowth,
        OutcomeKind::Straggler,
        OutcomeKind::Infra,
    ];

    /// The name that people and documents use, such as `CrashAtTeardown`.
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeKind::Clean => "Clean",
            OutcomeKind::AssertFailed => "AssertFailed",
            OutcomeKind::CrashAtLoad => "CrashAtLoad",
            OutcomeKind::CrashInTest => "CrashInTest",
            OutcomeKind::CrashAtTeardown => "CrashAtTeardown",
            OutcomeKind::HangInTest => "HangInTest",
            OutcomeKind::HangAtExit => "HangAtExit",
            OutcomeKind::LostTests => "LostTests",
            OutcomeKind::Contradiction => "Contradiction",
            OutcomeKind::Violation => "Violation",
            OutcomeKind::LeakFound => "LeakFound",
            OutcomeKind::LeakGrowth => "LeakGrowth",
            OutcomeKind::Straggler => "Straggler",
            OutcomeKind::Infra => "Infra",
        }
    }

    /// Whether the process died of it.
    pub fn is_crash(self) -> bool {
        matches!(
            self,
            OutcomeKind::CrashAtLoad | OutcomeKind::CrashInTest | OutcomeKind::CrashAtTeardown
        )
    }

    /// Whether the harness had to end the process.
    pub fn is_hang(self) -> bool {
        matches!(self, OutcomeKind::HangInTest | OutcomeKind::HangAtExit)
    }

    /// Whether something was not released.
    pub fn is_leak(self) -> bool {
        matches!(self, OutcomeKind::LeakFound | OutcomeKind::LeakGrowth)
    }

    /// Whether it says something bad of the target; `Infra` says nothing of it.
    pub fn is_failure(self) -> bool {
        !matches!(self, OutcomeKind::Clean | OutcomeKind::Infra)
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::LostTests { count } => write!(f, "LostTests({count})"),
            Outcome::Contradiction { detail } => write!(f, "Contradiction: {detail}"),
            Outcome::Violation { rules } => write!(f, "Violation of {}", rules.join(", ")),
            Outcome::Infra { reason } => write!(f, "Infra: {reason}"),
            Outcome::Clean
            | Outcome::AssertFailed
            | Outcome::CrashAtLoad
            | Outcome::CrashInTest
            | Outcome::CrashAtTeardown
            | Outcome::HangInTest
            | Outcome::HangAtExit
            | Outcome::LeakFound
            | Outcome::LeakGrowth
            | Outcome::Straggler => f.write_str(self.kind().as_str()),
        }
    }
}
