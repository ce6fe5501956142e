//! `threadproof leak`: what each worker leaves behind.

use std::{ffi::OsString, fmt::Write as _, fs, path::Path, sync::Mutex};

use threadproof_valgrind::programs;

use super::{
    args::{LeakArgs, Place},
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
    leak::{self, Key, Leaks, Request, Tool, Verdict, Watch},
    model::{KnownLeak, Seed, Target},
    plan::select_targets,
    prepare::{self, Permissions, RuntimeSpec, Steps},
    report::{Config as ReportConfig, Reporters, Verbosity},
    run_dir::RunDir,
    version::meets,
    workspace::Workspace,
};

/// The clean addon that others are compared with.
const CONTROL: &str = "empty";
/// Where no Node is named.
const RUNTIMES: [&str; 1] = ["24"];

/// All that was asked for, checked.
struct Wanted {
    workspace: Workspace,
    targets: Vec<Target>,
    runtimes: Vec<RuntimeSpec>,
    tools: Vec<Tool>,
    seed: Seed,
}

pub(super) fn leak(place: &Place, args: &LeakArgs, words: &[OsString]) -> Result<Exit, Error> {
    let wanted = resolve(place, args)?;
    let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
    exec::adopt_orphans();
    exec::no_cores();
    let dir = RunDir::create(&wanted.workspace, args.out.as_deref(), wanted.seed)?;
    let report = ReportConfig {
        dir: dir.path.clone(),
        verbosity: if args.verbose {
            Verbosity::Verbose
        } else {
            Verbosity::Normal
        },
    };
    let watch = Watch::new(&dir.path);
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
    let leaks = leak::judge(&watch.measured(), Some(CONTROL), &|key, by| {
        known(&wanted.targets, key, by)
    });
    let exit = exit_of(&leaks, dispatcher.results().exit());
    let errors = dispatcher.finish(exit);
    for error in &errors {
        eprintln!("threadproof: {error}: {}", error.source);
    }
    keep(&run_dir, &leaks)?;
    let width = comfy_table::Table::new().use_stderr().width();
    anstream::eprintln!("\n{}", leak::table(&leaks, width));
    for line in leak::told(&leaks) {
        anstream::eprintln!("{line}");
    }
    if args.json {
        print::json(&leaks)?;
    } else {
        print::line(&run_dir.join("leaks.json").to_string_lossy())?;
    }
    Ok(if errors.is_empty() {
        exit
    } else {
        Exit::Internal
    })
}

fn resolve(place: &Place, args: &LeakArgs) -> Result<Wanted, Error> {
    let workspace = place.workspace()?;
    let mut all = load_targets(&workspace)?;
    all.extend(specimen_targets(&workspace));
    let targets = select_targets(&all, &args.target)?;
    let known = programs();
    for name in &args.program {
        if name != "all" && !known.iter().any(|program| program.name == *name) {
            let lines: Vec<String> = known
                .iter()
                .map(|program| format!("{}: {}", program.name, program.title))
                .collect();
            return Err(Error::NothingSelected {
                what: format!("there is no leak program {name:?}"),
                help: format!(
                    "programs that exist:\n  all: each that the target can run, in each worker\n  {}",
                    lines.join("\n  ")
                ),
            });
        }
    }
    let named: Vec<&str> = if args.runtime.is_empty() {
        RUNTIMES.to_vec()
    } else {
        args.runtime.iter().map(String::as_str).collect()
    };
    Ok(Wanted {
        tools: tools(&args.tool)?,
        runtimes: named
            .into_iter()
            .map(RuntimeSpec::parse)
            .collect::<Result<_, _>>()?,
        seed: args.means.seed.unwrap_or_else(random_seed),
        workspace,
        targets,
    })
}

/// The tools that this machine has; one that was named and is not there ends the command.
fn tools(named: &[Tool]) -> Result<Vec<Tool>, Error> {
    let mut found = Vec::new();
    for tool in Tool::ALL {
        if !named.is_empty() && !named.contains(&tool) {
            continue;
        }
        match leak::unavailable(tool) {
            None => found.push(tool),
            Some(why) if named.is_empty() => {
                eprintln!("threadproof: {tool} is not available: {why}");
            }
            Some(why) => {
                return Err(Error::preparation(
                    tool.as_str(),
                    why,
                    "leave it out of --tool: the others do without",
                ));
            }
        }
    }
    if found.is_empty() {
        return Err(Error::preparation(
            "tools",
            "none of the tools is available here",
            "run it on Linux with glibc",
        ));
    }
    Ok(found)
}

/// Prepares, plans and runs.
fn stages(
    wanted: &Wanted,
    args: &LeakArgs,
    words: &[OsString],
    interrupt: &Interrupt,
    dispatcher: &mut Dispatcher,
    watch: &Watch,
) -> Result<(), Error> {
    let mut targets = wanted.targets.clone();
    if !targets.iter().any(|target| target.id == CONTROL) {
        let specimens = specimen_targets(&wanted.workspace);
        targets.extend(specimens.into_iter().filter(|target| target.id == CONTROL));
    }
    let (prepared, launchers) = dispatcher.while_telling(|tell| {
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
        let launchers = launchers(steps, &wanted.tools)?;
        prepare::prepare(steps, targets, &wanted.runtimes, false)
            .map(|prepared| (prepared, launchers))
    })?;
    if let Some(signal) = interrupt.signal() {
        return Err(Error::Interrupted { signal });
    }
    let (selected, control): (Vec<Target>, Vec<Target>) = prepared
        .targets
        .iter()
        .cloned()
        .partition(|target| wanted.targets.iter().any(|one| one.id == target.id));
    let plan = leak::plan(&Request {
        programs: &programs(),
        wanted: &args.program,
        tools: &wanted.tools,
        targets: &selected,
        control: control.first(),
        runtimes: &prepared.runtimes,
        workers: args.workers,
        deep: args.deep,
        seed: wanted.seed,
        timeout_ms: u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX),
        repeat_prefix: &format!("{} leak", program(words)),
        only: args.job_id.as_deref(),
    });
    let parallel = args.jobs.unwrap_or_else(cores);
    dispatcher.emit(&Event::Planned {
        plan: PlanSummary {
            targets: prepared.targets.clone(),
            runtimes: prepared.runtimes.clone(),
            cells: plan.cells.clone(),
            jobs: u32::try_from(plan.jobs.len()).unwrap_or(u32::MAX),
            parallel,
            repeats: 1,
            shard: None,
            guard: false,
        },
    });
    for one in plan.not_available {
        let (cell, reason) = (one.cell, one.reason);
        dispatcher.emit(&Event::NotAvailable { cell, reason });
    }
    if plan.jobs.is_empty() {
        return Err(Error::NothingSelected {
            what: "there are no jobs".to_owned(),
            help: "name other targets, programs or runtimes".to_owned(),
        });
    }
    watch.expect(plan.of, prepared.targets.clone());
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
        guard: None,
        symbols: Mutex::default(),
        params: plan.params,
        launchers,
    };
    dispatcher.run_jobs(&executor, plan.jobs, parallel);
    Ok(())
}

/// What the tools need, found or compiled.
fn launchers(steps: Steps<'_>, tools: &[Tool]) -> Result<Launchers, Error> {
    let mut launchers = Launchers::default();
    for tool in tools {
        match tool {
            Tool::Memcheck => launchers.valgrind = which::which("valgrind").ok(),
            Tool::Lsan => {
                launchers.lsan = leak::lsan_runtime();
                launchers.keep_mapped = Some(prepare::ensure_preload(steps, "keep-mapped")?);
            }
            Tool::Blocks => {
                launchers.count_blocks = Some(prepare::ensure_preload(steps, "count-blocks")?);
            }
            Tool::Process => {}
        }
    }
    Ok(launchers)
}

/// What a target's `target.toml` says of growth that is not its fault.
fn known(targets: &[Target], (target, runtime, tool, _): &Key, by: f64) -> Option<String> {
    /// Slopes of whole processes are off by some hundredths.
    const SLACK: f64 = 0.25;
    let target = targets.iter().find(|one| one.id == *target)?;
    let version = runtime.rsplit('-').next()?;
    let fits = |one: &&KnownLeak| {
        one.tool == tool.as_str()
            && meets(version, &one.runtimes)
            && by <= f64::from(one.most) + SLACK
    };
    target
        .known_leaks
        .iter()
        .find(fits)
        .map(|one| one.reason.clone())
}

fn exit_of(leaks: &Leaks, run: Exit) -> Exit {
    let any = |verdict| leaks.judged.iter().any(|one| one.verdict == verdict);
    if run != Exit::Success {
        run
    } else if any(Verdict::Faults) {
        Exit::Failure
    } else if any(Verdict::Leaks) {
        Exit::Leaks
    } else if any(Verdict::Inconclusive) {
        Exit::Inconclusive
    } else {
        Exit::Success
    }
}

fn keep(dir: &Path, leaks: &Leaks) -> Result<(), Error> {
    let write = |name: &str, text: String| {
        let path = dir.join(name);
        fs::write(&path, text).map_err(Error::io("write", path))
    };
    let json = serde_json::to_string_pretty(leaks)
        .map_err(|error| Error::io("write", dir.join("leaks.json"))(error.into()))?;
    write("leaks.json", json + "\n")?;
    let mut told = String::new();
    for line in leak::told(leaks) {
        // Writing to a String cannot fail.
        let _ = writeln!(told, "* {line}");
    }
    let summary = dir.join("summary.md");
    let text = fs::read_to_string(&summary).map_err(Error::io("read", &summary))?;
    write(
        "summary.md",
        format!("{text}\n## Leaks\n\n{}\n\n{told}", leak::markdown(leaks)),
    )
}
