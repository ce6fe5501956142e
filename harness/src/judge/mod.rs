//! From what a process left behind to an outcome: the ledger of tests, the fatal text, and the
//! pure function that judges.

mod classify;
pub mod endings;
mod fatal;
mod known_by;
mod ledger;
pub mod signature;

#[cfg(test)]
mod classify_tests;
#[cfg(test)]
mod ledger_tests;

pub use classify::classify;
pub use fatal::{find_fatal, read_fatal};
pub use known_by::{in_addon, is_of_addon, known_by};
pub use ledger::{Ledger, Rest};
