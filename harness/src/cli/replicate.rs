//! `threadproof replicate`: somebody's test files, many copies at once.

use std::{collections::BTreeMap, ffi::OsString, fs, path::Path};

use super::{
    args::{Place, ReplicateArgs},
    bench::with_guard,
    config::program,
    measured::{Figures, Load, Selected, Session},
};
use crate::{
    error::Error,
    event::Watching,
    exec::{Executor, Launchers, Limits, Message},
    exit::Exit,
    model::{CellId, Runner, Runtime, Suite, Target},
    prepare::Prepared,
    replicate::{self, Found, Request, TestFile, Watch},
    results::NotAvailable,
};

pub(super) fn replicate(
    place: &Place,
    args: &ReplicateArgs,
    words: &[OsString],
) -> Result<Exit, Error> {
    if args.timeout.is_zero() {
        return Err(Error::Usage {
            what: "--timeout 0s leaves a job no time".to_owned(),
            help: "give it a time such as 90s or 2m".to_owned(),
        });
    }
    let workspace = place.workspace()?;
    let files: Vec<TestFile> = args
        .files
        .iter()
        .map(|file| TestFile::find(file, args.runner, &workspace.packages))
        .collect::<Result<_, _>>()?;
    let setup = match &args.setup {
        Some(file) => Some(fs::canonicalize(file).map_err(|error| Error::Usage {
            what: format!("--setup {} cannot be found: {error}", file.display()),
            help: "name a module that exists".to_owned(),
        })?),
        None => None,
    };
    let targets = targets(&files)?;
    let selected = Selected::of_targets(
        workspace,
        targets,
        &args.on.runtime,
        &args.means,
        &args.outcomes,
    )?;
    let dir = selected.run_dir(&args.outcomes)?;
    let watch = Watch::new(args.first.until_fail);
    let mut session = Session::begin(
        &selected,
        &args.outcomes,
        words,
        dir,
        Some(Box::new(Watching(watch.clone()))),
    )?;
    if let Err(error) = stages(&mut session, &files, setup.as_deref(), args, words, &watch) {
        return Ok(session.fail(&error));
    }
    let replicated = replicate::judge(&watch.ran());
    let exit = session.exit();
    let table = replicate::table(&replicated);
    let lines = replicate::lines(&replicated);
    let figures = Figures {
        name: "replicate",
        of: &replicated,
        markdown: format!("## Replicated\n\n{table}\n\n{}", lines.join("\n")),
        table,
        lines,
    };
    session.conclude(exit, &figures, &args.outcomes)
}

/// The packages of the files, each once.
fn targets(files: &[TestFile]) -> Result<Vec<Target>, Error> {
    let mut targets: Vec<Target> = Vec::new();
    for file in files {
        let target = replicate::target(&file.package);
        match targets.iter().find(|one| one.id == target.id) {
            None => targets.push(target),
            Some(other) if other.dir == target.dir => {}
            Some(other) => {
                return Err(Error::Usage {
                    what: format!(
                        "{} and {} are both packages called {}",
                        other.dir.display(),
                        target.dir.display(),
                        target.id
                    ),
                    help: "replicate their files in two runs".to_owned(),
                });
            }
        }
    }
    Ok(targets)
}

/// Prepares, finds the tests, plans and runs.
fn stages(
    session: &mut Session<'_>,
    files: &[TestFile],
    setup: Option<&Path>,
    args: &ReplicateArgs,
    words: &[OsString],
    watch: &Watch,
) -> Result<(), Error> {
    let guard = with_guard(args.means.guard);
    let (ready, ()) = session.prepare(false, guard, |_, _| Ok(()))?;
    let prepared = ready.prepared;
    let runtimes = prepared.runtimes.clone();
    let request = Request {
        runtimes: &runtimes,
        workers: args.workers,
        iterations: args.iterations,
        runs: args.runs,
        setup,
        seed: session.selected.seed,
        timeout_ms: u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX),
        repeat_prefix: &format!("{} replicate", program(words)),
        only: args.outcomes.job_id.as_deref(),
    };
    let (found, not_available) = find(session, files, &prepared, &runtimes, &request, args)?;
    let plan = replicate::plan(&found, &request);
    session.run(
        prepared,
        Load {
            jobs: plan.jobs,
            cells: plan.cells,
            not_available,
            params: plan.params,
            launchers: Launchers::default(),
            patience: *args.timeout,
            needless: &|job| watch.is_done(job),
        },
    )
}

/// Runs one copy of each file and takes note of its tests.
fn find<'f>(
    session: &Session<'_>,
    files: &'f [TestFile],
    prepared: &Prepared,
    runtimes: &'f [Runtime],
    request: &Request<'_>,
    args: &ReplicateArgs,
) -> Result<(Vec<Found<'f>>, Vec<NotAvailable>), Error> {
    let (mut found, mut not_available) = (Vec::new(), Vec::new());
    for runtime in runtimes {
        for file in files {
            let target = replicate::target(&file.package).id;
            if let Some(reason) = file.lacks(&runtime.version) {
                let suite = Suite {
                    topic: file.label.clone(),
                    runner: Runner::Replicate,
                };
                let cell = CellId {
                    target,
                    runtime: runtime.id.clone(),
                    suite,
                };
                not_available.push(NotAvailable { cell, reason });
                continue;
            }
            let job = replicate::discovery(file, &target, runtime, request);
            let told = replicate::params(file, request.setup, 1, 1);
            let executor: Executor = session.executor(
                Prepared {
                    targets: prepared.targets.clone(),
                    runtimes: prepared.runtimes.clone(),
                    guard: prepared.guard.clone(),
                },
                Limits {
                    load: *args.timeout,
                    exit: *args.timeout,
                },
                BTreeMap::from([(job.id.to_string(), told)]),
                Launchers::default(),
            );
            let names = std::sync::Mutex::new(Vec::new());
            executor.execute(job, 0, &|message| {
                if let Message::Finished(finished) = message {
                    let ids = finished.evidence.tests.iter().map(|test| test.id.as_str());
                    let of_file = format!("{} > ", file.label);
                    let bare = |id: &str| {
                        let id = id.strip_prefix(&of_file)?;
                        Some(id.strip_suffix(" [1.1]")?.to_owned())
                    };
                    *names.lock().expect("nobody panics while holding it") =
                        ids.filter_map(bare).collect();
                }
            });
            if let Some(signal) = session.interrupt().signal() {
                return Err(Error::Interrupted { signal });
            }
            found.push(Found {
                file,
                target,
                runtime,
                names: names.into_inner().expect("nobody panics while holding it"),
            });
        }
    }
    Ok((found, not_available))
}
