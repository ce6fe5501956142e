//! One process to be run: target × runtime × suite × repetition.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Seed, Suite};

/// A cell of the matrix: what rates are counted over.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct CellId {
    /// Id of the target.
    pub target: String,
    /// Id of the runtime.
    pub runtime: String,
    /// The suite.
    pub suite: Suite,
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {} × {}", self.target, self.runtime, self.suite)
    }
}

/// The id of a job: 16 hexadecimal digits of the hash of what it runs. The same job has the same
/// id on every machine.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct JobId(String);

impl JobId {
    /// The id of the job that runs `tests` of `cell` for the `repetition`th time.
    pub fn of(cell: &CellId, tests: &[String], repetition: u32, launcher: Launcher) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("threadproof 2026 job id v1");
        let mut field = |text: &str| {
            // Lengths first, so that no two different lists of fields are hashed alike.
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        field(&cell.target);
        field(&cell.runtime);
        field(&cell.suite.topic);
        field(cell.suite.runner.as_str());
        field(launcher.as_str());
        field(&repetition.to_string());
        for test in tests {
            field(test);
        }
        JobId(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What stands between the harness and Node.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Launcher {
    /// Nothing: Node is started directly.
    Native,
    /// Valgrind's memcheck.
    Memcheck,
    /// LeakSanitizer, preloaded.
    Lsan,
    /// A counter of heap blocks, preloaded.
    Blocks,
    /// AddressSanitizer, preloaded, with a target that was compiled for it.
    Asan,
    /// ThreadSanitizer, likewise.
    Tsan,
}

impl Launcher {
    /// Its name on disk.
    pub fn as_str(self) -> &'static str {
        match self {
            Launcher::Native => "native",
            Launcher::Memcheck => "memcheck",
            Launcher::Lsan => "lsan",
            Launcher::Blocks => "blocks",
            Launcher::Asan => "asan",
            Launcher::Tsan => "tsan",
        }
    }

    /// What the C compiler calls the sanitizer that a target has to be compiled for.
    pub fn sanitizer(self) -> Option<&'static str> {
        match self {
            Launcher::Asan => Some("address"),
            Launcher::Tsan => Some("thread"),
            Launcher::Native | Launcher::Memcheck | Launcher::Lsan | Launcher::Blocks => None,
        }
    }
}

/// One process to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Hash of what it runs.
    pub id: JobId,
    /// The cell that it counts for.
    pub cell: CellId,
    /// Which of the cell's repetitions it is, from 1.
    pub repetition: u32,
    /// Derived from the run's seed and the id.
    pub seed: Seed,
    /// The bodies to run, without extension, relative to the suites' folder.
    pub files: Vec<String>,
    /// The manifest: ids of the tests that must run.
    pub tests: Vec<String>,
    /// Time for the whole job, in milliseconds.
    pub timeout_ms: u64,
    /// What stands between the harness and Node.
    pub launcher: Launcher,
    /// The command line that repeats exactly this job.
    pub repeat: String,
}
