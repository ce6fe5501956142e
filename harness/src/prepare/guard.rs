//! Builds the guard library, which is preloaded into the processes under test.

use std::path::PathBuf;

use super::{Done, Steps, cargo};
use crate::error::Error;

const STEP: &str = "guard";

/// Whether there is a guard for this platform; why not, where there is none.
pub fn guard_platform() -> Result<(), String> {
    if cfg!(target_os = "linux") {
        Ok(())
    } else {
        Err(format!(
            "the guard library is made for Linux; on {} what only it sees is not judged",
            std::env::consts::OS
        ))
    }
}

/// The library, built if it is not up to date.
pub fn ensure_guard(steps: Steps<'_>) -> Result<PathBuf, Error> {
    let target = steps.workspace.cargo_target();
    let library = target.join("release").join("libthreadproof_guard.so");
    steps.step(STEP, "cargo build -p threadproof-guard", |progress| {
        let built = if steps.permissions.no_build {
            false
        } else {
            cargo::build(
                steps,
                STEP,
                &steps.workspace.root,
                &["-p", "threadproof-guard"],
                progress,
            )?
        };
        let library = library.canonicalize().map_err(|error| {
            Error::preparation(
                STEP,
                format!("{}: {error}", library.display()),
                "run it once without --no-build, or leave the guard out with --guard off",
            )
        })?;
        Ok(Done {
            value: library,
            result: if built { "built" } else { "up to date" }.to_owned(),
            cached: !built,
        })
    })
}
