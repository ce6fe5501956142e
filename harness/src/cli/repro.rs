//! `threadproof repro`: runs the smallest program that shows a fault, and the corrected twin beside it.

use std::{
    ffi::OsString,
    fmt::Write as _,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{
    args::{Place, ReproArgs},
    bench::{Bench, Wanted, bench},
    config::random_seed,
    differential,
    former::{self, Former},
    launcher, print, replay,
};
use crate::{
    catalogue::{FIXED, specimen_targets},
    error::Error,
    event::{Event, StepState},
    exec::{self, Core, Executor, Finished, Message},
    exit::Exit,
    fuzz,
    interrupt::Interrupt,
    judge::{classify, signature::parts_of},
    model::{ExitStatus, Job, Outcome, Seed},
    prepare::{Permissions, RuntimeSpec},
    report::words,
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
    Failure(Box<Former>),
}

pub(super) fn repro(place: &Place, args: &ReproArgs, words: &[OsString]) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    match find(&workspace, &args.topic)? {
        Topic::Case if fuzz::is_case(Path::new(&args.topic)) => replay::replay(place, args, words),
        Topic::Case => differential::replay(Path::new(&args.topic), args),
        Topic::Failure(former) => former.again(place, args, words),
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
        return former::find(workspace, topic).map(|former| Topic::Failure(Box::new(former)));
    }
    if let Some(gone) = former::gone(workspace, Path::new(topic)) {
        return Err(gone);
    }
    Err(Error::Usage {
        what: format!("{topic:?} is no specimen, rule, signature or saved case"),
        help: format!(
            "name one of `threadproof explain rules`, a signature that a report shows, a case.json, or {}",
            FAMOUS.map(|(name, ..)| name).join(", ")
        ),
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
    if args.cores {
        exec::allow_cores().map_err(|source| Error::Usage {
            what: format!("--cores: core files cannot be allowed: {source}"),
            help: "raise the hard limit, or use --launcher gdb".to_owned(),
        })?;
    } else {
        exec::no_cores();
    }
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
    if let Some(launcher) = launcher::words(args.launcher) {
        return launcher::under(&made.executor, job, launcher).map(|()| true);
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
    for core in tries.iter().filter_map(|(done, _)| core_of(made, done)) {
        print::line(&format!("    {core}"))?;
    }
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
    keep_core(executor, &finished);
    let ms = finished.attempt.duration_ms;
    let attempted = Attempted::of(job, &finished.evidence, &outcome, ms);
    (finished, attempted)
}

/// Where the core file of an attempt is, if it left one, and how to open it.
fn core_of(made: &Bench, finished: &Finished) -> Option<String> {
    let attempt = &finished.attempt;
    let core = made
        .executor
        .run_dir
        .join(&attempt.dir)
        .join(format!("core-{}", attempt.pid));
    core.is_file().then(|| {
        let node = attempt.command.first().map_or("node", String::as_str);
        format!("core file: gdb {node} {}", core.display())
    })
}

/// Moves the core file of an attempt to its other files.
fn keep_core(executor: &Executor, finished: &Finished) {
    let attempt = &finished.attempt;
    let ExitStatus::Signalled { core: true, .. } = attempt.ending.status else {
        return;
    };
    // Times of files may be coarser than the clock.
    let since = SystemTime::UNIX_EPOCH
        + Duration::from_secs_f64((attempt.started_at / 1000.0 - 1.0).max(0.0));
    let to = executor.run_dir.join(&attempt.dir);
    let to = to.join(format!("core-{}", attempt.pid));
    let lost = match exec::collect_core(&executor.suites_dir, since, &to) {
        Ok(Core::File(_)) => return,
        Ok(Core::Program(program)) => format!("the kernel gave the core file to {program}"),
        Ok(Core::Lost(path)) => format!("the kernel wrote no core file to {}", path.display()),
        Err(error) => format!("the core file cannot be moved to {}: {error}", to.display()),
    };
    // It changes nothing of what the attempt showed.
    let _ = print::line(&format!("    {lost}"));
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

#[cfg(test)]
mod tests {
    use std::fs;

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
