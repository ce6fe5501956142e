//! The contract of Node-API, rule by rule. `docs/guard.md` has the table of what is told under which rule.

pub(crate) mod affinity;
pub(crate) mod callbacks;
pub(crate) mod end;
pub(crate) mod exceptions;
pub(crate) mod hooks;
pub(crate) mod references;
pub(crate) mod scopes;
pub(crate) mod threadsafe;
pub(crate) mod tracked;
pub(crate) mod work;
