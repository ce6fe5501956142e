//! What an addon takes from the system: heap blocks, descriptors, threads. Only calls from the addon's own code
//! are seen, because only its own slots are redirected.

pub(crate) mod blocks;
pub(crate) mod left;
pub(crate) mod libc_table;
