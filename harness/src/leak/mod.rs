//! `threadproof leak`: what each worker leaves behind, by the slope over numbers of workers, beyond what a clean addon leaves in
//! the same run.
//!
//! `tool` names what looks at a process, `plan` decides which processes run, `read` takes what a tool said of one of them
//! (`sanitizers`: their logs), `judge` fits the lines, `render` makes words of them.

mod judge;
mod plan;
mod read;
mod render;
mod sanitizers;
mod tool;
mod watch;

pub use judge::{Growing, Judged, Key, Known, Leaks, Series, Verdict, judge};
pub use plan::{ALL, LeakPlan, Planned, Request, plan};
pub use read::{Seen, Site, read};
pub use render::{markdown, table, told};
pub use tool::{Tool, sanitizer_runtime, unavailable};
pub use watch::{Measured, Watch};
