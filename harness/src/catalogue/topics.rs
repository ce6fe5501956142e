//! The suites' own catalogue, printed by `lib/manifest.cjs` and kept by the hash of what it reads.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, Serialize};

use crate::{
    differential,
    error::Error,
    model::{Suite, TopicKind},
    protocol::PROTOCOL_VERSION,
    tools,
    workspace::Workspace,
};

/// What there is to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    version: u32,
    /// Sorted by name.
    pub topics: Vec<Topic>,
}

/// A folder of bodies or scenarios. A family of rules may have the name of a topic of bodies: the kind
/// tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Name of the folder.
    pub topic: String,
    /// What stands in it.
    #[serde(default)]
    pub kind: TopicKind,
    /// One line for people.
    #[serde(default)]
    pub summary: String,
    /// Its bodies or scenarios.
    pub files: Vec<File>,
}

/// A body or a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Without extension, relative to the suites' folder.
    pub file: String,
    /// Its tests.
    pub tests: Vec<CatalogueTest>,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueTest {
    /// `<topic>/<part> > <name>`.
    pub id: String,
    /// The capabilities that it needs.
    #[serde(default)]
    pub needs: Vec<String>,
}

impl Topic {
    /// Whether it is what a suite runs.
    pub fn is_of(&self, suite: &Suite) -> bool {
        self.topic == suite.topic && self.kind == suite.runner.kind()
    }
}

impl Catalogue {
    /// A catalogue of these topics.
    pub fn new(topics: Vec<Topic>) -> Self {
        Catalogue {
            version: PROTOCOL_VERSION,
            topics,
        }
    }
}

const STEP: &str = "catalogue";

/// All topics: those of the suites' folder, and the one whose tests this program makes itself.
pub fn load_topics(workspace: &Workspace) -> Result<Catalogue, Error> {
    let mut catalogue = load_bodies(workspace)?;
    catalogue
        .topics
        .extend(differential::topic(&workspace.suites_dir));
    catalogue
        .topics
        .sort_by(|a, b| (&a.topic, a.kind).cmp(&(&b.topic, b.kind)));
    Ok(catalogue)
}

/// Reads the catalogue of the suites' folder, which takes a Node process when anything has changed.
fn load_bodies(workspace: &Workspace) -> Result<Catalogue, Error> {
    let suites = workspace.suites_dir.join("suites");
    if !suites.is_dir() {
        return Err(Error::Usage {
            what: format!("there is no suites/ in {}", workspace.suites_dir.display()),
            help: "name a folder that holds suites/<topic>/ with --suites-dir".to_owned(),
        });
    }
    if !suites
        .ancestors()
        .any(|folder| folder.join("package.json").is_file())
    {
        return Err(Error::Usage {
            what: format!(
                "there is no package.json in {}",
                workspace.suites_dir.display()
            ),
            help: "put one there, if only with {}: Jest refuses to run outside of a package"
                .to_owned(),
        });
    }
    let driver = workspace.suites_dir.join("driver");
    let mut read = vec![suites.as_path(), workspace.lib.as_path()];
    if driver.is_dir() {
        read.push(&driver);
    }
    let key = hash_of(&read)?;
    let kept = workspace
        .state
        .join("catalogue")
        .join(format!("{key}.json"));
    if let Some(catalogue) = fs::read(&kept).ok().and_then(|text| parse(&text).ok()) {
        return Ok(catalogue);
    }
    let text = ask(workspace)?;
    let catalogue = parse(&text).map_err(|cause| {
        Error::preparation(
            STEP,
            cause,
            "run it by hand: node lib/manifest.cjs in the suites' folder",
        )
    })?;
    // Only a convenience for the next run: not being able to keep it is no failure.
    let _ = keep(&kept, &text);
    Ok(catalogue)
}

fn ask(workspace: &Workspace) -> Result<Vec<u8>, Error> {
    let node = tools::find("node")
        .map_err(|cause| Error::preparation(STEP, cause, tools::help("node")))?;
    let script = workspace.lib.join("manifest.cjs");
    let output = Command::new(node)
        .arg(&script)
        .arg(&workspace.suites_dir)
        .current_dir(&workspace.suites_dir)
        .env_remove("NODE_OPTIONS")
        .output()
        .map_err(Error::io("run", &script))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::preparation(
        STEP,
        format!(
            "{} failed ({})\n{}",
            script.display(),
            output.status,
            said.trim()
        ),
        "correct what it names in the suites' folder",
    ))
}

fn parse(text: &[u8]) -> Result<Catalogue, String> {
    let catalogue: Catalogue = serde_json::from_slice(text)
        .map_err(|error| format!("lib/manifest.cjs printed no catalogue: {error}"))?;
    if catalogue.version != PROTOCOL_VERSION {
        return Err(format!(
            "lib/manifest.cjs speaks version {} of the protocol, not {PROTOCOL_VERSION}",
            catalogue.version
        ));
    }
    Ok(catalogue)
}

fn keep(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(text)?;
    file.persist(path)?;
    Ok(())
}

/// A hash of all files below the folders, by name and content.
fn hash_of(folders: &[&Path]) -> Result<String, Error> {
    let mut files = Vec::new();
    for folder in folders {
        list(folder, &mut files)?;
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for path in files {
        let content = fs::read(&path).map_err(Error::io("read", &path))?;
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(&(content.len() as u64).to_le_bytes());
        hasher.update(&content);
    }
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
