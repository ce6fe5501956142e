//! The nouns of the harness: `Target × Runtime × Suite × repetition → Job → Attempt → Evidence →
//! Outcome → Verdict`.
//!
//! Plain data without behaviour that touches the machine; every other module may use it, and it
//! uses none of them. What goes to disk derives `serde` and `schemars`, so that the published
//! JSON Schema is made from the same types.

mod attempt;
mod evidence;
mod finding;
mod job;
mod outcome;
mod phase;
mod runtime;
mod seed;
mod suite;
mod target;
mod verdict;

pub use attempt::{Attempt, Ending, ExitStatus, Milestones, Stop, Usage, signal_name};
pub use evidence::{
    Evidence, Fatal, FileError, RunEnd, RunStart, Straggler, StreamHealth, TestError, TestRecord,
    TestState,
};
pub use finding::{EnvEnd, FailedCall, Finding, Frame, NativeCrash, Stack};
pub use job::{CellId, Job, JobId, Launcher};
pub use outcome::{Outcome, OutcomeKind};
pub use phase::Phase;
pub use runtime::{Engine, Runtime, RuntimeSource};
pub use seed::Seed;
pub use suite::{DIFFERENTIAL, Runner, Suite, TopicKind};
pub use target::{Known, KnownLeak, Profile, SpecimenSource, SupportsWhen, Target, TargetSource};
pub use verdict::Verdict;
