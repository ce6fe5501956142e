//! From what a process left behind to an outcome: the ledger of tests, the fatal text, and the
//! pure function that judges.

mod classify;
mod fatal;
mod ledger;

#[cfg(test)]
mod classify_tests;
#[cfg(test)]
mod ledger_tests;

pub use classify::classify;
pub use fatal::{find_fatal, read_fatal};
pub use ledger::{Ledger, Rest};
