//! Who else can run a case: another addon that is believed to be correct.

use crate::{
    catalogue::FIXED,
    model::{Profile, Target},
    rules::specimens,
};

/// The id of the target that is plain JavaScript.
pub const NO_ADDON: &str = "no-addon";
/// Another implementation of the interface of `node:sqlite`, by people who do not know ours.
const BUILTIN: &str = "node-sqlite";

/// The id of the control for a case of `target` that needs these capabilities, if there is one.
pub fn control(target: &Target, needs: &[String]) -> Option<String> {
    let generic: Option<Vec<&str>> = needs
        .iter()
        .map(|need| need.strip_prefix("generic:"))
        .collect();
    if let Some(generic) = generic {
        let can = |supports: &[&str]| generic.iter().all(|need| supports.contains(need));
        // One that is itself the corrected form of a fault, and has none that is known.
        let mut able = specimens()
            .iter()
            .filter(|specimen| specimen.known.is_empty() && can(specimen.supports));
        let found = able.next().map(|specimen| {
            if specimen.control {
                specimen.name.to_owned()
            } else {
                format!("{}{FIXED}", specimen.name)
            }
        });
        if found.is_some() {
            return found.filter(|id| *id != target.id);
        }
    }
    let is_other = target.profile == Profile::Sqlite && target.id != BUILTIN;
    is_other.then(|| BUILTIN.to_owned())
}
