//! Targets without a folder: a package, a builtin module or a file, by its name alone. What such a target can do is what
//! needs no adapter of its own: it is loaded, again too, in any number of threads.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    error::Error,
    model::{Profile, Target, TargetSource},
    workspace::Workspace,
};

use super::targets::os;

/// The adapter of all of them, beside the suites' own library.
const ADAPTER: &str = "any-addon.cjs";

/// What a word names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Npm(String),
    Builtin(String),
    Path(PathBuf),
}

/// The targets that words name which are no ids: `npm:name`, `npm:@scope/name@1.2.3`, `node:zlib`, `./folder`,
/// `./file.node`. A word that may be a misspelt id is left to those who know the ids.
pub fn named_targets(
    workspace: &Workspace,
    words: &[String],
    known: &[Target],
) -> Result<Vec<Target>, Error> {
    let is_known = |word: &&String| known.iter().any(|target| target.id == **word);
    // One that is named twice is one.
    let words: BTreeSet<&String> = words.iter().collect();
    words
        .into_iter()
        .filter(|word| !is_known(word))
        .filter_map(|word| parse(word).map(|named| target(workspace, word, named)))
        .collect()
}

fn parse(word: &str) -> Option<Named> {
    if let Some(spec) = word.strip_prefix("npm:") {
        return is_spec(spec).then(|| Named::Npm(spec.to_owned()));
    }
    if word.starts_with("node:") {
        return Some(Named::Builtin(word.to_owned()));
    }
    if word.starts_with('@') && word.contains('/') && is_spec(word) {
        return Some(Named::Npm(word.to_owned()));
    }
    let is_path = word.starts_with(['.', '/'])
        || Path::new(word).extension().is_some_and(|one| one == "node");
    if is_path {
        return Some(Named::Path(PathBuf::from(word)));
    }
    // `name@1.2.3`: no id has an at sign.
    (word.contains('@') && is_spec(word)).then(|| Named::Npm(word.to_owned()))
}

/// Whether it can be a name of the registry, with or without a version.
fn is_spec(spec: &str) -> bool {
    let name = spec.strip_prefix('@').unwrap_or(spec);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.~/@^".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && spec.chars().all(allowed)
        && !spec.contains("..")
}

fn target(workspace: &Workspace, word: &str, named: Named) -> Result<Target, Error> {
    let (source, module, title) = match named {
        Named::Npm(spec) => {
            let title = format!("{spec} of the npm registry");
            (TargetSource::Npm(spec), None, title)
        }
        Named::Builtin(name) => {
            let title = format!("{name}, a builtin of Node");
            (TargetSource::Builtin(name.clone()), Some(name), title)
        }
        Named::Path(path) => {
            let found = path.canonicalize().map_err(|error| Error::Usage {
                what: format!("--target {word}: {error}"),
                help: "name the folder of a package or a .node file, or npm:NAME for a package of the registry".to_owned(),
            })?;
            let module = found.to_string_lossy().into_owned();
            (
                TargetSource::Path(found),
                Some(module),
                format!("the module at {word}"),
            )
        }
    };
    Ok(Target {
        title,
        source: Some(source),
        adapter: Some(workspace.lib.join(ADAPTER)),
        supports: vec!["generic:exports".to_owned(), format!("os:{}", os())],
        dir: workspace.lib.clone(),
        module,
        ..Target::new(word, Profile::Generic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_builtins_and_paths_are_told_apart_and_ids_are_left_alone() {
        let npm = |spec: &str| Some(Named::Npm(spec.to_owned()));
        assert_eq!(parse("npm:bcrypt"), npm("bcrypt"));
        assert_eq!(
            parse("npm:@node-rs/xxhash@1.7.6"),
            npm("@node-rs/xxhash@1.7.6")
        );
        assert_eq!(parse("@node-rs/xxhash"), npm("@node-rs/xxhash"));
        assert_eq!(parse("bcrypt@6.0.0"), npm("bcrypt@6.0.0"));
        assert_eq!(
            parse("node:zlib"),
            Some(Named::Builtin("node:zlib".to_owned()))
        );
        assert_eq!(parse("./a"), Some(Named::Path("./a".into())));
        assert_eq!(
            parse("build/a.node"),
            Some(Named::Path("build/a.node".into()))
        );
        for id in ["bcrypt", "better-sqlite3", "child-without-parent+fixed"] {
            assert_eq!(parse(id), None, "{id}");
        }
    }

    #[test]
    fn what_no_registry_has_is_no_package() {
        for word in [
            "npm:",
            "npm:../up",
            "npm:a b",
            "npm:-flag",
            "@/x",
            "npm:a;b",
        ] {
            assert_eq!(parse(word), None, "{word}");
        }
    }

    #[test]
    fn one_that_is_named_twice_is_one() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(dir.path().join("js-tests/suites")).expect("made");
        let workspace = Workspace::find(Some(dir.path()), None, None).expect("a workspace");
        let words = ["node:zlib", "npm:bcrypt", "node:zlib"].map(str::to_owned);
        let targets = named_targets(&workspace, &words, &[]).expect("they are named");
        let ids: Vec<&str> = targets.iter().map(|target| &*target.id).collect();
        assert_eq!(ids, ["node:zlib", "npm:bcrypt"]);
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error_that_says_what_to_name() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(dir.path().join("js-tests/suites")).expect("made");
        let workspace = Workspace::find(Some(dir.path()), None, None).expect("a workspace");
        let words = ["./not-there".to_owned()];
        let error = named_targets(&workspace, &words, &[]).expect_err("it is not there");
        assert_eq!(error.exit(), crate::exit::Exit::Usage);
        assert!(error.help().is_some_and(|help| help.contains("npm:NAME")));
    }
}
