//! Which version of a target was run, as far as that can be known.

use std::{fs, path::Path};

use serde::Deserialize;

use crate::model::{Target, TargetSource};

/// Of a package of the registry the version that it is named with; of a folder or file that of the package that it lies in;
/// of a module of Node's own none, because the runtime says it.
pub fn version_of(target: &Target) -> Option<String> {
    match target.source.as_ref()? {
        TargetSource::Npm(spec) => {
            // The first character may be the @ of a scope.
            let at = spec.rfind('@').filter(|at| *at > 0)?;
            Some(spec[at + 1..].to_owned())
        }
        TargetSource::Path(path) => of_package(&target.dir.join(path)),
        TargetSource::Builtin(_) | TargetSource::Specimen(_) => None,
    }
}

/// The version of the nearest package around a path.
fn of_package(path: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Package {
        version: Option<String>,
    }
    let path = path.canonicalize().ok()?;
    let text = path
        .ancestors()
        .find_map(|folder| fs::read(folder.join("package.json")).ok())?;
    serde_json::from_slice::<Package>(&text).ok()?.version
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::Profile;

    fn target(source: TargetSource, dir: &Path) -> Target {
        Target {
            source: Some(source),
            dir: dir.to_owned(),
            ..Target::new("x", Profile::None)
        }
    }

    #[test]
    fn packages_have_the_version_in_their_name_and_folders_that_of_their_package() {
        let dir = tempfile::tempdir().unwrap();
        let npm = |spec: &str| version_of(&target(TargetSource::Npm(spec.to_owned()), dir.path()));
        assert_eq!(npm("bcrypt@5.1.0").as_deref(), Some("5.1.0"));
        assert_eq!(npm("@scope/name@1.2.3").as_deref(), Some("1.2.3"));
        assert_eq!(npm("@scope/name"), None);
        fs::create_dir_all(dir.path().join("addon/build")).unwrap();
        fs::write(dir.path().join("addon/build/x.node"), "").unwrap();
        fs::write(
            dir.path().join("addon/package.json"),
            r#"{ "version": "0.7.1" }"#,
        )
        .unwrap();
        let path = TargetSource::Path(PathBuf::from("../addon/build/x.node"));
        fs::create_dir(dir.path().join("target")).unwrap();
        let found = version_of(&target(path, &dir.path().join("target")));
        assert_eq!(found.as_deref(), Some("0.7.1"));
    }
}
