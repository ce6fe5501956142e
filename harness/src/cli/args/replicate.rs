//! The flags of `replicate`.

use std::path::PathBuf;

use super::{Means, Outcomes, Runtimes, UntilFail};
use crate::replicate::Chosen;

/// Flags of `replicate`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct ReplicateArgs {
    /// Test files, of any package; each runs in the folder of its package.json
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Who runs the files [auto: by what each imports, and what its package uses]
    #[arg(
        long,
        env = "THREADPROOF_RUNNER",
        value_name = "RUNNER",
        default_value = "auto",
        hide_env = true
    )]
    pub(in crate::cli) runner: Chosen,
    /// Copies at the same time, a worker each
    #[arg(
        short, long, env = "THREADPROOF_WORKERS", value_name = "N", default_value_t = 4,
        value_parser = clap::value_parser!(u32).range(1..=1000), hide_env = true
    )]
    pub(in crate::cli) workers: u32,
    /// How often in each process, with fresh workers
    #[arg(
        short, long, env = "THREADPROOF_ITERATIONS", value_name = "M", default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000), hide_env = true
    )]
    pub(in crate::cli) iterations: u32,
    /// Processes for each file: the rate is counted over them
    #[arg(
        short = 'n', long, env = "THREADPROOF_RUNS", value_name = "N", default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000), hide_env = true
    )]
    pub(in crate::cli) runs: u32,
    /// A module to load once in each process, before any copy starts: what it exports by default is called and may return
    /// what to call at the end
    #[arg(long, env = "THREADPROOF_SETUP", value_name = "FILE", hide_env = true)]
    pub(in crate::cli) setup: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) on: Runtimes,
    /// Time for a process
    #[arg(
        long,
        env = "THREADPROOF_TIMEOUT",
        value_name = "TIME",
        default_value = "120s",
        hide_env = true
    )]
    pub(in crate::cli) timeout: humantime::Duration,
    #[command(flatten)]
    pub(in crate::cli) first: UntilFail,
    #[command(flatten)]
    pub(in crate::cli) means: Means,
    #[command(flatten)]
    pub(in crate::cli) outcomes: Outcomes,
}
