//! `npm ci` for the runners, when their lock file has changed since the last time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Done, Steps, command, lock};
use crate::{error::Error, tools, workspace::Workspace};

const STEP: &str = "packages";

/// Whether the packages of the suites are those of their lock file.
pub fn packages_ready(workspace: &Workspace) -> bool {
    let state = State::of(workspace);
    state.is_ok_and(|state| state.is_none_or(|state| state.ready()))
}

/// Installs the packages of the suites unless they are there.
pub fn ensure_packages(steps: Steps<'_>) -> Result<(), Error> {
    let workspace = steps.workspace;
    let Some(state) = State::of(workspace)? else {
        return Ok(());
    };
    let doing = format!("npm ci in {}", state.folder.display());
    steps.step(STEP, &doing, |progress| {
        if state.ready() {
            return Ok(Done { value: (), result: "as in package-lock.json".into(), cached: true });
        }
        let _lock = lock::take(&state.stamp.with_extension("lock"), steps.interrupt, progress)?;
        if state.ready() {
            return Ok(Done { value: (), result: "installed by another run".into(), cached: true });
        }
        if steps.permissions.offline {
            return Err(Error::preparation(
                STEP,
                format!("the packages in {} are not those of package-lock.json", state.folder.display()),
                "run it once without --offline",
            ));
        }
        let npm = tools::find("npm")
            .map_err(|cause| Error::preparation(STEP, cause, tools::help("npm")))?;
        // A stamp that stays behind an interrupted `npm ci` would call a broken folder ready.
        if state.stamp.exists() {
            fs::remove_file(&state.stamp).map_err(Error::io("remove", &state.stamp))?;
        }
        let mut npm = Command::new(npm);
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&state.folder);
        let output = command::run(&mut npm, steps.interrupt, progress)?;
        if !output.status.success() {
            return Err(Error::preparation(
                STEP,
                format!("npm ci failed ({})\n{}", output.status, output.said()),
                format!(
                    "run `npm ci` in {} by hand; npm's own configuration decides which registry and \
                     proxy it uses",
                    state.folder.display()
                ),
            ));
        }
        fs::write(&state.stamp, &state.hash).map_err(Error::io("write", &state.stamp))?;
        let result = output.stdout.lines().rev().find(|line| !line.trim().is_empty());
        Ok(Done { value: (), result: result.unwrap_or("installed").to_owned(), cached: false })
    })
}

/// What is there, and what should be.
struct State {
    folder: PathBuf,
    hash: String,
    stamp: PathBuf,
}

impl State {
    /// Nothing for a folder that needs no packages.
    fn of(workspace: &Workspace) -> Result<Option<State>, Error> {
        let folder = workspace.packages.clone();
        let lock_file = folder.join("package-lock.json");
        if !lock_file.is_file() {
            return Ok(None);
        }
        let content = fs::read(&lock_file).map_err(Error::io("read", &lock_file))?;
        let hash = blake3::hash(&content).to_hex().to_string();
        let place = blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex();
        let stamp = workspace.state.join("packages").join(&place[..16]);
        Ok(Some(State {
            folder,
            hash,
            stamp,
        }))
    }

    fn ready(&self) -> bool {
        let stamped = fs::read_to_string(&self.stamp).is_ok_and(|hash| hash == self.hash);
        stamped
            && self
                .folder
                .join(Path::new("node_modules/.package-lock.json"))
                .is_file()
    }
}
