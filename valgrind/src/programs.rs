//! The leak programs: their names, what each needs of a target, and how their workers end.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A leak program: `programs/<name>.cjs`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    /// What each of its workers does, in a line.
    pub title: String,
    /// Capabilities of the target.
    pub needs: Vec<String>,
    /// Whether its workers are terminated in the middle of their work.
    #[serde(default)]
    pub terminates: bool,
    /// Programs that show no more than this one where a target can run both: left out unless they are asked for.
    #[serde(default)]
    pub covers: Vec<String>,
}

/// All programs, by name.
///
/// # Panics
///
/// When `programs.toml` is wrong, which a test of this crate finds.
pub fn programs() -> Vec<Program> {
    let named: BTreeMap<String, Program> =
        toml::from_str(include_str!("../programs/programs.toml"))
            .unwrap_or_else(|error| panic!("programs.toml: {error}"));
    named
        .into_iter()
        .map(|(name, program)| Program { name, ..program })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_a_file_and_every_file_is_a_program() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/programs");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("text")
            })
            .filter_map(|file| file.strip_suffix(".cjs").map(str::to_owned))
            .collect();
        files.sort();
        let names: Vec<String> = programs().into_iter().map(|program| program.name).collect();
        assert_eq!(names, files);
        for one in programs().iter().flat_map(|program| &program.covers) {
            assert!(names.contains(one), "{one} is no program");
        }
    }
}
