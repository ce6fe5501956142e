//! `threadproof stress`: many workers, in shapes of load.

use std::{ffi::OsString, fmt::Write as _, fs, path::Path, sync::Mutex};

use threadproof_stress::{Gate, Plan, Shape, shapes};

use super::{
    args::{Place, StressArgs, Switch},
    bench::with_guard,
    config::{command, cores, program, random_seed},
    print,
    run::started,
    show,
};
use crate::{
    catalogue::{load_targets, specimen_targets},
    dispatch::Dispatcher,
    error::Error,
    event::{Event, PlanSummary},
    exec::{self, Executor, Launchers, Limits},
    exit::Exit,
    interrupt::Interrupt,
    model::{Seed, Target},
    plan::{quote, select_targets},
    prepare::{self, Permissions, RuntimeSpec, Steps},
    report::{Config as ReportConfig, Reporters, Verbosity},
    run_dir::RunDir,
    stress::{self, Gated, Request, StressPlan, Stressed, Until, Watch},
    workspace::Workspace,
};

/// The clean addon that growth is compared with.
const CONTROL: &str = "empty";
/// Where no Node is named: a stress run shows more by going on for longer than by running everywhere.
const RUNTIMES: [&str; 1] = ["24"];
/// Failures that a gate may see before it is given up.
const MOST_ALLOWED: u64 = 2;

/// All that was asked for, checked.
struct Wanted {
    workspace: Workspace,
    shapes: Vec<Shape>,
    targets: Vec<Target>,
    runtimes: Vec<RuntimeSpec>,
    seed: Seed,
    gate: Option<Plan>,
    parallel: u32,
}

pub(super) fn stress(place: &Place, args: &StressArgs, words: &[OsString]) -> Result<Exit, Error> {
    let wanted = resolve(place, args)?;
    let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
    exec::adopt_orphans();
    exec::no_cores();
    let dir = RunDir::create(&wanted.workspace, args.out.as_deref(), wanted.seed)?;
    let report = ReportConfig {
        dir: dir.path.clone(),
        verbosity: match (args.quiet, args.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        },
    };
    let until = Until {
        first_failure: args.until_fail,
        gate: wanted.gate.clone(),
    };
    let watch = Watch::new(&dir.path, until);
    let reporters = Reporters::new(&report)
        .map_err(|error| Error::io("write", &error.what)(error.source))?
        .and(Box::new(watch.clone()));
    let mut dispatcher = Dispatcher::new(dir, reporters);
    let run_dir = dispatcher.dir().path.clone();
    let event = started(&wanted.workspace, wanted.seed, command(words), &dispatcher);
    dispatcher.emit(&event);
    if let Err(error) = stages(&wanted, args, words, &interrupt, &mut dispatcher, &watch) {
        let exit = error.exit();
        if let Error::Interrupted { signal } = &error {
            dispatcher.emit(&Event::Interrupted { signal: *signal });
        }
        show(&error);
        dispatcher.finish(exit);
        return Ok(exit);
    }
    let stressed = stress::judge(&watch.ran(), Some(CONTROL), wanted.gate.as_ref());
    let exit = exit_of(&stressed, dispatcher.results().exit());
    let errors = dispatcher.finish(exit);
    for error in &errors {
        eprintln!("threadproof: {error}: {}", error.source);
    }
    keep(&run_dir, &stressed, &watch)?;
    let width = comfy_table::Table::new().use_stderr().width();
    anstream::eprintln!("\n{}", stress::table(&stressed, width));
    for line in stress::gates(&stressed, wanted.gate.as_ref()) {
        anstream::eprintln!("{line}");
    }
    if args.json {
        print::json(&stressed)?;
    } else {
        print::line(&run_dir.join("stress.json").to_string_lossy())?;
    }
    Ok(if errors.is_empty() {
        exit
    } else {
        Exit::Internal
    })
}

fn resolve(place: &Place, args: &StressArgs) -> Result<Wanted, Error> {
    let workspace = place.workspace()?;
    let mut all = load_targets(&workspace)?;
    all.extend(specimen_targets(&workspace));
    let targets = select_targets(&all, &args.target)?;
    let named: Vec<&str> = if args.runtime.is_empty() {
        RUNTIMES.to_vec()
    } else {
        args.runtime.iter().map(String::as_str).collect()
    };
    let gate: Option<Gate> = args
        .until
        .as_deref()
        .map(|text| {
            text.parse::<Gate>().map_err(|error| Error::Usage {
                what: format!("--until {}: {error}", quote(text)),
                help: "write it as 'rate < 0.1% @ 95%'".to_owned(),
            })
        })
        .transpose()?;
    let gate = gate.map(|gate| Plan::staged(gate, MOST_ALLOWED));
    Ok(Wanted {
        shapes: selected(args, gate.as_ref())?,
        runtimes: named
            .into_iter()
            .map(RuntimeSpec::parse)
            .collect::<Result<_, _>>()?,
        seed: args.means.seed.unwrap_or_else(random_seed),
        parallel: args.jobs.unwrap_or_else(cores),
        workspace,
        targets,
        gate,
    })
}

/// The shapes that were asked for, with what was asked of them.
fn selected(args: &StressArgs, gate: Option<&Plan>) -> Result<Vec<Shape>, Error> {
    let all = shapes();
    for name in &args.shape {
        if !all.iter().any(|shape| shape.name == *name) {
            let known: Vec<String> = all
                .iter()
                .map(|shape| format!("{}: {}", shape.name, shape.title))
                .collect();
            return Err(Error::NothingSelected {
                what: format!("there is no shape {name:?}"),
                help: format!("shapes that exist:\n  {}", known.join("\n  ")),
            });
        }
    }
    let wanted = |shape: &Shape| {
        if args.shape.is_empty() {
            shape.default
        } else {
            args.shape.contains(&shape.name)
        }
    };
    Ok(all
        .into_iter()
        .filter(wanted)
        .map(|shape| Shape {
            workers: args.workers.unwrap_or(shape.workers),
            lifecycles: args.lifecycles.unwrap_or(shape.lifecycles),
            runs: match (args.runs, gate) {
                (Some(runs), _) => runs,
                (None, Some(plan)) => u32::try_from(plan.most_runs()).unwrap_or(u32::MAX),
                (None, None) => shape.runs,
            },
            ..shape
        })
        .collect())
}

/// Prepares, plans and runs.
fn stages(
    wanted: &Wanted,
    args: &StressArgs,
    words: &[OsString],
    interrupt: &Interrupt,
    dispatcher: &mut Dispatcher,
    watch: &Watch,
) -> Result<(), Error> {
    // The control is prepared with the others; it runs what has a control.
    let mut targets = wanted.targets.clone();
    let with_control = wanted.shapes.iter().any(|shape| shape.control);
    if with_control && !targets.iter().any(|target| target.id == CONTROL) {
        let specimens = specimen_targets(&wanted.workspace);
        targets.extend(specimens.into_iter().filter(|target| target.id == CONTROL));
    }
    // Calls are not checked here unless that is asked for: it costs an event for each worker.
    let guard = args.means.guard == Switch::On && with_guard(args.means.guard);
    let prepared = dispatcher.while_telling(|tell| {
        let tell = |event| {
            // The dispatcher listens until this thread is done.
            let _ = tell.send(event);
        };
        let steps = Steps {
            workspace: &wanted.workspace,
            permissions: Permissions {
                no_build: args.means.no_build,
                offline: args.means.offline,
            },
            interrupt,
            tell: &tell,
        };
        prepare::prepare(steps, targets, &wanted.runtimes, guard)
    })?;
    if let Some(signal) = interrupt.signal() {
        return Err(Error::Interrupted { signal });
    }
    let (selected, control): (Vec<Target>, Vec<Target>) = prepared
        .targets
        .iter()
        .cloned()
        .partition(|target| wanted.targets.iter().any(|one| one.id == target.id));
    let plan = stress::plan(
        &Request {
            shapes: &wanted.shapes,
            targets: &selected,
            control: control.first(),
            runtimes: &prepared.runtimes,
            lasting: args.r#for.map(Into::into),
            seed: wanted.seed,
            repeat_prefix: &repeat_prefix(args, words),
            only: args.job_id.as_deref(),
        },
        &stress::lacking,
    );
    announce(&plan, wanted, &prepared, dispatcher);
    if plan.jobs.is_empty() {
        return Err(Error::NothingSelected {
            what: "there are no jobs".to_owned(),
            help: "name other targets, shapes or runtimes".to_owned(),
        });
    }
    let executor = Executor {
        run_dir: dispatcher.dir().path.clone(),
        suites_dir: wanted.workspace.suites_dir.clone(),
        lib: wanted.workspace.lib.clone(),
        node_modules: wanted.workspace.packages.join("node_modules"),
        targets: prepared.targets,
        runtimes: prepared.runtimes,
        limits: Limits {
            load: *args.timeout,
            exit: *args.timeout,
        },
        interrupt: interrupt.clone(),
        programs: 0,
        guard: prepared.guard,
        symbols: Mutex::default(),
        params: plan.told,
        launchers: Launchers::default(),
    };
    dispatcher.run_jobs_unless(&executor, plan.jobs, wanted.parallel, &|job| {
        watch.is_done(job)
    });
    Ok(())
}

fn announce(
    plan: &StressPlan,
    wanted: &Wanted,
    prepared: &prepare::Prepared,
    dispatcher: &mut Dispatcher,
) {
    dispatcher.emit(&Event::Planned {
        plan: PlanSummary {
            targets: prepared.targets.clone(),
            runtimes: prepared.runtimes.clone(),
            cells: plan.cells.clone(),
            jobs: u32::try_from(plan.jobs.len()).unwrap_or(u32::MAX),
            parallel: wanted.parallel,
            repeats: wanted
                .shapes
                .iter()
                .map(|shape| shape.runs)
                .max()
                .unwrap_or(1),
            shard: None,
            guard: prepared.guard.is_some(),
        },
    });
    for one in &plan.not_available {
        let (cell, reason) = (one.cell.clone(), one.reason.clone());
        dispatcher.emit(&Event::NotAvailable { cell, reason });
    }
}

/// Start of the command that repeats a job, with what was asked of the shapes.
fn repeat_prefix(args: &StressArgs, words: &[OsString]) -> String {
    let mut prefix = format!("{} stress", program(words));
    let numbers = [
        ("--workers", args.workers.map(u64::from)),
        ("--lifecycles", args.lifecycles),
    ];
    for (flag, value) in numbers {
        if let Some(value) = value {
            // Writing to a String cannot fail.
            let _ = write!(prefix, " {flag} {value}");
        }
    }
    if let Some(time) = args.r#for {
        let _ = write!(prefix, " --for {}", time.to_string().replace(' ', ""));
    }
    prefix
}

fn exit_of(stressed: &Stressed, run: Exit) -> Exit {
    let gates: Vec<Gated> = stressed.cells.iter().filter_map(|cell| cell.gate).collect();
    match run {
        // A gate takes the place of "no failure at all, and all that was planned"; all else that went wrong stays.
        Exit::Success | Exit::Failure | Exit::Flaky | Exit::Inconclusive if !gates.is_empty() => {
            if gates.contains(&Gated::Violated) {
                Exit::Failure
            } else if gates.contains(&Gated::Inconclusive) {
                Exit::Inconclusive
            } else if stressed.grew() {
                Exit::Leaks
            } else {
                Exit::Success
            }
        }
        Exit::Success if stressed.grew() => Exit::Leaks,
        other => other,
    }
}

/// Writes `stress.json`, the samples as a table for other programs, and adds the figures to `summary.md`.
fn keep(dir: &Path, stressed: &Stressed, watch: &Watch) -> Result<(), Error> {
    let write = |name: &str, text: String| {
        let path = dir.join(name);
        fs::write(&path, text).map_err(Error::io("write", path))
    };
    let json = serde_json::to_string_pretty(stressed)
        .map_err(|error| Error::io("write", dir.join("stress.json"))(error.into()))?;
    write("stress.json", json + "\n")?;
    write("samples.csv", stress::samples(&watch.ran()))?;
    let summary = dir.join("summary.md");
    let text = fs::read_to_string(&summary).map_err(Error::io("read", &summary))?;
    write(
        "summary.md",
        format!("{text}\n## Measured\n\n{}\n", stress::markdown(stressed)),
    )
}
