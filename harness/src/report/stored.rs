//! A run that was stored, read again from its `events.ndjson`.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{Figures, Told};
use crate::{
    error::Error,
    event::{EVENTS_VERSION, Event, Record},
    results::Results,
};

/// The file that has all of a run.
const EVENTS: &str = "events.ndjson";

/// A run that was stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its folder.
    pub dir: PathBuf,
    /// What it came to.
    pub results: Results,
    /// What its events tell beyond that.
    pub told: Told,
    /// What was measured beside.
    pub figures: Figures,
    /// Whether the last line was cut in the middle, as by a kill or a full disk.
    pub cut: bool,
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// What it calls itself.
    pub run: String,
    /// When, in milliseconds since the epoch.
    pub at: f64,
}

impl Stored {
    /// Whether a folder holds a run.
    pub fn is_run(dir: &Path) -> bool {
        dir.join(EVENTS).is_file()
    }

    /// How the run in a folder begins, by the first of its events; nothing where no run is.
    pub fn begun(dir: &Path) -> Option<Begun> {
        #[derive(Deserialize)]
        struct First {
            at: f64,
            run: String,
        }
        let mut line = Vec::new();
        let file = fs::File::open(dir.join(EVENTS)).ok()?;
        BufReader::new(file).read_until(b'\n', &mut line).ok()?;
        let First { at, run } = serde_json::from_slice(&line).ok()?;
        Some(Begun { run, at })
    }

    /// Reads the run in a folder. Files of another version are refused, and so are lines that are no events, but for a last
    /// line that was cut.
    pub fn read(dir: &Path) -> Result<Self, Error> {
        let mut stored = Stored {
            dir: dir.to_owned(),
            results: Results::default(),
            told: Told::default(),
            figures: Figures::read(dir)?,
            cut: false,
        };
        stored.cut = each_event(dir, |event| {
            stored.results.apply(&event);
            stored.told.apply(&event);
        })?;
        Ok(stored)
    }

    /// Why it is not a whole run, when it is not.
    pub fn not_whole(&self) -> Option<&'static str> {
        if self.cut {
            Some("its last event was cut in the middle: the run was killed, or its disk was full")
        } else if !self.results.finished {
            Some("it has no end: it is still going on, or was killed")
        } else {
            None
        }
    }
}

/// Reads the events of the run in a folder, one after the other; says whether the last line was cut in the middle.
pub(crate) fn each_event(dir: &Path, mut take: impl FnMut(Event)) -> Result<bool, Error> {
    let path = dir.join(EVENTS);
    let file = fs::File::open(&path).map_err(|error| Error::Usage {
        what: format!(
            "{} is no run directory: {EVENTS} cannot be read: {error}",
            dir.display()
        ),
        help: "name the folder of a run, as `threadproof run` prints it".to_owned(),
    })?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = reader
            .read_until(b'\n', &mut line)
            .map_err(Error::io("read", &path))?;
        if length == 0 {
            break;
        }
        // Lines are written whole, with their end: without it the writer was stopped in the middle.
        let whole = line.ends_with(b"\n");
        match event(&line) {
            Ok(event) => take(event),
            Err(Wrong::Format(_)) if !whole => return Ok(true),
            Err(wrong) => return Err(wrong.told(&path, number)),
        }
    }
    Ok(false)
}

/// Why a line cannot be read.
enum Wrong {
    Version(u64),
    Format(serde_json::Error),
}

impl Wrong {
    fn told(&self, path: &Path, number: u32) -> Error {
        let place = format!("{}, line {number}", path.display());
        match self {
            Wrong::Version(found) => Error::Usage {
                what: format!(
                    "{place}: it has version {found}; this threadproof reads version {EVENTS_VERSION}"
                ),
                help: "use the threadproof that made the run, or make the run again".to_owned(),
            },
            Wrong::Format(error) => Error::Usage {
                what: format!("{place}: it is no event of threadproof: {error}"),
                help:
                    "the file was changed or damaged; without that line the rest cannot be believed"
                        .to_owned(),
            },
        }
    }
}

fn event(line: &[u8]) -> Result<Event, Wrong> {
    #[derive(Deserialize)]
    struct Head {
        v: u64,
    }
    let head: Head = serde_json::from_slice(line).map_err(Wrong::Format)?;
    if head.v != u64::from(EVENTS_VERSION) {
        return Err(Wrong::Version(head.v));
    }
    let record: Record = serde_json::from_slice(line).map_err(Wrong::Format)?;
    Ok(record.event)
}
