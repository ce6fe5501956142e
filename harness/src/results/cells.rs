//! What the attempts of a cell came to, and each test over all of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::PlannedCell,
    gate::GateResult,
    model::{CellId, OutcomeKind, TestRecord, TestState, TopicKind, Verdict},
};

/// What the attempts of a cell came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CellResults {
    /// Which cell.
    pub cell: CellId,
    /// Jobs planned, in this shard.
    pub planned: u32,
    /// Jobs that were judged, `Infra` left out: the n of "k of n".
    pub judged: u32,
    /// Jobs that were clean: the k of "k of n".
    pub clean: u32,
    /// How often each outcome was seen.
    pub outcomes: BTreeMap<OutcomeKind, u32>,
    /// How many of these were failures that were expected.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub expected: BTreeMap<OutcomeKind, u32>,
    /// What the attempts so far come to.
    pub verdict: Verdict,
    /// Sum of the attempts' durations, in milliseconds.
    pub duration_ms: f64,
    /// Each test over all attempts, in the order of the manifest.
    pub tests: Vec<TestTally>,
    /// What its gate came to, where there is one: it takes the place of the verdict.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gate: Option<GateResult>,
}

/// A test over all attempts of a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestTally {
    /// Id of the test.
    pub id: String,
    /// Attempts in which it passed.
    pub passed: u32,
    /// Attempts in which it failed.
    pub failed: u32,
    /// Attempts in which it was skipped though it was expected to run.
    pub skipped: u32,
    /// Attempts in which it started and has no result.
    pub open: u32,
    /// Attempts in which it was never heard of.
    pub missing: u32,
    /// Attempts with it that were clean as a whole.
    #[serde(default)]
    pub clean: u32,
    /// Longest time that it took, in milliseconds.
    pub max_ms: f64,
}

impl CellResults {
    pub(super) fn planned(planned: &PlannedCell) -> Self {
        CellResults {
            cell: planned.cell.clone(),
            planned: planned.jobs,
            judged: 0,
            clean: 0,
            outcomes: BTreeMap::new(),
            expected: BTreeMap::new(),
            verdict: Verdict::of(planned.jobs, &BTreeMap::new()),
            duration_ms: 0.0,
            tests: Vec::new(),
            gate: None,
        }
    }

    pub(super) fn add(
        &mut self,
        duration_ms: f64,
        tests: &[TestRecord],
        kind: OutcomeKind,
        expected: bool,
    ) {
        *self.outcomes.entry(kind).or_default() += 1;
        if expected {
            *self.expected.entry(kind).or_default() += 1;
        }
        self.judged += u32::from(kind != OutcomeKind::Infra);
        self.clean += u32::from(kind == OutcomeKind::Clean);
        let ended: u32 = self.outcomes.values().sum();
        self.planned = self.planned.max(ended);
        self.verdict = Verdict::beside(self.planned, &self.outcomes, &self.expected);
        self.duration_ms += duration_ms;
        for (index, test) in tests.iter().enumerate() {
            // Manifests of a cell are alike, so the position is right but for unexpected tests.
            let at = match self.tests.get(index) {
                Some(tally) if tally.id == test.id => index,
                _ => self
                    .tests
                    .iter()
                    .position(|tally| tally.id == test.id)
                    .unwrap_or_else(|| {
                        self.tests.push(TestTally {
                            id: test.id.clone(),
                            ..TestTally::default()
                        });
                        self.tests.len() - 1
                    }),
            };
            self.tests[at].add(test);
            self.tests[at].clean += u32::from(kind == OutcomeKind::Clean);
        }
        // Cases of scenarios are processes of their own: one that always fails beside others that never do is no
        // flakiness.
        let never_clean = |test: &TestTally| test.attempts() > 0 && test.clean == 0;
        if self.cell.suite.runner.kind() == TopicKind::Scenarios
            && matches!(self.verdict, Verdict::Flaky { .. })
            && self.tests.iter().any(never_clean)
        {
            self.verdict = Verdict::Fail;
        }
    }
}

impl TestTally {
    /// Attempts that had to run it.
    pub fn attempts(&self) -> u32 {
        self.passed + self.failed + self.skipped + self.open + self.missing
    }

    fn add(&mut self, test: &TestRecord) {
        match test.state {
            TestState::Passed => self.passed += 1,
            TestState::Failed => self.failed += 1,
            TestState::Skipped => self.skipped += 1,
            TestState::Open => self.open += 1,
            TestState::Missing => self.missing += 1,
        }
        self.max_ms = self.max_ms.max(test.ms.unwrap_or(0.0));
    }
}
