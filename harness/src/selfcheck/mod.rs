//! What the harness can find: specimens with one planted fault each have to be found by the rule that they break, and
//! their corrected twins, like all other clean controls, have to pass everything.
//!
//! `plan` says what to run, `judge` what came of it: both pure. `render` puts it into words, and `store` keeps the last
//! one, whose summary stands in every report.

mod judge;
mod plan;
mod render;
mod store;
mod watch;

pub use judge::{Attempted, Control, Detection, Fault, FaultResult};
pub use plan::{Request, SelfPlan, plan};
pub use render::{summary, table};
pub use store::{load, save};
pub use watch::Watch;
