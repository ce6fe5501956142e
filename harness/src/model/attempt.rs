//! How a process went: status, usage, times, files. Facts of the operating system only.

use std::{fmt, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Phase;

/// One execution of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// From 1. A retry is another attempt and never replaces the first.
    pub number: u32,
    /// Process id, which was also the id of its process group. Zero when it was never started.
    pub pid: u32,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// When it was started, in milliseconds since the epoch.
    pub started_at: f64,
    /// From start to end, in milliseconds.
    pub duration_ms: f64,
    /// How it ended.
    pub ending: Ending,
    /// The last phase that it reached.
    pub phase: Phase,
    /// When it passed the milestones, in milliseconds after its start.
    pub milestones: Milestones,
    /// What it used, with its descendants that were waited for.
    pub usage: Usage,
    /// The folder of its files, relative to the run directory: `stdout.log`, `stderr.log`,
    /// `events.ndjson`, `job.json`, and `hang.txt` when it hung.
    pub dir: PathBuf,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// The raw status of `wait4`; absent when the process was never started.
    pub wait_status: Option<i32>,
    /// The same, decoded.
    pub status: ExitStatus,
    /// Set when the harness ended it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stop: Option<Stop>,
}

/// A decoded wait status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ExitStatus {
    /// It called `exit`, or returned from `main`.
    Exited {
        /// 0 to 255.
        code: i32,
    },
    /// A signal ended it.
    Signalled {
        /// The number of the signal.
        signal: i32,
        /// Whether the kernel wrote a core file.
        core: bool,
    },
    /// It was never started.
    NotStarted,
}

impl ExitStatus {
    /// The signal of a crash: the process was signalled, or a shell-like code (128 + signal) says
    /// that a process below it was. Only signals that mean a fault count in the second form,
    /// because programs use codes such as 130 for their own purposes.
    pub fn crash_signal(self) -> Option<i32> {
        const FAULTS: [i32; 8] = [
            libc::SIGILL,
            libc::SIGTRAP,
            libc::SIGABRT,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGKILL,
            libc::SIGSEGV,
            libc::SIGSYS,
        ];
        match self {
            ExitStatus::Signalled { signal, .. } => Some(signal),
            ExitStatus::Exited { code } => FAULTS.into_iter().find(|fault| code == 128 + fault),
            ExitStatus::NotStarted => None,
        }
    }

    /// Whether it exited with 0.
    pub fn success(self) -> bool {
        self == ExitStatus::Exited { code: 0 }
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExitStatus::Exited { code } => {
                write!(f, "exit code {code}")?;
                match self.crash_signal() {
                    Some(signal) => write!(f, " (128 + {})", signal_name(signal)),
                    None => Ok(()),
                }
            }
            ExitStatus::Signalled { signal, core } => {
                write!(f, "signal {}", signal_name(*signal))?;
                if *core {
                    f.write_str(", core dumped")
                } else {
                    Ok(())
                }
            }
            ExitStatus::NotStarted => f.write_str("never started"),
        }
    }
}

/// `SIGABRT` for 6 and so on; `signal 77` for a number without a name.
pub fn signal_name(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal).map_or_else(
        |_| format!("signal {signal}"),
        |signal| signal.as_str().to_owned(),
    )
}

/// Why the harness ended a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Stop {
    /// It did not leave a phase in time.
    TimeLimit {
        /// The phase in which it stood.
        phase: Phase,
        /// The limit of that phase, in milliseconds.
        #[serde(rename = "limitMs")]
        limit_ms: u64,
        /// Whether SIGTERM was not enough.
        killed: bool,
    },
    /// The run was interrupted.
    Interrupted,
}

/// Milliseconds after the start of the process; absent when it never got there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Milestones {
    /// The reporter's `run-start`.
    pub run_start_ms: Option<f64>,
    /// The first `test-start`.
    pub first_test_ms: Option<f64>,
    /// The reporter's `run-end`.
    pub run_end_ms: Option<f64>,
    /// The main thread's `process-exit`.
    pub process_exit_ms: Option<f64>,
}

/// Resource usage, from `wait4`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// CPU time in user mode, in milliseconds.
    pub user_ms: f64,
    /// CPU time in the kernel, in milliseconds.
    pub system_ms: f64,
    /// Peak resident set, in KiB.
    pub max_rss_kib: u64,
    /// Page faults without I/O.
    pub minor_faults: u64,
    /// Page faults with I/O.
    pub major_faults: u64,
    /// Context switches while waiting.
    pub voluntary_switches: u64,
    /// Context switches by preemption.
    pub involuntary_switches: u64,
}
