//! The flags of `run`.

use std::path::PathBuf;

use clap::ArgAction;

use super::{GateArgs, Means};
use crate::plan::Shard;

/// Flags of `run`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct RunArgs {
    /// Targets to run: ids, see `list` [default: those with `default = true`]
    #[arg(
        short,
        long,
        env = "THREADPROOF_TARGET",
        value_name = "ID",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) target: Vec<String>,
    /// Node to run on: 24, 22.13, 24.21.0, /path/to/node, or path [default: newest 22, 24, 26, and path]
    #[arg(
        short,
        long,
        env = "THREADPROOF_RUNTIME",
        value_name = "NODE",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) runtime: Vec<String>,
    /// Suites to run: topic, runner or topic/runner [default: all]
    #[arg(
        short,
        long,
        env = "THREADPROOF_SUITE",
        value_name = "SUITE",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) suite: Vec<String>,
    /// Tests to run: a part of their ids, or a pattern with * and ? [default: all]
    #[arg(
        long,
        env = "THREADPROOF_TEST",
        value_name = "PATTERN",
        hide_env = true
    )]
    pub(in crate::cli) test: Vec<String>,
    /// How often each cell target × runtime × suite is run [default: 1; with --require what that takes]
    #[arg(
        short = 'n', long, env = "THREADPROOF_REPEATS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000), hide_env = true
    )]
    pub(in crate::cli) repeats: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) gate: GateArgs,
    /// How many processes are run at the same time [default: number of cores]
    #[arg(
        short, long, env = "THREADPROOF_JOBS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=4096), hide_env = true
    )]
    pub(in crate::cli) jobs: Option<u32>,
    /// Run part k of n of the jobs, the same on every machine
    #[arg(long, env = "THREADPROOF_SHARD", value_name = "K/N", hide_env = true)]
    pub(in crate::cli) shard: Option<Shard>,
    /// Time for one job, from its start to its last test
    #[arg(
        long,
        env = "THREADPROOF_TIMEOUT",
        value_name = "TIME",
        default_value = "120s",
        hide_env = true
    )]
    pub(in crate::cli) timeout: humantime::Duration,
    /// Time from the start of a job to its first test
    #[arg(
        long,
        env = "THREADPROOF_LOAD_TIMEOUT",
        value_name = "TIME",
        default_value = "60s",
        hide_env = true
    )]
    pub(in crate::cli) load_timeout: humantime::Duration,
    /// Time from the end of a job's last test to the end of its process
    #[arg(
        long,
        env = "THREADPROOF_EXIT_TIMEOUT",
        value_name = "TIME",
        default_value = "15s",
        hide_env = true
    )]
    pub(in crate::cli) exit_timeout: humantime::Duration,
    /// Folder for the results, new or of a former run [default: target/threadproof/runs/…]
    #[arg(
        short,
        long,
        env = "THREADPROOF_OUT",
        value_name = "DIR",
        hide_env = true
    )]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Run only the job with this id, as the report of a failure names it
    #[arg(
        long,
        env = "THREADPROOF_JOB_ID",
        value_name = "ID",
        conflicts_with = "shard",
        hide_env = true
    )]
    pub(in crate::cli) job_id: Option<String>,
    /// Programs that a differential job generates [default: 20000 when it is asked for, else 1000]
    #[arg(
        long, env = "THREADPROOF_PROGRAMS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000_000), hide_env = true
    )]
    pub(in crate::cli) programs: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) means: Means,
    /// Show failures and the final table only
    #[arg(short, long, env = "THREADPROOF_QUIET", value_parser = clap::builder::FalseyValueParser::new(), conflicts_with = "verbose", hide_env = true)]
    pub(in crate::cli) quiet: bool,
    /// Show a line for each job
    #[arg(short, long, env = "THREADPROOF_VERBOSE", value_parser = clap::builder::FalseyValueParser::new(), action = ArgAction::SetTrue, hide_env = true)]
    pub(in crate::cli) verbose: bool,
}
