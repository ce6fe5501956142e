//! The flags of `report`.

use std::path::PathBuf;

use clap::ValueEnum;

/// Flags of `report`.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct ReportArgs {
    /// A run: its folder, its name or the start of it, `latest`, or `latest~1`, the one before
    pub(in crate::cli) run: String,
    /// In what form
    #[arg(
        short,
        long,
        env = "THREADPROOF_FORMAT",
        value_name = "FORMAT",
        default_value = "terminal",
        hide_env = true
    )]
    pub(in crate::cli) format: Format,
    /// File to write, replaced when it is there [default: stdout]
    #[arg(
        short,
        long,
        env = "THREADPROOF_OUT",
        value_name = "FILE",
        hide_env = true
    )]
    pub(in crate::cli) out: Option<PathBuf>,
}

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// The table, what it means, and the failures
    Terminal,
    /// One page that needs no network: report.html
    Html,
    /// GitHub's Markdown: summary.md
    Md,
    /// Targets by versions of Node, as docs/league.md has them
    League,
    /// JUnit XML: junit.xml
    Junit,
    /// Common Test Report Format: ctrf.json
    Ctrf,
    /// Test Anything Protocol 14: results.tap
    Tap,
    /// Native findings as SARIF 2.1.0: findings.sarif
    Sarif,
    /// results.json
    Json,
}
