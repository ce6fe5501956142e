//! `threadproof merge`: the parts of a run as one.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use super::{
    args::{MergeArgs, Place},
    history, print,
    run::started,
};
use crate::{
    dispatch::Dispatcher,
    error::Error,
    event::Event,
    exit::Exit,
    merge::{Merged, Part, merge as join},
    model::JobId,
    report::{Config, Reporters, Verbosity, each_event},
    run_dir::RunDir,
};

pub(super) fn merge(place: &Place, args: &MergeArgs, words: &[OsString]) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    let parts: Vec<Part> = args
        .dirs
        .iter()
        .map(|dir| read(dir))
        .collect::<Result<_, _>>()?;
    let merged = join(&parts).map_err(|refused| Error::Usage {
        what: refused.to_string(),
        help: "merge the shards of one run: the same tree, flags and --seed on each machine"
            .to_owned(),
    })?;
    let dir = RunDir::create(&workspace, args.out.as_deref(), merged.seed)?;
    copy_files(&merged.files, &dir.path)?;
    let config = Config {
        dir: dir.path.clone(),
        verbosity: Verbosity::Quiet,
    };
    let reporters = Reporters::new(&config)
        .map_err(|error| Error::io("write", PathBuf::from(&error.what))(error.source))?
        .and_maybe(history::recorder(&workspace, words, &dir));
    let mut dispatcher = Dispatcher::new(dir, reporters);
    let command = words
        .iter()
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ");
    let event = started(&workspace, merged.seed, command, &dispatcher);
    dispatcher.emit(&event);
    for event in &merged.events {
        dispatcher.emit(event);
    }
    let exit = exit_of(&merged, dispatcher.results().exit(), args.allow_missing);
    let results = dispatcher.dir().path.join("results.json");
    let errors = dispatcher.finish(exit);
    for missing in &merged.missing {
        anstream::eprintln!("threadproof: {missing}");
    }
    for error in &errors {
        anstream::eprintln!("threadproof: {error}: {}", error.source);
    }
    print::line(&results.to_string_lossy())?;
    Ok(if errors.is_empty() {
        exit
    } else {
        Exit::Internal
    })
}

/// What is missing might have failed.
fn exit_of(merged: &Merged, exit: Exit, allow_missing: bool) -> Exit {
    if merged.missing.is_empty() || allow_missing || exit != Exit::Success {
        exit
    } else {
        Exit::Inconclusive
    }
}

fn read(dir: &Path) -> Result<Part, Error> {
    let mut events: Vec<Event> = Vec::new();
    let cut = each_event(dir, |event| events.push(event))?;
    let finished = events
        .iter()
        .any(|event| matches!(event, Event::RunFinished { .. }));
    let not_whole = if cut {
        Some("its last event was cut in the middle".to_owned())
    } else if finished {
        None
    } else {
        Some("it has no end: it is still going on, or was killed".to_owned())
    };
    Ok(Part {
        dir: dir.to_owned(),
        events,
        not_whole,
    })
}

/// The files of the jobs, where the reports say that they are.
fn copy_files(files: &BTreeMap<JobId, PathBuf>, to: &Path) -> Result<(), Error> {
    for (job, part) in files {
        let from = part.join("jobs").join(job.as_str());
        if from.is_dir() {
            copy(&from, &to.join("jobs").join(job.as_str()))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::io("make", to))?;
    for entry in fs::read_dir(from).map_err(Error::io("read", from))? {
        let entry = entry.map_err(Error::io("read", from))?;
        let (source, place) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &place)?;
        } else {
            fs::copy(&source, &place).map_err(Error::io("copy", &source))?;
        }
    }
    Ok(())
}
