//! `threadproof replicate`: somebody's test files, many copies at once in workers of one process. Processes are run, judged
//! and reported like those of `run`; what is added is whether a test that fails does so only beside its copies.
//!
//! `runner` says who runs a file, `file` where and by which package, `plan` what runs, `watch` follows, `judge` makes figures of it, and their words.

mod file;
mod judge;
mod plan;
mod runner;
mod watch;

pub use file::{Installed, TestFile, target};
pub use judge::{Replicated, judge, lines, table};
pub use plan::{Found, Request, SOLO, discovery, manifest, params, plan};
pub use runner::{Chosen, TestRunner};
pub use watch::Watch;
