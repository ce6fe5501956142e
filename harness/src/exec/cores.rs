//! Core files: forbidden as a rule, because planned crashes would fill the disk; where they were asked for, moved to the
//! files of their attempt.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Forbids core files for this process and its children.
pub fn no_cores() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_CORE) {
        // Lowering a soft limit is always allowed.
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, hard);
    }
}

/// Allows core files of any size to this process and its children.
pub fn allow_cores() -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_CORE)?;
    if hard == 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the hard limit of this shell is 0 (`ulimit -H -c`)",
        ));
    }
    Ok(setrlimit(Resource::RLIMIT_CORE, hard, hard)?)
}

/// Where a core file went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Core {
    /// Here.
    File(PathBuf),
    /// The kernel gave it to this program.
    Program(String),
    /// The kernel said that it wrote one, and there is none where its pattern points to.
    Lost(PathBuf),
}

/// Moves the core file of a process that worked in `cwd` and was started at `since` to `to`.
pub fn collect(cwd: &Path, since: SystemTime, to: &Path) -> io::Result<Core> {
    // Where there is no such file the kernel has no other pattern.
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or("core".to_owned());
    take(pattern.trim(), cwd, since, to)
}

fn take(pattern: &str, cwd: &Path, since: SystemTime, to: &Path) -> io::Result<Core> {
    if let Some(program) = pattern.strip_prefix('|') {
        return Ok(Core::Program(program.to_owned()));
    }
    // An absolute pattern replaces the working directory.
    let path = cwd.join(pattern);
    let folder = path.parent().unwrap_or(cwd).to_owned();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // What follows the first specifier differs for each process; `core_uses_pid` adds the id without one.
    let prefix = name.split('%').next().unwrap_or_default().to_owned();
    let written = |entry: fs::DirEntry| {
        let modified = entry.metadata().and_then(|data| data.modified()).ok()?;
        let fits = entry.file_name().to_string_lossy().starts_with(&prefix) && modified >= since;
        fits.then(|| (modified, entry.path()))
    };
    let newest = fs::read_dir(&folder)?.flatten().filter_map(written).max();
    let Some((_, from)) = newest else {
        return Ok(Core::Lost(path));
    };
    // The folders may be on different file systems. A core file is sparse; a copy is only as good as the system's.
    if fs::rename(&from, to).is_err() {
        fs::copy(&from, to)?;
        fs::remove_file(&from)?;
    }
    Ok(Core::File(to.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG_AGO: SystemTime = SystemTime::UNIX_EPOCH;

    #[test]
    fn the_newest_file_of_the_pattern_is_moved() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("core.17"), "a core").expect("written");
        fs::write(dir.path().join("other"), "no core").expect("written");
        let to = dir.path().join("kept");
        let core = take("core", dir.path(), LONG_AGO, &to).expect("taken");
        assert_eq!(core, Core::File(to.clone()));
        assert_eq!(fs::read_to_string(to).expect("it is there"), "a core");
        assert!(!dir.path().join("core.17").exists());
        let lost = take("core", dir.path(), LONG_AGO, &dir.path().join("again")).expect("looked");
        assert_eq!(lost, Core::Lost(dir.path().join("core")));
    }

    #[test]
    fn a_core_of_another_time_is_not_ours() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("core"), "older").expect("written");
        let later = SystemTime::now() + std::time::Duration::from_hours(1);
        let core = take("core.%p", dir.path(), later, &dir.path().join("kept")).expect("looked");
        assert!(matches!(core, Core::Lost(_)), "{core:?}");
    }

    #[test]
    fn a_program_that_takes_cores_is_named() {
        let core = take("|/lib/keeper %P", Path::new("/"), LONG_AGO, Path::new("/x")).expect("it");
        assert_eq!(core, Core::Program("/lib/keeper %P".to_owned()));
    }
}
