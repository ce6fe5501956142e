//! A test file: whose it is, and who runs it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    error::Error,
    model::{Profile, Target},
};

/// What is asked for on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Chosen {
    /// By what the file imports
    Auto,
    /// A script: it ends by itself, and throws when it fails
    Plain,
    /// node:test
    NodeTest,
}

/// Who runs a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestRunner {
    /// A script that ends by itself, and throws when it fails.
    Plain,
    /// `node:test`.
    NodeTest,
}

impl TestRunner {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            TestRunner::Plain => "plain",
            TestRunner::NodeTest => "node-test",
        }
    }

    /// The versions of Node on which it runs in a worker.
    pub fn needs(self) -> &'static str {
        match self {
            TestRunner::Plain => ">=20",
            // `run({ isolation: 'none' })`.
            TestRunner::NodeTest => ">=22.8",
        }
    }
}

/// A test file.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// Absolute.
    pub path: PathBuf,
    /// The folder of the nearest `package.json`, else its own: where it runs.
    pub package: PathBuf,
    /// Its path in the package.
    pub label: String,
    /// Who runs it.
    pub runner: TestRunner,
}

impl TestFile {
    /// Looks at a file.
    pub fn find(path: &Path, chosen: Chosen) -> Result<Self, Error> {
        let usage = |what: String, help: &str| Error::Usage {
            what,
            help: help.to_owned(),
        };
        let name = path.display();
        let absolute = fs::canonicalize(path).map_err(|error| {
            usage(
                format!("{name} cannot be found: {error}"),
                "name test files that exist",
            )
        })?;
        let source = fs::read_to_string(&absolute).map_err(|error| {
            usage(
                format!("{name} cannot be read: {error}"),
                "name test files of JavaScript, not folders",
            )
        })?;
        let runner = match chosen {
            Chosen::Plain => TestRunner::Plain,
            Chosen::NodeTest => TestRunner::NodeTest,
            Chosen::Auto => guess(&source).map_err(|runner| {
                usage(
                    format!("{name} is a file of {runner}, which replicate cannot run yet"),
                    "it runs plain scripts and files of node:test; --runner insists on one of them",
                )
            })?,
        };
        let guarded = ["require.main", "import.meta.main"];
        if runner == TestRunner::Plain && guarded.iter().any(|word| source.contains(word)) {
            return Err(usage(
                format!(
                    "{name} asks whether it is the main module, which it is not in a worker: its tests would not run"
                ),
                "have it run its tests whoever loads it, or name a file that does",
            ));
        }
        let own = absolute.parent().unwrap_or(&absolute);
        let package = own
            .ancestors()
            .find(|dir| dir.join("package.json").is_file())
            .unwrap_or(own)
            .to_owned();
        let label = absolute
            .strip_prefix(&package)
            .unwrap_or(&absolute)
            .to_string_lossy()
            .into_owned();
        Ok(TestFile {
            path: absolute,
            package,
            label,
            runner,
        })
    }
}

/// By what is imported; the name of a runner that is not known here as error.
fn guess(source: &str) -> Result<TestRunner, &'static str> {
    let imports = |module: &str| {
        [format!("'{module}'"), format!("\"{module}\"")]
            .iter()
            .any(|quoted| source.contains(quoted))
    };
    let calls = |name: &str| {
        source
            .lines()
            .any(|line| line.trim_start().starts_with(name))
    };
    if imports("node:test") {
        Ok(TestRunner::NodeTest)
    } else if imports("vitest") {
        Err("Vitest")
    } else if imports("@jest/globals") {
        Err("Jest")
    } else if calls("describe(") && !source.contains("describe =") {
        // Nobody imports it: a runner has to bring it along.
        Err("Jest, Mocha or the like")
    } else {
        Ok(TestRunner::Plain)
    }
}

/// The package of a file, as what is under test.
pub fn target(package: &Path) -> Target {
    let name = package.file_name().map_or_else(
        || "package".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let text = fs::read_to_string(package.join("package.json")).unwrap_or_default();
    let named = serde_json::from_str::<serde_json::Value>(&text)
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

    #[test]
    fn a_file_is_of_the_runner_that_it_imports() {
        assert_eq!(
            guess("import test from 'node:test'"),
            Ok(TestRunner::NodeTest)
        );
        assert_eq!(guess("require('node:assert')"), Ok(TestRunner::Plain));
        assert_eq!(guess("import { it } from \"vitest\""), Err("Vitest"));
        assert!(guess("describe('a', () => {})").is_err());
    }
}
