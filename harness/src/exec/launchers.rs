//! What stands between the harness and Node: Valgrind, a sanitizer or a counter that is preloaded. Each leaves a file in the
//! attempt's folder.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::model::{Launcher, Target};

/// Memcheck's XML.
pub const MEMCHECK: &str = "memcheck.xml";
/// The heap blocks that are left.
pub const BLOCKS: &str = "blocks.json";
/// The library that keeps modules mapped, and that loses blocks for a sanitizer to find.
pub const KEEP_MAPPED: &str = "keep-mapped";
/// The library whose threads race, for `ThreadSanitizer` to find.
pub const RACE: &str = "planted-race";
/// Files of a sanitizer begin so; it adds the process id.
pub const LSAN: &str = "lsan";
/// Likewise.
pub const ASAN: &str = "asan";
/// Likewise.
pub const TSAN: &str = "tsan";

/// What sanitizers have in common: nobody looks at the exit code, and frames are named afterwards, which takes them up to
/// a minute. The format is that of `LeakSanitizer` without names: `ThreadSanitizer`'s own has no folder of the object.
const SANITIZER: &str = "exitcode=0:symbolize=0:stack_trace_format=\"    #%n %p  (%m+%o)\"";

/// Programs and libraries that launchers need; those that are not there are not asked for.
#[derive(Clone, Debug, Default)]
pub struct Launchers {
    /// Valgrind.
    pub valgrind: Option<PathBuf>,
    /// The runtimes of sanitizers.
    pub sanitizers: BTreeMap<Launcher, PathBuf>,
    /// Keeps modules mapped after `dlclose`.
    pub keep_mapped: Option<PathBuf>,
    /// Races, and keeps modules mapped, too.
    pub race: Option<PathBuf>,
    /// Counts the heap blocks of the process.
    pub count_blocks: Option<PathBuf>,
    /// The binaries of targets, by their ids, that were compiled for a launcher.
    pub rebuilt: BTreeMap<Launcher, BTreeMap<String, PathBuf>>,
}

impl Launchers {
    /// The binary of a target that runs under a launcher: its own, if none was compiled for that.
    pub fn binary<'a>(&'a self, launcher: Launcher, target: &'a Target) -> Option<&'a Path> {
        let compiled = self.of_launcher(launcher, target);
        compiled.or(target.binary.as_ref()).map(PathBuf::as_path)
    }

    /// Whether a target was compiled for a launcher.
    pub fn is_rebuilt(&self, launcher: Launcher, target: &Target) -> bool {
        self.of_launcher(launcher, target).is_some()
    }

    fn of_launcher(&self, launcher: Launcher, target: &Target) -> Option<&PathBuf> {
        self.rebuilt.get(&launcher)?.get(&target.id)
    }

    /// The command that runs `command` by a launcher, whose files go to `dir`.
    pub(super) fn launch(
        &self,
        launcher: Launcher,
        mut command: Command,
        dir: &Path,
    ) -> io::Result<Command> {
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
                Ok(behind(needed(self.valgrind.as_ref())?, args, &command))
            }
            Launcher::Lsan => {
                let options = format!("{SANITIZER}:max_leaks=0");
                self.sanitize(launcher, self.keep_mapped.as_ref(), &mut command)?;
                command.env("LSAN_OPTIONS", logging(&options, &dir.join(LSAN)));
                Ok(command)
            }
            Launcher::Asan => {
                // The first error ends the process: going on, another thread soon crashes while the report is being
                // written. It need not be the first library: ours takes `dlclose` from it.
                let options =
                    format!("{SANITIZER}:detect_leaks=1:halt_on_error=1:verify_asan_link_order=0");
                self.sanitize(launcher, self.keep_mapped.as_ref(), &mut command)?;
                command
                    .env("ASAN_OPTIONS", logging(&options, &dir.join(ASAN)))
                    .env("LSAN_OPTIONS", "max_leaks=0");
                Ok(command)
            }
            Launcher::Tsan => {
                // Without `ignore_noninstrumented_modules`, which hides what the target does by memcpy and free.
                self.sanitize(launcher, self.race.as_ref(), &mut command)?;
                command.env("TSAN_OPTIONS", logging(SANITIZER, &dir.join(TSAN)));
                Ok(command)
            }
            Launcher::Blocks => {
                command
                    .env("LD_PRELOAD", needed(self.count_blocks.as_ref())?)
                    .env("THREADPROOF_BLOCKS", dir.join(BLOCKS));
                Ok(command)
            }
        }
    }

    /// Preloads a library of ours and, behind it, a sanitizer.
    fn sanitize(
        &self,
        launcher: Launcher,
        ours: Option<&PathBuf>,
        command: &mut Command,
    ) -> io::Result<()> {
        let runtime = needed(self.sanitizers.get(&launcher))?;
        command.env("LD_PRELOAD", list(&[needed(ours)?, runtime]));
        Ok(())
    }
}

fn needed(library: Option<&PathBuf>) -> io::Result<&Path> {
    library
        .map(PathBuf::as_path)
        .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
}

fn logging(options: &str, log: &Path) -> OsString {
    let mut options = OsString::from(options);
    options.push(":log_path=\"");
    options.push(log);
    options.push("\"");
    options
}

fn list(libraries: &[&Path]) -> OsString {
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
