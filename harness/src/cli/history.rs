//! The history on the command line: runs are recorded when they end, listed, and found again by name.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::CommandFactory as _;

use super::{
    args::{Args, Place, RunsArgs},
    print,
};
pub(super) use crate::history::OFF;
use crate::{
    clock::now_ms,
    error::Error,
    event::{Event, RenderError, Renderer},
    exit::Exit,
    history::{
        Asked, Entry, FILE, Facts, History, HistoryError, Listed, NotPicked, RunRow, is_meant,
        pick, runs_json, runs_table, time_of, trend_table,
    },
    report::{Figures, Stored, Told},
    results::Results,
    run_dir::RunDir,
    workspace::Workspace,
};

/// Runs that are named where one is not found.
const MOST_NAMED: usize = 5;

/// The file of the history; nothing where none is wanted.
pub(super) fn file(place: &Place, state: &Path) -> Result<Option<PathBuf>, Error> {
    match &place.history.history {
        None => Ok(Some(state.join(FILE))),
        Some(file) if file == Path::new(OFF) => Ok(None),
        Some(file) => std::path::absolute(file)
            .map(Some)
            .map_err(Error::io("find", file)),
    }
}

/// Records a run when it ends. A history that cannot be written is told of and changes nothing else.
struct Recorder {
    file: PathBuf,
    facts: Facts,
}

/// Who records the run in this folder; nobody where no history is wanted.
pub(super) fn recorder(
    workspace: &Workspace,
    words: &[OsString],
    dir: &RunDir,
) -> Option<Box<dyn Renderer>> {
    let file = workspace.history.clone()?;
    // As clap understands them, variables included.
    let matches = Args::command().try_get_matches_from(words).ok()?;
    let (kind, flags) = matches.subcommand()?;
    let repeats = matches!(flags.try_get_one::<String>("job_id"), Ok(Some(_)));
    Some(Box::new(Recorder {
        file,
        facts: Facts {
            dir: dir.path.clone(),
            kind: kind.to_owned(),
            started_ms: now_ms(),
            repeats,
        },
    }))
}

impl Renderer for Recorder {
    fn name(&self) -> &'static str {
        FILE
    }

    fn event(&mut self, event: &Event, results: &Results) -> Result<(), RenderError> {
        match event {
            Event::RunStarted { .. } => self.facts.started_ms = now_ms(),
            Event::RunFinished { .. } => {
                if let Err(error) = record(&self.file, &self.facts, results) {
                    tell(&error);
                    anstream::eprintln!(
                        "  the run is not in the history; all of it is in {}",
                        self.facts.dir.display()
                    );
                }
            }
            Event::PrepareStep { .. }
            | Event::Planned { .. }
            | Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::JobStarted { .. }
            | Event::JobProgress { .. }
            | Event::JobFinished { .. }
            | Event::GateDecided { .. }
            | Event::Interrupted { .. } => {}
        }
        Ok(())
    }
}

fn record(file: &Path, facts: &Facts, results: &Results) -> Result<(), HistoryError> {
    let name = History::open(file)?.record(&RunRow::of(results, facts), results)?;
    if name != results.run {
        anstream::eprintln!(
            "threadproof: another run of this name is in the history: this one is {name} there"
        );
    }
    Ok(())
}

pub(super) fn tell(error: &HistoryError) {
    anstream::eprintln!("threadproof: {error}\n  what to do: {}", error.help());
}

/// `threadproof list runs`.
pub(super) fn list_runs(place: &Place, args: &RunsArgs, as_json: bool) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    let Some(file) = &workspace.history else {
        return Err(Error::Usage {
            what: "there is no history to list: --history is off".to_owned(),
            help: "name its file with --history".to_owned(),
        });
    };
    let targets = &args.target;
    let asked = Asked {
        last: args.last,
        samples_only: !targets.is_empty(),
        targets: targets.clone(),
    };
    let history = History::open_existing(file)?;
    let rows = history
        .as_ref()
        .map_or_else(|| Ok(Vec::new()), |history| history.runs(&asked))?;
    if let Some(history) = &history {
        let known = history.targets()?;
        let unknown: Vec<&str> = targets
            .iter()
            .map(String::as_str)
            .filter(|wanted| !known.iter().any(|known| is_meant(known, wanted)))
            .collect();
        if !unknown.is_empty() {
            let what = format!(
                "no run in {} has a target {}",
                file.display(),
                unknown.join(", ")
            );
            if rows.is_empty() {
                return Err(Error::NothingSelected {
                    what,
                    help: if known.is_empty() {
                        "run it first".to_owned()
                    } else {
                        format!("targets that were run: {}", known.join(", "))
                    },
                });
            }
            anstream::eprintln!("threadproof: {what}");
        }
    }
    let runs = workspace.state.join("runs");
    let listed: Vec<Listed> = rows
        .into_iter()
        .map(|run| Listed {
            there: folder(&run.dir, &run.run, &runs).is_some(),
            run,
        })
        .collect();
    if as_json {
        return print::json(&runs_json(&listed));
    }
    if listed.is_empty() {
        return print::line(&format!("no run is in {} yet", file.display()));
    }
    let width = comfy_table::Table::new().width();
    print::line(&if targets.is_empty() {
        runs_table(&listed, width)
    } else {
        trend_table(&listed, width)
    })
}

/// Where a recorded run still is. A folder may have been used for another run since.
pub(super) fn folder(dir: &Path, run: &str, runs: &Path) -> Option<PathBuf> {
    [dir.to_owned(), runs.join(run)]
        .into_iter()
        .find(|dir| Stored::begun(dir).is_some_and(|begun| begun.run == run))
}

/// A run that was named.
#[derive(Debug)]
pub(super) enum Named {
    /// Its folder.
    Folder(PathBuf),
    /// The folder is gone; this is what the history keeps of it.
    Kept {
        /// Its name.
        name: String,
        /// Where the folder was.
        dir: PathBuf,
        /// What the run came to.
        results: Box<Results>,
    },
}

impl Named {
    /// Reads it, and says what it lacks.
    pub(super) fn read(self) -> Result<Stored, Error> {
        match self {
            Named::Folder(dir) => {
                let stored = Stored::read(&dir)?;
                if let Some(why) = stored.not_whole() {
                    anstream::eprintln!("threadproof: {} is not whole: {why}", dir.display());
                }
                Ok(stored)
            }
            Named::Kept { name, dir, results } => {
                anstream::eprintln!(
                    "threadproof: the folder of {name} is gone ({}): the history keeps what it came to, without logs, events and \
                     figures; files that are named below are gone, too",
                    dir.display()
                );
                Ok(Stored {
                    dir,
                    results: *results,
                    told: Told::default(),
                    figures: Figures::default(),
                    cut: false,
                })
            }
        }
    }
}

/// A run that can be named.
pub(super) struct Candidate {
    pub(super) name: String,
    /// As [`time_of`] writes it.
    pub(super) started: String,
    pub(super) place: CandidatePlace,
}

pub(super) enum CandidatePlace {
    /// The history does not know it.
    Folder(PathBuf),
    Recorded(Entry),
}

/// The run that is meant: a folder; or a name, a prefix that only it has, `latest` or `latest~N`, of the runs that are kept in
/// this tree and those in the history.
pub(super) fn find(place: &Place, wanted: &str) -> Result<Named, Error> {
    let path = Path::new(wanted);
    if Stored::is_run(path) {
        return Ok(Named::Folder(path.to_owned()));
    }
    let is_path = path.components().count() > 1;
    let workspace = match place.workspace() {
        // A folder needs no tree around it, and says by itself what is wrong with it.
        Err(_) if is_path => return Ok(Named::Folder(path.to_owned())),
        other => other?,
    };
    let (history, recorded) = open(&workspace);
    let runs = workspace.state.join("runs");
    // Where a folder was that is gone, by the last run in it.
    let was_here = |recorded: &[Entry]| {
        let dir = std::path::absolute(path).ok()?;
        recorded.iter().find(|one| one.dir == dir).cloned()
    };
    if is_path {
        return match (was_here(&recorded), &history) {
            (Some(entry), Some(history)) => kept(history, &entry),
            _ => Ok(Named::Folder(path.to_owned())),
        };
    }
    let of_folder = was_here(&recorded);
    let candidates = candidates(recorded, &runs);
    let names: Vec<&str> = candidates.iter().map(|one| one.name.as_str()).collect();
    let picked = match (pick(&names, wanted), of_folder, &history) {
        (Ok(at), ..) => &candidates[at],
        (Err(NotPicked::None), Some(entry), Some(history)) => return kept(history, &entry),
        (Err(why), ..) => return Err(refused(wanted, &why, &names, &workspace)),
    };
    match (&picked.place, &history) {
        (CandidatePlace::Recorded(entry), Some(history)) => {
            match folder(&entry.dir, &entry.run, &runs) {
                Some(dir) => Ok(Named::Folder(dir)),
                None => kept(history, entry),
            }
        }
        (CandidatePlace::Folder(dir), _) => Ok(Named::Folder(dir.clone())),
        (CandidatePlace::Recorded(_), None) => unreachable!("they come from the history"),
    }
}

/// The history with its runs, where there is one that can be read; the runs in folders are found without.
pub(super) fn open(workspace: &Workspace) -> (Option<History>, Vec<Entry>) {
    let opened = || -> Result<_, HistoryError> {
        let file = workspace.history.as_deref();
        match file.map(History::open_existing).transpose()?.flatten() {
            Some(history) => {
                let entries = history.entries()?;
                Ok((Some(history), entries))
            }
            None => Ok((None, Vec::new())),
        }
    };
    opened().unwrap_or_else(|error| {
        tell(&error);
        (None, Vec::new())
    })
}

fn kept(history: &History, entry: &Entry) -> Result<Named, Error> {
    Ok(Named::Kept {
        name: entry.name.clone(),
        dir: entry.dir.clone(),
        results: Box::new(history.results(entry)?),
    })
}

/// All runs of the history, and those of this tree that are not in it: still going on, killed, or made without one. The newest
/// first.
pub(super) fn candidates(recorded: Vec<Entry>, runs: &Path) -> Vec<Candidate> {
    let folders = std::fs::read_dir(runs).into_iter().flatten().flatten();
    let mut all: Vec<Candidate> = folders
        .filter(|entry| entry.file_name() != "latest")
        .filter_map(|entry| {
            let begun = Stored::begun(&entry.path())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let known = recorded
                .iter()
                .any(|one| one.run == begun.run && (one.dir == entry.path() || one.run == name));
            (!known).then(|| Candidate {
                name,
                started: time_of(begun.at),
                place: CandidatePlace::Folder(entry.path()),
            })
        })
        .collect();
    all.extend(recorded.into_iter().map(|entry| Candidate {
        name: entry.name.clone(),
        started: entry.started.clone(),
        place: CandidatePlace::Recorded(entry),
    }));
    all.sort_by(|one, other| (&other.started, &other.name).cmp(&(&one.started, &one.name)));
    all
}

fn refused(wanted: &str, why: &NotPicked, names: &[&str], workspace: &Workspace) -> Error {
    let runs = workspace.state.join("runs");
    let mut places = vec![runs.display().to_string()];
    if let Some(file) = &workspace.history {
        places.push(file.display().to_string());
    }
    let newest = names[..names.len().min(MOST_NAMED)].join(", ");
    let (what, help) = match why {
        NotPicked::Several(fitting) => (
            format!("{wanted:?} begins the names of {} runs", fitting.len()),
            format!(
                "name one of: {}",
                fitting[..fitting.len().min(MOST_NAMED)].join(", ")
            ),
        ),
        NotPicked::TooFewRuns { runs } => (
            format!("there is no run {wanted:?}: {runs} are known"),
            "`threadproof list runs` shows them".to_owned(),
        ),
        NotPicked::None => (
            format!("there is no run {wanted:?} in {}", places.join(" or ")),
            if names.is_empty() {
                "name the folder of a run; none is kept here yet".to_owned()
            } else {
                format!("name the folder of a run, `latest`, `latest~1`, or one of: {newest}")
            },
        ),
    };
    Error::NothingSelected { what, help }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
