//! The flags of `fuzz`.

use super::{Cells, Means, Outcomes};

/// Flags of `fuzz`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct FuzzArgs {
    #[command(flatten)]
    pub(in crate::cli) cells: Cells,
    /// Programs for each target and version of Node [default: 2000, or no end with --for]
    #[arg(
        short, long, env = "THREADPROOF_CASES", value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..), hide_env = true
    )]
    pub(in crate::cli) cases: Option<u64>,
    /// How long to search: 30s, 1h
    #[arg(long, env = "THREADPROOF_FOR", value_name = "TIME", hide_env = true)]
    pub(in crate::cli) r#for: Option<humantime::Duration>,
    /// What of the targets is used [default: all that each has]
    #[arg(
        short,
        long,
        env = "THREADPROOF_PROFILE",
        value_name = "PROFILE",
        hide_env = true
    )]
    pub(in crate::cli) profile: Option<Profile>,
    /// Workers of a program at most
    #[arg(
        short, long, env = "THREADPROOF_WORKERS", value_name = "N", default_value_t = 3,
        value_parser = clap::value_parser!(u8).range(0..=3), hide_env = true
    )]
    pub(in crate::cli) workers: u8,
    /// Generate only: do not begin with harness/corpus/
    #[arg(long, env = "THREADPROOF_NO_CORPUS", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) no_corpus: bool,
    /// Stop at the first failure
    #[arg(long, env = "THREADPROOF_UNTIL_FAIL", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) until_fail: bool,
    /// Time to start, and to end once all is done: what takes longer hangs
    #[arg(
        long,
        env = "THREADPROOF_TIMEOUT",
        value_name = "TIME",
        default_value = "15s",
        hide_env = true
    )]
    pub(in crate::cli) timeout: humantime::Duration,
    #[command(flatten)]
    pub(in crate::cli) means: Means,
    #[command(flatten)]
    pub(in crate::cli) outcomes: Outcomes,
}

/// What of a target's surface is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Profile {
    /// The generic functions alone, also of databases
    Generic,
    /// Databases with the surface of `node:sqlite`, and no other targets
    Sqlite,
}
