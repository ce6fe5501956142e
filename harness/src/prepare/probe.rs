//! Asks a Node binary what it is, by running it.

use std::{path::Path, process::Command};

use serde::Deserialize;

use crate::model::{Runtime, RuntimeSource};

/// What it prints: a fact a field, and the same version that `node --version` prints.
const SCRIPT: &str = "process.stdout.write(JSON.stringify({version: process.version, \
    napi: process.versions.napi, v8: process.versions.v8, path: process.execPath}))";

#[derive(Deserialize)]
struct Answer {
    version: String,
    napi: String,
    v8: String,
    path: std::path::PathBuf,
}

/// Runs a binary and asks for its versions.
pub fn probe(path: &Path, source: RuntimeSource) -> Result<Runtime, String> {
    let run = |args: &[&str]| -> Result<String, String> {
        let output = Command::new(path)
            .args(args)
            .env_remove("NODE_OPTIONS")
            .output()
            .map_err(|error| format!("{} cannot be started: {error}", path.display()))?;
        let said = String::from_utf8_lossy(if output.status.success() {
            &output.stdout
        } else {
            &output.stderr
        });
        if output.status.success() {
            Ok(said.trim().to_owned())
        } else {
            Err(format!(
                "{} failed ({}): {}",
                path.display(),
                output.status,
                said.trim()
            ))
        }
    };
    let wrong = || format!("{} is not Node", path.display());
    let answer: Answer = serde_json::from_str(&run(&["-e", SCRIPT])?).map_err(|_| wrong())?;
    let version = answer
        .version
        .strip_prefix('v')
        .ok_or_else(wrong)?
        .to_owned();
    semver::Version::parse(&version).map_err(|_| wrong())?;
    Ok(Runtime {
        id: format!("node-{version}"),
        napi: answer.napi.parse().map_err(|_| wrong())?,
        v8: answer.v8,
        // The binary itself, and not a shim of a version manager that may change its mind.
        path: if answer.path.is_absolute() {
            answer.path
        } else {
            path.to_owned()
        },
        version,
        source,
        flags: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_node_is_refused() {
        for path in ["/bin/true", "/bin/false", "/nowhere/node"] {
            let error = probe(Path::new(path), RuntimeSource::File).unwrap_err();
            assert!(error.contains(path), "{error}");
        }
    }

    #[test]
    fn node_says_what_it_is() {
        let node = crate::tools::find("node").unwrap();
        let runtime = probe(&node, RuntimeSource::SearchPath).unwrap();
        assert_eq!(runtime.id, format!("node-{}", runtime.version));
        assert!(runtime.napi >= 8);
        assert!(runtime.path.is_absolute());
    }
}
