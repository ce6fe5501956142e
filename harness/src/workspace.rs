//! Where things are: the workspace, its suites and targets, and the harness's own state.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{error::Error, history};

/// The folder that holds the runners' packages, the library and the suites.
const SUITES: &str = "js-tests";

/// Where things are. All paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The top folder.
    pub root: PathBuf,
    /// The folder that holds `suites/`; the working directory of jobs.
    pub suites_dir: PathBuf,
    /// The folder that holds a folder for each target.
    pub targets_dir: PathBuf,
    /// `lib/` with the reporters: that of the suites' folder if it has one, else that of the tree.
    pub lib: PathBuf,
    /// The folder with `package-lock.json` and `node_modules/`, found like `lib`.
    pub packages: PathBuf,
    /// What the harness keeps between runs: `target/threadproof`.
    pub state: PathBuf,
    /// The file of the history of runs; nothing where none is wanted.
    pub history: Option<PathBuf>,
}

impl Workspace {
    /// Finds the workspace: `root` when given, else the first folder from the working directory upwards
    /// that holds `js-tests/`, else the tree that this binary was built from.
    pub fn find(
        root: Option<&Path>,
        suites_dir: Option<&Path>,
        targets_dir: Option<&Path>,
    ) -> Result<Self, Error> {
        let here = env::current_dir().map_err(Error::io("read", "the working directory"))?;
        let root = match root {
            Some(root) => absolute(
                &here,
                root,
                "--root",
                "the top folder of Threadproof's tree",
            )?,
            None => here
                .ancestors()
                .chain(Path::new(env!("CARGO_MANIFEST_DIR")).parent())
                .find(|folder| folder.join(SUITES).is_dir())
                .ok_or_else(|| Error::Usage {
                    what: format!("there is no {SUITES}/ here or in any folder above"),
                    help: "run it in Threadproof's tree, or name the tree with --root".to_owned(),
                })?
                .to_owned(),
        };
        let own = root.join(SUITES);
        let suites_dir = match suites_dir {
            Some(dir) => absolute(&here, dir, "--suites-dir", "a folder that holds suites/")?,
            None => own.clone(),
        };
        let targets_dir = match targets_dir {
            Some(dir) => absolute(&here, dir, "--targets-dir", "a folder of targets")?,
            // A folder of suites may bring its own targets.
            None => [suites_dir.join("targets"), own.join("targets")]
                .into_iter()
                .find(|dir| dir.is_dir())
                .unwrap_or_else(|| own.join("targets")),
        };
        let beside_suites = |name: &str| suites_dir.join(name).exists();
        // Links are followed, because what stands in lib/ looks for its neighbours beside it.
        let lib = if beside_suites("lib") {
            suites_dir.join("lib")
        } else {
            own.join("lib")
        };
        let packages = if beside_suites("package-lock.json") {
            suites_dir.clone()
        } else {
            own
        };
        let lib = lib.canonicalize().unwrap_or(lib);
        let state = root.join("target").join("threadproof");
        Ok(Workspace {
            history: Some(state.join(history::FILE)),
            root,
            suites_dir,
            targets_dir,
            lib,
            packages,
            state,
        })
    }

    /// Where Cargo puts what it builds.
    pub fn cargo_target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.root.join("target"), |dir| self.root.join(dir))
    }
}

/// An existing folder, absolute, without symbolic links.
fn absolute(here: &Path, path: &Path, flag: &str, wanted: &str) -> Result<PathBuf, Error> {
    here.join(path)
        .canonicalize()
        .map_err(|error| Error::Usage {
            what: format!("{flag} {}: {error}", path.display()),
            help: format!("name {wanted}"),
        })
}
