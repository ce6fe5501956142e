//! Headers of Node for packages that have no binary for this platform and compile one when they are installed.
//!
//! node-gyp asks nodejs.org for them, which a machine that sees only a package registry cannot reach, and takes those of the
//! Node that npm runs on, which is none of ours. The runtimes' own packages bring them along.

use std::path::{Path, PathBuf};

use crate::model::{Engine, Runtime};

/// The folder that has `include/node/` of the oldest of these runtimes that has one: what is compiled for it by
/// Node-API runs on the others, too.
pub(super) fn of_oldest<'r>(runtimes: impl IntoIterator<Item = &'r Runtime>) -> Option<PathBuf> {
    runtimes
        .into_iter()
        .filter(|runtime| runtime.engine == Engine::Node)
        .filter_map(|runtime| Some((version(runtime)?, beside(&runtime.path)?)))
        .min()
        .map(|(_, folder)| folder)
}

fn version(runtime: &Runtime) -> Option<semver::Version> {
    semver::Version::parse(&runtime.version).ok()
}

/// Of `<folder>/bin/node`.
fn beside(executable: &Path) -> Option<PathBuf> {
    let folder = executable.parent()?.parent()?;
    let include = folder.join("include/node");
    // Both are needed: the second says how Node itself was compiled.
    let complete = ["node_api.h", "common.gypi"]
        .iter()
        .all(|name| include.join(name).is_file());
    complete.then(|| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::model::RuntimeSource;

    fn runtime(root: &Path, engine: Engine, version: &str, files: &[&str]) -> Runtime {
        let folder = root.join(version);
        let include = folder.join("include/node");
        fs::create_dir_all(&include).expect("a folder");
        for file in files {
            fs::write(include.join(file), "").expect("a file");
        }
        Runtime {
            id: format!("node-{version}"),
            engine,
            version: version.to_owned(),
            release: None,
            napi: 10,
            v8: String::new(),
            path: folder.join("bin/node"),
            source: RuntimeSource::File,
            flags: Vec::new(),
            lacks: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn the_oldest_node_with_all_of_them_is_taken() {
        let dir = tempfile::tempdir().expect("a folder");
        let all = ["node_api.h", "common.gypi"];
        let of = |engine, version, files: &[&str]| runtime(dir.path(), engine, version, files);
        let runtimes = [
            of(Engine::Node, "26.1.0", &all),
            of(Engine::Node, "9.0.0", &all[..1]),
            of(Engine::Node, "22.3.0", &all),
            of(Engine::Bun, "20.0.0", &all),
        ];
        assert_eq!(of_oldest(&runtimes), Some(dir.path().join("22.3.0")));
        assert_eq!(of_oldest(&runtimes[1..2]), None);
    }
}
