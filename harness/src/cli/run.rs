//! `threadproof run`.

use std::{collections::BTreeMap, ffi::OsString, fs, path::PathBuf, sync::Mutex};

use super::{
    args::{Place, RunArgs},
    config::RunConfig,
    history, print, show,
};
use crate::{
    catalogue::{Catalogue, load_targets, load_topics, named_targets, os, specimen_targets},
    dispatch::Dispatcher,
    error::Error,
    event::{Event, GatePlanned, PlanSummary, Watching},
    exec::{self, Executor, Launchers},
    exit::Exit,
    gate,
    interrupt::Interrupt,
    model::{CellId, Job, Seed, Suite, Target},
    plan::{self, Inputs, Plan, select_suites, select_targets},
    prepare::{self, Prepared, Steps, packages_ready},
    report::{Config as ReportConfig, Reporters},
    run_dir::RunDir,
    selfcheck,
    shared::Shared,
    workspace::Workspace,
};

pub(super) fn run(place: &Place, args: &RunArgs, words: &[OsString]) -> Result<Exit, Error> {
    let config = RunConfig::resolve(place, args, words)?;
    let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
    let mut targets = load_targets(&config.workspace)?;
    targets.extend(specimen_targets(&config.workspace));
    targets.extend(named_targets(&config.workspace, &config.targets, &targets)?);
    let targets = select_targets(&targets, &config.targets)?;
    // Mistakes in the selection are told before anything is made, where that takes no preparation.
    if packages_ready(&config.workspace) {
        select(&config)?;
    }
    exec::adopt_orphans();
    exec::no_cores();

    let dir = RunDir::create(&config.workspace, config.out.as_deref(), config.seed)?;
    let report = ReportConfig {
        dir: dir.path.clone(),
        verbosity: config.verbosity,
    };
    let reporters = Reporters::new(&report)
        .map_err(|error| Error::io("write", PathBuf::from(&error.what))(error.source))?
        .and_maybe(history::recorder(&config.workspace, words, &dir));
    let watch = gate::Watch::new(config.gate.clone(), config.budget);
    let reporters = reporters.and(Box::new(Watching(watch.clone())));
    let mut dispatcher = Dispatcher::new(dir, reporters);
    let exit = match stages(&config, &interrupt, targets, &watch, &mut dispatcher) {
        Ok(()) => dispatcher.results().exit(),
        Err(error) => {
            // Of these the report tells; of all else only this line does.
            let told = dispatcher.results().preparation.is_some();
            match &error {
                Error::Interrupted { signal } => {
                    dispatcher.emit(&Event::Interrupted { signal: *signal });
                }
                Error::Preparation { .. } if told => {}
                other => show(other),
            }
            error.exit()
        }
    };
    let results = dispatcher.dir().path.join("results.json");
    let errors = dispatcher.finish(exit);
    for error in &errors {
        eprintln!("threadproof: {error}: {}", error.source);
    }
    print::line(&results.to_string_lossy())?;
    Ok(if errors.is_empty() {
        exit
    } else {
        Exit::Internal
    })
}

/// All between the first and the last event.
fn stages(
    config: &RunConfig,
    interrupt: &Interrupt,
    targets: Vec<Target>,
    watch: &gate::Watch,
    dispatcher: &mut Dispatcher,
) -> Result<(), Error> {
    let event = started(
        &config.workspace,
        config.seed,
        config.command.clone(),
        dispatcher,
    );
    dispatcher.emit(&event);
    let prepared = dispatcher.while_telling(|tell| {
        let steps = Steps {
            workspace: &config.workspace,
            permissions: config.permissions,
            interrupt,
            tell,
        };
        prepare::prepare(steps, targets, &config.runtimes, config.guard)
    })?;
    if let Some(signal) = interrupt.signal() {
        return Err(Error::Interrupted { signal });
    }
    let (catalogue, suites) = select(config)?;
    let plan = plan(config, &prepared, &catalogue, &suites)?;
    announce(config, &prepared, &plan, dispatcher);
    if plan.jobs.is_empty() {
        return Err(no_jobs(&plan));
    }
    let executor = Executor {
        run_dir: dispatcher.dir().path.clone(),
        suites_dir: config.workspace.suites_dir.clone(),
        lib: config.workspace.lib.clone(),
        node_modules: config.workspace.packages.join("node_modules"),
        targets: prepared.targets,
        runtimes: prepared.runtimes,
        guard: prepared.guard,
        symbols: Mutex::default(),
        params: Shared::default(),
        launchers: Launchers::default(),
        limits: config.limits,
        interrupt: interrupt.clone(),
        programs: config.programs,
    };
    watch.begin(&plan.jobs);
    let needless = |job: &Job| watch.is_done(job);
    dispatcher.run_jobs_unless(&executor, plan.jobs, config.parallel, &needless);
    let cells: Vec<CellId> = plan.cells.into_iter().map(|planned| planned.cell).collect();
    for (cell, result) in watch.results(&cells) {
        dispatcher.emit(&Event::GateDecided { cell, result });
    }
    Ok(())
}

fn select(config: &RunConfig) -> Result<(Catalogue, Vec<Suite>), Error> {
    let catalogue = load_topics(&config.workspace)?;
    let suites = select_suites(&catalogue, &config.suites, &config.tests)?;
    Ok((catalogue, suites))
}

fn plan(
    config: &RunConfig,
    prepared: &Prepared,
    catalogue: &Catalogue,
    suites: &[Suite],
) -> Result<Plan, Error> {
    plan::plan(&Inputs {
        targets: &prepared.targets,
        runtimes: &prepared.runtimes,
        suites,
        catalogue,
        tests: &config.tests,
        repeats: config.repeats,
        shard: config.shard,
        seed: config.seed,
        timeout_ms: config.timeout_ms,
        repeat_prefix: &config.repeat_prefix,
        only: config.only.as_deref(),
        programs: config.programs,
    })
}

/// Tells of the plan, and of all that is not in it.
fn announce(config: &RunConfig, prepared: &Prepared, plan: &Plan, dispatcher: &mut Dispatcher) {
    dispatcher.emit(&Event::Planned {
        plan: PlanSummary {
            targets: prepared.targets.clone(),
            runtimes: prepared.runtimes.clone(),
            cells: plan.cells.clone(),
            jobs: u32::try_from(plan.jobs.len()).unwrap_or(u32::MAX),
            parallel: config.parallel,
            repeats: config.repeats,
            shard: config.shard.map(plan::Shard::parts),
            guard: prepared.guard.is_some(),
            gate: config.gate.as_ref().map(GatePlanned::of),
            selection: config.only.is_some() || config.tests.texts().next().is_some(),
            expectations: config.expectations.clone(),
        },
    });
    for one in &plan.not_available {
        let (cell, reason) = (one.cell.clone(), one.reason.clone());
        dispatcher.emit(&Event::NotAvailable { cell, reason });
    }
    for one in &plan.not_applicable {
        dispatcher.emit(&Event::NotApplicable {
            target: one.target.clone(),
            runtime: one.runtime.clone(),
            topic: one.topic.clone(),
            count: one.count,
            lacking: one.lacking.clone(),
        });
    }
}

/// Why nothing of what was asked for can run.
fn no_jobs(plan: &Plan) -> Error {
    let mut reasons: Vec<&str> = plan
        .not_available
        .iter()
        .map(|one| one.reason.as_str())
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    let help = if reasons.is_empty() {
        "this shard is empty: use fewer shards, or more repeats".to_owned()
    } else {
        format!(
            "nothing of what was asked for can run:\n  {}",
            reasons.join("\n  ")
        )
    };
    Error::NothingSelected {
        what: "there are no jobs".to_owned(),
        help,
    }
}

/// The first event of a run.
pub(super) fn started(
    workspace: &Workspace,
    seed: Seed,
    command: String,
    dispatcher: &Dispatcher,
) -> Event {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    Event::RunStarted {
        run: dispatcher.dir().name.clone(),
        dir: dispatcher.dir().path.clone(),
        seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command,
        platform: format!("{}-{arch}", os()),
        host: host(),
        detection: selfcheck::load(workspace).map(|last| selfcheck::summary(&last)),
    }
}

/// Facts of the machine that explain differences between runs.
pub(super) fn host() -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    if let Ok(cores) = std::thread::available_parallelism() {
        facts.insert("cpus".to_owned(), cores.to_string());
    }
    if let Ok(kernel) = fs::read_to_string("/proc/sys/kernel/osrelease") {
        facts.insert("kernel".to_owned(), kernel.trim().to_owned());
    }
    let kib = |text: String| -> Option<u64> {
        text.lines()
            .find(|line| line.starts_with("MemTotal:"))?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()
    };
    if let Some(kib) = fs::read_to_string("/proc/meminfo").ok().and_then(kib) {
        facts.insert("memoryMiB".to_owned(), (kib / 1024).to_string());
    }
    facts
}
