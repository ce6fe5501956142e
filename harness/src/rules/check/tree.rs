//! Reads what the catalogue is made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use super::{ENDINGS, PAGES, SCENARIOS, SPECIMENS};

/// The texts that are checked.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Pages by the id of their rule.
    pub(crate) pages: BTreeMap<String, String>,
    /// Scenarios by the id of their rule.
    pub(crate) scenarios: BTreeMap<String, String>,
    /// Specimens by name.
    pub(crate) specimens: BTreeMap<String, Specimen>,
    /// The table of endings.
    pub(crate) endings: String,
    /// Files that lie where only the others may.
    pub(crate) strays: BTreeSet<String>,
}

/// A specimen's folder.
#[derive(Debug, Default)]
pub(crate) struct Specimen {
    pub(crate) manifest: String,
    pub(crate) files: BTreeSet<String>,
}

/// Reads them; `root` is the folder of the workspace.
pub(crate) fn read(root: &Path) -> Result<Sources, String> {
    let mut sources = Sources::default();
    sources.pages = by_id(root, PAGES, ".md", &mut sources.strays)?;
    sources.scenarios = by_id(root, SCENARIOS, ".cjs", &mut sources.strays)?;
    for name in folders(root, SPECIMENS)? {
        let folder = format!("{SPECIMENS}/{name}");
        let files = names(root, &folder)?;
        if files.contains("specimen.toml") {
            let manifest = text(root, &format!("{folder}/specimen.toml"))?;
            sources.specimens.insert(name, Specimen { manifest, files });
        } else if files.contains(&format!("{name}.c")) || files.contains("Cargo.toml") {
            // A fault that nobody describes is a fault that nobody looks for.
            sources
                .strays
                .insert(format!("{folder}, without specimen.toml,"));
        }
    }
    sources.endings = text(root, ENDINGS)?;
    Ok(sources)
}

/// `<folder>/<family>/<name><suffix>` by `<family>/<name>`.
fn by_id(
    root: &Path,
    folder: &str,
    suffix: &str,
    strays: &mut BTreeSet<String>,
) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for family in folders(root, folder)? {
        for file in names(root, &format!("{folder}/{family}"))? {
            let path = format!("{folder}/{family}/{file}");
            match file.strip_suffix(suffix) {
                Some(name) => {
                    found.insert(format!("{family}/{name}"), text(root, &path)?);
                }
                None => {
                    strays.insert(path);
                }
            }
        }
    }
    Ok(found)
}

fn folders(root: &Path, folder: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = names(root, folder)?.into_iter().collect();
    names.retain(|name| root.join(folder).join(name).is_dir());
    Ok(names)
}

/// Names in a folder, without hidden ones, which editors leave behind.
fn names(root: &Path, folder: &str) -> Result<BTreeSet<String>, String> {
    let list = || -> io::Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(root.join(folder))? {
            names.insert(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| !name.starts_with('.'));
        Ok(names)
    };
    list().map_err(|error| format!("{folder} cannot be read: {error}"))
}

fn text(root: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(root.join(file)).map_err(|error| format!("{file} cannot be read: {error}"))
}
