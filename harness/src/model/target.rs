//! An addon under test, as its `target.toml` describes it.

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An addon under test. All that the harness knows of it stands in `targets/<id>/target.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The folder's name; unique.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// How much of an adapter's surface it offers.
    pub profile: Profile,
    /// Where the addon comes from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<TargetSource>,
    /// The adapter, absolute.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub adapter: Option<PathBuf>,
    /// The capabilities that it has on every runtime, sorted.
    pub supports: Vec<String>,
    /// The capabilities that it has only on some.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub supports_when: Vec<SupportsWhen>,
    /// Variables that each of its jobs gets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub env: BTreeMap<String, String>,
    /// The runtimes on which it exists, as a version requirement; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub runtimes: Option<String>,
    /// Why it does not exist on the others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Findings that are known and have a reason.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub known: Vec<Known>,
    /// What its workers leave and is not its fault.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub known_leaks: Vec<KnownLeak>,
    /// The command that builds it, run in the folder of its source.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub build: Vec<String>,
    /// The native binary that the build makes, absolute.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub binary: Option<PathBuf>,
    /// Whether `run` takes it when no target is named.
    pub default: bool,
    /// The folder of the target, absolute.
    pub dir: PathBuf,
    /// What the adapter passes to `require`: an absolute path, a specifier, or nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub module: Option<String>,
}

impl Target {
    /// A target of which nothing is known but its name.
    pub fn new(id: impl Into<String>, profile: Profile) -> Self {
        let id = id.into();
        Target {
            title: id.clone(),
            id,
            profile,
            source: None,
            adapter: None,
            supports: Vec::new(),
            supports_when: Vec::new(),
            env: BTreeMap::new(),
            runtimes: None,
            reason: None,
            known: Vec::new(),
            known_leaks: Vec::new(),
            build: Vec::new(),
            binary: None,
            default: false,
            dir: PathBuf::new(),
            module: None,
        }
    }
}

/// A capability that a target has only on some runtimes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupportsWhen {
    /// Its name.
    pub capability: String,
    /// The runtimes that have it, as a version requirement.
    pub runtimes: String,
    /// Why only those.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

/// A finding that is known of a target: somebody has looked at it and can say whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Known {
    /// The rule of the finding.
    pub rule: String,
    /// A part of the ids of the tests in which it is seen.
    pub test: String,
    /// What it is.
    pub reason: String,
}

/// What each worker of a target leaves although the target is not at fault: somebody has looked at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KnownLeak {
    /// The tool of `threadproof leak` that sees it.
    pub tool: String,
    /// It may leave so much for each worker, and no more.
    pub most: u32,
    /// The versions of Node that it is seen on.
    pub runtimes: String,
    /// Whose it is, and where that can be read.
    pub reason: String,
}

/// How much of an adapter's surface a target offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Nothing: the suites bring all they need.
    None,
    /// A few functions: make a resource, use it, dispose of it.
    Generic,
    /// `generic` and the surface of `node:sqlite`.
    Sqlite,
}

/// Where an addon comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetSource {
    /// A module of Node's own, such as `node:sqlite`.
    Builtin(String),
    /// A folder or file, relative to the folder of the target.
    Path(PathBuf),
    /// A package of the npm registry, `name@version`, installed beside the suites.
    Npm(String),
    /// A small addon of `harness/specimens/`.
    Specimen(SpecimenSource),
}

/// Which specimen, and how it is compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SpecimenSource {
    /// Name of its folder.
    pub name: String,
    /// Whether with its fault.
    pub planted: bool,
    /// Whether it is a crate instead of one file of C.
    pub rust: bool,
    /// Libraries to link.
    pub link: Vec<String>,
}
