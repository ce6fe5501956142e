//! What is known of an attempt when it is judged: the three witnesses side by side, and what else
//! was found. `classify` sees this and nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ending, EnvEnd, Finding, NativeCrash, Phase, Stack};

/// What is known of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// First witness: how the process ended.
    pub ending: Ending,
    /// The last phase that it reached.
    pub phase: Phase,
    /// Second witness: the reporter's first word.
    pub run_start: Option<RunStart>,
    /// Second witness: the runner's own last word.
    pub run_end: Option<RunEnd>,
    /// The code that JavaScript of the main thread exited with, when it ended in order.
    pub process_exit: Option<i32>,
    /// Second and third witness joined: each test of the manifest in its order, then tests that
    /// the reporter named though they are not in the manifest.
    pub tests: Vec<TestRecord>,
    /// Files that failed as a whole: import errors, worker crashes that the runner saw.
    pub file_errors: Vec<FileError>,
    /// How trustworthy the event stream is.
    pub stream: StreamHealth,
    /// The last line of stderr that names a fatal error.
    pub fatal: Option<Fatal>,
    /// Processes that outlived the one that was started.
    pub stragglers: Vec<Straggler>,
    /// Breaches of rules that detectors saw, each place once.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub findings: Vec<Finding>,
    /// The native stack of the crash, where the guard was there to take it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_crash: Option<NativeCrash>,
    /// Where the threads were when the time was up, where the guard was there to ask them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub stacks: Vec<Stack>,
    /// What binaries still held when their envs had ended.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub env_ends: Vec<EnvEnd>,
    /// What the last event was, for people: `test-start termination/exits > natural exit`.
    pub last_event: Option<String>,
    /// What the process wanted a person to read.
    pub notes: Vec<String>,
    /// Set when the harness itself failed at this attempt: nothing else can be believed then.
    pub infra: Option<String>,
}

impl Evidence {
    /// The tests in one of the states.
    pub fn in_state(&self, state: TestState) -> impl Iterator<Item = &TestRecord> {
        self.tests.iter().filter(move |test| test.state == state)
    }

    /// How many tests of the manifest there are.
    pub fn expected(&self) -> usize {
        self.tests.iter().filter(|test| test.expected).count()
    }
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestRecord {
    /// `<topic>/<part> > <name>`.
    pub id: String,
    /// The body that it stands in, when the reporter said so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// Whether it stands in the manifest.
    pub expected: bool,
    /// What became of it.
    pub state: TestState,
    /// How often the reporter said that it ended; more than once is a contradiction.
    pub ends: u32,
    /// How long it took, in milliseconds, by the reporter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ms: Option<f64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<TestError>,
}

/// What became of a test.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TestState {
    /// Ended, passed.
    Passed,
    /// Ended, failed.
    Failed,
    /// Ended without having run.
    Skipped,
    /// Started and never ended.
    Open,
    /// Never heard of.
    Missing,
}

/// An error of a test or file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestError {
    /// What it says.
    pub message: String,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stack: Option<String>,
    /// Its `code`, such as `ERR_WORKER_OUT_OF_MEMORY`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
}

/// A file that failed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileError {
    /// The file.
    pub file: String,
    /// Why.
    pub errors: Vec<TestError>,
}

/// The reporter's first word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunStart {
    /// Name of the runner.
    pub runner: String,
    /// Its version.
    pub runner_version: String,
    /// Version of Node.
    pub node: String,
}

/// The runner's own last word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunEnd {
    /// Tests passed, as the runner counts.
    pub passed: u32,
    /// Tests failed.
    pub failed: u32,
    /// Tests skipped.
    pub skipped: u32,
    /// Whether the runner calls it a success.
    pub ok: bool,
}

/// How trustworthy an event stream is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamHealth {
    /// Events read.
    pub events: u64,
    /// Whether the last line was cut in the middle, as by a crash.
    pub torn: bool,
    /// Why the stream cannot be believed: an unknown type or version, a line that is not JSON.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub broken: Option<String>,
}

/// Text of a fatal error, from the end of stderr.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fatal {
    /// The line itself, shortened when very long.
    pub text: String,
    /// Which kind of message it is, such as `v8-fatal` or `glibc-heap`.
    pub kind: String,
}

/// A process that outlived the one that was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Straggler {
    /// Its id.
    pub pid: u32,
    /// Its command line.
    pub command: String,
}
