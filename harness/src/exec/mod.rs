//! Runs a job as a child process and collects what is known of it.

mod environment;
mod hang;
mod launch;
mod layout;
mod process;
mod stragglers;
mod symbolise;
mod watch;

pub use launch::{ByHand, Executor, Finished, Limits, Message};
pub use process::{adopt_orphans, no_cores};
