//! What an implementation answered to a program.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::model::ExitStatus;

/// What an implementation answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A line of JSON, not read yet: most answers are only compared as a whole.
    Outcomes(String),
    /// The interpreter itself failed.
    Broken(String),
    /// The process died.
    Died(ExitStatus),
    /// The process did not answer in time.
    Hung,
}

/// Operations by their label: how many returned, threw, and had nothing to work on.
pub type Coverage = BTreeMap<String, [u64; 3]>;

/// A line that was read.
#[derive(Debug, Deserialize)]
pub struct Outcomes {
    /// One for each operation, and one for what was left at the end.
    pub outcomes: Vec<Value>,
    /// What was executed.
    pub coverage: Coverage,
}

impl Answer {
    /// Tells an answer from an interpreter that failed.
    pub fn of_line(line: String) -> Answer {
        if line.starts_with("{\"outcomes\"") {
            Answer::Outcomes(line)
        } else {
            Answer::Broken(line)
        }
    }

    /// The outcomes, where there are any.
    pub fn read(&self) -> Option<Outcomes> {
        match self {
            // The interpreter writes with `JSON.stringify`; what it cannot write is no answer.
            Answer::Outcomes(line) => serde_json::from_str(line).ok(),
            Answer::Broken(_) | Answer::Died(_) | Answer::Hung => None,
        }
    }

    /// How it ended, for people.
    pub fn describe(&self) -> String {
        match self {
            Answer::Outcomes(_) => "answered".to_owned(),
            Answer::Broken(what) => format!("the interpreter failed: {what}"),
            Answer::Died(status) => format!("the process died: {status}"),
            Answer::Hung => "the process hung".to_owned(),
        }
    }
}

/// Adds up what was executed.
pub(super) fn add(sum: &mut Coverage, more: &Coverage) {
    for (label, counts) in more {
        let sum = sum.entry(label.clone()).or_default();
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
    }
}
