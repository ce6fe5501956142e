//! A failure of a former run, by its signature: found in the runs that are kept and in the history, and run again.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use super::{
    args::{Place, ReproArgs},
    history::{self, CandidatePlace, candidates, folder},
    replay, run_again,
};
use crate::{
    error::Error,
    exit::Exit,
    fuzz::Case,
    model::Runner,
    results::{Failure, Results},
    workspace::Workspace,
};

/// A failure, and the run that it is of.
pub(super) struct Former {
    failure: Failure,
    /// The run's name.
    run: String,
    /// Its folder.
    dir: PathBuf,
    /// Whether the folder is still there.
    there: bool,
}

/// The newest failure with a signature.
pub(super) fn find(workspace: &Workspace, signature: &str) -> Result<Former, Error> {
    let runs = workspace.state.join("runs");
    let (history, recorded) = history::open(workspace);
    let having = match &history {
        Some(history) => history.with_signature(signature)?,
        None => std::collections::BTreeSet::new(),
    };
    let with = |results: Results| {
        let mut failures = results.failures.into_iter();
        failures.find(|failure| failure.signature == signature)
    };
    for candidate in candidates(recorded, &runs) {
        let (dir, entry) = match candidate.place {
            CandidatePlace::Folder(dir) => (Some(dir), None),
            CandidatePlace::Recorded(entry) if having.contains(&entry.id) => {
                (folder(&entry.dir, &entry.run, &runs), Some(entry))
            }
            CandidatePlace::Recorded(_) => continue,
        };
        let run = candidate.name;
        // The folder says more than the history.
        if let Some(dir) = dir
            && let Some(failure) = results(&dir).and_then(with)
        {
            return Ok(Former {
                failure,
                run,
                dir,
                there: true,
            });
        }
        let (Some(entry), Some(history)) = (entry, &history) else {
            continue;
        };
        match history.results(&entry).map(with) {
            Ok(Some(failure)) => {
                return Ok(Former {
                    failure,
                    run,
                    dir: entry.dir,
                    there: false,
                });
            }
            Ok(None) => {}
            // An older run may have it, too.
            Err(error) => history::tell(&error),
        }
    }
    let mut places = vec![runs.display().to_string()];
    places.extend(
        workspace
            .history
            .iter()
            .map(|file| file.display().to_string()),
    );
    Err(Error::NothingSelected {
        what: format!("no run in {} has a failure {signature}", places.join(" or ")),
        help: "signatures are looked for in the runs of this tree and in its history; a run elsewhere names the command \
               that repeats its failures"
            .to_owned(),
    })
}

fn results(dir: &Path) -> Option<Results> {
    let text = fs::read_to_string(dir.join("results.json")).ok()?;
    Results::from_json(&text).ok()
}

/// What to say of a file that was in the folder of a run that is gone.
pub(super) fn gone(workspace: &Workspace, path: &Path) -> Option<Error> {
    let path = std::path::absolute(path).ok()?;
    let (history, recorded) = history::open(workspace);
    let entry = recorded.iter().find(|entry| path.starts_with(&entry.dir))?;
    let results = history?.results(entry).ok();
    let seed = results
        .and_then(|results| results.seed)
        .filter(|_| !entry.command.contains("--seed"))
        .map_or_else(String::new, |seed| format!(" --seed {seed}"));
    Some(Error::NothingSelected {
        what: format!(
            "{} is gone; it was a file of the run {}",
            path.display(),
            entry.name
        ),
        help: format!(
            "run that again, with its seed: {}{seed}\n`threadproof report {}` says what it had found",
            entry.command, entry.name
        ),
    })
}

impl Former {
    /// Replays the case that was saved of it, or runs its job by the command that it was recorded with.
    pub(super) fn again(
        &self,
        place: &Place,
        args: &ReproArgs,
        words: &[OsString],
    ) -> Result<Exit, Error> {
        let Former { failure, run, .. } = self;
        let signature = &failure.signature;
        anstream::eprintln!("threadproof: {signature} was seen last in {run}");
        if failure.cell.suite.runner == Runner::Fuzz {
            let case = self.case().ok_or_else(|| Error::NothingSelected {
                what: format!(
                    "{signature} was found by fuzz, and its case is gone{}",
                    if self.there {
                        format!(" from {}", self.dir.display())
                    } else {
                        format!(" with the folder {}", self.dir.display())
                    }
                ),
                help: format!(
                    "search again, with the seed of that run: {}",
                    failure.repeat
                ),
            })?;
            let args = ReproArgs {
                topic: case.to_string_lossy().into_owned(),
                ..args.clone()
            };
            return replay::replay(place, &args, words);
        }
        if !self.there {
            anstream::eprintln!(
                "  its folder {} is gone; the history keeps the command",
                self.dir.display()
            );
        }
        anstream::eprintln!("  again: {}", failure.repeat);
        run_again(place, failure)
    }

    /// The case that the search has saved.
    fn case(&self) -> Option<PathBuf> {
        let cell = &self.failure.cell;
        saved_case(&self.dir, &cell.target, &self.failure.signature)
    }
}

/// The first case of a failure in the folder of a run.
fn saved_case(dir: &Path, target: &str, signature: &str) -> Option<PathBuf> {
    let folders = fs::read_dir(dir.join("failures")).ok()?.flatten();
    let is_meant = |path: &PathBuf| {
        Case::read(path).is_ok_and(|case| case.signature == signature && case.target == target)
    };
    folders
        .map(|folder| folder.path().join("case.json"))
        .filter(is_meant)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_a_failure_is_the_first_of_its_target_and_signature() {
        let temp = tempfile::tempdir().unwrap();
        let save = |name: &str, target: &str, signature: &str| {
            let dir = temp.path().join("failures").join(name);
            fs::create_dir_all(&dir).unwrap();
            let text = include_str!("../report/fixtures/case.json");
            let mut case: serde_json::Value = serde_json::from_str(text).unwrap();
            let text = include_str!("../../corpus/crash-at-exit.json");
            let corpus: serde_json::Value = serde_json::from_str(text).unwrap();
            case["programs"] = corpus["programs"].clone();
            case["seed"] = "17".into();
            case["target"] = target.into();
            case["signature"] = signature.into();
            let path = dir.join("case.json");
            fs::write(&path, case.to_string()).unwrap();
            path
        };
        let found = || saved_case(temp.path(), "a", "sig");
        assert_eq!(found(), None);
        save("0", "b", "sig");
        save("1", "a", "other");
        assert_eq!(found(), None);
        save("4", "a", "sig");
        let first = save("3", "a", "sig");
        assert_eq!(found(), Some(first.clone()));
        // What is no case is passed over.
        fs::write(first, "{}").unwrap();
        assert_eq!(found(), Some(temp.path().join("failures/4/case.json")));
    }
}
