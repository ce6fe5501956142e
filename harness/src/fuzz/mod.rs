//! `threadproof fuzz`: generated programs of several threads, run on a target; what fails is confirmed, made small and saved.
//!
//! `program` (the language) ← `generate`, `coverage` · `plan`, `ops`, `lower` (the reference model: what must come of it) · `batch`
//! (programs as jobs) · `shrink` · `hunt` (the search) · `case`, `render` (for people).

mod audit;
mod batch;
mod corpus;
mod coverage;
mod generate;
mod hunt;
mod lower;
mod ops;
mod page;
mod plan;
pub mod program;
mod render;
mod save;
mod script;
mod shrink;
mod source;

pub use batch::{Bench, Patience, Ran};
pub use corpus::corpus;
pub use hunt::{Config, Failure, Hunt, Hunted};
pub use lower::{Expected, Lowered, OF_DATABASES, Surface, Transaction, lower, lower_all};
pub use render::{markdown, progress, table, told};
pub use save::{Case, is_case, save};
