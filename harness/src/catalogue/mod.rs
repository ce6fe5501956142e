//! What there is: targets from their `target.toml`, topics and tests from the suites' own manifest.

mod named;
mod specimens;
mod targets;
mod topics;

pub use named::named_targets;
pub use specimens::{FIXED, specimen_targets};
pub use targets::load_targets;
pub(crate) use targets::os;
pub use topics::{Catalogue, CatalogueTest, File, Topic, load_topics};
