//! Reads `targets/<id>/target.toml`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    error::Error,
    model::{Known, KnownLeak, Profile, SupportsWhen, Target, TargetSource},
    version::Requirement,
    workspace::Workspace,
};

/// The file as `docs/protocol.md` describes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct TargetFile {
    id: String,
    title: String,
    profile: Profile,
    #[serde(default)]
    default: bool,
    source: Option<TargetSource>,
    adapter: Option<PathBuf>,
    #[serde(default)]
    supports: Vec<String>,
    #[serde(default)]
    supports_when: Vec<SupportsWhen>,
    runtimes: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    known: Vec<Known>,
    #[serde(default)]
    known_leaks: Vec<KnownLeak>,
    #[serde(default)]
    build: Vec<String>,
    artifact: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// All targets, sorted by id. Reads files only: nothing is built or installed.
pub fn load_targets(workspace: &Workspace) -> Result<Vec<Target>, Error> {
    let dir = &workspace.targets_dir;
    let entries = fs::read_dir(dir).map_err(|error| Error::Usage {
        what: format!("cannot read the targets in {}: {error}", dir.display()),
        help: "name a folder that holds <id>/target.toml with --targets-dir".to_owned(),
    })?;
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("target.toml").is_file())
        .collect();
    folders.sort();
    folders
        .iter()
        .map(|folder| load(workspace, folder))
        .collect()
}

fn load(workspace: &Workspace, dir: &Path) -> Result<Target, Error> {
    let path = dir.join("target.toml");
    let wrong = |what: String| Error::Usage {
        what: format!("{}: {what}", path.display()),
        help: "docs/protocol.md describes target.toml".to_owned(),
    };
    let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let file: TargetFile = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if dir.file_name().is_none_or(|name| name != file.id.as_str()) {
        return Err(wrong(format!(
            "id = {:?} is not the name of its folder",
            file.id
        )));
    }
    let ranges = file
        .runtimes
        .iter()
        .chain(file.supports_when.iter().map(|when| &when.runtimes))
        .chain(file.known_leaks.iter().map(|leak| &leak.runtimes));
    for range in ranges {
        Requirement::parse(range)
            .map_err(|error| wrong(format!("runtimes = {range:?}: {error}")))?;
    }
    let mut supports = file.supports;
    supports.push(format!("os:{}", os()));
    supports.sort();
    supports.dedup();
    let source_dir = match &file.source {
        Some(TargetSource::Path(path)) => Some(dir.join(path)),
        _ => None,
    };
    let module = match &file.source {
        // A package is known once it is installed.
        None | Some(TargetSource::Npm(_) | TargetSource::Specimen(_)) => None,
        Some(TargetSource::Builtin(name)) => Some(name.clone()),
        Some(TargetSource::Path(source)) => {
            let path = dir.join(source).canonicalize().map_err(|error| {
                wrong(format!(
                    "source.path = {:?}: {error}",
                    source.display().to_string()
                ))
            })?;
            Some(path.to_string_lossy().into_owned())
        }
    };
    let binary = file.artifact.as_deref().map(|artifact| {
        let with_cargo = file.build.first().is_some_and(|program| program == "cargo");
        let base = if with_cargo {
            workspace.cargo_target()
        } else {
            source_dir.clone().unwrap_or_else(|| dir.to_owned())
        };
        let base = base.canonicalize().unwrap_or(base);
        let name = artifact
            .replace("{dll-prefix}", std::env::consts::DLL_PREFIX)
            .replace("{dll-suffix}", std::env::consts::DLL_SUFFIX);
        base.join(name)
    });
    let artifact = binary
        .as_ref()
        .map(|path| path.to_string_lossy().into_owned());
    let expand = |(name, value): (String, String)| match &artifact {
        Some(path) => (name, value.replace("{artifact}", path)),
        None => (name, value),
    };
    Ok(Target {
        id: file.id,
        title: file.title,
        profile: file.profile,
        adapter: file.adapter.map(|adapter| dir.join(adapter)),
        source: file.source,
        supports,
        supports_when: file.supports_when,
        env: file.env.into_iter().map(expand).collect(),
        runtimes: file.runtimes,
        reason: file.reason,
        known: file.known,
        known_leaks: file.known_leaks,
        build: file.build,
        binary,
        default: file.default,
        dir: dir.to_owned(),
        module,
    })
}

/// The operating system as Node names it.
pub(crate) fn os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(text: &str) -> (tempfile::TempDir, Workspace) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("js-tests/targets/a")).unwrap();
        fs::write(dir.path().join("js-tests/targets/a/target.toml"), text).unwrap();
        let workspace = Workspace::find(Some(dir.path()), None, None).unwrap();
        (dir, workspace)
    }

    #[test]
    fn a_target_is_all_that_its_file_says() {
        let (_dir, workspace) = workspace(
            r#"
            id = "a"
            title = "A"
            profile = "generic"
            source = { path = "../../.." }
            adapter = "adapter.cjs"
            supports = ["zebra", "ant"]
            build = ["make"]
            artifact = "out/{dll-prefix}a{dll-suffix}"
            [env]
            A_BINARY = "{artifact}"
            [[supports-when]]
            capability = "late"
            runtimes = ">=24"
            "#,
        );
        let targets = load_targets(&workspace).unwrap();
        let target = &targets[0];
        assert_eq!(target.supports, ["ant", &format!("os:{}", os()), "zebra"]);
        assert_eq!(target.module.as_deref(), workspace.root.to_str());
        assert_eq!(target.supports_when[0].capability, "late");
        let binary = target.binary.as_ref().unwrap();
        assert!(binary.starts_with(&workspace.root), "{}", binary.display());
        assert_eq!(target.env["A_BINARY"], binary.to_string_lossy());
        assert!(!target.default);
    }

    #[test]
    fn mistakes_in_a_target_file_are_named() {
        for (text, mistake) in [
            (
                "id = \"b\"\ntitle = \"A\"\nprofile = \"none\"",
                "not the name of its folder",
            ),
            ("id = \"a\"\ntitle = \"A\"\nprofile = \"nonne\"", "nonne"),
            (
                "id = \"a\"\ntitle = \"A\"\nprofile = \"none\"\nsuports = []",
                "suports",
            ),
            (
                "id = \"a\"\ntitle = \"A\"\nprofile = \"none\"\nruntimes = \"new\"",
                "new",
            ),
            (
                "id = \"a\"\ntitle = \"A\"\nprofile = \"none\"\nsource = { path = \"nowhere\" }",
                "nowhere",
            ),
        ] {
            let (_dir, workspace) = workspace(text);
            let error = load_targets(&workspace).unwrap_err();
            assert!(error.to_string().contains(mistake), "{error}");
            assert_eq!(error.exit(), crate::exit::Exit::Usage);
        }
    }
}
