//! `threadproof prune`: takes old runs out of the history, and removes their folders.
//!
//! What goes is decided before anything is removed, and each row only goes as it was looked at, so that runs that end
//! meanwhile are safe. Folders go after their rows: who is stopped between the two does it again.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    args::{Place, PruneArgs},
    history::{Candidate, CandidatePlace, candidates, folder},
    print,
};
use crate::{
    clock::now_ms,
    error::Error,
    event::Event,
    exit::Exit,
    history::{Entry, History, Unwanted},
    report::each_event,
};

/// A run that has no end and was not written to for so long was killed.
const QUIET: Duration = Duration::from_hours(24);

/// What becomes of a folder.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It goes.
    Goes(PathBuf),
    /// It is not ours to remove, or in use.
    Stays(PathBuf, &'static str),
    /// There is none, or nobody asked.
    None,
}

/// A run that goes.
struct Going {
    name: String,
    started: String,
    entry: Option<Entry>,
    folder: Fate,
}

pub(super) fn prune(place: &Place, args: &PruneArgs) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    let mut history = match &workspace.history {
        Some(file) => History::open_existing(file)?,
        None if args.folders => None,
        None => {
            return Err(Error::Usage {
                what: "there is no history to take runs out of: --history is off".to_owned(),
                help: "name its file with --history, or remove folders: --folders".to_owned(),
            });
        }
    };
    let recorded = match &history {
        Some(history) => history.entries()?,
        None => Vec::new(),
    };
    let runs = workspace.state.join("runs");
    let all = candidates(recorded, &runs)
        .into_iter()
        .filter(|one| args.folders || matches!(one.place, CandidatePlace::Recorded(_)));
    let all: Vec<Candidate> = all.collect();
    let count = all.len();
    let unwanted = Unwanted::of(args.keep, args.older_than.map(Into::into), now_ms());
    let going = all
        .into_iter()
        .enumerate()
        .filter(|(newer, one)| unwanted.has(*newer, &one.started))
        .map(|(_, one)| going(one, &runs, args.folders));
    // A folder is all that a run has that is not recorded.
    let (mut going, staying): (Vec<Going>, Vec<Going>) =
        going.partition(|one| one.entry.is_some() || matches!(one.folder, Fate::Goes(_)));
    for one in &staying {
        tell_of_staying(one);
    }
    if !args.dry_run
        && let Some(history) = &mut history
    {
        take_out(history, &mut going)?;
    }
    let verb = if args.dry_run {
        "would remove"
    } else {
        "removed"
    };
    let mut removed = 0;
    let mut failed = None;
    for one in &going {
        tell_of_staying(one);
        let mut with = "";
        if let Fate::Goes(dir) = &one.folder {
            with = " with its folder";
            if !args.dry_run
                && let Err(error) = remove(dir)
            {
                with = "; its folder is still there";
                anstream::eprintln!("threadproof: {error}");
                failed.get_or_insert(error);
                if one.entry.is_none() {
                    continue;
                }
            }
        }
        removed += 1;
        print::line(&format!("{verb} {}{with}, begun {}", one.name, one.started))?;
    }
    let left = count.saturating_sub(removed);
    print::line(&match (removed, args.dry_run) {
        (0, _) => format!("nothing to remove; {left} left"),
        (_, true) => format!("{removed} would be removed, {left} left"),
        (_, false) => format!("{removed} removed, {left} left"),
    })?;
    failed.map_or(Ok(Exit::Success), Err)
}

fn going(candidate: Candidate, runs: &Path, folders: bool) -> Going {
    let (entry, dir) = match candidate.place {
        CandidatePlace::Folder(dir) => (None, Some(dir)),
        CandidatePlace::Recorded(entry) => {
            let dir = folder(&entry.dir, &entry.run, runs);
            (Some(entry), dir)
        }
    };
    Going {
        folder: match dir {
            Some(dir) if folders => fate(dir, runs, entry.is_some()),
            _ => Fate::None,
        },
        name: candidate.name,
        started: candidate.started,
        entry,
    }
}

/// What is to become of a folder that a run is in.
fn fate(dir: PathBuf, runs: &Path, has_ended: bool) -> Fate {
    let real = |path: &Path| path.canonicalize().ok();
    let ours = dir
        .parent()
        .and_then(real)
        .is_some_and(|parent| Some(parent) == real(runs));
    if !ours || dir.is_symlink() {
        Fate::Stays(dir, "it is not in target/threadproof/runs of this tree")
    } else if has_ended || ended(&dir) || is_quiet(&dir) {
        Fate::Goes(dir)
    } else {
        Fate::Stays(
            dir,
            "its run has no end yet, and was going on in the last 24 hours",
        )
    }
}

fn ended(dir: &Path) -> bool {
    let mut ended = false;
    let read = each_event(dir, |event| {
        ended |= matches!(event, Event::RunFinished { .. });
    });
    read.is_ok() && ended
}

fn is_quiet(dir: &Path) -> bool {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut times = files.filter_map(|file| file.metadata().ok()?.modified().ok());
    let now = SystemTime::now();
    times.all(|time| now.duration_since(time).is_ok_and(|age| age > QUIET))
}

/// Takes the rows out. What another process took out, or wrote anew, is none of ours.
fn take_out(history: &mut History, going: &mut Vec<Going>) -> Result<(), Error> {
    let rows: Vec<Entry> = going.iter().filter_map(|one| one.entry.clone()).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let taken = history.remove(rows)?;
    going.retain(|one| one.entry.as_ref().is_none_or(|entry| taken.contains(entry)));
    history.shrink()?;
    Ok(())
}

fn remove(dir: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove", dir)(error))
        }
        _ => Ok(()),
    }
}

fn tell_of_staying(one: &Going) {
    if let Fate::Stays(dir, why) = &one.folder {
        anstream::eprintln!("threadproof: the folder {} stays: {why}", dir.display());
    }
}
