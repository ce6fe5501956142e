//! What `stress` and `leak` have in common: a run like that of `run`, of which a watch makes figures, beside a clean
//! addon that the targets are compared with.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use serde::Serialize;
use serde_json::Value;

use super::{
    args::{Cells, Means, Outcomes},
    config::{command, cores, random_seed},
    history, print,
    run::started,
    show,
};
use crate::{
    catalogue::{load_targets, named_targets, specimen_targets},
    dispatch::Dispatcher,
    error::Error,
    event::{Event, PlanSummary, PlannedCell, Renderer},
    exec::{self, Executor, Launchers, Limits},
    exit::Exit,
    interrupt::Interrupt,
    model::{Engine, Seed, Target},
    plan::select_targets,
    prepare::{self, Permissions, Prepared, RuntimeSpec, Steps},
    report::{self, Config as ReportConfig, Reporters, Verbosity},
    results::NotAvailable,
    run_dir::RunDir,
    workspace::Workspace,
};

/// The clean addon that others are compared with.
pub(super) const CONTROL: &str = "empty";
/// Where no Node is named: such a run shows more by going on for longer than by running everywhere.
const RUNTIMES: [&str; 1] = ["24"];

/// Where to run what, checked.
pub(super) struct Selected {
    pub(super) workspace: Workspace,
    pub(super) targets: Vec<Target>,
    pub(super) runtimes: Vec<RuntimeSpec>,
    pub(super) seed: Seed,
    pub(super) parallel: u32,
    permissions: Permissions,
}

impl Selected {
    /// Makes sense of the flags.
    pub(super) fn of(
        workspace: Workspace,
        cells: &Cells,
        means: &Means,
        outcomes: &Outcomes,
    ) -> Result<Self, Error> {
        let mut all = load_targets(&workspace)?;
        all.extend(specimen_targets(&workspace));
        all.extend(named_targets(&workspace, &cells.target, &all)?);
        Ok(Selected {
            targets: select_targets(&all, &cells.target)?,
            runtimes: specs(&cells.on.runtime)?,
            seed: means.seed.unwrap_or_else(random_seed),
            parallel: outcomes.jobs.unwrap_or_else(cores),
            permissions: Permissions {
                no_build: means.no_build,
                offline: means.offline,
            },
            workspace,
        })
    }

    /// Targets that are not in the catalogue.
    pub(super) fn of_targets(
        workspace: Workspace,
        targets: Vec<Target>,
        runtimes: &[String],
        means: &Means,
        outcomes: &Outcomes,
    ) -> Result<Self, Error> {
        Ok(Selected {
            targets,
            runtimes: specs(runtimes)?,
            seed: means.seed.unwrap_or_else(random_seed),
            parallel: outcomes.jobs.unwrap_or(1),
            permissions: Permissions {
                no_build: means.no_build,
                offline: means.offline,
            },
            workspace,
        })
    }

    /// A folder for the run.
    pub(super) fn run_dir(&self, outcomes: &Outcomes) -> Result<RunDir, Error> {
        RunDir::create(&self.workspace, outcomes.out.as_deref(), self.seed)
    }

    /// The selected ones, and the control where that is wanted and is not among them.
    fn with_control(&self, wanted: bool) -> Vec<Target> {
        let mut targets = self.targets.clone();
        if wanted && !targets.iter().any(|target| target.id == CONTROL) {
            let specimens = specimen_targets(&self.workspace);
            targets.extend(specimens.into_iter().filter(|target| target.id == CONTROL));
        }
        targets
    }
}

/// The runtimes that were typed, or those of a run that names none.
fn specs(typed: &[String]) -> Result<Vec<RuntimeSpec>, Error> {
    let named: Vec<&str> = if typed.is_empty() {
        RUNTIMES.to_vec()
    } else {
        typed.iter().map(String::as_str).collect()
    };
    let parse = |text: &str| RuntimeSpec::parse_node(text, "this command");
    named.into_iter().map(parse).collect()
}

/// A run that has begun.
pub(super) struct Session<'a> {
    pub(super) selected: &'a Selected,
    pub(super) run_dir: PathBuf,
    dispatcher: Dispatcher,
    interrupt: Interrupt,
}

/// What is ready to be run on.
pub(super) struct Ready {
    pub(super) prepared: Prepared,
    pub(super) selected: Vec<Target>,
    pub(super) control: Option<Target>,
}

/// What is announced of a run.
pub(super) struct Planned {
    pub(super) cells: Vec<PlannedCell>,
    pub(super) jobs: u32,
    pub(super) repeats: u32,
    pub(super) not_available: Vec<NotAvailable>,
}

/// What is to be run.
pub(super) struct Load<'a> {
    pub(super) jobs: Vec<crate::model::Job>,
    pub(super) cells: Vec<PlannedCell>,
    pub(super) not_available: Vec<NotAvailable>,
    pub(super) params: BTreeMap<String, Value>,
    pub(super) launchers: Launchers,
    /// Time to start, and to end once all is done.
    pub(super) patience: Duration,
    /// Whether a job need not run any more.
    pub(super) needless: &'a (dyn Fn(&crate::model::Job) -> bool + Sync),
}

/// What was measured, in its forms.
pub(super) struct Figures<'f, T> {
    /// The figures themselves go to `<name>.json`.
    pub(super) name: &'static str,
    pub(super) of: &'f T,
    /// A section of `summary.md`.
    pub(super) markdown: String,
    /// For the terminal.
    pub(super) table: String,
    /// What is said below the table.
    pub(super) lines: Vec<String>,
}

/// The width of the terminal; none where there is none.
pub(super) fn width() -> Option<u16> {
    comfy_table::Table::new().use_stderr().width()
}

impl<'a> Session<'a> {
    /// Opens the run's reports, the watch among them if there is one.
    pub(super) fn begin(
        selected: &'a Selected,
        outcomes: &Outcomes,
        words: &[OsString],
        dir: RunDir,
        watch: Option<Box<dyn Renderer>>,
    ) -> Result<Self, Error> {
        let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
        exec::adopt_orphans();
        exec::no_cores();
        let report = ReportConfig {
            dir: dir.path.clone(),
            verbosity: match (outcomes.quiet, outcomes.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, true) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
        };
        let reporters = Reporters::new(&report)
            .map_err(|error| Error::io("write", &error.what)(error.source))?
            .and_maybe(watch)
            .and_maybe(history::recorder(&selected.workspace, words, &dir));
        let run_dir = dir.path.clone();
        let mut dispatcher = Dispatcher::new(dir, reporters);
        let event = started(
            &selected.workspace,
            selected.seed,
            command(words),
            &dispatcher,
        );
        dispatcher.emit(&event);
        Ok(Session {
            selected,
            run_dir,
            dispatcher,
            interrupt,
        })
    }

    /// Makes targets and runtimes ready, and whatever `more` makes, which is told all the targets.
    pub(super) fn prepare<T: Send>(
        &mut self,
        with_control: bool,
        guard: bool,
        more: impl FnOnce(Steps<'_>, &[Target]) -> Result<T, Error> + Send,
    ) -> Result<(Ready, T), Error> {
        let (selected, interrupt) = (self.selected, &self.interrupt);
        let targets = selected.with_control(with_control);
        let (prepared, more) = self.dispatcher.while_telling(|tell| {
            let steps = Steps {
                workspace: &selected.workspace,
                permissions: selected.permissions,
                interrupt,
                tell,
            };
            let more = more(steps, &targets)?;
            prepare::prepare(steps, targets, &selected.runtimes, guard)
                .map(|prepared| (prepared, more))
        })?;
        if let Some(signal) = self.interrupt.signal() {
            return Err(Error::Interrupted { signal });
        }
        if let Some(other) = prepared
            .runtimes
            .iter()
            .find(|runtime| runtime.engine != Engine::Node)
        {
            return Err(Error::Usage {
                what: format!(
                    "this runs on Node alone, and {} is not",
                    other.path.display()
                ),
                help: "`run --suite driver` runs on Bun and Deno too: docs/runtimes.md".to_owned(),
            });
        }
        let (wanted, control): (Vec<Target>, Vec<Target>) = prepared
            .targets
            .iter()
            .cloned()
            // By the control's id: a package without a version has another one once it is installed.
            .partition(|target| {
                target.id != CONTROL || selected.targets.iter().any(|one| one.id == CONTROL)
            });
        let ready = Ready {
            prepared,
            selected: wanted,
            control: control.into_iter().next(),
        };
        Ok((ready, more))
    }

    /// Says what will be run.
    pub(super) fn announce(&mut self, prepared: &Prepared, planned: Planned) {
        self.dispatcher.emit(&Event::Planned {
            plan: PlanSummary {
                targets: prepared.targets.clone(),
                runtimes: prepared.runtimes.clone(),
                cells: planned.cells,
                jobs: planned.jobs,
                parallel: self.selected.parallel,
                repeats: planned.repeats,
                shard: None,
                guard: prepared.guard.is_some(),
                gate: None,
                selection: false,
                expectations: Vec::new(),
            },
        });
        for NotAvailable { cell, reason } in planned.not_available {
            self.dispatcher.emit(&Event::NotAvailable { cell, reason });
        }
    }

    /// Does something in a thread of its own that tells events meanwhile.
    pub(super) fn while_telling<T: Send>(
        &mut self,
        work: impl FnOnce(&(dyn Fn(Event) + Sync)) -> T + Send,
    ) -> T {
        self.dispatcher.while_telling(work)
    }

    /// Who interrupts it.
    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Runs it all, the jobs that turn out not to be needed left out.
    pub(super) fn run(&mut self, prepared: Prepared, load: Load<'_>) -> Result<(), Error> {
        let repeats = load.jobs.iter().map(|job| job.repetition).max();
        self.announce(
            &prepared,
            Planned {
                cells: load.cells,
                jobs: u32::try_from(load.jobs.len()).unwrap_or(u32::MAX),
                repeats: repeats.unwrap_or(1),
                not_available: load.not_available,
            },
        );
        if load.jobs.is_empty() {
            return Err(Error::NothingSelected {
                what: "there are no jobs".to_owned(),
                help: "name other targets, runtimes, or things to run".to_owned(),
            });
        }
        let limits = Limits {
            load: load.patience,
            exit: load.patience,
        };
        let executor = self.executor(prepared, limits, load.params, load.launchers);
        let parallel = self.selected.parallel;
        self.dispatcher
            .run_jobs_unless(&executor, load.jobs, parallel, load.needless);
        Ok(())
    }

    /// What runs jobs on what was prepared.
    pub(super) fn executor(
        &self,
        prepared: Prepared,
        limits: Limits,
        params: BTreeMap<String, Value>,
        launchers: Launchers,
    ) -> Executor {
        let workspace = &self.selected.workspace;
        Executor {
            run_dir: self.run_dir.clone(),
            suites_dir: workspace.suites_dir.clone(),
            lib: workspace.lib.clone(),
            node_modules: workspace.packages.join("node_modules"),
            targets: prepared.targets,
            runtimes: prepared.runtimes,
            limits,
            interrupt: self.interrupt.clone(),
            programs: 0,
            guard: prepared.guard,
            symbols: Mutex::default(),
            params: params.into(),
            launchers,
        }
    }

    /// Says that a signal has ended it.
    pub(super) fn interrupted(&mut self, signal: i32) {
        self.dispatcher.emit(&Event::Interrupted { signal });
    }

    /// How a run without figures ends.
    pub(super) fn exit(&self) -> Exit {
        self.dispatcher.results().exit()
    }

    /// Ends a run that an error has ended.
    pub(super) fn fail(mut self, error: &Error) -> Exit {
        let exit = error.exit();
        if let Error::Interrupted { signal } = error {
            self.interrupted(*signal);
        }
        show(error);
        self.dispatcher.finish(exit);
        exit
    }

    /// Ends the run, keeps its figures and shows them.
    pub(super) fn conclude<T: Serialize>(
        self,
        exit: Exit,
        figures: &Figures<'_, T>,
        outcomes: &Outcomes,
    ) -> Result<Exit, Error> {
        let dir = self.run_dir.clone();
        // Writes `summary.md`, too.
        let exit = self.finish(exit);
        let write =
            |path: &Path, text: String| fs::write(path, text).map_err(Error::io("write", path));
        let file = dir.join(format!("{}.json", figures.name));
        let json = serde_json::to_string_pretty(figures.of)
            .map_err(|error| Error::io("write", &file)(error.into()))?;
        write(&file, json + "\n")?;
        let summary = dir.join("summary.md");
        let text = fs::read_to_string(&summary).map_err(Error::io("read", &summary))?;
        write(&summary, format!("{text}\n{}\n", figures.markdown))?;
        report::add_figures(&dir)?;
        anstream::eprintln!("\n{}", figures.table);
        for line in &figures.lines {
            anstream::eprintln!("{line}");
        }
        if outcomes.json {
            print::json(figures.of)?;
        } else {
            print::line(&file.to_string_lossy())?;
        }
        Ok(exit)
    }

    /// Ends the run; the code is another one when a report could not be written.
    fn finish(self, exit: Exit) -> Exit {
        let errors = self.dispatcher.finish(exit);
        for error in &errors {
            eprintln!("threadproof: {error}: {}", error.source);
        }
        if errors.is_empty() {
            exit
        } else {
            Exit::Internal
        }
    }
}
