//! What the processes under test say: the Rust side of `docs/protocol.md`.

mod measures;
mod reader;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{EnvEnd, Finding, Frame, NativeCrash, Phase, TestError, signal_name};

pub use measures::Measures;
pub use reader::{Reader, StreamError};

/// The version of the protocol that is spoken here.
pub const PROTOCOL_VERSION: u32 = 1;

/// A line of the event file of a job.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Line {
    /// Milliseconds since the epoch.
    pub at: f64,
    /// What was said.
    #[serde(flatten)]
    pub event: ChildEvent,
}

/// What a process says. The table of `docs/protocol.md` documents fields and writers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[expect(
    missing_docs,
    reason = "documented in docs/protocol.md, the contract itself"
)]
pub enum ChildEvent {
    RunStart {
        runner: String,
        #[serde(default)]
        runner_version: String,
        #[serde(default)]
        node: String,
    },
    Phase {
        phase: Phase,
        #[serde(default)]
        thread: Option<i64>,
    },
    WorkerStart {
        thread: i64,
        #[serde(default)]
        parent: Option<i64>,
    },
    WorkerExit {
        thread: i64,
        #[serde(default)]
        code: Option<i64>,
    },
    TestStart {
        test: String,
        #[serde(default)]
        file: Option<String>,
    },
    TestEnd {
        test: String,
        #[serde(default)]
        file: Option<String>,
        status: Status,
        #[serde(default)]
        ms: Option<f64>,
        #[serde(default)]
        errors: Vec<TestError>,
    },
    FileEnd {
        file: String,
        ok: bool,
        #[serde(default)]
        errors: Vec<TestError>,
    },
    RunEnd {
        passed: u32,
        failed: u32,
        skipped: u32,
        ok: bool,
    },
    Note {
        message: String,
    },
    Finding(Finding),
    NativeCrash(NativeCrash),
    NativeStack {
        thread: i64,
        frames: Vec<Frame>,
    },
    EnvEnd(EnvEnd),
    Sample(Sample),
    Latencies {
        name: String,
        ms: Vec<f64>,
    },
    Tally {
        counts: BTreeMap<String, u64>,
    },
    Program {
        index: u32,
        state: ProgramState,
    },
    ProcessExit {
        #[serde(default)]
        code: Option<i32>,
    },
}

/// What a process holds at a moment of a stress run, when no worker is ending. Bytes, numbers.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Milliseconds since the shape began.
    pub elapsed: f64,
    /// Workers that have ended, or steps where workers last.
    pub done: f64,
    /// Resident set, in bytes.
    pub rss: f64,
    /// Live objects of the JavaScript heaps of all envs that go on, in bytes.
    pub heap_used: f64,
    /// Memory outside of the heaps that V8 knows of, in bytes.
    pub external: f64,
    /// Open descriptors, where they can be counted.
    pub descriptors: Option<f64>,
    /// Threads, where they can be counted.
    pub threads: Option<f64>,
    /// What the target itself counts, by the names that its adapter gives.
    #[serde(default)]
    pub counters: BTreeMap<String, f64>,
}

/// How far a program of `threadproof fuzz` has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ProgramState {
    Started,
    Passed,
    Failed,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Status {
    Passed,
    Failed,
    Skipped,
}

impl ChildEvent {
    /// A line for people, such as `test-start termination/exits > natural exit`.
    pub fn describe(&self) -> String {
        match self {
            ChildEvent::RunStart {
                runner,
                runner_version,
                ..
            } => {
                format!("run-start {runner} {runner_version}")
            }
            ChildEvent::Phase {
                phase,
                thread: Some(thread),
            } => {
                format!("phase {phase} of thread {thread}")
            }
            ChildEvent::Phase {
                phase,
                thread: None,
            } => format!("phase {phase}"),
            ChildEvent::WorkerStart { thread, .. } => format!("worker-start {thread}"),
            ChildEvent::WorkerExit { thread, code } => match code {
                Some(code) => format!("worker-exit {thread} with code {code}"),
                None => format!("worker-exit {thread}"),
            },
            ChildEvent::TestStart { test, .. } => format!("test-start {test}"),
            ChildEvent::TestEnd { test, status, .. } => {
                let status = match status {
                    Status::Passed => "passed",
                    Status::Failed => "failed",
                    Status::Skipped => "skipped",
                };
                format!("test-end {test}: {status}")
            }
            ChildEvent::FileEnd { file, ok, .. } => {
                format!("file-end {file}: {}", if *ok { "ok" } else { "failed" })
            }
            ChildEvent::RunEnd {
                passed,
                failed,
                skipped,
                ..
            } => {
                format!("run-end: {passed} passed, {failed} failed, {skipped} skipped")
            }
            ChildEvent::Note { message } => format!("note {message}"),
            ChildEvent::Finding(finding) => {
                format!("finding {}: {}", finding.rule, finding.message)
            }
            ChildEvent::NativeCrash(crash) => {
                format!("native-crash {}", signal_name(crash.signal))
            }
            ChildEvent::NativeStack { thread, .. } => format!("native-stack of thread {thread}"),
            ChildEvent::EnvEnd(end) => match end.thread {
                Some(thread) => format!("env-end of thread {thread}"),
                None => "env-end".to_owned(),
            },
            ChildEvent::Sample(sample) => format!("sample at {} done", sample.done),
            ChildEvent::Latencies { name, ms } => format!("latencies {name}: {}", ms.len()),
            ChildEvent::Tally { counts } => format!("tally of {}", counts.len()),
            ChildEvent::Program { index, state } => {
                format!("program {index} {state:?}").to_lowercase()
            }
            ChildEvent::ProcessExit { code } => match code {
                Some(code) => format!("process-exit {code}"),
                None => "process-exit".to_owned(),
            },
        }
    }
}
