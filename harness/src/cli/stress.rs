//! `threadproof stress`: many workers, in shapes of load.

use std::{ffi::OsString, fmt::Write as _, fs};

use threadproof_stress::{Plan, Shape, shapes};

use super::{
    args::{Place, StressArgs, Switch, gate},
    bench::with_guard,
    config::program,
    measured::{CONTROL, Figures, Load, Selected, Session, width},
};
use crate::{
    error::Error,
    event::Watching,
    exec::Launchers,
    exit::Exit,
    gate::Gated,
    stress::{self, Request, Stressed, Until, Watch},
};

pub(super) fn stress(place: &Place, args: &StressArgs, words: &[OsString]) -> Result<Exit, Error> {
    let gate = gate::parse("--until", args.until.as_deref())?.map(gate::staged);
    let shapes = selected(args, gate.as_ref())?;
    let selected = Selected::of(place.workspace()?, &args.cells, &args.means, &args.outcomes)?;
    let until = Until {
        first_failure: args.first.until_fail,
        gate: gate.clone(),
    };
    let dir = selected.run_dir(&args.outcomes)?;
    let watch = Watch::new(&dir.path, until);
    let mut session = Session::begin(
        &selected,
        &args.outcomes,
        words,
        dir,
        Some(Box::new(Watching(watch.clone()))),
    )?;
    if let Err(error) = stages(&mut session, &shapes, args, words, &watch) {
        return Ok(session.fail(&error));
    }
    let stressed = stress::judge(&watch.ran(), Some(CONTROL), gate.as_ref());
    let exit = exit_of(&stressed, session.exit());
    // Samples as a table for other programs.
    let samples = session.run_dir.join("samples.csv");
    fs::write(&samples, stress::samples(&watch.ran())).map_err(Error::io("write", &samples))?;
    let figures = Figures {
        name: "stress",
        of: &stressed,
        markdown: format!("## Measured\n\n{}", stress::markdown(&stressed)),
        table: stress::table(&stressed, width()),
        lines: stress::gates(&stressed, gate.as_ref()),
    };
    session.conclude(exit, &figures, &args.outcomes)
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
    session: &mut Session<'_>,
    shapes: &[Shape],
    args: &StressArgs,
    words: &[OsString],
    watch: &Watch,
) -> Result<(), Error> {
    // Calls are not checked here unless that is asked for: it costs an event for each worker.
    let guard = args.means.guard == Switch::On && with_guard(args.means.guard);
    let with_control = shapes.iter().any(|shape| shape.control);
    let (ready, ()) = session.prepare(with_control, guard, |_, _| Ok(()))?;
    let plan = stress::plan(
        &Request {
            shapes,
            targets: &ready.selected,
            control: ready.control.as_ref(),
            runtimes: &ready.prepared.runtimes,
            lasting: args.r#for.map(Into::into),
            seed: session.selected.seed,
            repeat_prefix: &repeat_prefix(args, words),
            only: args.outcomes.job_id.as_deref(),
        },
        &stress::lacking,
    );
    session.run(
        ready.prepared,
        Load {
            jobs: plan.jobs,
            cells: plan.cells,
            not_available: plan.not_available,
            params: plan.told,
            launchers: Launchers::default(),
            patience: *args.timeout,
            needless: &|job| watch.is_done(job),
        },
    )
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
