//! `threadproof stress`: many workers, in shapes of load. Processes are run, judged and reported like those of `run`; what
//! is added is what they measured, and an audit of the databases that they wrote.
//!
//! `plan` decides what runs, `judge` makes figures of what processes measured, `render` words. The databases that they left
//! are looked at by [`crate::audit`].

mod amount;
mod judge;
mod machine;
mod plan;
mod render;
mod watch;

pub use amount::amount;
pub use judge::{Cell, Grown, Stressed, judge};
pub use machine::lacking;
pub use plan::{Request, StressPlan, plan};
pub use render::{gates, markdown, samples, table};
pub use watch::{Ran, Until, Watch, conclude};
