//! What runs JavaScript: a binary of Node, Bun or Deno.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A binary, asked for its own version and for what it can do by running it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Runtime {
    /// Such as `node-24.21.0`, `bun-1.4.5` or `node-24.21.0+jitless`; unique in a run.
    pub id: String,
    /// Whose it is.
    #[serde(default)]
    pub engine: Engine,
    /// The version of Node that it is, or says that it is like: `24.21.0`. Ranges of targets are about this one.
    pub version: String,
    /// Its own version, where it is not Node: `1.4.5` of Bun.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub release: Option<String>,
    /// The highest Node-API version that it speaks.
    pub napi: u32,
    /// `process.versions.v8`.
    pub v8: String,
    /// The executable, absolute.
    pub path: PathBuf,
    /// Where it was found.
    pub source: RuntimeSource,
    /// Command-line options that somebody asked for; they precede the script.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub flags: Vec<String>,
    /// What it was tried for and does not have (`workers`, `terminate`, …), with what it came to instead.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub lacks: BTreeMap<String, String>,
}

/// Whose a runtime is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// <https://nodejs.org>
    #[default]
    Node,
    /// <https://bun.sh>
    Bun,
    /// <https://deno.com>
    Deno,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 3] = [Engine::Node, Engine::Bun, Engine::Deno];

    /// As in ids: `bun`.
    pub fn as_str(self) -> &'static str {
        match self {
            Engine::Node => "node",
            Engine::Bun => "bun",
            Engine::Deno => "deno",
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Node => "Node",
            Engine::Bun => "Bun",
            Engine::Deno => "Deno",
        }
    }

    /// What stands between the executable and a script so that it runs as Node would: with all permissions, and the
    /// function of the collector in reach, which Node can be told to give at any time.
    pub fn options(self) -> &'static [&'static str] {
        match self {
            Engine::Node | Engine::Bun => &[],
            Engine::Deno => &["run", "--allow-all", "--v8-flags=--expose-gc"],
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Runtime {
    /// What stands between the executable and a script.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        let own = self.engine.options().iter().copied();
        own.chain(self.flags.iter().map(String::as_str))
    }

    /// Its id, from what it is.
    pub fn id_of(engine: Engine, release: &str, flags: &[String]) -> String {
        let mut id = format!("{engine}-{release}");
        for flag in flags {
            id.push('+');
            id.push_str(flag.trim_start_matches('-'));
        }
        id
    }

    /// A Node of a version, as tests need it.
    #[cfg(test)]
    pub fn node(version: &str) -> Self {
        Runtime {
            id: format!("node-{version}"),
            engine: Engine::Node,
            version: version.to_owned(),
            release: None,
            napi: 10,
            v8: "13.6.233.17".to_owned(),
            path: "/node".into(),
            source: RuntimeSource::Provisioned,
            flags: Vec::new(),
            lacks: BTreeMap::new(),
        }
    }
}

/// Where a runtime was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimeSource {
    /// Provisioned from the npm registry into the cache.
    Provisioned,
    /// The `node` of the search path.
    SearchPath,
    /// A file named on the command line.
    File,
}
