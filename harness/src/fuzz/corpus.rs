//! `harness/corpus/`: programs that are run before any is generated. Formerly failing ones, and those that reach much.

use std::{fs, path::Path};

use serde::Deserialize;

use super::program::{PROGRAM_VERSION, Program};
use crate::{error::Error, workspace::Workspace};

/// A file of the corpus. A `case.json` of a failure is one, too.
#[derive(Deserialize)]
struct Entry {
    /// The programs of one process.
    programs: Vec<Program>,
}

/// All of them, in the order of their names.
pub fn corpus(workspace: &Workspace) -> Result<Vec<Vec<Program>>, Error> {
    read(&workspace.root.join("harness/corpus"))
}

fn read(folder: &Path) -> Result<Vec<Vec<Program>>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
            let wrong = |why: String| Error::Usage {
                what: format!("{} is no entry of the corpus: {why}", file.display()),
                help: "take it out of the folder, or copy a case.json of this version there"
                    .to_owned(),
            };
            let entry: Entry =
                serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
            let other = entry
                .programs
                .iter()
                .find(|one| one.version != PROGRAM_VERSION);
            match other {
                Some(other) => Err(wrong(format!("a program is of version {}", other.version))),
                None if entry.programs.is_empty() => Err(wrong("it has no programs".to_owned())),
                None => Ok(entry.programs),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_of_this_repository_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let all = read(&folder).expect("a corpus");
        assert!(all.len() >= 10, "{}", all.len());
    }

    #[test]
    fn an_entry_of_another_version_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = r#"{ "programs": [{ "version": 9, "root": "main", "threads": [] }] }"#;
        fs::write(folder.path().join("a.json"), text).expect("written");
        let error = read(folder.path()).expect_err("it is refused");
        assert!(error.to_string().contains("version 9"), "{error}");
    }
}
