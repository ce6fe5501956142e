//! The shapes of a stress run: what load the workers of one process make, as data. One file each in `profiles/`, compiled
//! in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A shape of load.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Shape {
    /// Its name: that of its file, and of the module that does it.
    #[serde(skip)]
    pub name: String,
    /// What it does, in a line.
    pub title: String,
    /// Whether a run that names no shape has it.
    #[serde(default)]
    pub default: bool,
    /// Whether what it keeps is compared with what the same shape keeps without a target.
    #[serde(default)]
    pub control: bool,
    /// What it cannot do without: `database` of the target, and of the machine `limits` (of resources) and `mount` (of small
    /// file systems).
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Workers at the same time.
    pub workers: u32,
    /// Workers in all, after which a run ends, unless it was given a time.
    pub lifecycles: u64,
    /// Processes, each with so many workers.
    pub runs: u32,
    /// Journal mode of databases.
    #[serde(default)]
    pub journal: Journal,
    /// How much SQLite waits for the disk.
    #[serde(default)]
    pub synchronous: Synchronous,
    /// How lives end, with the weight of each way.
    pub endings: BTreeMap<String, f64>,
    /// Options of Node that its processes run with.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Numbers of its own: `steps` of a life at most, `batch` of lives between two samples, and so on.
    pub params: toml::Table,
}

/// What a shape cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The target is a database.
    Database,
    /// Calls of the target end when their worker is terminated: an outer worker that ends in a transaction waits for the
    /// inner one, which may wait for the lock of that transaction.
    Interrupt,
    /// Limits of a process's resources can be set from outside.
    Limits,
    /// File systems can be mounted.
    Mount,
}

/// A journal mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "SQLite's names")]
pub enum Journal {
    #[default]
    Wal,
    Delete,
}

/// `PRAGMA synchronous`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "SQLite's names")]
pub enum Synchronous {
    /// The process may die, the machine may not.
    #[default]
    Normal,
    Full,
}

macro_rules! profiles {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../profiles/", $name, ".toml")))),*]
    };
}

const PROFILES: [(&str, &str); 15] = profiles![
    "churn",
    "burst",
    "steady",
    "pool",
    "nested",
    "mixed",
    "heaps",
    "latency",
    "kill",
    "ramp",
    "locked",
    "database-full",
    "disk-full",
    "read-only",
    "memory",
];

/// All shapes.
///
/// # Panics
///
/// When a profile is wrong, which a test of this crate finds.
pub fn shapes() -> Vec<Shape> {
    PROFILES
        .iter()
        .map(|(name, text)| {
            let shape: Shape =
                toml::from_str(text).unwrap_or_else(|error| panic!("profile {name}: {error}"));
            Shape {
                name: (*name).to_owned(),
                ..shape
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_compiled_in_and_makes_sense() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("text")
            })
            .map(|file| file.trim_end_matches(".toml").to_owned())
            .collect();
        files.sort();
        let mut names: Vec<String> = shapes().into_iter().map(|shape| shape.name).collect();
        names.sort();
        assert_eq!(names, files);
        for shape in shapes() {
            assert!(
                shape.workers > 0 && shape.lifecycles > 0 && shape.runs > 0,
                "{shape:?}"
            );
            assert!(shape.endings.values().sum::<f64>() > 0.0, "{shape:?}");
            assert!(shape.params.contains_key("steps"), "{shape:?}");
        }
    }
}
