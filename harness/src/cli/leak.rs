//! `threadproof leak`: what each worker leaves behind.

use std::{ffi::OsString, fmt::Write as _, fs, path::Path};

use threadproof_valgrind::programs;

use super::{
    args::{LeakArgs, Place},
    config::program,
    measured::{CONTROL, Load, Selected, Session},
    print,
};
use crate::{
    error::Error,
    exec::Launchers,
    exit::Exit,
    leak::{self, Key, Leaks, Request, Tool, Verdict, Watch},
    model::{KnownLeak, Target},
    prepare::{self, Steps},
    version::meets,
};

pub(super) fn leak(place: &Place, args: &LeakArgs, words: &[OsString]) -> Result<Exit, Error> {
    check_programs(args)?;
    let tools = tools(&args.tool)?;
    let selected = Selected::of(place.workspace()?, &args.cells, &args.means, &args.outcomes)?;
    let mut watch = None;
    let mut session = Session::begin(&selected, &args.outcomes, words, |dir| {
        Box::new(watch.insert(Watch::new(dir)).clone())
    })?;
    let watch = watch.expect("a session makes its watch");
    if let Err(error) = stages(&mut session, &tools, args, words, &watch) {
        return Ok(session.fail(&error));
    }
    let leaks = leak::judge(&watch.measured(), Some(CONTROL), &|key, by| {
        known(&selected.targets, key, by)
    });
    let exit = exit_of(&leaks, session.exit());
    let run_dir = session.run_dir.clone();
    let exit = session.finish(exit);
    keep(&run_dir, &leaks)?;
    let width = comfy_table::Table::new().use_stderr().width();
    anstream::eprintln!("\n{}", leak::table(&leaks, width));
    for line in leak::told(&leaks) {
        anstream::eprintln!("{line}");
    }
    if args.outcomes.json {
        print::json(&leaks)?;
    } else {
        print::line(&run_dir.join("leaks.json").to_string_lossy())?;
    }
    Ok(exit)
}

fn check_programs(args: &LeakArgs) -> Result<(), Error> {
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
    let (ready, launchers) = session.prepare(true, false, |steps| launchers(steps, tools))?;
    let plan = leak::plan(&Request {
        programs: &programs(),
        wanted: &args.program,
        tools,
        targets: &ready.selected,
        control: ready.control.as_ref(),
        runtimes: &ready.prepared.runtimes,
        workers: args.workers,
        deep: args.deep,
        seed: session.selected.seed,
        timeout_ms: u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX),
        repeat_prefix: &format!("{} leak", program(words)),
        only: args.outcomes.job_id.as_deref(),
    });
    watch.expect(plan.of, ready.prepared.targets.clone());
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
