//! Whose fault a failure is: the same case with other targets and on other versions of Node, and what follows from that.
//! Pure; `cli/blame.rs` runs the processes.

use serde::Serialize;

mod control;
mod render;

pub use control::{NO_ADDON, control};
pub use render::{markdown, table};

/// Version of `blame.json`.
pub const BLAME_VERSION: u32 = 1;

/// What was found of the failures of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blame {
    /// [`BLAME_VERSION`].
    pub version: u32,
    /// Attempts with each target and Node.
    pub attempts: u32,
    /// One for each kind of failure.
    pub cases: Vec<Case>,
    /// Kinds of failure that were left out.
    pub left_out: Vec<String>,
}

/// A failure, and who else has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Of the failure.
    pub signature: String,
    /// The target that failed.
    pub target: String,
    /// The Node that it failed on.
    pub runtime: String,
    /// The suite, and what of it was run.
    pub what: String,
    /// The target itself first.
    pub witnesses: Vec<Witness>,
    /// What follows.
    pub culprit: Culprit,
    /// In a sentence.
    pub why: String,
}

/// A target that ran the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Witness {
    /// What it is for.
    pub role: Role,
    /// Id of the target.
    pub target: String,
    /// What came of it, by Node; those that cannot run the case are missing.
    pub seen: Vec<Seen>,
}

/// What a witness is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The target that failed.
    Target,
    /// Another addon, which is believed to be correct.
    Control,
    /// No native code at all.
    NoAddon,
}

/// Attempts on a Node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Id of the runtime.
    pub runtime: String,
    /// How many failed, in whatever way.
    pub failed: u32,
    /// How many were judged.
    pub judged: u32,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Culprit {
    /// The addon's, on each Node that was tried.
    Addon,
    /// The addon together with some versions of Node: either may have to change.
    AddonAndRuntime,
    /// This Node's: others, or no addon at all, fail here too, and on other versions they do not.
    Runtime,
    /// The test framework's, the harness's or the machine's: it fails without the addon everywhere.
    Surroundings,
    /// Nothing that was seen decides it.
    CannotTell,
}

impl Culprit {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Culprit::Addon => "addon",
            Culprit::AddonAndRuntime => "addon, on some versions of Node",
            Culprit::Runtime => "runtime",
            Culprit::Surroundings => "framework, harness or environment",
            Culprit::CannotTell => "cannot tell",
        }
    }
}

impl Witness {
    fn on(&self, runtime: &str) -> Option<&Seen> {
        let mut all = self.seen.iter();
        all.find(|seen| seen.runtime == runtime && seen.judged > 0)
    }

    /// The Nodes on which it fails, and those on which it does not.
    fn split(&self) -> (Vec<&str>, Vec<&str>) {
        let judged = self.seen.iter().filter(|seen| seen.judged > 0);
        let (fails, holds): (Vec<&Seen>, Vec<&Seen>) = judged.partition(|seen| seen.failed > 0);
        (names(&fails), names(&holds))
    }
}

fn names<'s>(all: &[&'s Seen]) -> Vec<&'s str> {
    all.iter().map(|seen| &*seen.runtime).collect()
}

/// What follows from what the witnesses saw of a failure on `runtime`.
pub fn conclude(runtime: &str, witnesses: &[Witness]) -> (Culprit, String) {
    let of = |role: Role| witnesses.iter().filter(move |one| one.role == role);
    let Some(target) = of(Role::Target).next() else {
        return (Culprit::CannotTell, "the target did not run".to_owned());
    };
    match target.on(runtime) {
        None => {
            let why = "the target could not be judged again on this Node".to_owned();
            return (Culprit::CannotTell, why);
        }
        Some(seen) if seen.failed == 0 => {
            let why = format!("it did not show again in {} attempts", seen.judged);
            return (Culprit::CannotTell, why);
        }
        Some(_) => {}
    }
    // Without an addon says more than with another one.
    let others: Vec<&Witness> = of(Role::NoAddon).chain(of(Role::Control)).collect();
    let here = |one: &&&Witness| one.on(runtime).is_some();
    if let Some(other) = others
        .iter()
        .filter(here)
        .find(|one| one.on(runtime).is_some_and(|seen| seen.failed > 0))
    {
        let (fails, holds) = other.split();
        return if holds.is_empty() {
            let why = format!("{} fails too, on {}", other.target, fails.join(", "));
            (Culprit::Surroundings, why)
        } else {
            let why = format!(
                "{} fails too on {}, and not on {}",
                other.target,
                fails.join(", "),
                holds.join(", ")
            );
            (Culprit::Runtime, why)
        };
    }
    let clean: Vec<&str> = others.iter().filter(here).map(|one| &*one.target).collect();
    if clean.is_empty() {
        let why = "no other target can run this: it may be the addon or the test".to_owned();
        return (Culprit::CannotTell, why);
    }
    let clean = clean.join(" and ");
    match target.split() {
        (_, holds) if holds.is_empty() => {
            let why = format!("{clean} pass, and it fails on each Node that was tried");
            (Culprit::Addon, why)
        }
        (fails, holds) => {
            let why = format!(
                "{clean} pass; it fails on {} and not on {}",
                fails.join(", "),
                holds.join(", ")
            );
            (Culprit::AddonAndRuntime, why)
        }
    }
}

#[cfg(test)]
mod tests;
