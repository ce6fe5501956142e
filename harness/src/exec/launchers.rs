//! What stands between the harness and Node: Valgrind, a sanitizer or a counter that is preloaded. Each leaves a file in the
//! attempt's folder.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::model::Launcher;

/// Memcheck's XML.
pub const MEMCHECK: &str = "memcheck.xml";
/// The heap blocks that are left.
pub const BLOCKS: &str = "blocks.json";
/// The library that keeps modules mapped, and that loses blocks for LeakSanitizer to find.
pub const KEEP_MAPPED: &str = "keep-mapped";
/// Files of LeakSanitizer begin so; it adds the process id.
pub const LSAN: &str = "lsan";

/// Programs and libraries that launchers need; those that are not there are not asked for.
#[derive(Clone, Debug, Default)]
pub struct Launchers {
    /// Valgrind.
    pub valgrind: Option<PathBuf>,
    /// The runtime of LeakSanitizer.
    pub lsan: Option<PathBuf>,
    /// Keeps modules mapped after `dlclose`.
    pub keep_mapped: Option<PathBuf>,
    /// Counts the heap blocks of the process.
    pub count_blocks: Option<PathBuf>,
}

impl Launchers {
    /// The command that runs `command` by a launcher, whose files go to `dir`.
    pub(super) fn launch(
        &self,
        launcher: Launcher,
        mut command: Command,
        dir: &Path,
    ) -> io::Result<Command> {
        let needed = |library: &Option<PathBuf>| {
            library
                .clone()
                .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
        };
        match launcher {
            Launcher::Native => Ok(command),
            Launcher::Memcheck => {
                let mut file = OsString::from("--xml-file=");
                file.push(dir.join(MEMCHECK));
                let args = [
                    "--quiet",
                    "--xml=yes",
                    "--leak-check=full",
                    "--show-leak-kinds=all",
                    // Frames of unloaded modules keep their object.
                    "--keep-debuginfo=yes",
                    "--num-callers=40",
                    // Threads get their turns: one that waits in a loop would keep the others from running.
                    "--fair-sched=yes",
                ];
                let args = args.into_iter().map(OsString::from).chain([file]);
                Ok(behind(&needed(&self.valgrind)?, args, &command))
            }
            Launcher::Lsan => {
                command.env(
                    "LD_PRELOAD",
                    list(&[needed(&self.keep_mapped)?, needed(&self.lsan)?]),
                );
                let mut options = OsString::from("exitcode=0:symbolize=0:max_leaks=0:log_path=");
                options.push(dir.join(LSAN));
                command.env("LSAN_OPTIONS", options);
                Ok(command)
            }
            Launcher::Blocks => {
                command
                    .env("LD_PRELOAD", needed(&self.count_blocks)?)
                    .env("THREADPROOF_BLOCKS", dir.join(BLOCKS));
                Ok(command)
            }
        }
    }
}

fn list(libraries: &[PathBuf]) -> OsString {
    let mut list = OsString::new();
    for (at, library) in libraries.iter().enumerate() {
        if at > 0 {
            list.push(":");
        }
        list.push(library);
    }
    list
}

/// `program args… command…`, with the environment and the folder of `command`.
pub fn behind(
    program: &Path,
    args: impl IntoIterator<Item = OsString>,
    command: &Command,
) -> Command {
    let mut outer = Command::new(program);
    outer
        .args(args)
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        outer.current_dir(dir);
    }
    outer
}
