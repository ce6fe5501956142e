//! The last selfcheck of this machine, which reports quote.

use std::{fs, io::Write as _, path::PathBuf};

use crate::{error::Error, workspace::Workspace};

use super::{Detection, judge::VERSION};

fn file(workspace: &Workspace) -> PathBuf {
    workspace.state.join("selfcheck.json")
}

/// Keeps a selfcheck as the last one.
pub fn save(workspace: &Workspace, detection: &Detection) -> Result<PathBuf, Error> {
    let path = file(workspace);
    fs::create_dir_all(&workspace.state).map_err(Error::io("create", &workspace.state))?;
    let text = serde_json::to_string_pretty(detection)
        .map_err(|error| Error::io("write", &path)(error.into()))?;
    // Another process may read it at this moment.
    let mut file = tempfile::NamedTempFile::new_in(&workspace.state)
        .map_err(Error::io("write", &workspace.state))?;
    file.write_all(text.as_bytes())
        .map_err(Error::io("write", &path))?;
    file.persist(&path)
        .map_err(|error| Error::io("write", &path)(error.error))?;
    Ok(path)
}

/// The last one, if it was made by this version of the harness.
pub fn load(workspace: &Workspace) -> Option<Detection> {
    let text = fs::read_to_string(file(workspace)).ok()?;
    let detection: Detection = serde_json::from_str(&text).ok()?;
    let ours = detection.version == VERSION && detection.threadproof == env!("CARGO_PKG_VERSION");
    ours.then_some(detection)
}
