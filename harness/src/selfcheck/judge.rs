//! What the attempts of a selfcheck say: which faults were found, by what, how soon; and whether anything was found
//! where there is nothing. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use threadproof_stress::Tally;

use crate::model::{Evidence, Job, Outcome, OutcomeKind};

use super::plan::SelfPlan;

/// Version of the stored file. A reader refuses a version that it does not know.
pub(super) const VERSION: u32 = 1;

/// An attempt on a specimen or control.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempted {
    /// Id of the target.
    pub target: String,
    /// Id of the runtime.
    pub runtime: String,
    /// The case: `<rule> > <case>`.
    pub test: String,
    /// What it came to.
    pub outcome: Outcome,
    /// The rules that fired, each with what saw it: `guard`, `assertion`, `SIGSEGV`, `hang`.
    pub fired: BTreeSet<(String, String)>,
    /// In milliseconds.
    pub duration_ms: f64,
    /// The command line that repeats it.
    pub repeat: String,
}

impl Attempted {
    /// What an attempt says of rules.
    pub fn of(job: &Job, evidence: &Evidence, outcome: &Outcome, duration_ms: f64) -> Self {
        let test = job.tests.first().cloned().unwrap_or_default();
        let rule = test.split(" > ").next().unwrap_or_default().to_owned();
        let mut fired: BTreeSet<(String, String)> = evidence
            .findings
            .iter()
            .filter(|finding| finding.known.is_none())
            .map(|finding| (finding.rule.clone(), finding.detector.clone()))
            .collect();
        if let Some(detector) = detector(evidence, outcome) {
            fired.insert((rule, detector));
        }
        Attempted {
            target: job.cell.target.clone(),
            runtime: job.cell.runtime.clone(),
            test,
            outcome: outcome.clone(),
            fired,
            duration_ms,
            repeat: job.repeat.clone(),
        }
    }

    /// Whether one of these rules fired.
    pub fn fired_any(&self, rules: &[&str]) -> bool {
        self.fired
            .iter()
            .any(|(rule, _)| rules.contains(&rule.as_str()))
    }
}

/// What made the scenario's own verdict, where that was a failure.
fn detector(evidence: &Evidence, outcome: &Outcome) -> Option<String> {
    let kind = outcome.kind();
    if kind.is_crash() {
        let signal = evidence.ending.status.crash_signal();
        return Some(signal.map_or_else(|| "crash".to_owned(), crate::model::signal_name));
    }
    match kind {
        OutcomeKind::HangInTest => Some("hang".to_owned()),
        OutcomeKind::HangAtExit => Some("hang at exit".to_owned()),
        OutcomeKind::AssertFailed => Some("assertion".to_owned()),
        OutcomeKind::LostTests => Some("lost test".to_owned()),
        OutcomeKind::Contradiction => Some("exit code".to_owned()),
        OutcomeKind::Straggler => Some("straggler".to_owned()),
        OutcomeKind::LeakFound | OutcomeKind::LeakGrowth => Some("leak".to_owned()),
        // Told by the findings themselves, and above.
        OutcomeKind::Violation
        | OutcomeKind::Clean
        | OutcomeKind::Infra
        | OutcomeKind::CrashAtLoad
        | OutcomeKind::CrashInTest
        | OutcomeKind::CrashAtTeardown => None,
    }
}

/// What a selfcheck came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Detection {
    /// The version of this file.
    pub version: u32,
    /// Version of the harness.
    pub threadproof: String,
    /// When, as RFC 3339.
    pub at: String,
    /// Whether controls ran only their own scenarios.
    pub quick: bool,
    /// Ids of the runtimes.
    pub runtimes: Vec<String>,
    /// One for each specimen.
    pub faults: Vec<Fault>,
    /// One for each clean control.
    pub controls: Vec<Control>,
    /// From start to end, in milliseconds.
    pub elapsed_ms: f64,
}

/// What became of a planted fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The specimen.
    pub specimen: String,
    /// What the fault is.
    pub title: String,
    /// The rules that it breaks.
    pub rules: Vec<String>,
    /// By runtime.
    pub results: BTreeMap<String, FaultResult>,
}

/// What became of a planted fault on a runtime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum FaultResult {
    /// A rule that it breaks fired.
    Found {
        /// The rules that fired, with what saw each.
        fired: BTreeSet<(String, String)>,
        /// Attempts until then, this one included.
        runs: u32,
        /// How long they took, in milliseconds.
        ms: f64,
    },
    /// None did.
    Missed {
        /// How many attempts there were.
        runs: u32,
        /// Other rules that fired meanwhile.
        others: BTreeSet<(String, String)>,
        /// Attempts that could not be judged.
        unjudged: u32,
    },
    /// It cannot show there.
    Impossible {
        /// Why.
        reason: String,
    },
    /// It was not looked for.
    Untested {
        /// Why.
        reason: String,
    },
}

/// What was found on a clean control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// Id of the target.
    pub target: String,
    /// Attempts that were judged.
    pub attempts: u32,
    /// Attempts that could not be judged.
    pub unjudged: u32,
    /// What was found though there is nothing, each with the command that repeats it.
    pub alarms: Vec<String>,
}

impl Detection {
    /// Judges all attempts, in the order in which they ended.
    pub fn judge(
        plan: &SelfPlan,
        runtimes: Vec<String>,
        attempts: &[Attempted],
        quick: bool,
        at: String,
        elapsed_ms: f64,
    ) -> Self {
        let faults = plan
            .specimens
            .iter()
            .map(|specimen| Fault {
                specimen: specimen.name.to_owned(),
                title: specimen.title.to_owned(),
                rules: specimen
                    .rules
                    .iter()
                    .map(|rule| (*rule).to_owned())
                    .collect(),
                results: runtimes
                    .iter()
                    .map(|runtime| {
                        let key = (specimen.name.to_owned(), runtime.clone());
                        let result = plan.known.get(&key).cloned().unwrap_or_else(|| {
                            let of_cell = attempts.iter().filter(|one| {
                                one.target == specimen.name && one.runtime == *runtime
                            });
                            fault(specimen.rules, of_cell)
                        });
                        (runtime.clone(), result)
                    })
                    .collect(),
            })
            .collect();
        let controls = plan
            .controls
            .iter()
            .map(|id| control(id, attempts.iter().filter(|one| one.target == *id)))
            .collect();
        Detection {
            version: VERSION,
            threadproof: env!("CARGO_PKG_VERSION").to_owned(),
            at,
            quick,
            runtimes,
            faults,
            controls,
            elapsed_ms,
        }
    }

    /// All results of all faults.
    pub fn results(&self) -> impl Iterator<Item = (&Fault, &String, &FaultResult)> {
        self.faults.iter().flat_map(|fault| {
            let results = fault.results.iter();
            results.map(move |(runtime, result)| (fault, runtime, result))
        })
    }

    /// Attempts on controls, and false alarms among them.
    pub fn alarms(&self) -> Tally {
        let attempts: u64 = self
            .controls
            .iter()
            .map(|one| u64::from(one.attempts))
            .sum();
        let alarms: usize = self.controls.iter().map(|one| one.alarms.len()).sum();
        Tally::new(alarms as u64, attempts).expect("alarms are attempts")
    }

    /// Whether something was missed or found where there is nothing.
    pub fn failed(&self) -> bool {
        let missed = |(_, _, result): (_, _, &FaultResult)| {
            matches!(result, FaultResult::Missed { unjudged: 0, .. })
        };
        self.results().any(missed) || self.controls.iter().any(|one| !one.alarms.is_empty())
    }

    /// Whether something could not be judged.
    pub fn inconclusive(&self) -> bool {
        let open = |(_, _, result): (_, _, &FaultResult)| {
            matches!(
                result,
                FaultResult::Missed { .. } | FaultResult::Untested { .. }
            )
        };
        self.results().any(open)
            || self
                .controls
                .iter()
                .any(|one| one.attempts == 0 || one.unjudged > 0)
    }
}

fn fault<'a>(rules: &[&str], attempts: impl Iterator<Item = &'a Attempted>) -> FaultResult {
    let mut runs = 0;
    let mut ms = 0.0;
    let mut unjudged = 0;
    let mut others = BTreeSet::new();
    for one in attempts {
        runs += 1;
        ms += one.duration_ms;
        unjudged += u32::from(one.outcome.kind() == OutcomeKind::Infra);
        if one.fired_any(rules) {
            return FaultResult::Found {
                fired: one.fired.clone(),
                runs,
                ms,
            };
        }
        others.extend(one.fired.iter().cloned());
    }
    if runs == 0 {
        return FaultResult::Untested {
            reason: "no case of its rules can run on it: look at `supports`".to_owned(),
        };
    }
    FaultResult::Missed {
        runs,
        others,
        unjudged,
    }
}

fn control<'a>(id: &str, attempts: impl Iterator<Item = &'a Attempted>) -> Control {
    let mut control = Control {
        target: id.to_owned(),
        attempts: 0,
        unjudged: 0,
        alarms: Vec::new(),
    };
    for one in attempts {
        match one.outcome.kind() {
            OutcomeKind::Infra => control.unjudged += 1,
            OutcomeKind::Clean => control.attempts += 1,
            _ => {
                control.attempts += 1;
                control.alarms.push(format!(
                    "{} on {}: {}; repeat: {}",
                    one.test, one.runtime, one.outcome, one.repeat
                ));
            }
        }
    }
    control
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
