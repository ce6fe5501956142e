//! Looks at the databases that a process left behind, when it has ended.

mod ledger;

pub use ledger::Audit;

use std::{fs, io, path::Path};

use crate::model::Finding;

/// The folder of an attempt with the databases that are audited.
pub const DATA: &str = "data";
/// The file of an attempt with what the audit came to.
pub const FILE: &str = "audit.json";
/// The rule that an audit's findings break; a section of `docs/explain/stress.md`.
const LEDGER_RULE: &str = "stress/ledger";

/// Audits the databases of an attempt, whose folder is `dir`; gives what is wrong with them. Those that are well are
/// removed: there are thousands in a run.
pub fn attempt(dir: &Path) -> io::Result<Vec<Finding>> {
    let data = dir.join(DATA);
    let audit = ledger::audit(&data)?;
    let text = serde_json::to_string_pretty(&audit)?;
    fs::write(dir.join(FILE), text)?;
    if audit.faults.is_empty() {
        fs::remove_dir_all(&data)?;
    }
    Ok(audit.faults.into_iter().map(finding).collect())
}

/// A fault of the data as a finding.
pub fn finding(fault: String) -> Finding {
    Finding {
        rule: LEDGER_RULE.to_owned(),
        detector: "audit".to_owned(),
        message: fault,
        call: None,
        object: None,
        count: 1,
        known: None,
        stacks: Vec::new(),
    }
}
