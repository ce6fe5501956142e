//! The flags of `stress` and `leak`.

use std::path::PathBuf;

use super::Means;
use crate::leak::Tool;

/// Flags of `stress`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct StressArgs {
    #[command(flatten)]
    pub(in crate::cli) cells: Cells,
    /// Shapes of load, see docs/stress.md [default: all]
    #[arg(
        short,
        long,
        env = "THREADPROOF_SHAPE",
        value_name = "SHAPE",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) shape: Vec<String>,
    /// Workers at the same time [default: the shape's]
    #[arg(
        short, long, env = "THREADPROOF_WORKERS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1000), hide_env = true
    )]
    pub(in crate::cli) workers: Option<u32>,
    /// Workers in all in each run [default: the shape's]
    #[arg(
        short, long, env = "THREADPROOF_LIFECYCLES", value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..), hide_env = true, conflicts_with = "for"
    )]
    pub(in crate::cli) lifecycles: Option<u64>,
    /// How long each run goes on, instead of a number of workers: 30s, 1h
    #[arg(long, env = "THREADPROOF_FOR", value_name = "TIME", hide_env = true)]
    pub(in crate::cli) r#for: Option<humantime::Duration>,
    /// Runs of each shape, a process each [default: the shape's; with --until as many as the gate may take]
    #[arg(
        short = 'n', long, env = "THREADPROOF_RUNS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000), hide_env = true
    )]
    pub(in crate::cli) runs: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) first: UntilFail,
    /// Stop when this is decided of a shape: 'rate < 0.1% @ 95%' of its runs
    #[arg(
        long,
        env = "THREADPROOF_UNTIL",
        value_name = "GATE",
        hide_env = true,
        conflicts_with = "until_fail"
    )]
    pub(in crate::cli) until: Option<String>,
    /// Time to start, and time to end once all is done: what takes longer hangs
    #[arg(
        long,
        env = "THREADPROOF_TIMEOUT",
        value_name = "TIME",
        default_value = "60s",
        hide_env = true
    )]
    pub(in crate::cli) timeout: humantime::Duration,
    #[command(flatten)]
    pub(in crate::cli) means: Means,
    #[command(flatten)]
    pub(in crate::cli) outcomes: Outcomes,
}

/// Flags of `leak`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct LeakArgs {
    #[command(flatten)]
    pub(in crate::cli) cells: Cells,
    /// What looks at the processes [default: all that this machine has]
    #[arg(
        long,
        env = "THREADPROOF_TOOL",
        value_name = "TOOL",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) tool: Vec<Tool>,
    /// Leak programs, see docs/leaks.md [default: `all` in one, and the one whose workers are terminated]
    #[arg(
        short,
        long,
        env = "THREADPROOF_PROGRAM",
        value_name = "NAME",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) program: Vec<String>,
    /// The smallest number of workers; twice and four times as many are run, too [default: the tool's]
    #[arg(
        short, long, env = "THREADPROOF_WORKERS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=10_000), hide_env = true
    )]
    pub(in crate::cli) workers: Option<u32>,
    /// How often each number of workers is run, a process each [default: the tool's]
    #[arg(
        short = 'n', long, env = "THREADPROOF_RUNS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=10_000), hide_env = true
    )]
    pub(in crate::cli) runs: Option<u32>,
    /// Each program by itself: says which one leaks, and takes several times as long
    #[arg(long, env = "THREADPROOF_DEEP", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) deep: bool,
    /// Time for a process; under Valgrind all takes a hundred times as long
    #[arg(
        long,
        env = "THREADPROOF_TIMEOUT",
        value_name = "TIME",
        default_value = "10m",
        hide_env = true
    )]
    pub(in crate::cli) timeout: humantime::Duration,
    #[command(flatten)]
    pub(in crate::cli) means: Means,
    #[command(flatten)]
    pub(in crate::cli) outcomes: Outcomes,
}

/// Where to run: the same flags for `stress` and `leak`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct Cells {
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
    #[command(flatten)]
    pub(in crate::cli) on: Runtimes,
}

/// On which Node to run.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct Runtimes {
    /// Node to run on, as for `run` [default: newest 24]
    #[arg(
        short,
        long,
        env = "THREADPROOF_RUNTIME",
        value_name = "NODE",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) runtime: Vec<String>,
}

/// Whether one failure is enough.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(in crate::cli) struct UntilFail {
    /// Stop at the first failure
    #[arg(long, env = "THREADPROOF_UNTIL_FAIL", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) until_fail: bool,
}

/// What becomes of a run: the same flags for `stress` and `leak`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct Outcomes {
    /// How many processes are run at the same time [default: number of cores]
    #[arg(
        short, long, env = "THREADPROOF_JOBS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1024), hide_env = true
    )]
    pub(in crate::cli) jobs: Option<u32>,
    /// Folder for the results, new or of a former run [default: target/threadproof/runs/…]
    #[arg(
        short,
        long,
        env = "THREADPROOF_OUT",
        value_name = "DIR",
        hide_env = true
    )]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Run the one job with this id, as reports name it
    #[arg(long, env = "THREADPROOF_JOB_ID", value_name = "ID", hide_env = true)]
    pub(in crate::cli) job_id: Option<String>,
    /// Print JSON for machines
    #[arg(long, env = "THREADPROOF_JSON", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) json: bool,
    /// Show failures and the final tables only
    #[arg(short, long, env = "THREADPROOF_QUIET", value_parser = clap::builder::FalseyValueParser::new(), conflicts_with = "verbose", hide_env = true)]
    pub(in crate::cli) quiet: bool,
    /// Show a line for each job
    #[arg(short, long, env = "THREADPROOF_VERBOSE", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) verbose: bool,
}
