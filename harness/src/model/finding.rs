//! What detectors saw inside of a process: breaches of rules, the stack of a crash, what an env left.
//! Written by the guard library, see `docs/guard.md`.

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A breach of a rule that a detector saw, whether or not the process survived it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Id of the rule: `affinity/calls-from-owner`.
    pub rule: String,
    /// Who saw it: `guard`.
    pub detector: String,
    /// What was seen, for people.
    pub message: String,
    /// The function of Node-API or of the system that was called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub call: Option<String>,
    /// The binary that called it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub object: Option<PathBuf>,
    /// How often it was seen from the same place.
    pub count: u64,
    /// Why it is expected of this target, where `target.toml` says that it is known. Then it makes no failure.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known: Option<String>,
    /// Where the object was made and where it was misused, as far as either is known.
    #[serde(default)]
    pub stacks: Vec<Stack>,
}

/// A native stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stack {
    /// What happened there: `misused here`.
    pub title: String,
    /// The thread's id in the system.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thread: Option<i64>,
    /// Innermost first.
    pub frames: Vec<Frame>,
}

/// A frame of a native stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// The mapped file, or nothing for code that belongs to none, such as V8's.
    #[serde(default)]
    pub object: Option<PathBuf>,
    /// Where in it; an absolute address where there is no file.
    pub offset: u64,
    /// The function, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub symbol: Option<String>,
    /// The source file, where the object has debug information.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The line in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
}

/// The stack of the thread that crashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NativeCrash {
    /// The number of the signal.
    pub signal: i32,
    /// `si_code`.
    #[serde(default)]
    pub code: i32,
    /// The address of the fault, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<String>,
    /// The thread's id in the system.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thread: Option<i64>,
    /// The unloaded binary that the thread was in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unloaded: Option<PathBuf>,
    /// Innermost first.
    #[serde(default)]
    pub frames: Vec<Frame>,
    /// The last call of Node-API on that thread that failed: an ignored status is a frequent cause.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_failed: Option<FailedCall>,
}

/// A call of Node-API that gave another status than `napi_ok`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailedCall {
    /// The function.
    pub call: String,
    /// Its status.
    pub status: i32,
    /// Where it was called.
    #[serde(default)]
    pub frames: Vec<Frame>,
}

/// What a binary still held when an env had ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvEnd {
    /// The thread's id in the system.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thread: Option<i64>,
    /// The binary.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub object: Option<PathBuf>,
    /// How many of each kind: `references`, `descriptors`, `blocks` and so on.
    pub counts: BTreeMap<String, i64>,
}
