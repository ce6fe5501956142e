//! `threadproof selfcheck`: what this machine's harness can detect, and how fast.

use std::{ffi::OsString, path::PathBuf, time::Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    args::{Place, SelfcheckArgs},
    bench::{Bench, Wanted, bench},
    config::{cores, random_seed},
    print, show,
};
use crate::{
    catalogue::{FIXED, load_targets, specimen_targets},
    clock::ms,
    dispatch::Dispatcher,
    error::Error,
    event::{Event, RenderError, Renderer, StepState, Watching},
    exec,
    exit::Exit,
    interrupt::Interrupt,
    model::{Profile, Target},
    prepare::{Permissions, RuntimeSpec},
    report::Reporters,
    results::Results,
    run_dir::RunDir,
    selfcheck::{self, Detection, Watch},
    workspace::Workspace,
};

/// The runtimes that are checked where none is named: every one that is supported, and only the newest
/// long-term one for `--quick`.
const RUNTIMES: [&str; 3] = ["22", "24", "26"];
const QUICK: [&str; 1] = ["24"];

pub(super) fn selfcheck(
    place: &Place,
    args: &SelfcheckArgs,
    words: &[OsString],
) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
    let targets = targets(&workspace, args)?;
    exec::adopt_orphans();
    exec::no_cores();
    let seed = args.means.seed.unwrap_or_else(random_seed);
    let dir = RunDir::create(&workspace, args.out.as_deref(), seed)?;
    let watch = Watch::default();
    let reporters = Reporters::of(
        &dir.path,
        vec![
            Box::new(Watching(watch.clone())),
            Box::new(Progress::new(&watch)),
        ],
    )
    .map_err(|error| Error::io("write", PathBuf::from(&error.what))(error.source))?;
    eprintln!("threadproof: selfcheck {}, seed {seed}", dir.name);
    let mut dispatcher = Dispatcher::new(dir, reporters);
    let started = Instant::now();
    let run_dir = dispatcher.dir().path.clone();
    let specs = runtimes(args)?;
    let made = dispatcher.while_telling(|tell| {
        let wanted = Wanted {
            workspace: &workspace,
            interrupt: &interrupt,
            permissions: Permissions {
                no_build: args.means.no_build,
                offline: args.means.offline,
            },
            targets,
            runtimes: &specs,
            guard: args.means.guard,
            quick: args.quick,
            seed,
            timeout: args.timeout,
            words,
            run_dir: &run_dir,
        };
        bench(wanted, tell)
    });
    let Bench { plan, executor } = match made {
        Ok(bench) => bench,
        Err(error) => {
            let exit = error.exit();
            show(&error);
            dispatcher.finish(exit);
            return Ok(exit);
        }
    };
    let parallel = args.jobs.unwrap_or_else(cores);
    let jobs = plan.jobs.clone();
    dispatcher.run_jobs_unless(&executor, jobs, parallel, &|job| watch.is_done(job));
    let ids = executor.runtimes.iter().map(|runtime| runtime.id.clone());
    let detection = Detection::judge(
        &plan,
        ids.collect(),
        &watch.attempts(),
        args.quick,
        jiff::Timestamp::now().to_string(),
        ms(started.elapsed()),
    );
    let exit = exit_of(&detection, &interrupt);
    dispatcher.finish(exit);
    let width = comfy_table::Table::new().use_stderr().width();
    anstream::eprintln!("\n{}\n", selfcheck::table(&detection, width));
    eprintln!("{}", selfcheck::summary(&detection));
    eprintln!(
        "took {:.0} s, {} attempts",
        detection.elapsed_ms / 1000.0,
        watch.counts().0
    );
    // A part of the specimens says nothing of the harness as a whole, and neither does half a run.
    if args.specimen.is_empty() && interrupt.signal().is_none() {
        let file = selfcheck::save(&workspace, &detection)?;
        if !args.json {
            print::line(&file.to_string_lossy())?;
        }
    }
    if args.json {
        print::json(&detection)?;
    }
    Ok(exit)
}

fn exit_of(detection: &Detection, interrupt: &Interrupt) -> Exit {
    match interrupt.signal() {
        Some(libc::SIGTERM) => Exit::Terminated,
        Some(_) => Exit::Interrupted,
        None if detection.failed() => Exit::Failure,
        None if detection.inconclusive() => Exit::Inconclusive,
        None => Exit::Success,
    }
}

/// All specimens with and without their fault, and the real targets that are built or come with Node: addons
/// that have to be clean.
fn targets(workspace: &Workspace, args: &SelfcheckArgs) -> Result<Vec<Target>, Error> {
    let generic = |target: &Target| {
        target
            .supports
            .iter()
            .any(|name| name.starts_with("generic:"))
    };
    let mut targets = specimen_targets(workspace);
    if args.specimen.is_empty() {
        let real = load_targets(workspace)?;
        let clean = real
            .into_iter()
            .filter(|target| target.default && target.profile != Profile::None && generic(target));
        targets.extend(clean);
        return Ok(targets);
    }
    for name in &args.specimen {
        if !targets.iter().any(|target| target.id == *name) {
            let ids: Vec<&str> = targets.iter().map(|target| target.id.as_str()).collect();
            return Err(Error::NothingSelected {
                what: format!("there is no specimen {name:?}"),
                help: format!("specimens that exist:\n  {}", ids.join("\n  ")),
            });
        }
    }
    targets.retain(|target| {
        args.specimen
            .iter()
            .any(|name| target.id == *name || target.id == format!("{name}{FIXED}"))
    });
    Ok(targets)
}

fn runtimes(args: &SelfcheckArgs) -> Result<Vec<RuntimeSpec>, Error> {
    let named: Vec<&str> = if !args.runtime.is_empty() {
        args.runtime.iter().map(String::as_str).collect()
    } else if args.quick {
        QUICK.to_vec()
    } else {
        RUNTIMES.to_vec()
    };
    named
        .into_iter()
        .map(|text| RuntimeSpec::parse_node(text, "selfcheck"))
        .collect()
}

/// A bar with what was found so far, and the steps of the preparation that take time.
struct Progress {
    bar: ProgressBar,
    watch: Watch,
}

impl Progress {
    fn new(watch: &Watch) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner} {elapsed} {msg}").expect("it is a template"),
        );
        Progress {
            bar,
            watch: watch.clone(),
        }
    }
}

impl Renderer for Progress {
    fn name(&self) -> &'static str {
        "progress"
    }

    fn event(&mut self, event: &Event, _results: &Results) -> Result<(), RenderError> {
        match event {
            Event::PrepareStep { step, state } => match state {
                StepState::Started { doing } | StepState::Progress { doing } => {
                    self.bar.set_message(format!("{step}: {doing}"));
                    self.bar.tick();
                }
                StepState::Finished { .. } | StepState::Failed { .. } => {}
            },
            Event::JobFinished { .. } => {
                let (attempts, found) = self.watch.counts();
                self.bar
                    .set_message(format!("{attempts} attempts, {found} faults found"));
                self.bar.tick();
            }
            Event::Interrupted { signal } => self.bar.println(format!(
                "interrupted by {}",
                crate::model::signal_name(*signal)
            )),
            Event::RunFinished { .. } => self.bar.finish_and_clear(),
            Event::RunStarted { .. }
            | Event::Planned { .. }
            | Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::JobStarted { .. }
            | Event::JobProgress { .. }
            | Event::GateDecided { .. } => {}
        }
        Ok(())
    }
}
