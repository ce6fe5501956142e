//! Saves failures as cases: `failures/<target>-<signature>/` of the run directory, with `case.json` for `threadproof repro`, and
//! `repro.mjs`, which needs nothing but Node, the addon, and the files beside it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    batch::{Bench, Patience},
    hunt::{Failure, Hunted},
    lower::{Lowered, lower_all},
    page::readme,
    program::{PROGRAM_VERSION, Program},
    script::script,
};
use crate::{
    error::Error,
    model::{Outcome, Seed},
    workspace::Workspace,
};

/// Version of `case.json`. A reader refuses a version that it does not know.
pub(super) const CASE_VERSION: u32 = 1;
/// What tells these cases from others.
pub(super) const CASE_KIND: &str = "fuzz";

/// What `case.json` holds: the programs are the truth, the seed says where they come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// [`CASE_VERSION`].
    pub version: u32,
    /// [`CASE_KIND`].
    pub kind: String,
    /// Id of the target.
    pub target: String,
    /// The version of Node.
    pub runtime: String,
    /// Its name.
    pub signature: String,
    /// What an attempt comes to.
    pub outcome: Outcome,
    /// What it says.
    pub said: String,
    /// The seed of the batch in which it was found.
    pub seed: Seed,
    /// How many attempts failed like this.
    pub hits: u32,
    /// Of how many.
    pub attempts: u32,
    /// The rate, with 95 % confidence.
    pub interval: (f64, f64),
    /// The programs of one process, in their order.
    pub programs: Vec<Program>,
}

/// Whether a file, or the one in a folder, is such a case.
pub fn is_case(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
    }
    let file = if path.is_dir() {
        path.join("case.json")
    } else {
        path.to_owned()
    };
    let text = fs::read_to_string(file).unwrap_or_default();
    serde_json::from_str::<Kind>(&text).is_ok_and(|one| one.kind == CASE_KIND)
}

impl Case {
    /// Reads a case, or the one in a folder.
    pub fn read(path: &Path) -> Result<Case, Error> {
        let path = if path.is_dir() {
            path.join("case.json")
        } else {
            path.to_owned()
        };
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let wrong = |why: String| Error::Usage {
            what: format!(
                "{} is no case that this threadproof can replay: {why}",
                path.display()
            ),
            help: "name a case.json of failures/ in a run directory".to_owned(),
        };
        let case: Case = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if case.version != CASE_VERSION || case.kind != CASE_KIND {
            return Err(wrong(format!(
                "it is version {} of {:?}",
                case.version, case.kind
            )));
        }
        let other = case
            .programs
            .iter()
            .find(|one| one.version != PROGRAM_VERSION);
        if let Some(other) = other {
            return Err(wrong(format!(
                "its programs are of version {}",
                other.version
            )));
        }
        if case.programs.is_empty() {
            return Err(wrong("it has no programs".to_owned()));
        }
        Ok(case)
    }
}

/// Writes the failures of a search.
pub fn save(hunted: &Hunted, workspace: &Workspace, benches: &[Bench<'_>]) -> Result<(), Error> {
    for failure in &hunted.failures {
        let bench = benches
            .iter()
            .find(|one| one.target == failure.target && one.runtime == failure.runtime)
            .expect("failures come from benches");
        save_one(failure, workspace, bench)?;
    }
    Ok(())
}

fn save_one(failure: &Failure, workspace: &Workspace, bench: &Bench<'_>) -> Result<(), Error> {
    let run_dir = &bench.executor.run_dir;
    let dir = run_dir.join("failures").join(failure.folder());
    let support = dir.join("support");
    fs::create_dir_all(&support).map_err(Error::io("create", &support))?;
    let write = |path: PathBuf, text: String| {
        fs::write(&path, text).map_err(Error::io("write", path.clone()))
    };
    let runtime = bench
        .executor
        .runtimes
        .iter()
        .find(|one| one.id == bench.runtime);
    let case = Case {
        version: CASE_VERSION,
        kind: CASE_KIND.to_owned(),
        target: failure.target.clone(),
        runtime: runtime.map_or_else(String::new, |runtime| runtime.version.clone()),
        signature: failure.signature.clone(),
        outcome: failure.outcome.clone(),
        said: failure.said.clone(),
        seed: failure.seed,
        hits: failure.hits,
        attempts: failure.attempts,
        interval: failure.interval,
        programs: failure.programs.clone(),
    };
    let json = serde_json::to_string_pretty(&case).expect("a case is plain data");
    write(dir.join("case.json"), json + "\n")?;
    let lowered = lower_all(&case.programs, &bench.surface);
    let threads: Vec<Value> = lowered.iter().map(Lowered::to_json).collect();
    let run = json!({ "root": case.programs[0].root, "limitMs": Patience::USUAL.wait_ms, "programs": threads });
    write(dir.join("repro.mjs"), script(&case, &run))?;
    write(dir.join("README.md"), readme(&case))?;
    let adapter = copy_support(workspace, bench, &support)?;
    let job = run_dir.join(&failure.attempt_dir).join("job.json");
    let text = fs::read_to_string(&job).map_err(Error::io("read", &job))?;
    let mut job: Value =
        serde_json::from_str(&text).map_err(|error| Error::io("read", &job)(error.into()))?;
    if let Some(fields) = job.as_object_mut() {
        fields.remove("params");
    }
    job["target"]["adapter"] = json!(adapter);
    job["target"]["dir"] = Value::Null;
    let job = serde_json::to_string_pretty(&job).expect("a job is plain data");
    write(support.join("job.json"), job + "\n")
}

/// Copies the files that a case needs; gives the path of the adapter below `support`.
fn copy_support(
    workspace: &Workspace,
    bench: &Bench<'_>,
    support: &Path,
) -> Result<PathBuf, Error> {
    let root = &workspace.suites_dir;
    let target = bench
        .executor
        .targets
        .iter()
        .find(|one| one.id == bench.target);
    let adapter = target.and_then(|target| {
        let default = target.dir.join("adapter.cjs");
        target.adapter.clone().or(Some(default))
    });
    let adapter = adapter.unwrap_or_default();
    let mut todo = vec![
        adapter.clone(),
        root.join("fuzz/standalone.cjs"),
        root.join("fuzz/root.cjs"),
        root.join("fuzz/ending.cjs"),
        root.join("driver/thread.cjs"),
    ];
    let mut seen = BTreeSet::new();
    while let Some(file) = todo.pop() {
        if !seen.insert(file.clone()) {
            continue;
        }
        let text = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
        let copy = support.join(place(root, &file));
        let folder = copy.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let here = file.parent().expect("a file is in a folder");
        todo.extend(
            required(&text)
                .into_iter()
                .map(|one| plain(&here.join(one))),
        );
        fs::write(&copy, text).map_err(Error::io("write", &copy))?;
    }
    Ok(place(root, &adapter))
}

/// Where a file stands among the copies: as in the folder of the suites, or in one of its own.
fn place(root: &Path, file: &Path) -> PathBuf {
    file.strip_prefix(root).map_or_else(
        |_| Path::new("adapter").join(file.file_name().unwrap_or_default()),
        Path::to_owned,
    )
}

/// The relative paths that a module requires.
fn required(text: &str) -> Vec<&str> {
    let parts = text.split("require('").skip(1);
    parts
        .filter_map(|rest| rest.split_once('\''))
        .map(|(path, _)| path)
        .filter(|path| path.starts_with('.'))
        .collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

impl Failure {
    /// The name of its folder.
    pub fn folder(&self) -> String {
        // Names of packages and paths have slashes.
        let target = self.target.replace(['/', ':'], "+");
        format!("{target}-{}", self.signature)
    }
}
