//! Where in its life a process stood.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The phases of an attempt, in order. A timeout, crash or leak carries its phase.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Started by the harness; the reporter has not spoken yet.
    Startup,
    /// The runner is up; the target is being loaded and no test has started.
    Load,
    /// Workers of a test are being started.
    StartWorkers,
    /// Tests are running.
    Run,
    /// Workers of a test are being ended.
    Terminate,
    /// The runner said its last word; the process has still to go away.
    Exit,
}

impl Phase {
    /// How the phase is called in reports: its name on disk.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Startup => "startup",
            Phase::Load => "load",
            Phase::StartWorkers => "start-workers",
            Phase::Run => "run",
            Phase::Terminate => "terminate",
            Phase::Exit => "exit",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
