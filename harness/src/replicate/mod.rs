//! `threadproof replicate`: somebody's test files, many copies at once in workers of one process. Processes are run, judged
//! and reported like those of `run`; what is added is whether a test that fails does so only beside its copies.
//!
//! `file` says who runs a file and where, `plan` what runs, `watch` follows, `judge` makes figures of it, and their words.

mod file;
mod judge;
mod plan;
mod watch;

pub use file::{Chosen, TestFile, TestRunner, target};
pub use judge::{Replicated, judge, lines, table};
pub use plan::{Found, Request, SOLO, discovery, manifest, params, plan};
pub use watch::Watch;
