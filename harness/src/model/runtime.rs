//! A Node binary.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Node binary, asked for its own version by running it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Runtime {
    /// Such as `node-24.21.0`; unique in a run.
    pub id: String,
    /// Such as `24.21.0`.
    pub version: String,
    /// The highest Node-API version that it speaks.
    pub napi: u32,
    /// `process.versions.v8`.
    pub v8: String,
    /// The executable, absolute.
    pub path: PathBuf,
    /// Where it was found.
    pub source: RuntimeSource,
    /// Command-line options that always precede the script.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub flags: Vec<String>,
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
