//! What can be seen of a process that hangs, before it is ended: a text for people.

use std::{fmt::Write as _, fs, path::Path};

use crate::judge::Ledger;

/// Describes the process `pid` and what it said last. Parts that the system does not tell are left out.
pub(super) fn describe(pid: u32, ledger: &Ledger) -> String {
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
    };
    line(format_args!("phase: {}", ledger.phase()));
    line(format_args!(
        "last event: {}",
        ledger.last_event().unwrap_or("none")
    ));
    for test in ledger.open() {
        line(format_args!("open test: {test}"));
    }
    for worker in ledger.workers() {
        line(format_args!("open worker: thread {worker}"));
    }
    let process = Path::new("/proc").join(pid.to_string());
    if let Ok(status) = fs::read_to_string(process.join("status")) {
        for field in ["State:", "Threads:", "VmRSS:", "VmSwap:", "SigCgt:"] {
            if let Some(found) = status.lines().find(|line| line.starts_with(field)) {
                line(format_args!("{}", found.replace('\t', " ")));
            }
        }
    }
    line(format_args!(
        "\nthreads (id, name, state, CPU ticks, where it waits in the kernel):"
    ));
    let mut threads: Vec<_> = fs::read_dir(process.join("task"))
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    threads.sort_by_key(fs::DirEntry::file_name);
    for thread in threads {
        let read = |name| fs::read_to_string(thread.path().join(name)).unwrap_or_default();
        let stat = read("stat");
        let fields: Vec<&str> = match stat.rfind(')') {
            Some(end) => stat[end + 1..].split_whitespace().collect(),
            None => Vec::new(),
        };
        let field = |at: usize| fields.get(at).copied().unwrap_or("?");
        line(format_args!(
            "{}\t{}\t{}\t{}+{}\t{}",
            thread.file_name().to_string_lossy(),
            read("comm").trim(),
            field(0),
            field(11),
            field(12),
            read("wchan").trim(),
        ));
    }
    text
}
