//! `threadproof stress`: many workers, in shapes of load. Processes are run, judged and reported like those of `run`; what
//! is added is what they measured, and an audit of the databases that they wrote.
//!
//! `plan` decides what runs, `audit` looks at what was left on disk, `measure` reads what a process measured, `judge`
//! makes figures of a whole run of it, `render` words.

mod audit;
mod judge;
mod machine;
mod measure;
mod plan;
mod render;
mod watch;

pub use audit::{Audit, audit};
pub use judge::{Cell, Gated, Grown, Stressed, judge};
pub use machine::lacking;
pub use measure::Measures;
pub use plan::{Request, StressPlan, plan};
pub use render::{gates, markdown, samples, table};
pub use watch::{Ran, Until, Watch, conclude};

use std::{fs, io, path::Path};

use crate::model::Finding;

/// The folder of an attempt with the databases that are audited.
pub const DATA: &str = "data";
/// The file of an attempt with what the audit came to.
pub const AUDIT: &str = "audit.json";
/// The rule that an audit's findings break; a section of `docs/explain/stress.md`.
pub const LEDGER_RULE: &str = "stress/ledger";

/// Audits the databases of an attempt, whose folder is `dir`; gives what is wrong with them. Those that are well are
/// removed: there are thousands in a run.
pub fn audit_attempt(dir: &Path) -> io::Result<Vec<Finding>> {
    let data = dir.join(DATA);
    let audit = audit(&data)?;
    let text = serde_json::to_string_pretty(&audit)?;
    fs::write(dir.join(AUDIT), text)?;
    if audit.faults.is_empty() {
        fs::remove_dir_all(&data)?;
    }
    Ok(audit
        .faults
        .iter()
        .map(|fault| Finding {
            rule: LEDGER_RULE.to_owned(),
            detector: "audit".to_owned(),
            message: fault.clone(),
            call: None,
            object: None,
            count: 1,
            known: None,
            stacks: Vec::new(),
        })
        .collect())
}
