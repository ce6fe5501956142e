//! An addon under test, as its `target.toml` describes it.

use std::path::PathBuf;

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
    /// The capabilities that suites may need, sorted.
    pub supports: Vec<String>,
    /// The runtimes on which it exists, as a version requirement; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub runtimes: Option<String>,
    /// Why it does not exist on the others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The command that builds it, run from the workspace's root.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub build: Vec<String>,
    /// What the build must have made, relative to the workspace's root.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub artifact: Option<PathBuf>,
    /// Whether `run` takes it when no target is named.
    pub default: bool,
    /// The folder of the target, absolute.
    pub dir: PathBuf,
    /// What the adapter passes to `require`: an absolute path, a specifier, or nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub module: Option<String>,
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
}
