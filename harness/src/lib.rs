//! Threadproof proves that native Node addons survive worker threads.
//!
//! Dependencies point one way: `cli → commands → {report} → {plan, exec, evidence, classify} →
//! {model, protocol}`.

pub mod event;
pub mod exit;
pub mod explain;
pub mod model;
pub mod report;
pub mod results;
