//! The run directory: where it is and whose.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::{error::Error, model::Seed, workspace::Workspace};

/// Says that a folder was made by us, and so may be written anew.
const MARK: &str = ".threadproof-run";

/// What a former run may have left in a folder that is used again.
const OURS: [&str; 17] = [
    "events.ndjson",
    "results.json",
    "junit.xml",
    "summary.md",
    "report.html",
    "ctrf.json",
    "results.tap",
    "findings.sarif",
    "crashed.txt",
    "hung.txt",
    "leaked.txt",
    "failed.txt",
    "lost.txt",
    "leaks.json",
    "stress.json",
    "samples.csv",
    "fuzz.json",
];
const OUR_FOLDERS: [&str; 2] = ["jobs", "failures"];

/// A run's folder.
#[derive(Debug)]
pub struct RunDir {
    /// Name of the run.
    pub name: String,
    /// Absolute.
    pub path: PathBuf,
}

impl RunDir {
    /// Makes the folder: `out` when given, else a new one in the workspace, to which `latest` then points.
    pub fn create(workspace: &Workspace, out: Option<&Path>, seed: Seed) -> Result<Self, Error> {
        let mut name = format!("{}-{seed}", jiff::Zoned::now().strftime("%Y%m%d-%H%M%S"));
        let path = if let Some(out) = out {
            let here =
                std::env::current_dir().map_err(Error::io("read", "the working directory"))?;
            let path = here.join(out);
            make_ours(&path)?;
            path
        } else {
            let runs = workspace.state.join("runs");
            let path = fresh(&runs, &name)?;
            point_latest(&runs, &path);
            // Numbered where another run has begun in the same second.
            if let Some(given) = path.file_name() {
                name = given.to_string_lossy().into_owned();
            }
            path
        };
        let mark = path.join(MARK);
        fs::write(&mark, "made by threadproof run\n").map_err(Error::io("write", &mark))?;
        Ok(RunDir { name, path })
    }
}

/// A folder that is empty or that a former run of ours has made; then without what that run left.
fn make_ours(path: &Path) -> Result<(), Error> {
    let usage = |what: String| Error::Usage {
        what,
        help: "name a new or empty folder, or one of a former run, with --out".to_owned(),
    };
    fs::create_dir_all(path)
        .map_err(|error| usage(format!("--out {}: cannot be made: {error}", path.display())))?;
    if path.join(MARK).is_file() {
        for name in OURS {
            remove(fs::remove_file(path.join(name)), &path.join(name))?;
        }
        for name in OUR_FOLDERS {
            remove(fs::remove_dir_all(path.join(name)), &path.join(name))?;
        }
        return Ok(());
    }
    let mut entries = fs::read_dir(path).map_err(Error::io("read", path))?;
    if entries.next().is_some() {
        return Err(usage(format!(
            "--out {}: holds files that are not ours",
            path.display()
        )));
    }
    Ok(())
}

fn remove(result: std::io::Result<()>, path: &Path) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// A new folder, numbered when two runs of one seed begin in the same second.
fn fresh(runs: &Path, name: &str) -> Result<PathBuf, Error> {
    fs::create_dir_all(runs).map_err(Error::io("create", runs))?;
    for number in 1.. {
        let path = if number == 1 {
            runs.join(name)
        } else {
            runs.join(format!("{name}-{number}"))
        };
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::io("create", path)(error)),
        }
    }
    unreachable!("the loop ends only by returning")
}

/// Points `latest` at a run, by a rename, so that it always points at one. A convenience: the run goes
/// on without it.
fn point_latest(runs: &Path, path: &Path) {
    let Some(name) = path.file_name() else { return };
    let temp = runs.join(format!(".latest-{}", std::process::id()));
    let _ = symlink(name, &temp).and_then(|()| fs::rename(&temp, runs.join("latest")));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(root: &Path) -> Workspace {
        fs::create_dir_all(root.join("js-tests")).unwrap();
        Workspace::find(Some(root), None, None).unwrap()
    }

    #[test]
    fn latest_points_at_the_newest_of_runs_that_are_all_kept() {
        let root = tempfile::tempdir().unwrap();
        let workspace = workspace(root.path());
        let first = RunDir::create(&workspace, None, Seed(1)).unwrap();
        let second = RunDir::create(&workspace, None, Seed(1)).unwrap();
        assert_ne!(first.path, second.path);
        assert_ne!(first.name, second.name);
        let latest = workspace.state.join("runs/latest").canonicalize().unwrap();
        assert_eq!(latest, second.path.canonicalize().unwrap());
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused_and_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let workspace = workspace(root.path());
        let out = root.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("thesis.txt"), "x").unwrap();
        let error = RunDir::create(&workspace, Some(&out), Seed(1)).unwrap_err();
        assert_eq!(error.exit(), crate::exit::Exit::Usage);
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_of_a_former_run_is_used_again_without_its_old_results() {
        let root = tempfile::tempdir().unwrap();
        let workspace = workspace(root.path());
        let out = root.path().join("out");
        let first = RunDir::create(&workspace, Some(&out), Seed(1)).unwrap();
        fs::write(first.path.join("crashed.txt"), "old").unwrap();
        fs::create_dir_all(first.path.join("jobs/x/1")).unwrap();
        fs::write(first.path.join("mine.txt"), "kept").unwrap();
        RunDir::create(&workspace, Some(&out), Seed(2)).unwrap();
        assert!(!out.join("crashed.txt").exists());
        assert!(!out.join("jobs").exists());
        assert!(out.join("mine.txt").exists());
    }
}
