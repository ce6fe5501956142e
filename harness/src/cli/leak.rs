//! `threadproof leak`: what each worker leaves behind.

use std::ffi::OsString;

use threadproof_valgrind::programs;

use super::{
    args::{LeakArgs, Place},
    config::program,
    measured::{CONTROL, Figures, Load, Selected, Session, width},
};
use crate::{
    error::Error,
    event::Watching,
    exec::{KEEP_MAPPED, Launchers, RACE},
    exit::Exit,
    leak::{self, Key, Leaks, Request, Tool, Verdict, Watch},
    model::{KnownLeak, Launcher, Target},
    prepare::{self, Steps},
    version::meets,
};

pub(super) fn leak(place: &Place, args: &LeakArgs, words: &[OsString]) -> Result<Exit, Error> {
    check_programs(args)?;
    let tools = tools(&args.tool)?;
    let selected = Selected::of(place.workspace()?, &args.cells, &args.means, &args.outcomes)?;
    check_targets(&selected.targets)?;
    let dir = selected.run_dir(&args.outcomes)?;
    let watch = Watch::new(&dir.path);
    let mut session = Session::begin(
        &selected,
        &args.outcomes,
        words,
        dir,
        Some(Box::new(Watching(watch.clone()))),
    )?;
    if let Err(error) = stages(&mut session, &tools, args, words, &watch) {
        return Ok(session.fail(&error));
    }
    let leaks = leak::judge(&watch.measured(), Some(CONTROL), &|key, by| {
        known(&selected.targets, key, by)
    });
    let exit = exit_of(&leaks, session.exit());
    let lines = leak::told(&leaks);
    let items: Vec<String> = lines.iter().map(|line| format!("* {line}")).collect();
    let figures = Figures {
        name: "leaks",
        of: &leaks,
        markdown: format!(
            "## Leaks\n\n{}\n\n{}",
            leak::markdown(&leaks),
            items.join("\n")
        ),
        table: leak::table(&leaks, width()),
        lines,
    };
    session.conclude(exit, &figures, &args.outcomes)
}

/// What others are compared with cannot be judged by itself.
fn check_targets(targets: &[Target]) -> Result<(), Error> {
    if targets.iter().any(|target| target.id != CONTROL) {
        return Ok(());
    }
    Err(Error::NothingSelected {
        what: format!("{CONTROL} is what other targets are compared with"),
        help: "name the target that is to be judged: it runs beside it".to_owned(),
    })
}

fn check_programs(args: &LeakArgs) -> Result<(), Error> {
    let known = programs();
    for name in &args.program {
        if name != leak::ALL && !known.iter().any(|program| program.name == *name) {
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
    Ok(())
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
    session: &mut Session<'_>,
    tools: &[Tool],
    args: &LeakArgs,
    words: &[OsString],
    watch: &Watch,
) -> Result<(), Error> {
    let (ready, launchers) = session.prepare(true, false, |steps, targets| {
        launchers(steps, tools, targets)
    })?;
    let plan = leak::plan(&Request {
        programs: &programs(),
        wanted: &args.program,
        tools,
        targets: &ready.selected,
        control: ready.control.as_ref(),
        runtimes: &ready.prepared.runtimes,
        launchers: &launchers,
        workers: args.workers,
        runs: args.runs,
        deep: args.deep,
        seed: session.selected.seed,
        timeout_ms: u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX),
        repeat_prefix: &format!("{} leak", program(words)),
        only: args.outcomes.job_id.as_deref(),
    });
    watch.expect(plan.of, ready.prepared.targets.clone(), launchers.clone());
    session.run(
        ready.prepared,
        Load {
            jobs: plan.jobs,
            cells: plan.cells,
            not_available: plan.not_available,
            params: plan.params,
            launchers,
            patience: *args.timeout,
            needless: &|_| false,
        },
    )
}

/// What the tools need, found or compiled: the targets, too, for those that see nothing else.
fn launchers(steps: Steps<'_>, tools: &[Tool], targets: &[Target]) -> Result<Launchers, Error> {
    let mut launchers = Launchers::default();
    for tool in tools {
        let launcher = tool.launcher();
        let preload = |name| prepare::ensure_preload(steps, name, launcher).map(Some);
        match tool {
            Tool::Memcheck => launchers.valgrind = which::which("valgrind").ok(),
            // Nothing in it is looked at: it may be the same for both.
            Tool::Lsan | Tool::Asan => {
                launchers.keep_mapped =
                    Some(prepare::ensure_preload(steps, KEEP_MAPPED, Launcher::Lsan)?);
            }
            Tool::Tsan => launchers.race = preload(RACE)?,
            Tool::Blocks => launchers.count_blocks = preload("count-blocks")?,
            Tool::Process => {}
        }
        if let Ok(runtime) = leak::sanitizer_runtime(*tool) {
            launchers.sanitizers.insert(launcher, runtime);
        }
        if tool.needs_rebuild() {
            let rebuilt = prepare::ensure_rebuilt(steps, launcher, targets)?;
            launchers.rebuilt.insert(launcher, rebuilt);
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
    // A tool that ends the process at a fault makes a cell flaky, in which others go on.
    let runs_on = matches!(run, Exit::Success | Exit::Flaky | Exit::Inconclusive);
    if any(Verdict::Faults) && runs_on {
        Exit::Failure
    } else if run != Exit::Success {
        run
    } else if any(Verdict::Leaks) {
        Exit::Leaks
    } else if any(Verdict::Inconclusive) {
        Exit::Inconclusive
    } else {
        Exit::Success
    }
}
