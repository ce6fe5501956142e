//! Processes that outlive the one that was started: found, named, ended.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use nix::{
    sys::{
        signal::{Signal, kill},
        wait::{WaitPidFlag, waitpid},
    },
    unistd::Pid,
};

use super::process::children;
use crate::model::Straggler;

/// How long a descendant may take to notice that its parent is gone. Helpers that read a pipe
/// of their parent end within milliseconds of it.
const GRACE: Duration = Duration::from_secs(2);

/// Finds what a job has left running, gives it a moment to go, ends the rest and names it.
///
/// `group` is the process group of the job and `job_file` the value of its `THREADPROOF_JOB`: a
/// process belongs to the job when it has either.
pub(super) fn collect(group: u32, job_file: &Path) -> Vec<Straggler> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    let mut left = find(group, job_file);
    while !left.is_empty() && start.elapsed() < GRACE {
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
        left = find(group, job_file);
    }
    for straggler in &left {
        if let Ok(pid) = i32::try_from(straggler.pid) {
            // It may have gone by itself in this moment.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
    // The last ones are reaped by the next job's look, or by the system when we end.
    left
}

/// The living processes of a job whose own process is gone.
fn find(group: u32, job_file: &Path) -> Vec<Straggler> {
    let running = children();
    let mut found = Vec::new();
    for orphan in adopted().into_iter().filter(|pid| !running.contains(pid)) {
        let Some(stat) = Stat::read(orphan) else {
            continue;
        };
        if stat.zombie {
            if let Ok(pid) = i32::try_from(orphan) {
                // Ours by adoption, nobody's job: only its place in the process table is left.
                let _ = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG));
            }
        } else if stat.group == group || mentions(orphan, job_file) {
            name_tree(orphan, &mut found);
        }
    }
    found
}

fn name_tree(pid: u32, found: &mut Vec<Straggler>) {
    found.push(Straggler {
        pid,
        command: command_line(pid),
    });
    for child in children_of(&Path::new("/proc").join(pid.to_string())) {
        name_tree(child, found);
    }
}

/// The children of this process, by start or adoption.
fn adopted() -> Vec<u32> {
    children_of(Path::new("/proc/self"))
}

/// Children are listed by the thread that they belong to.
fn children_of(process: &Path) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(process.join("task")) else {
        return Vec::new();
    };
    let lists = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|pid| pid.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Whether a process was started with this job's variable, and so by the job.
fn mentions(pid: u32, job_file: &Path) -> bool {
    let wanted = [b"THREADPROOF_JOB=", job_file.as_os_str().as_encoded_bytes()].concat();
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|variable| variable == wanted)
}

/// The command line, with spaces between the arguments; its name in brackets when it has none.
fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes)
        .replace('\0', " ")
        .trim()
        .to_owned();
    if text.is_empty() {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        format!("[{}]", name.trim())
    } else {
        text
    }
}

/// What is needed of `/proc/<pid>/stat`.
struct Stat {
    zombie: bool,
    group: u32,
}

impl Stat {
    fn read(pid: u32) -> Option<Stat> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in parentheses and may hold any character, so the fields start behind
        // the last one: state, parent, group.
        let mut fields = text[text.rfind(')')? + 1..].split_whitespace();
        let state = fields.next()?;
        Some(Stat {
            zombie: matches!(state, "Z" | "X"),
            group: fields.nth(1)?.parse().ok()?,
        })
    }
}
