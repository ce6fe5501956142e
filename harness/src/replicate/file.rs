//! A test file: whose it is, who runs it, and by which package.

use std::{
    fs,
    path::{Path, PathBuf},
};

use semver::Version;
use serde_json::Value;

use super::runner::{self, Chosen, TestRunner, Unknown};
use crate::{
    error::Error,
    model::{Profile, Target},
    version::{Requirement, meets},
};

/// A test file.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// Absolute.
    pub path: PathBuf,
    /// Where it runs: the folder of the nearest `package.json`, or what its runner calls the root; else its own.
    pub package: PathBuf,
    /// Its path in the package.
    pub label: String,
    /// Who runs it.
    pub runner: TestRunner,
    /// The runner itself, where it is a package.
    pub installed: Option<Installed>,
}

/// A runner that is a package.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its folder.
    pub dir: PathBuf,
    /// Its version.
    pub version: String,
    /// The versions of Node that it says it needs.
    pub engines: Option<String>,
}

impl TestFile {
    /// Looks at a file; `packages` is the folder whose runners are used where the file's package has none.
    pub fn find(path: &Path, chosen: Chosen, packages: &Path) -> Result<Self, Error> {
        let name = path.display();
        let absolute = fs::canonicalize(path).map_err(|error| Error::Usage {
            what: format!("{name} cannot be found: {error}"),
            help: "name test files that exist".to_owned(),
        })?;
        let source = fs::read_to_string(&absolute).map_err(|error| Error::Usage {
            what: format!("{name} cannot be read: {error}"),
            help: "name test files of JavaScript, not folders".to_owned(),
        })?;
        let own = absolute.parent().unwrap_or(&absolute);
        let runner = match chosen {
            Chosen::Plain => TestRunner::Plain,
            Chosen::NodeTest => TestRunner::NodeTest,
            Chosen::Jest => TestRunner::Jest,
            Chosen::Vitest => TestRunner::Vitest,
            Chosen::Auto => runner::guess(&source, || runner::near(own))
                .map_err(|unknown| undetermined(path, unknown))?,
        };
        let guarded = ["require.main", "import.meta.main"];
        if runner == TestRunner::Plain && guarded.iter().any(|word| source.contains(word)) {
            return Err(Error::Usage {
                what: format!(
                    "{name} asks whether it is the main module, which it is not in a worker: its tests would not run"
                ),
                help: "have it run its tests whoever loads it, or name a file that does".to_owned(),
            });
        }
        let package = runner::root(own, runner);
        let label = absolute
            .strip_prefix(&package)
            .unwrap_or(&absolute)
            .to_string_lossy()
            .into_owned();
        let installed = match runner.oldest() {
            Some(oldest) => Some(installed(own, runner, oldest, packages)?),
            None => None,
        };
        Ok(TestFile {
            package,
            label,
            runner,
            installed,
            path: absolute,
        })
    }

    /// Why it cannot run on a version of Node; none if it can.
    pub fn lacks(&self, node: &str) -> Option<String> {
        let needs = self.runner.needs();
        if !meets(node, needs) {
            return Some(format!(
                "{} in a worker needs Node {needs}",
                self.runner.as_str()
            ));
        }
        let installed = self.installed.as_ref()?;
        let engines = installed.engines.as_deref()?;
        // What cannot be read is no reason.
        let unmet = Requirement::parse(engines).is_ok() && !meets(node, engines);
        unmet.then(|| {
            format!(
                "{} {} needs Node {engines}",
                self.runner.as_str(),
                installed.version
            )
        })
    }
}

/// The error of a file that nobody is known to run.
fn undetermined(path: &Path, unknown: Unknown) -> Error {
    let name = path.display();
    match unknown {
        Unknown::Nobody => Error::Usage {
            what: format!(
                "{name} uses describe, it or test without an import, and no package around it uses Jest or Vitest"
            ),
            help: "say who runs it with --runner jest, vitest, node-test or plain; files of Mocha and others cannot run"
                .to_owned(),
        },
        Unknown::Both => Error::Usage {
            what: format!("{name} may be a file of Jest or of Vitest: its package uses both"),
            help: "say which with --runner jest or --runner vitest".to_owned(),
        },
    }
}

/// The package of a runner: that which a file finds itself, else that of `packages`.
fn installed(
    own: &Path,
    runner: TestRunner,
    oldest: &str,
    packages: &Path,
) -> Result<Installed, Error> {
    let name = runner.as_str();
    let found = own
        .ancestors()
        .chain([packages])
        .map(|dir| dir.join("node_modules").join(name))
        .find(|dir| dir.join("package.json").is_file());
    let missing = || Error::Usage {
        what: format!(
            "{name} is installed neither for {} nor in {}",
            own.display(),
            packages.display()
        ),
        help: format!(
            "install it: npm install --save-dev {name} in the package, or npm ci in {}",
            packages.display()
        ),
    };
    let dir = found.ok_or_else(missing)?;
    // Its dependencies are beside the folder itself, not beside a link to it.
    let dir = fs::canonicalize(&dir).map_err(Error::io("find", &dir))?;
    let file = dir.join("package.json");
    let text = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    let version = json["version"].as_str().unwrap_or_default().to_owned();
    if let (Ok(has), Ok(oldest)) = (Version::parse(&version), Version::parse(oldest))
        && has < oldest
    {
        return Err(Error::Usage {
            what: format!("{name} {version} in {} is too old", dir.display()),
            help: format!("replicate runs {name} {oldest} and newer: update it"),
        });
    }
    Ok(Installed {
        version,
        engines: json["engines"]["node"].as_str().map(str::to_owned),
        dir,
    })
}

/// The package of a file, as what is under test.
pub fn target(package: &Path) -> Target {
    let name = package.file_name().map_or_else(
        || "package".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let text = fs::read_to_string(package.join("package.json")).unwrap_or_default();
    let named = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|json| json["name"].as_str().map(str::to_owned));
    Target {
        title: "test files of its own".to_owned(),
        dir: package.to_owned(),
        ..Target::new(named.unwrap_or(name), Profile::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(engines: &str, version: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        let jest = dir.path().join("node_modules/jest");
        fs::create_dir_all(&jest).expect("a folder");
        let json = serde_json::json!({ "version": version, "engines": { "node": engines } });
        fs::write(jest.join("package.json"), json.to_string()).expect("a file");
        fs::write(dir.path().join("a.js"), "it('a', () => {});").expect("a file");
        dir
    }

    #[test]
    fn what_a_runner_says_of_node_is_the_reason_that_it_cannot_run() {
        let dir = folder("^22.0.0 || >=24.0.0", "30.1.0");
        let file = dir.path().join("a.js");
        let file = TestFile::find(&file, Chosen::Jest, dir.path()).expect("it is there");
        assert_eq!(file.lacks("24.1.0"), None);
        assert_eq!(
            file.lacks("23.1.0").as_deref(),
            Some("jest 30.1.0 needs Node ^22.0.0 || >=24.0.0")
        );
    }

    #[test]
    fn a_missing_or_old_runner_is_an_error_that_says_what_to_do() {
        let dir = folder(">=18", "26.0.0");
        let file = dir.path().join("a.js");
        let told = |chosen| match TestFile::find(&file, chosen, dir.path()) {
            Err(Error::Usage { what, help }) => format!("{what}: {help}"),
            other => panic!("{other:?}"),
        };
        assert!(told(Chosen::Jest).contains("replicate runs jest 29.0.0 and newer"));
        assert!(told(Chosen::Vitest).contains("npm install --save-dev vitest"));
        assert!(told(Chosen::Auto).contains("--runner jest, vitest"));
    }
}
