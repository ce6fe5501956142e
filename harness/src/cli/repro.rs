//! `threadproof repro`: runs the smallest program that shows a fault, and the corrected twin beside it.

use std::{ffi::OsString, fmt::Write as _, fs, path::Path, process::Command};

use super::{
    args::{LauncherArg, Place, ReproArgs},
    bench::{Bench, Wanted, bench},
    config::random_seed,
    differential, print, run_again,
};
use crate::{
    catalogue::{FIXED, specimen_targets},
    error::Error,
    event::{Event, StepState},
    exec::{self, Executor, Finished, Message},
    exit::Exit,
    interrupt::Interrupt,
    judge::{classify, signature::parts_of},
    model::{Job, Outcome, Seed},
    plan::quote,
    prepare::{Permissions, RuntimeSpec},
    report::words,
    results::{Failure, Results},
    rules::{self, Specimen},
    run_dir::RunDir,
    selfcheck::{Attempted, FaultResult},
    workspace::Workspace,
};

/// Names that people know a fault by, with the specimen and the case that show it.
const FAMOUS: [(&str, &str, &str); 1] = [(
    "handle-scope",
    "static-function-reference",
    "a worker loads last and is in JavaScript",
)];

/// What a topic names.
enum Topic {
    /// A case that was saved.
    Case,
    /// A specimen, with the case that is wanted.
    Specimen(&'static Specimen, Option<&'static str>),
    /// A failure of a former run.
    Failure(Box<Failure>),
}

pub(super) fn repro(place: &Place, args: &ReproArgs, words: &[OsString]) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    match find(&workspace, &args.topic)? {
        Topic::Case => differential::replay(Path::new(&args.topic), args),
        Topic::Failure(failure) => run_again(place, &failure),
        Topic::Specimen(specimen, case) => show_specimen(&workspace, args, words, specimen, case),
    }
}

fn find(workspace: &Workspace, topic: &str) -> Result<Topic, Error> {
    let famous = FAMOUS.iter().find(|(name, ..)| *name == topic);
    if let Some((_, specimen, case)) = famous {
        let specimen = rules::specimen(specimen).expect("a test looks for all of them");
        return Ok(Topic::Specimen(specimen, Some(case)));
    }
    if let Some(specimen) = rules::specimen(topic.trim_end_matches(FIXED)) {
        return Ok(Topic::Specimen(specimen, None));
    }
    if let Some(specimen) = rules::rule(topic).and_then(|rule| rule.specimens().next()) {
        return Ok(Topic::Specimen(specimen, None));
    }
    if Path::new(topic).exists() {
        return Ok(Topic::Case);
    }
    if parts_of(topic).is_some() {
        return last_failure(workspace, topic).map(|failure| Topic::Failure(Box::new(failure)));
    }
    Err(Error::Usage {
        what: format!("{topic:?} is no specimen, rule, signature or saved case"),
        help: format!(
            "name one of `threadproof explain rules`, a signature that a report shows, a case.json, or {}",
            FAMOUS.map(|(name, ..)| name).join(", ")
        ),
    })
}

/// The newest failure with a signature among the runs that are kept.
fn last_failure(workspace: &Workspace, signature: &str) -> Result<Failure, Error> {
    let runs = workspace.state.join("runs");
    let entries = fs::read_dir(&runs).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries.map(|entry| entry.path()).collect();
    // Their names begin with the time.
    folders.sort();
    let found = folders.iter().rev().find_map(|folder| {
        let text = fs::read_to_string(folder.join("results.json")).ok()?;
        let results = Results::from_json(&text).ok()?;
        results
            .failures
            .into_iter()
            .find(|failure| failure.signature == signature)
    });
    found.ok_or_else(|| Error::NothingSelected {
        what: format!("no run in {} has a failure {signature}", runs.display()),
        help:
            "signatures are looked for in the runs of this tree; a run elsewhere names the command \
               that repeats its failures"
                .to_owned(),
    })
}

/// Runs a specimen and its twin, and tells what each did.
fn show_specimen(
    workspace: &Workspace,
    args: &ReproArgs,
    words: &[OsString],
    specimen: &'static Specimen,
    case: Option<&str>,
) -> Result<Exit, Error> {
    let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
    exec::adopt_orphans();
    let seed: Seed = args.means.seed.unwrap_or_else(random_seed);
    let runtimes = if args.runtime.is_empty() {
        RuntimeSpec::defaults()
    } else {
        let parse = |text: &String| RuntimeSpec::parse(text);
        args.runtime.iter().map(parse).collect::<Result<_, _>>()?
    };
    let mut targets = specimen_targets(workspace);
    targets.retain(|target| target.id.trim_end_matches(FIXED) == specimen.name);
    let dir = RunDir::create(workspace, None, seed)?;
    let wanted = Wanted {
        workspace,
        interrupt: &interrupt,
        permissions: Permissions {
            no_build: args.means.no_build,
            offline: args.means.offline,
        },
        targets,
        runtimes: &runtimes,
        guard: args.means.guard,
        quick: true,
        seed,
        timeout: args.timeout,
        words,
        run_dir: &dir.path,
    };
    let made = bench(wanted, &|event| {
        if let Event::PrepareStep {
            step,
            state: StepState::Started { doing },
        } = event
        {
            anstream::eprintln!("{step}: {doing}");
        }
    })?;
    print::line(introduction(specimen).trim_end())?;
    let mut shown = true;
    for runtime in made.executor.runtimes.clone() {
        let key = (specimen.name.to_owned(), runtime.id.clone());
        if let Some(FaultResult::Impossible { reason } | FaultResult::Untested { reason }) =
            made.plan.known.get(&key)
        {
            print::line(&format!("\n{}: n/a: {reason}", runtime.id))?;
            continue;
        }
        shown &= on_runtime(&made, args, specimen, case, &runtime.id)?;
        if let Some(signal) = interrupt.signal() {
            return Err(Error::Interrupted { signal });
        }
    }
    print::line(&format!(
        "\nWhat it means and how to fix it: threadproof explain {}\nThe fix: the corrected twin is the same \
         source, harness/specimens/{}/, compiled without PLANTED.",
        specimen.rules.first().unwrap_or(&specimen.name),
        specimen.name
    ))?;
    Ok(if shown { Exit::Success } else { Exit::Failure })
}

fn introduction(specimen: &Specimen) -> String {
    let mut text = format!("{}: {}\n", specimen.name, specimen.title);
    for rule in specimen.rules.iter().filter_map(|id| rules::rule(id)) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "rule {}: {}", rule.id, rule.requirement);
    }
    if !specimen.seen_in.is_empty() {
        let _ = writeln!(text, "seen in {}", specimen.seen_in);
    }
    text
}

/// Looks for the case that shows it, repeats that, and runs it on the twin. Whether the fault showed, and on the twin
/// nothing.
fn on_runtime(
    made: &Bench,
    args: &ReproArgs,
    specimen: &Specimen,
    case: Option<&str>,
    runtime: &str,
) -> Result<bool, Error> {
    let of = |target: &str| {
        let target = target.to_owned();
        made.plan.jobs.iter().filter(move |job| {
            job.cell.target == target
                && job.cell.runtime == runtime
                && case.is_none_or(|case| job.tests[0].ends_with(&format!(" > {case}")))
        })
    };
    let showing = of(specimen.name)
        .map(|job| (job, attempt(&made.executor, job)))
        .find(|(_, (_, attempted))| attempted.fired_any(specimen.rules));
    let Some((job, first)) = showing else {
        print::line(&format!("\n{runtime}: NOT REPRODUCED in any case"))?;
        return Ok(false);
    };
    if let Some(launcher) = args.launcher.program() {
        return under(&made.executor, job, launcher).map(|()| true);
    }
    let mut tries = vec![first];
    tries.extend((1..args.attempts).map(|_| attempt(&made.executor, job)));
    let fired = |tries: &[(Finished, Attempted)]| {
        tries
            .iter()
            .filter(|(_, one)| one.fired_any(specimen.rules))
            .count()
    };
    print::line(&format!("\n{runtime}: {}", job.tests[0]))?;
    print::line(&format!(
        "  planted: {} of {} attempts show it",
        fired(&tries),
        tries.len()
    ))?;
    print::line(told(&tries[0]).trim_end())?;
    print::line(&format!("  again: {}", job.repeat))?;
    let test = &job.tests[0];
    let twin = format!("{}{FIXED}", specimen.name);
    let Some(twin) = of(&twin).find(|twin| twin.tests[0] == *test) else {
        return Ok(true);
    };
    let tries: Vec<_> = (0..args.attempts)
        .map(|_| attempt(&made.executor, twin))
        .collect();
    let clean = tries
        .iter()
        .filter(|(_, one)| one.outcome == Outcome::Clean)
        .count();
    print::line(&format!(
        "  corrected twin: {clean} of {} attempts clean",
        tries.len()
    ))?;
    Ok(clean == tries.len())
}

/// One attempt at a job, judged.
fn attempt(executor: &Executor, job: &Job) -> (Finished, Attempted) {
    let finished = std::cell::RefCell::new(None);
    executor.execute(job.clone(), 0, &|message| {
        if let Message::Finished(done) = message {
            finished.replace(Some(*done));
        }
    });
    let finished = finished.into_inner().expect("an attempt always finishes");
    let outcome = classify(&finished.evidence);
    let ms = finished.attempt.duration_ms;
    let attempted = Attempted::of(job, &finished.evidence, &outcome, ms);
    (finished, attempted)
}

/// What an attempt showed, in a few lines.
fn told((finished, attempted): &(Finished, Attempted)) -> String {
    let evidence = &finished.evidence;
    let mut lines = vec![format!(
        "{}; ended by {}",
        attempted.outcome,
        words::ending(&evidence.ending)
    )];
    lines.extend(evidence.fatal.iter().map(|fatal| fatal.text.clone()));
    lines.extend(evidence.native_crash.iter().map(words::native_crash));
    lines.extend(evidence.findings.iter().map(words::finding));
    let errors = evidence.tests.iter().flat_map(|test| &test.errors);
    lines.extend(errors.map(|error| words::on_one_line(&error.message, 200)));
    format!("    {}", lines.join("\n    "))
}

/// Runs a job under a debugger, or another program that starts it, with the terminal of this process.
fn under(executor: &Executor, job: &Job, launcher: &[&str]) -> Result<(), Error> {
    let prepared = executor
        .by_hand(job)
        .map_err(|source| Error::io("prepare", &job.tests[0])(source))?;
    let program = which::which(launcher[0]).map_err(|_| {
        Error::preparation(
            "launcher",
            format!("there is no {} on the search path", launcher[0]),
            crate::tools::help(launcher[0]),
        )
    })?;
    let mut command = Command::new(program);
    command
        .args(&launcher[1..])
        .arg(prepared.command.get_program())
        .args(prepared.command.get_args());
    for (name, value) in prepared.command.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(dir) = prepared.command.get_current_dir() {
        command.current_dir(dir);
    }
    print::line(&format!(
        "$ {} {}",
        launcher.join(" "),
        quote(&job.tests[0])
    ))?;
    command.status().map_err(Error::io("start", launcher[0]))?;
    Ok(())
}

impl LauncherArg {
    /// The words before the program, of a launcher that is one.
    fn program(self) -> Option<&'static [&'static str]> {
        match self {
            LauncherArg::Native => None,
            // Batch: all that a report needs. Who wants to look around leaves `-batch` out of what is printed.
            LauncherArg::Gdb => Some(&[
                "gdb",
                "-batch",
                "-quiet",
                "-ex",
                "handle SIGUSR1 SIGPIPE nostop noprint",
                "-ex",
                "run",
                "-ex",
                "thread apply all backtrace 16",
                "--args",
            ]),
            LauncherArg::Valgrind => Some(&[
                "valgrind",
                "--quiet",
                "--num-callers=30",
                "--keep-debuginfo=yes",
                "--fair-sched=yes",
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn famous_faults_have_their_specimen_and_case() {
        for (name, specimen, case) in FAMOUS {
            let specimen = rules::specimen(specimen).unwrap_or_else(|| panic!("{name}"));
            let rule = rules::rule(specimen.rules[0]).expect("the build checks it");
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            let scenario = fs::read_to_string(root.join(rule.scenario)).expect("it is there");
            assert!(
                scenario.contains(case),
                "{name}: {} has no case {case:?}",
                rule.scenario
            );
        }
    }
}
