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
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub(in crate::cli) struct RunsArgs {
    /// So many, the newest
    #[arg(
        long, env = "THREADPROOF_LAST", value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..), hide_env = true
    )]
    pub(in crate::cli) last: u32,
    /// Each cell of these targets, from run to run: ids, separated by commas
    #[arg(
        short,
        long,
        env = "THREADPROOF_TARGET",
        value_name = "ID",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(in crate::cli) target: Vec<String>,
}

/// Flags of `prune`.
#[derive(Clone, Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["keep", "older_than"]))]
pub(in crate::cli) struct PruneArgs {
    /// Keep so many of the runs, the newest
    #[arg(
        long, env = "THREADPROOF_KEEP", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..), hide_env = true
    )]
    pub(in crate::cli) keep: Option<u32>,
    /// Keep what began in this time, such as 30d; with --keep, a run goes that neither of them keeps
    #[arg(
        long, env = "THREADPROOF_OLDER_THAN", value_name = "TIME", value_parser = some_time, hide_env = true
    )]
    pub(in crate::cli) older_than: Option<humantime::Duration>,
    /// Remove the folders of these runs in target/threadproof/runs, too
    #[arg(long, env = "THREADPROOF_FOLDERS", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) folders: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long, env = "THREADPROOF_DRY_RUN", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(in crate::cli) dry_run: bool,
}

/// A duration that is not nothing.
fn some_time(text: &str) -> Result<humantime::Duration, String> {
    let time: humantime::Duration = text.parse().map_err(|error| format!("{error}"))?;
    if time.is_zero() {
        return Err("all runs are older than that; to begin anew, move the file away".to_owned());
    }
    Ok(time)
}
