//! Specimens made ready to be run: what `selfcheck` and `repro` have in common.

use std::{ffi::OsString, path::Path, sync::Mutex};

use super::config;
use crate::{
    catalogue::load_topics,
    error::Error,
    event::Event,
    exec::{Executor, Launchers, Limits},
    interrupt::Interrupt,
    model::{Seed, Target},
    prepare::{self, Permissions, RuntimeSpec, Steps, guard_platform},
    selfcheck::{self, Request, SelfPlan},
    shared::Shared,
    workspace::Workspace,
};

use super::args::Switch;

/// What is wanted.
pub(super) struct Wanted<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) interrupt: &'a Interrupt,
    pub(super) permissions: Permissions,
    pub(super) targets: Vec<Target>,
    pub(super) runtimes: &'a [RuntimeSpec],
    pub(super) guard: Switch,
    pub(super) quick: bool,
    pub(super) seed: Seed,
    pub(super) timeout: humantime::Duration,
    /// The command line.
    pub(super) words: &'a [OsString],
    pub(super) run_dir: &'a Path,
}

/// What there is then.
pub(super) struct Bench {
    pub(super) plan: SelfPlan,
    pub(super) executor: Executor,
}

/// Whether the guard is preloaded.
pub(super) fn with_guard(guard: Switch) -> bool {
    match guard {
        Switch::On => true,
        Switch::Auto => guard_platform().is_ok(),
        Switch::Off => false,
    }
}

/// Prepares runtimes and specimens, and plans their cases.
pub(super) fn bench(wanted: Wanted<'_>, tell: &(dyn Fn(Event) + Sync)) -> Result<Bench, Error> {
    let workspace = wanted.workspace;
    let steps = Steps {
        workspace,
        permissions: wanted.permissions,
        interrupt: wanted.interrupt,
        tell,
    };
    let guard = with_guard(wanted.guard);
    let prepared = prepare::prepare(steps, wanted.targets, wanted.runtimes, guard)?;
    let catalogue = load_topics(workspace)?;
    let timeout_ms = u64::try_from(wanted.timeout.as_millis()).unwrap_or(u64::MAX);
    let prefix = format!(
        "{} run --timeout {}",
        config::program(wanted.words),
        wanted.timeout
    );
    let plan = selfcheck::plan(&Request {
        targets: &prepared.targets,
        runtimes: &prepared.runtimes,
        catalogue: &catalogue,
        guard: prepared.guard.is_some(),
        quick: wanted.quick,
        seed: wanted.seed,
        timeout_ms,
        repeat_prefix: &prefix,
    })?;
    if plan.jobs.is_empty() {
        return Err(Error::NothingSelected {
            what: "there is nothing to run".to_owned(),
            help: "name other specimens or runtimes".to_owned(),
        });
    }
    let executor = Executor {
        run_dir: wanted.run_dir.to_owned(),
        suites_dir: workspace.suites_dir.clone(),
        lib: workspace.lib.clone(),
        node_modules: workspace.packages.join("node_modules"),
        targets: prepared.targets,
        runtimes: prepared.runtimes,
        limits: Limits {
            load: *wanted.timeout,
            exit: *wanted.timeout,
        },
        interrupt: wanted.interrupt.clone(),
        programs: 0,
        guard: prepared.guard,
        symbols: Mutex::default(),
        params: Shared::default(),
        launchers: Launchers::default(),
    };
    Ok(Bench { plan, executor })
}
