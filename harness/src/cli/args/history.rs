//! The flags of the history.

use std::path::PathBuf;

/// Where the history is: a flag of all commands.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct HistoryArgs {
    /// File of the history of runs, or `off` [default: target/threadproof/history.db]
    #[arg(
        long,
        global = true,
        env = "THREADPROOF_HISTORY",
        value_name = "FILE",
        hide_env = true
    )]
    pub(in crate::cli) history: Option<PathBuf>,
}

/// Which runs are listed.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct RunsArgs {
    /// Of runs: so many, the newest
    #[arg(
        long, env = "THREADPROOF_LAST", value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..), hide_env = true
    )]
    pub(in crate::cli) last: u32,
    /// Of runs: each cell of this target, from run to run
    #[arg(
        short,
        long,
        env = "THREADPROOF_TARGET",
        value_name = "ID",
        hide_env = true
    )]
    pub(in crate::cli) target: Option<String>,
}
