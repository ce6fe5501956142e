//! Runs a job as a child process and collects what is known of it.

mod asked;
mod cores;
mod environment;
mod follow;
mod hang;
mod launch;
mod launchers;
mod layout;
mod process;
mod schedule;
mod shape_flags;
mod stragglers;
mod symbolise;
mod watch;

pub use cores::{Core, allow_cores, collect as collect_core, no_cores};
pub use launch::{ByHand, Executor, Finished, Limits, Message};
pub use launchers::{ASAN, BLOCKS, KEEP_MAPPED, LSAN, Launchers, MEMCHECK, RACE, TSAN, behind};
pub use process::adopt_orphans;
