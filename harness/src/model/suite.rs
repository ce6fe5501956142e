//! A topic under a runner.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The topic that has no bodies: its tests are made by the runner [`Runner::Programs`].
pub const DIFFERENTIAL: &str = "differential";

/// A suite: a topic under a runner, written `topic/runner`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct Suite {
    /// The folder under `suites/`.
    pub topic: String,
    /// Who runs it.
    pub runner: Runner,
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.topic, self.runner))
    }
}

/// Who runs a topic. The table of `docs/protocol.md` says how each is started.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Runner {
    /// Jest with `workerThreads`.
    Jest,
    /// Vitest with threads, a worker a file.
    Vitest,
    /// Vitest with threads, two workers for all files.
    VitestShared,
    /// `run()` of `node:test`.
    NodeTest,
    /// This program itself: generated programs on two implementations.
    Programs,
}

impl Runner {
    /// All of them, in the order in which reports list them.
    pub const ALL: [Runner; 5] = [
        Runner::Jest,
        Runner::Vitest,
        Runner::VitestShared,
        Runner::NodeTest,
        Runner::Programs,
    ];

    /// Those that run bodies of tests: all but the one that makes its own.
    pub const OF_BODIES: [Runner; 4] = [
        Runner::Jest,
        Runner::Vitest,
        Runner::VitestShared,
        Runner::NodeTest,
    ];

    /// The runners of a topic.
    pub fn of_topic(topic: &str) -> &'static [Runner] {
        if topic == DIFFERENTIAL {
            &[Runner::Programs]
        } else {
            &Runner::OF_BODIES
        }
    }

    /// Its name on the command line and on disk.
    pub fn as_str(self) -> &'static str {
        match self {
            Runner::Jest => "jest",
            Runner::Vitest => "vitest",
            Runner::VitestShared => "vitest-shared",
            Runner::NodeTest => "node-test",
            Runner::Programs => "programs",
        }
    }
}

impl fmt::Display for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Runner {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Runner::ALL
            .into_iter()
            .find(|runner| runner.as_str() == text)
            .ok_or(())
    }
}
