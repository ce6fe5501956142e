//! Threadproof proves that native Node addons survive worker threads.
//!
//! Dependencies point one way: `cli → dispatch → {report, prepare, plan, exec, judge} →
//! {catalogue, protocol} → model`.

pub mod audit;
pub mod blame;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod differential;
pub mod dispatch;
pub mod error;
pub mod event;
pub mod exec;
pub mod exit;
pub mod expect;
pub mod explain;
pub mod fuzz;
pub mod gate;
pub mod history;
pub mod init;
pub mod interrupt;
pub mod judge;
pub mod leak;
pub mod merge;
pub mod model;
pub mod plan;
pub mod prepare;
pub mod protocol;
pub mod replicate;
pub mod report;
pub mod results;
pub mod rules;
pub mod run_dir;
pub mod selfcheck;
pub mod shared;
pub mod stress;
pub mod symbols;
pub mod tools;
pub mod version;
pub mod workspace;
