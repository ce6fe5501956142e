//! Shapes of load, repetition plans, stop rules and intervals: how often to run a job before its pass rate can be
//! believed, and what a number of failures says about the rate behind it.
//!
//! Pure: nothing here spawns, waits, reads a clock or draws a random number, and nothing here knows
//! of the harness. `docs/stop-rules.md` explains the same to users.
//!
//! * [`Tally`]: k failures in n runs, and [`Confidence`].
//! * [`wilson`] is what reports show; [`clopper_pearson`], [`upper_bound`] and [`lower_bound`] are
//!   exact and decide gates.
//! * [`Gate`]: `failure-rate < 1% @ 95%`. [`Plan`]: how many runs that takes, fixed before the first
//!   one. [`Decision`]: what the runs so far mean under the plan.
//! * [`Slope`]: what something grows by, with its interval; [`block_means`] thins samples over time for it.
//! * [`shapes`]: the loads that `threadproof stress` makes. [`Distribution`] and [`Growth`]: what is made of the
//!   measurements.
//! * [`say`]: the sentences that a person reads.

#![allow(clippy::cast_precision_loss)] // numbers of runs are far below 2^53

mod binomial;
mod distribution;
mod fisher;
mod gate;
mod growth;
mod interval;
mod plan;
pub mod say;
mod shape;
mod slope;
mod tally;

pub use distribution::Distribution;
pub use fisher::fisher;
pub use gate::{Gate, GateError};
pub use growth::Growth;
pub use interval::{
    Interval, clopper_pearson, lower_bound, upper_bound, wilson, wilson_lower, wilson_upper,
};
pub use plan::{Decision, Look, Plan, PlanError, WhyInconclusive};
pub use shape::{Journal, Need, Shape, Synchronous, shapes};
pub use slope::{Slope, block_means};
pub use tally::{Confidence, ConfidenceError, Tally, TallyError};
