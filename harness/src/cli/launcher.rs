//! Programs that start Node in the place of the harness: debuggers and checkers, with the terminal of this process.

use std::{ffi::OsString, io::IsTerminal as _};

use super::{args::LauncherArg, print};
use crate::{
    error::Error,
    exec::{Executor, behind},
    model::Job,
    plan::quote,
};

/// The words before the program, of a launcher that is one.
pub(super) fn words(launcher: LauncherArg) -> Option<&'static [&'static str]> {
    match launcher {
        LauncherArg::Native => None,
        LauncherArg::Gdb if at_a_terminal() => Some(GDB),
        LauncherArg::Gdb | LauncherArg::GdbBatch => Some(GDB_BATCH),
        LauncherArg::Valgrind => Some(VALGRIND),
    }
}

/// Stops at the fault, for a person who wants to look around.
const GDB: &[&str] = &[
    "gdb",
    "-quiet",
    "-ex",
    "handle SIGUSR1 SIGPIPE nostop noprint",
    "-ex",
    "run",
    "-ex",
    "backtrace 16",
    "--args",
];

/// All that a report needs.
const GDB_BATCH: &[&str] = &[
    "gdb",
    "-batch",
    "-quiet",
    "-ex",
    "handle SIGUSR1 SIGPIPE nostop noprint",
    "-ex",
    "run",
    "-ex",
    "thread apply all backtrace 16",
    "--args",
];

const VALGRIND: &[&str] = &[
    "valgrind",
    "--quiet",
    "--num-callers=30",
    "--keep-debuginfo=yes",
    "--fair-sched=yes",
];

fn at_a_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Runs a job under `launcher`.
pub(super) fn under(executor: &Executor, job: &Job, launcher: &[&str]) -> Result<(), Error> {
    let prepared = executor
        .by_hand(job)
        .map_err(|source| Error::io("prepare", &job.tests[0])(source))?;
    let program = which::which(launcher[0]).map_err(|_| {
        Error::preparation(
            "launcher",
            format!("there is no {} on the search path", launcher[0]),
            crate::tools::help(launcher[0]),
        )
    })?;
    let args = launcher[1..].iter().map(OsString::from);
    let mut command = behind(&program, args, &prepared.command);
    print::line(&format!(
        "$ {} {}",
        launcher.join(" "),
        quote(&job.tests[0])
    ))?;
    command.status().map_err(Error::io("start", launcher[0]))?;
    Ok(())
}
