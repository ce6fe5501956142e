//! What `leak`, `stress` and `fuzz` leave in a run directory beside the results, read as the files that they are:
//! `leaks.json`, `stress.json` and `failures/*/case.json`. Only what reports show is read.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};
use threadproof_stress::Distribution;

use crate::{error::Error, model::Outcome};

/// The version of each of these files that is read.
const VERSION: u64 = 1;

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Of `leaks.json`.
    pub(super) leaks: Vec<Leak>,
    /// Of `stress.json`.
    pub(super) stress: Vec<Load>,
    /// Of `failures/*/case.json`, by folder.
    pub(super) cases: Vec<Case>,
}

/// A series of processes under a tool.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Leak {
    pub(super) target: String,
    pub(super) runtime: String,
    pub(super) tool: String,
    pub(super) program: String,
    pub(super) verdict: LeakVerdict,
    pub(super) growing: Vec<Growing>,
    pub(super) resolution: f64,
    pub(super) faults: Vec<String>,
    #[serde(default)]
    pub(super) known: Option<String>,
    #[serde(default)]
    pub(super) inconclusive: Option<String>,
}

/// What a series came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LeakVerdict {
    Clean,
    Leaks,
    Faults,
    Inconclusive,
}

/// A place that keeps more with each worker.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Growing {
    pub(super) site: String,
    pub(super) per_worker: f64,
    pub(super) interval: (f64, f64),
    pub(super) bytes_per_worker: f64,
    /// Workers, and what was left then.
    #[serde(default)]
    pub(super) points: Vec<(u32, f64)>,
    /// The same of the clean addon beside it, where that is subtracted.
    #[serde(default)]
    pub(super) control: Vec<(u32, f64)>,
}

/// A shape of load on a target and a runtime.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Load {
    pub(super) target: String,
    pub(super) control: bool,
    pub(super) runtime: String,
    pub(super) shape: String,
    pub(super) runs: u64,
    pub(super) failed: u64,
    pub(super) lifecycles: u64,
    pub(super) per_second: f64,
    pub(super) latencies: BTreeMap<String, Distribution>,
    pub(super) grown: Vec<Grown>,
    #[serde(default)]
    pub(super) gate: Option<String>,
}

/// How a resource grew.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grown {
    pub(super) resource: String,
    pub(super) per_worker: f64,
    #[serde(default)]
    pub(super) steps: Option<f64>,
    pub(super) at_most: f64,
    pub(super) grows: bool,
}

/// A saved case of the search.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case {
    #[serde(skip)]
    pub(super) folder: String,
    pub(super) target: String,
    pub(super) runtime: String,
    pub(super) signature: String,
    pub(super) outcome: Outcome,
    pub(super) said: String,
    pub(super) hits: u32,
    pub(super) attempts: u32,
    pub(super) programs: Vec<Program>,
}

/// A program of a case.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Program {
    pub(super) threads: Vec<Thread>,
}

/// A thread of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Thread {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    #[serde(default)]
    pub(super) end: Option<End>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Step {
    #[serde(rename = "do")]
    pub(super) name: String,
    /// The thread that it starts, waits for or takes from.
    #[serde(default)]
    pub(super) thread: Option<String>,
    /// Of its callback.
    #[serde(default)]
    pub(super) inside: Vec<Step>,
}

/// How a thread ends, where it does not just return.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct End {
    pub(super) how: String,
    #[serde(default)]
    pub(super) at: Option<String>,
    #[serde(default)]
    pub(super) inside: bool,
}

impl Figures {
    /// What is in a run directory; nothing where a run has measured nothing.
    pub fn read(dir: &Path) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Leaks {
            judged: Vec<Leak>,
        }
        #[derive(Deserialize)]
        struct Stressed {
            cells: Vec<Load>,
        }
        let leaks: Option<Leaks> = versioned(&dir.join("leaks.json"))?;
        let stress: Option<Stressed> = versioned(&dir.join("stress.json"))?;
        Ok(Figures {
            leaks: leaks.map_or_else(Vec::new, |leaks| leaks.judged),
            stress: stress.map_or_else(Vec::new, |stressed| stressed.cells),
            cases: cases(&dir.join("failures"))?,
        })
    }
}

fn cases(folder: &Path) -> Result<Vec<Case>, Error> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    let mut cases = Vec::new();
    for folder in folders {
        let path = folder.join("case.json");
        if !is_of_fuzz(&path) {
            continue;
        }
        if let Some(case) = versioned::<Case>(&path)? {
            let name = folder.file_name().unwrap_or_default();
            cases.push(Case {
                folder: format!("failures/{}", name.to_string_lossy()),
                ..case
            });
        }
    }
    Ok(cases)
}

/// Cases of other kinds have no threads.
fn is_of_fuzz(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
    }
    let text = fs::read(path).unwrap_or_default();
    serde_json::from_slice::<Kind>(&text).is_ok_and(|one| one.kind == "fuzz")
}

/// A file whose version is checked before anything else of it is believed; nothing where there is none.
fn versioned<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    #[derive(Deserialize)]
    struct Head {
        version: u64,
    }
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(Error::io("read", path))?,
    };
    let wrong = |why: String| Error::Usage {
        what: format!("{}: {why}", path.display()),
        help: "use the threadproof that made the run, or make the run again".to_owned(),
    };
    let head: Head = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    if head.version != VERSION {
        return Err(wrong(format!(
            "it has version {}; this threadproof reads version {VERSION}",
            head.version
        )));
    }
    let value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(Some(value))
}
