//! Builds a package of this workspace with Cargo.

use std::{path::Path, process::Command};

use super::{Steps, command};
use crate::{error::Error, tools};

/// Runs `cargo build --release` with these arguments; whether anything had to be compiled.
pub(super) fn build(
    steps: Steps<'_>,
    step: &str,
    folder: &Path,
    args: &[&str],
    progress: &dyn Fn(&str),
) -> Result<bool, Error> {
    let cargo = tools::find("cargo")
        .map_err(|cause| Error::preparation(step, cause, tools::help("cargo")))?;
    let mut build = Command::new(cargo);
    without_own_settings(&mut build);
    build
        .args(["build", "--release"])
        .args(args)
        .current_dir(folder);
    let line = format!("cargo build --release {}", args.join(" "));
    let mut compiled = false;
    let output = command::run(&mut build, steps.interrupt, |line| {
        compiled |= line.starts_with("Compiling");
        progress(line);
    })?;
    if output.status.success() {
        return Ok(compiled);
    }
    Err(Error::preparation(
        step,
        format!("`{line}` failed ({})\n{}", output.status, output.said()),
        format!("correct it, or run it by hand in {}", folder.display()),
    ))
}

/// `cargo run` tells its own settings to what it starts; the build of another package is not meant by them.
pub(super) fn without_own_settings(build: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            build.env_remove(&name);
        }
    }
}
