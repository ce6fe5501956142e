//! The npm registry, always through `npm`, so that the user's configuration is honoured: registry,
//! proxy, credentials, cache.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Steps, command};
use crate::{error::Error, tools};

/// All published versions of a package.
pub(super) fn versions(steps: Steps<'_>, step: &str, package: &str) -> Result<Vec<String>, Error> {
    let mut npm = npm(step)?;
    npm.args(["view", package, "versions", "--json"]);
    let output = command::run(&mut npm, steps.interrupt, |_| {})?;
    let list = if output.status.success() {
        serde_json::from_str(&output.stdout).map_err(|error| error.to_string())
    } else {
        Err(output.said())
    };
    list.map_err(|cause| {
        Error::preparation(
            step,
            format!("npm cannot list the versions of {package}\n{cause}"),
            "look at the network and npm's configuration (`npm ping`), or name a version that is in the \
             cache, or a binary: --runtime path, --runtime /path/to/node",
        )
    })
}

/// The version that a range or a tag stands for now: the newest of those that fit.
pub(super) fn resolve(
    steps: Steps<'_>,
    step: &str,
    package: &str,
    version: &str,
) -> Result<String, Error> {
    let spec = format!("{package}@{version}");
    let mut npm = npm(step)?;
    npm.args(["view", &spec, "version", "--json"]);
    let output = command::run(&mut npm, steps.interrupt, |_| {})?;
    let wrong = |cause: String| {
        Error::preparation(
            step,
            format!("npm knows no version of {spec}\n{cause}"),
            "look at the spelling, and at the network and npm's configuration (`npm ping`)",
        )
    };
    if !output.status.success() {
        return Err(wrong(output.said()));
    }
    // One version is a text, several are a list in their order.
    match serde_json::from_str(&output.stdout) {
        Ok(serde_json::Value::String(version)) => Ok(version),
        Ok(serde_json::Value::Array(versions)) => versions
            .last()
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| wrong(output.said())),
        _ => Err(wrong(output.said())),
    }
}

/// Installs `package@version` so that `to` is the package's folder, all or nothing: whatever ends this
/// early leaves only a temporary folder behind. The caller holds a lock.
pub(super) fn install(
    steps: Steps<'_>,
    step: &str,
    package: &str,
    version: &str,
    to: &Path,
    keep: Keep<'_>,
    progress: &dyn Fn(&str),
) -> Result<(), Error> {
    let parent = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    let temp = tempfile::Builder::new()
        .prefix(".incomplete-")
        .tempdir_in(parent)
        .map_err(Error::io("create a folder in", parent))?;
    // Its own package.json, or npm would install into a folder above.
    let manifest = temp.path().join("package.json");
    fs::write(&manifest, "{\"private\":true}\n").map_err(Error::io("write", &manifest))?;
    let mut npm = npm(step)?;
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--prefix",
    ])
    .arg(temp.path())
    .arg(format!("{package}@{version}"))
    .current_dir(temp.path());
    match keep {
        Keep::Package => {
            npm.arg("--ignore-scripts");
        }
        Keep::Tree { headers } => {
            if let Some(headers) = headers.filter(|_| !names_headers(steps, npm.get_program())) {
                npm.env(NODEDIR, headers);
            }
        }
    }
    let output = command::run(&mut npm, steps.interrupt, progress)?;
    if !output.status.success() {
        return Err(Error::preparation(
            step,
            format!(
                "npm cannot install {package}@{version} ({})\n{}",
                output.status,
                output.said()
            ),
            "look at the network and npm's configuration (`npm ping`), and whether the version exists",
        ));
    }
    let made: PathBuf = match keep {
        Keep::Package => temp.path().join("node_modules").join(package),
        Keep::Tree { .. } => temp.path().to_owned(),
    };
    if to.exists() {
        fs::remove_dir_all(to).map_err(Error::io("remove", to))?;
    }
    fs::rename(&made, to).map_err(Error::io("move a package to", to))
}

/// What of an installation is kept.
#[derive(Clone, Copy)]
pub(super) enum Keep<'h> {
    /// Only the package's own folder; none of its scripts has run.
    Package,
    /// The package with its dependencies, below `node_modules/`; scripts may have built it.
    Tree {
        /// The folder of headers that node-gyp compiles with, where the user has not named one.
        headers: Option<&'h Path>,
    },
}

/// npm hands its configuration on to node-gyp by such variables.
const NODEDIR: &str = "npm_config_nodedir";

/// Whether the user's configuration of npm names a folder of headers.
fn names_headers(steps: Steps<'_>, npm: &OsStr) -> bool {
    let mut npm = Command::new(npm);
    npm.args(["config", "get", "nodedir"]);
    let said = command::run(&mut npm, steps.interrupt, |_| {});
    said.is_ok_and(|said| !matches!(said.stdout.trim(), "" | "undefined" | "null"))
}

fn npm(step: &str) -> Result<Command, Error> {
    let npm =
        tools::find("npm").map_err(|cause| Error::preparation(step, cause, tools::help("npm")))?;
    Ok(Command::new(npm))
}
