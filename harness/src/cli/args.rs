//! The flags as they are typed; `config` makes sense of them.

mod fuzz;
pub(super) mod gate;
mod history;
mod measured;
mod replicate;
mod report;
mod run;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::model::Seed;

pub(super) use fuzz::{FuzzArgs, Profile as FuzzProfile};
use gate::GateArgs;
pub(super) use history::{HistoryArgs, PruneArgs, RunsArgs};
pub(super) use measured::{Cells, LeakArgs, Outcomes, Runtimes, StressArgs, UntilFail};
pub(super) use replicate::ReplicateArgs;
pub(super) use report::{Format, ReportArgs};
pub(super) use run::RunArgs;

/// Proves that native Node addons survive worker threads.
#[derive(Debug, Parser)]
#[command(
    name = "threadproof",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 as expected · 2 usage · 4 nothing selected · 10 failure · 11 only flaky · \
    12 inconclusive · 13 regression · 14 leaks only · 20 preparation failed · 130, 143 interrupted.\n\
    `threadproof explain CODE` says more. Every flag can be given by a variable THREADPROOF_<FLAG>."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) place: Place,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Where things are.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Place {
    /// Top folder of Threadproof's tree [default: the first with js-tests/, from here upwards]
    #[arg(
        long,
        global = true,
        env = "THREADPROOF_ROOT",
        value_name = "DIR",
        hide_env = true
    )]
    pub(super) root: Option<PathBuf>,
    /// Folder that holds suites/ [default: js-tests]
    #[arg(
        long,
        global = true,
        env = "THREADPROOF_SUITES_DIR",
        value_name = "DIR",
        hide_env = true
    )]
    pub(super) suites_dir: Option<PathBuf>,
    /// Folder that holds <target>/target.toml [default: targets/ beside suites/, else js-tests/targets]
    #[arg(
        long,
        global = true,
        env = "THREADPROOF_TARGETS_DIR",
        value_name = "DIR",
        hide_env = true
    )]
    pub(super) targets_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(super) history: HistoryArgs,
}

impl Place {
    /// Where things are by these flags, and by others where these say nothing. The history is that of these.
    pub(super) fn or(&self, others: &Place) -> Place {
        let first = |one: &Option<PathBuf>, other: &Option<PathBuf>| one.clone().or(other.clone());
        Place {
            root: first(&self.root, &others.root),
            suites_dir: first(&self.suites_dir, &others.suites_dir),
            targets_dir: first(&self.targets_dir, &others.targets_dir),
            history: self.history.clone(),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run worker suites over targets and versions of Node, and report pass rates
    Run(Box<RunArgs>),
    /// Find planted faults, and nothing in clean addons: what this machine's harness can detect, and how fast
    Selfcheck(Box<SelfcheckArgs>),
    /// Run many workers in shapes of load, audit what they wrote, measure what they keep
    Stress(Box<StressArgs>),
    /// Find what each worker leaves behind: memory, descriptors, threads, and accesses that are wrong
    Leak(Box<LeakArgs>),
    /// Search for programs of several threads that crash a target, and make them small
    Fuzz(Box<FuzzArgs>),
    /// Run test files of any package (Jest, Vitest, node:test, scripts) many times at once, in workers of one process
    Replicate(Box<ReplicateArgs>),
    /// List what there is: targets, runtimes, suites, tests; and the runs of the history
    List(ListArgs),
    /// Say what is missing on this machine and how to get it
    Doctor(DoctorArgs),
    /// Show a fault: a specimen and its corrected twin, a failure of a former run, or a saved case
    Repro(Box<ReproArgs>),
    /// Say whose fault the failures of a run are: the addon's, Node's, or that of what is around them
    Blame(BlameArgs),
    /// Write the folder of a target for a package, a builtin or a file
    Init(InitArgs),
    /// Put a run beside an earlier one: fixed, regressed, new crash, lost, and what may be chance
    Compare(CompareArgs),
    /// Join the parts of a run that several machines have run with --shard
    Merge(MergeArgs),
    /// Render a stored run again, in any form
    Report(ReportArgs),
    /// Remove old runs from the history, and their folders
    Prune(PruneArgs),
    /// Explain an exit code, an outcome or a rule
    Explain(ExplainArgs),
    /// Print the JSON Schema of results.json and events.ndjson
    Schema(SchemaArgs),
    /// The process of a differential job, started by `run`
    #[command(hide = true)]
    DifferentialJob(DifferentialJobArgs),
}

/// Flags of `selfcheck`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SelfcheckArgs {
    /// Specimens to check, with their corrected twins [default: all, and the clean controls]
    #[arg(value_name = "SPECIMEN")]
    pub(super) specimen: Vec<String>,
    /// Node to check on, as for `run` [default: newest 22, 24 and 26]
    #[arg(
        short,
        long,
        env = "THREADPROOF_RUNTIME",
        value_name = "NODE",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(super) runtime: Vec<String>,
    /// One Node, and each control under the scenarios of its own rules only
    #[arg(long, env = "THREADPROOF_QUICK", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) quick: bool,
    /// How many processes are run at the same time [default: number of cores]
    #[arg(
        short, long, env = "THREADPROOF_JOBS", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1024), hide_env = true
    )]
    pub(super) jobs: Option<u32>,
    /// Time for a case: what is not over then hangs
    #[arg(
        long,
        env = "THREADPROOF_TIMEOUT",
        value_name = "TIME",
        default_value = "8s",
        hide_env = true
    )]
    pub(super) timeout: humantime::Duration,
    #[command(flatten)]
    pub(super) means: Means,
    /// Folder for the results, new or of a former run [default: target/threadproof/runs/…]
    #[arg(
        short,
        long,
        env = "THREADPROOF_OUT",
        value_name = "DIR",
        hide_env = true
    )]
    pub(super) out: Option<PathBuf>,
    /// Print JSON for machines
    #[arg(long, env = "THREADPROOF_JSON", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) json: bool,
}

/// Flags of `list`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    subcommand_value_name = "WHAT",
    subcommand_help_heading = "What",
    disable_help_subcommand = true,
    after_help = "Without WHAT: targets, runtimes and suites."
)]
pub(super) struct ListArgs {
    /// What to list [default: all but tests and runs]
    #[command(subcommand)]
    pub(super) what: Option<What>,
    /// Print JSON for machines
    #[arg(long, global = true, env = "THREADPROOF_JSON", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) json: bool,
}

/// By what means processes are run: the same flags for `run`, `selfcheck` and `repro`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Means {
    /// Seed that all others are derived from [default: random, printed]
    #[arg(long, env = "THREADPROOF_SEED", value_name = "N", hide_env = true)]
    pub(super) seed: Option<Seed>,
    /// Preload the guard library, which checks every call of Node-API [auto: where there is one]
    #[arg(
        long,
        env = "THREADPROOF_GUARD",
        value_name = "WHEN",
        default_value = "auto",
        hide_env = true
    )]
    pub(super) guard: Switch,
    /// Take targets as they were built last
    #[arg(long, env = "THREADPROOF_NO_BUILD", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) no_build: bool,
    /// Use the packages and runtimes that are on this machine; ask no registry
    #[arg(long, env = "THREADPROOF_OFFLINE", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) offline: bool,
}

/// Whether something is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    /// Where it is available
    Auto,
    /// Always; an error where it is not available
    On,
    /// Never
    Off,
}

/// What can be listed.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub(super) enum What {
    /// Addons under test
    Targets,
    /// Versions of Node
    Runtimes,
    /// Topics and runners
    Suites,
    /// Ids of tests
    Tests,
    /// Runs of the history, the newest first
    Runs(RunsArgs),
}

/// Flags of `doctor`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Print JSON for machines
    #[arg(long, env = "THREADPROOF_JSON", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) json: bool,
}

/// Flags of `init`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct InitArgs {
    /// What it is for: npm:NAME, @SCOPE/NAME@1.2.3, node:NAME, a folder or a .node file
    pub(super) what: String,
    /// The folder to write [default: js-tests/targets/<name>]
    #[arg(long, env = "THREADPROOF_DIR", value_name = "DIR", hide_env = true)]
    pub(super) dir: Option<PathBuf>,
    /// Node to look at it on [default: newest 24]
    #[arg(
        short,
        long,
        env = "THREADPROOF_RUNTIME",
        value_name = "NODE",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(super) runtime: Vec<String>,
    #[command(flatten)]
    pub(super) means: Means,
}

/// Flags of `compare`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CompareArgs {
    /// The earlier run: its folder, its name or the start of it, or `latest~1`
    pub(super) before: String,
    /// The later run
    #[arg(default_value = "latest")]
    pub(super) after: String,
    /// Form of what is printed
    #[arg(
        short,
        long,
        env = "THREADPROOF_FORMAT",
        value_name = "FORM",
        default_value = "terminal",
        hide_env = true
    )]
    pub(super) format: CompareFormat,
    /// Print JSON for machines
    #[arg(long, env = "THREADPROOF_JSON", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) json: bool,
}

/// Forms of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CompareFormat {
    /// Tables for a person
    Terminal,
    /// Markdown for a pull request
    Md,
}

/// Flags of `merge`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct MergeArgs {
    /// The run directories of the shards
    #[arg(required = true)]
    pub(super) dirs: Vec<PathBuf>,
    /// Folder for the whole run, new or of a former one [default: target/threadproof/runs/…]
    #[arg(
        short,
        long,
        env = "THREADPROOF_OUT",
        value_name = "DIR",
        hide_env = true
    )]
    pub(super) out: Option<PathBuf>,
    /// Judge what is there although shards are missing
    #[arg(long, env = "THREADPROOF_ALLOW_MISSING", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) allow_missing: bool,
}

/// Flags of `blame`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct BlameArgs {
    /// A run: its folder, its name or the start of it, or `latest~1`
    #[arg(default_value = "latest")]
    pub(super) run: String,
    /// One kind of failure alone, by its signature [default: the first five]
    #[arg(
        long,
        env = "THREADPROOF_SIGNATURE",
        value_name = "SIGNATURE",
        hide_env = true
    )]
    pub(super) signature: Option<String>,
    /// Versions of Node to try beside the one that it failed on
    #[arg(
        short,
        long,
        env = "THREADPROOF_RUNTIME",
        value_name = "NODE",
        value_delimiter = ',',
        default_value = "22,24,26",
        hide_env = true
    )]
    pub(super) runtime: Vec<String>,
    /// How often each target runs it on each Node
    #[arg(
        short = 'n', long, env = "THREADPROOF_ATTEMPTS", value_name = "N", default_value_t = 5,
        value_parser = clap::value_parser!(u32).range(1..=100_000), hide_env = true
    )]
    pub(super) attempts: u32,
    #[command(flatten)]
    pub(super) means: Means,
    /// Print JSON for machines
    #[arg(long, env = "THREADPROOF_JSON", value_parser = clap::builder::FalseyValueParser::new(), hide_env = true)]
    pub(super) json: bool,
}

/// Flags of `repro`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ReproArgs {
    /// A specimen, a rule, `handle-scope`, the signature of a failure, or a case.json or the folder that holds it
    pub(super) topic: String,
    /// Node to run on, as for `run`; of a case the file [default: newest 22, 24, 26 and path; of a case its own]
    #[arg(
        short,
        long,
        env = "THREADPROOF_RUNTIME",
        value_name = "NODE",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(super) runtime: Vec<String>,
    /// How often the specimen and its twin are run
    #[arg(
        short = 'n', long, env = "THREADPROOF_ATTEMPTS", value_name = "N", default_value_t = 5,
        value_parser = clap::value_parser!(u32).range(1..=100_000), hide_env = true
    )]
    pub(super) attempts: u32,
    /// What starts the program
    #[arg(
        long,
        env = "THREADPROOF_LAUNCHER",
        value_name = "NAME",
        default_value = "native",
        hide_env = true
    )]
    pub(super) launcher: LauncherArg,
    /// Keep a core file of each attempt that crashes
    #[arg(long, env = "THREADPROOF_CORES", hide_env = true)]
    pub(super) cores: bool,
    #[command(flatten)]
    pub(super) means: Means,
    /// Time for an attempt: what is not over then hangs
    #[arg(
        long,
        env = "THREADPROOF_TIMEOUT",
        value_name = "TIME",
        default_value = "15s",
        hide_env = true
    )]
    pub(super) timeout: humantime::Duration,
    /// Target to run a case of `fuzz` on [default: the one that it was found in]
    #[arg(long, env = "THREADPROOF_TARGET", value_name = "ID", hide_env = true)]
    pub(super) target: Option<String>,
    /// Module to run it on, as `require` takes it [default: the one that it was found in]
    #[arg(
        long,
        env = "THREADPROOF_MODULE",
        value_name = "MODULE",
        hide_env = true
    )]
    pub(super) module: Option<String>,
}

/// What starts a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LauncherArg {
    /// Nothing: Node is started directly
    Native,
    /// gdb: at a terminal to look around in where the program has stopped, else as `gdb-batch`
    Gdb,
    /// gdb, which prints the stacks of all threads when the program has stopped
    GdbBatch,
    /// Valgrind's memcheck
    Valgrind,
}

/// Flags of `differential-job`. The rest stands in the variables of `docs/protocol.md`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DifferentialJobArgs {
    /// The Node to run on
    #[arg(long)]
    pub(super) node: PathBuf,
    /// A flag of that Node
    #[arg(long)]
    pub(super) node_flag: Vec<String>,
    /// A variable of the target's
    #[arg(long)]
    pub(super) pass: Vec<String>,
    /// How many programs
    #[arg(long)]
    pub(super) count: u32,
    /// The folder that holds differential/
    #[arg(long)]
    pub(super) interpreter_dir: PathBuf,
    /// Where findings are written
    #[arg(long)]
    pub(super) failures: PathBuf,
}

/// Flags of `explain`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// An exit code, an outcome, a phase, a fatal message [default: list all of them]
    pub(super) topic: Option<String>,
}

/// Flags of `schema`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SchemaArgs {
    /// Which file's schema [default: both, in one object]
    pub(super) of: Option<Schema>,
}

/// Which schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Schema {
    /// results.json
    Results,
    /// A line of events.ndjson
    Events,
}
