//! Who runs a test file: by what it imports, and by what the packages around it use. The judgement is pure.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

/// What is asked for on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Chosen {
    /// By what the file imports, and what its package uses
    Auto,
    /// A script: it ends by itself, and throws when it fails
    Plain,
    /// node:test
    NodeTest,
    /// Jest, that of the file's package if it has one
    Jest,
    /// Vitest, that of the file's package if it has one
    Vitest,
}

/// Who runs a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestRunner {
    /// A script that ends by itself, and throws when it fails.
    Plain,
    /// `node:test`.
    NodeTest,
    /// Jest.
    Jest,
    /// Vitest.
    Vitest,
}

impl TestRunner {
    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            TestRunner::Plain => "plain",
            TestRunner::NodeTest => "node-test",
            TestRunner::Jest => "jest",
            TestRunner::Vitest => "vitest",
        }
    }

    /// The versions of Node on which it runs in a worker; a runner that is a package has wishes of its own.
    pub(super) fn needs(self) -> &'static str {
        match self {
            TestRunner::Plain | TestRunner::Jest | TestRunner::Vitest => ">=20",
            // `run({ isolation: 'none' })`.
            TestRunner::NodeTest => ">=22.8",
        }
    }

    /// Whether it is a package, and the oldest version of it that is known to work.
    pub(super) fn oldest(self) -> Option<&'static str> {
        match self {
            TestRunner::Plain | TestRunner::NodeTest => None,
            TestRunner::Jest => Some("29.0.0"),
            TestRunner::Vitest => Some("3.2.0"),
        }
    }

    /// The start of the names of its configuration.
    fn configs(self) -> &'static [&'static str] {
        match self {
            TestRunner::Plain | TestRunner::NodeTest => &[],
            TestRunner::Jest => &["jest.config."],
            TestRunner::Vitest => &["vitest.config.", "vite.config."],
        }
    }
}

/// Why nobody is known to run a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// It uses globals of a runner, and no package around it uses one that is known.
    Nobody,
    /// The nearest package uses both.
    Both,
}

/// How a folder uses a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Not,
    /// A dependency or a script names it.
    Named,
    /// It is configured there.
    Configured,
}

/// Who runs a file with this source; `near` says who is used around it, and is asked only where the source does not tell.
pub(super) fn guess(
    source: &str,
    near: impl FnOnce() -> Result<TestRunner, Unknown>,
) -> Result<TestRunner, Unknown> {
    let imports = |module: &str| {
        [format!("'{module}'"), format!("\"{module}\"")]
            .iter()
            .any(|quoted| source.contains(quoted))
    };
    if imports("node:test") {
        Ok(TestRunner::NodeTest)
    } else if imports("vitest") {
        Ok(TestRunner::Vitest)
    } else if imports("@jest/globals") {
        Ok(TestRunner::Jest)
    } else if ["describe", "test", "it"]
        .iter()
        .any(|name| calls(source, name) && !declares(source, name))
    {
        // Nobody imports it: a runner brings it along.
        near()
    } else {
        Ok(TestRunner::Plain)
    }
}

/// Whether a line begins with a call such as `it(` or `it.only(`.
fn calls(source: &str, name: &str) -> bool {
    source.lines().any(|line| {
        line.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['(', '.']))
    })
}

/// Whether a line makes that name one of the file's own.
fn declares(source: &str, name: &str) -> bool {
    let word = |char: char| !(char.is_alphanumeric() || char == '_' || char == '$');
    source.lines().any(|line| {
        let mut words = line.split(word).filter(|word| !word.is_empty());
        let declares = |first: &str| {
            let known = ["import", "const", "let", "var", "function"];
            known.contains(&first) || ["export", "async"].contains(&first)
        };
        let left = line.split_once('=').map_or(line, |(left, _)| left);
        words.next().is_some_and(declares) && left.split(word).any(|one| one == name)
    })
}

/// Who is used around a file: the nearest folder that uses anyone decides.
pub(super) fn near(own: &Path) -> Result<TestRunner, Unknown> {
    for dir in own.ancestors() {
        let [jest, vitest] = [TestRunner::Jest, TestRunner::Vitest].map(|one| used(dir, one));
        match jest.cmp(&vitest) {
            std::cmp::Ordering::Greater => return Ok(TestRunner::Jest),
            std::cmp::Ordering::Less => return Ok(TestRunner::Vitest),
            std::cmp::Ordering::Equal if jest != Use::Not => return Err(Unknown::Both),
            std::cmp::Ordering::Equal => {}
        }
    }
    Err(Unknown::Nobody)
}

/// The folder that a runner calls its root: the nearest that configures or names it, else that of the nearest
/// `package.json`, else the file's own.
pub(super) fn root(own: &Path, runner: TestRunner) -> PathBuf {
    let uses = |dir: &&Path| used(dir, runner) != Use::Not;
    let has_package = |dir: &&Path| dir.join("package.json").is_file();
    own.ancestors()
        .find(|dir| runner.oldest().is_some() && uses(dir))
        .or_else(|| own.ancestors().find(has_package))
        .unwrap_or(own)
        .to_owned()
}

fn used(dir: &Path, runner: TestRunner) -> Use {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let configured = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .any(|name| runner.configs().iter().any(|start| name.starts_with(start)));
    let text = fs::read_to_string(dir.join("package.json")).unwrap_or_default();
    let json = serde_json::from_str(&text).unwrap_or_default();
    if configured {
        return Use::Configured;
    }
    named(&json, runner.as_str())
}

/// How a `package.json` uses a runner.
fn named(json: &Value, runner: &str) -> Use {
    let has = |field: &str| json[field].get(runner).is_some();
    let mut scripts = json["scripts"].as_object().into_iter().flatten();
    let called = scripts.any(|(_, script)| {
        let script = script.as_str().unwrap_or_default();
        script.split([' ', '/']).any(|word| word == runner)
    });
    if runner == TestRunner::Jest.as_str() && json.get(runner).is_some() {
        Use::Configured
    } else if has("devDependencies") || has("dependencies") || has("peerDependencies") || called {
        Use::Named
    } else {
        Use::Not
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(source: &str) -> Result<TestRunner, Unknown> {
        guess(source, || Err(Unknown::Nobody))
    }

    #[test]
    fn a_file_is_of_the_runner_that_it_imports() {
        assert_eq!(
            alone("import test from 'node:test'"),
            Ok(TestRunner::NodeTest)
        );
        assert_eq!(alone("require('node:assert')"), Ok(TestRunner::Plain));
        assert_eq!(
            alone("import { it } from \"vitest\""),
            Ok(TestRunner::Vitest)
        );
        assert_eq!(
            alone("const { it } = require('@jest/globals')"),
            Ok(TestRunner::Jest)
        );
    }

    #[test]
    fn a_file_that_uses_globals_is_of_the_runner_around_it() {
        for source in ["describe('a', () => {})", "  it.only('a')", "test('a', f)"] {
            assert_eq!(alone(source), Err(Unknown::Nobody), "{source}");
            let jest = guess(source, || Ok(TestRunner::Jest));
            assert_eq!(jest, Ok(TestRunner::Jest), "{source}");
        }
    }

    #[test]
    fn a_script_with_a_function_of_that_name_is_a_script() {
        for own in [
            "function test(name) {}\ntest('a')",
            "const { it } = require('./own')\nit('a')",
            "import describe from 'ava'\ndescribe('a')",
            "async function test() {}\ntest()",
        ] {
            assert_eq!(alone(own), Ok(TestRunner::Plain), "{own}");
        }
        let of_another = "const a = it;\nit('a')";
        assert_eq!(alone(of_another), Err(Unknown::Nobody));
    }

    #[test]
    fn the_nearest_folder_decides_and_configuration_more_than_a_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let own = dir.path().join("packages/a/test");
        fs::create_dir_all(&own).expect("a folder");
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("it");
        write(
            "package.json",
            r#"{"devDependencies":{"jest":"1","vitest":"1"}}"#,
        );
        assert_eq!(near(&own), Err(Unknown::Both));
        write("jest.config.cjs", "");
        assert_eq!(near(&own), Ok(TestRunner::Jest));
        write(
            "packages/a/package.json",
            r#"{"scripts":{"test":"vitest run"}}"#,
        );
        assert_eq!(near(&own), Ok(TestRunner::Vitest));
        assert_eq!(root(&own, TestRunner::Jest), dir.path());
        assert_eq!(
            root(&own, TestRunner::NodeTest),
            dir.path().join("packages/a")
        );
    }
}
