//! Failures that are known and have an issue: `run --expect FILE`. An entry says where a failure is expected, which, why
//! and until when. What it explains does not fail a run; an entry that no longer holds does.
//!
//! `file` reads them, `explain` finds those that explain an attempt, `standing` says at the end whether each still holds.
//! All of it is made from the plan and the events, so that a stored run, and the shards of one, say the same.

mod explain;
mod file;
mod standing;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::OutcomeKind;

pub use explain::{Failed, explains};
pub use file::load;
pub use standing::{Standing, State, standings};

/// An entry: a failure that is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expectation {
    /// Targets, by id or a pattern with `*` and `?`.
    pub target: String,
    /// Versions of Node, such as `>=24 <26`; all where it is absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub runtime: Option<String>,
    /// Such as `linux-x64` or `linux-*`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub platform: Option<String>,
    /// A topic, a runner, or `topic/runner`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub suite: Option<String>,
    /// A part of a test's id, or a pattern.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub test: Option<String>,
    /// What the attempt comes to; any failure where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub outcome: Vec<OutcomeKind>,
    /// The signature of the failure, as reports print it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<String>,
    /// Whether it only happens sometimes: then not seeing it is no news.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub flaky: bool,
    /// Where it is followed up.
    pub issue: String,
    /// In a sentence.
    pub reason: String,
    /// The first day on which it no longer holds, `2027-01-31`.
    pub expires: String,
    /// Whether it had expired when the run began.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub expired: bool,
}

impl std::fmt::Display for Expectation {
    /// Where it holds, in a line: `npm:lmdb@* × node >=24 × lifecycle/driver`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.target)?;
        if let Some(runtime) = &self.runtime {
            write!(f, " × node {runtime}")?;
        }
        for part in [&self.platform, &self.suite, &self.test, &self.signature]
            .into_iter()
            .flatten()
        {
            write!(f, " × {part}")?;
        }
        for outcome in &self.outcome {
            write!(f, " × {outcome}")?;
        }
        Ok(())
    }
}
