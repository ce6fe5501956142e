//! From flags to a checked configuration: after this nothing is optional that a run needs.

use std::{
    ffi::OsString,
    fmt::Write as _,
    hash::{BuildHasher, Hasher, RandomState},
    num::NonZero,
    path::PathBuf,
    thread,
    time::Duration,
};

use threadproof_stress::Plan;

use super::{
    args::{Place, RunArgs},
    bench::with_guard,
};
use crate::{
    error::Error,
    exec::Limits,
    expect::Expectation,
    model::{DIFFERENTIAL, Runner, Seed},
    plan::{Patterns, Shard, quote},
    prepare::{Permissions, RuntimeSpec},
    report::Verbosity,
    workspace::Workspace,
};

/// A checked configuration of `run`.
#[derive(Debug)]
pub(super) struct RunConfig {
    pub(super) workspace: Workspace,
    pub(super) targets: Vec<String>,
    pub(super) runtimes: Vec<RuntimeSpec>,
    pub(super) suites: Vec<String>,
    pub(super) tests: Patterns,
    pub(super) repeats: u32,
    /// Decides how many of the repeats are needed.
    pub(super) gate: Option<Plan>,
    /// Failures that are known.
    pub(super) expectations: Vec<Expectation>,
    /// The time that jobs may be started in.
    pub(super) budget: Option<Duration>,
    pub(super) parallel: u32,
    pub(super) shard: Option<Shard>,
    pub(super) timeout_ms: u64,
    pub(super) limits: Limits,
    pub(super) seed: Seed,
    pub(super) out: Option<PathBuf>,
    pub(super) only: Option<String>,
    pub(super) programs: u32,
    pub(super) guard: bool,
    pub(super) permissions: Permissions,
    pub(super) verbosity: Verbosity,
    /// The command line, quoted for a shell.
    pub(super) command: String,
    /// Start of the command that repeats a job.
    pub(super) repeat_prefix: String,
}

impl RunConfig {
    pub(super) fn resolve(
        place: &Place,
        args: &RunArgs,
        words: &[OsString],
    ) -> Result<Self, Error> {
        let runtimes = if args.runtime.is_empty() {
            RuntimeSpec::defaults()
        } else {
            args.runtime
                .iter()
                .map(|text| RuntimeSpec::parse(text))
                .collect::<Result<_, _>>()?
        };
        for (flag, time) in [
            ("--timeout", args.timeout),
            ("--load-timeout", args.load_timeout),
            ("--exit-timeout", args.exit_timeout),
        ] {
            if time.is_zero() {
                return Err(Error::Usage {
                    what: format!("{flag} 0s leaves a job no time"),
                    help: "give it a time such as 90s or 2m".to_owned(),
                });
            }
        }
        let gate = args.gate.plan(args.repeats)?;
        let repeats = match (args.repeats, &gate) {
            (Some(repeats), _) => repeats,
            (None, Some(plan)) => u32::try_from(plan.most_runs()).unwrap_or(u32::MAX),
            (None, None) => 1,
        };
        Ok(RunConfig {
            workspace: place.workspace()?,
            targets: args.target.clone(),
            runtimes,
            suites: args.suite.clone(),
            tests: Patterns::new(&args.test)?,
            repeats,
            gate,
            budget: args.gate.budget()?,
            expectations: args.gate.expectations()?,
            parallel: args.jobs.unwrap_or_else(cores),
            shard: args.shard,
            timeout_ms: u64::try_from(args.timeout.as_millis())
                .unwrap_or(u64::MAX)
                .max(1),
            limits: Limits {
                load: *args.load_timeout,
                exit: *args.exit_timeout,
            },
            seed: args.means.seed.unwrap_or_else(random_seed),
            out: args.out.clone(),
            only: args.job_id.clone(),
            programs: args.programs.unwrap_or_else(|| programs(&args.suite)),
            guard: with_guard(args.means.guard),
            permissions: Permissions {
                no_build: args.means.no_build,
                offline: args.means.offline,
            },
            verbosity: match (args.quiet, args.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, true) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
            command: command(words),
            repeat_prefix: repeat_prefix(place, args, words),
        })
    }
}

impl Place {
    pub(super) fn workspace(&self) -> Result<Workspace, Error> {
        let workspace = Workspace::find(
            self.root.as_deref(),
            self.suites_dir.as_deref(),
            self.targets_dir.as_deref(),
        )?;
        let history = super::history::file(self, &workspace.state)?;
        Ok(Workspace {
            history,
            ..workspace
        })
    }
}

pub(super) fn cores() -> u32 {
    thread::available_parallelism()
        .map_or(1, NonZero::get)
        .try_into()
        .unwrap_or(1)
}

/// How many programs a differential job generates: many when it was asked for, few where it is one of all.
fn programs(suites: &[String]) -> u32 {
    const ASKED_FOR: u32 = 20_000;
    const AMONG_OTHERS: u32 = 1000;
    let named = |suite: &String| {
        let mut parts = suite.split('/');
        parts.any(|part| part == DIFFERENTIAL || part == Runner::Programs.as_str())
    };
    if suites.iter().any(named) {
        ASKED_FOR
    } else {
        AMONG_OTHERS
    }
}

/// Short enough to be typed. The standard library's maps are seeded by the system's randomness.
pub(super) fn random_seed() -> Seed {
    Seed(RandomState::new().build_hasher().finish() >> 32)
}

/// How this program is called: through Cargo when that has started it.
pub(super) fn program(words: &[OsString]) -> String {
    if std::env::var_os("CARGO").is_some() && std::env::var_os("CARGO_PKG_NAME").is_some() {
        "cargo run --release -p threadproof --".to_owned()
    } else {
        words.first().map_or("threadproof".to_owned(), |word| {
            quote(&word.to_string_lossy())
        })
    }
}

pub(super) fn command(words: &[OsString]) -> String {
    let rest = words
        .iter()
        .skip(1)
        .map(|word| quote(&word.to_string_lossy()));
    std::iter::once(program(words))
        .chain(rest)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Writing to a String cannot fail.
fn repeat_prefix(place: &Place, args: &RunArgs, words: &[OsString]) -> String {
    let mut prefix = format!("{} run", program(words));
    let places = [
        ("--root", &place.root),
        ("--suites-dir", &place.suites_dir),
        ("--targets-dir", &place.targets_dir),
    ];
    for (flag, value) in places {
        if let Some(value) = value {
            let _ = write!(prefix, " {flag} {}", quote(&value.to_string_lossy()));
        }
    }
    let times = [
        ("--timeout", args.timeout, "120s"),
        ("--load-timeout", args.load_timeout, "60s"),
        ("--exit-timeout", args.exit_timeout, "15s"),
    ];
    for (flag, value, default) in times {
        let usual: humantime::Duration = default.parse().expect("the defaults are durations");
        if *value != *usual {
            let _ = write!(prefix, " {flag} {}", value.to_string().replace(' ', ""));
        }
    }
    prefix
}
