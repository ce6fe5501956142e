//! The history of runs: one SQLite file that outlives their folders, and what is asked of it.
//!
//! `schema` opens and migrates the file, `run` makes rows of results (pure), `store` writes and reads them, `pack` makes the
//! results small, `name` finds a run by what a person types (pure), `prune` says which may go (pure), `render` shows rows (pure).

mod error;
mod name;
mod pack;
mod prune;
mod render;
mod run;
mod schema;
mod store;
mod version;

#[cfg(test)]
mod parallel_tests;

pub use error::HistoryError;
pub use name::{NotPicked, pick};
pub use prune::Unwanted;
pub use render::{Listed, runs_json, runs_table, trend_table};
pub use run::{CellRow, Facts, RunRow, time_of};
pub use schema::VERSION;
pub use store::{Asked, Entry, History, is_meant};
pub use version::version_of;

/// The file in the folder of the harness's own state.
pub const FILE: &str = "history.db";
/// What is written instead of a file's name where no history is wanted.
pub const OFF: &str = "off";
