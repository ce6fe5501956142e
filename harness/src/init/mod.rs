//! Writes the folder of a target from what its module looks like. Pure but for [`Inspected::read`].

use serde::Deserialize;

use crate::{
    model::{Target, TargetSource},
    version::Requirement,
};

/// What `js-tests/lib/inspect.cjs` says of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Inspected {
    /// Its exports.
    pub exports: Vec<Export>,
    /// Native binaries that came with it.
    pub binaries: Vec<Binary>,
    /// Of its package.
    pub version: Option<String>,
    /// The versions of Node that its package names.
    pub engines: Option<String>,
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// `class`, `function`, `object`, …
    pub kind: String,
}

/// A native binary.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Binary {
    /// Absolute.
    pub file: String,
    /// `node-api`, `context-aware`, `not-context-aware`, `unknown`.
    pub registration: String,
}

impl Inspected {
    /// From the script's output.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        // The module may have printed something before.
        serde_json::from_str(text.lines().last().unwrap_or_default())
    }

    /// For people, a line each.
    pub fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let of = |kind: &str| {
            let names = self.exports.iter().filter(|one| one.kind == kind);
            names.map(|one| one.name.as_str()).collect::<Vec<_>>()
        };
        for (kind, plural) in [("class", "classes"), ("function", "functions")] {
            let names = of(kind);
            if !names.is_empty() {
                lines.push(format!("{} {plural}: {}", names.len(), names.join(", ")));
            }
        }
        for binary in &self.binaries {
            let what = match binary.registration.as_str() {
                "node-api" => "Node-API",
                "context-aware" => "no Node-API, a symbol for each version of Node",
                "not-context-aware" => {
                    "no Node-API, and not context-aware: a second thread cannot load it"
                }
                _ => "registers itself in a way that is not known",
            };
            lines.push(format!("binary {}: {what}", binary.file));
        }
        if self.binaries.is_empty() {
            lines.push("no native binary was loaded with it: it may load one later".to_owned());
        }
        lines
    }
}

/// The id of a target's folder: `@node-rs/xxhash@1.7.8` is `node-rs-xxhash`.
pub fn folder_of(target: &Target) -> String {
    let name = match &target.source {
        Some(TargetSource::Npm(spec)) => {
            spec[1..].find('@').map_or(spec.as_str(), |at| &spec[..=at])
        }
        Some(TargetSource::Path(path)) => path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or("target"),
        _ => &target.id,
    };
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let id: String = name.chars().map(allowed).collect();
    id.trim_matches('-').to_owned()
}

/// `target.toml`.
pub fn target_toml(id: &str, target: &Target, inspected: &Inspected) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let source = match &target.source {
        Some(TargetSource::Npm(spec)) => format!("{{ npm = {} }}", quoted(spec)),
        Some(TargetSource::Builtin(name)) => format!("{{ builtin = {} }}", quoted(name)),
        Some(TargetSource::Path(path)) => {
            format!("{{ path = {} }}", quoted(&path.to_string_lossy()))
        }
        Some(TargetSource::Specimen(_)) | None => "{ path = \".\" }".to_owned(),
    };
    let engines = inspected
        .engines
        .as_deref()
        .filter(|range| Requirement::parse(range).is_ok());
    let runtimes = match engines {
        Some(range) => format!(
            "runtimes = {}\nreason = \"its engines say so\"\n",
            quoted(range)
        ),
        None => String::new(),
    };
    include_str!("target.toml.txt")
        .replace("{id}", &quoted(id))
        .replace("{title}", &quoted(&target.title))
        .replace("{source}", &source)
        .replace("{runtimes}", &runtimes)
}

/// `adapter.cjs`; `lib` is the way from its folder to `js-tests/lib`.
pub fn adapter(target: &Target, inspected: &Inspected, lib: &str) -> String {
    let names: Vec<&str> = inspected
        .exports
        .iter()
        .map(|one| one.name.as_str())
        .filter(|name| {
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
        })
        .collect();
    include_str!("adapter.cjs.txt")
        .replace("{title}", &target.title)
        .replace("{lib}", lib)
        .replace("{names}", &names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Profile;

    fn target(source: TargetSource) -> Target {
        Target {
            source: Some(source),
            ..Target::new("node:zlib", Profile::Generic)
        }
    }

    #[test]
    fn folders_are_named_after_what_is_in_them() {
        let npm = |spec: &str| folder_of(&target(TargetSource::Npm(spec.to_owned())));
        assert_eq!(npm("@node-rs/xxhash@1.7.8"), "node-rs-xxhash");
        assert_eq!(npm("bcrypt@6.0.0"), "bcrypt");
        assert_eq!(
            folder_of(&target(TargetSource::Path("/a/My_Addon.node".into()))),
            "my-addon"
        );
        assert_eq!(
            folder_of(&target(TargetSource::Builtin("node:zlib".to_owned()))),
            "node-zlib"
        );
    }

    #[test]
    fn a_range_that_is_none_is_left_out() {
        let npm = target(TargetSource::Npm("a@1.0.0".to_owned()));
        let with = |engines: Option<&str>| {
            let inspected = Inspected {
                engines: engines.map(str::to_owned),
                ..Inspected::default()
            };
            target_toml("a", &npm, &inspected)
        };
        assert!(with(Some(">=18")).contains("runtimes = \">=18\""));
        assert!(!with(Some("whatever")).contains("\nruntimes ="));
        let parsed: toml::Table = with(None).parse().expect("it is TOML");
        assert_eq!(parsed["source"]["npm"].as_str(), Some("a@1.0.0"));
    }

    #[test]
    fn what_a_module_has_is_told() {
        let text = "hello\n{\"exports\":[{\"name\":\"Db\",\"kind\":\"class\"}],\
                    \"binaries\":[{\"file\":\"/a.node\",\"registration\":\"not-context-aware\"}],\
                    \"version\":null,\"engines\":null}\n";
        let told = Inspected::read(text).expect("it is JSON").told();
        assert_eq!(told[0], "1 classes: Db");
        assert!(
            told[1].contains("a second thread cannot load it"),
            "{told:?}"
        );
    }
}
