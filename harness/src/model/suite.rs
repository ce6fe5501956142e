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

/// What a topic consists of, which decides who runs it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TopicKind {
    /// Bodies of tests under `suites/`.
    #[default]
    Bodies,
    /// Scenarios of the rules of one family, each case a process.
    Scenarios,
    /// Generated programs.
    Programs,
    /// Shapes of load, of `threadproof stress`.
    Shapes,
    /// Leak programs, of `threadproof leak`.
    Leaks,
    /// Generated programs of several threads, of `threadproof fuzz`.
    Fuzz,
    /// Test files of other packages, of `threadproof replicate`.
    Replicated,
}

impl TopicKind {
    /// Those who run it.
    pub fn runners(self) -> &'static [Runner] {
        match self {
            TopicKind::Bodies => &Runner::OF_BODIES,
            TopicKind::Scenarios => &[Runner::Driver],
            TopicKind::Programs => &[Runner::Programs],
            TopicKind::Shapes => &[Runner::Stress],
            TopicKind::Leaks => &[Runner::Leak],
            TopicKind::Fuzz => &[Runner::Fuzz],
            TopicKind::Replicated => &[Runner::Replicate],
        }
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
    /// Our own driver: one case of a scenario, on the main thread of a process.
    Driver,
    /// This program itself: generated programs on two implementations.
    Programs,
    /// Our own: a shape of load in a process.
    Stress,
    /// Our own: workers that run a leak program, in a process that ends by itself.
    Leak,
    /// Our own driver: generated programs, one after the other in a process.
    Fuzz,
    /// Our own: copies of somebody's test file in workers of one process.
    Replicate,
}

impl Runner {
    /// All of them, in the order in which reports list them.
    pub const ALL: [Runner; 10] = [
        Runner::Jest,
        Runner::Vitest,
        Runner::VitestShared,
        Runner::NodeTest,
        Runner::Driver,
        Runner::Programs,
        Runner::Stress,
        Runner::Leak,
        Runner::Fuzz,
        Runner::Replicate,
    ];

    /// Those that run bodies of tests.
    pub const OF_BODIES: [Runner; 4] = [
        Runner::Jest,
        Runner::Vitest,
        Runner::VitestShared,
        Runner::NodeTest,
    ];

    /// What it runs.
    pub fn kind(self) -> TopicKind {
        match self {
            Runner::Jest | Runner::Vitest | Runner::VitestShared | Runner::NodeTest => {
                TopicKind::Bodies
            }
            Runner::Driver => TopicKind::Scenarios,
            Runner::Programs => TopicKind::Programs,
            Runner::Stress => TopicKind::Shapes,
            Runner::Leak => TopicKind::Leaks,
            Runner::Fuzz => TopicKind::Fuzz,
            Runner::Replicate => TopicKind::Replicated,
        }
    }

    /// Its name on the command line and on disk.
    pub fn as_str(self) -> &'static str {
        match self {
            Runner::Jest => "jest",
            Runner::Vitest => "vitest",
            Runner::VitestShared => "vitest-shared",
            Runner::NodeTest => "node-test",
            Runner::Driver => "driver",
            Runner::Programs => "programs",
            Runner::Stress => "stress",
            Runner::Leak => "leak",
            Runner::Fuzz => "fuzz",
            Runner::Replicate => "replicate",
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
