//! Asks a runtime what it is and what it can do, by running it.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde::Deserialize;

use crate::model::{Engine, Runtime, RuntimeSource};

/// What is run on each: it prints a line of JSON.
pub(super) const SCRIPT: &str = include_str!("../../../js-tests/lib/probe.cjs");

#[derive(Deserialize)]
struct Answer {
    engine: Engine,
    release: String,
    version: String,
    napi: String,
    v8: String,
    path: std::path::PathBuf,
    lacks: BTreeMap<String, String>,
}

/// Runs a binary with these options and asks what it is and what it lacks.
pub fn probe(path: &Path, source: RuntimeSource, flags: &[String]) -> Result<Runtime, String> {
    let engine = engine(path)?;
    let temp = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let script = temp.path().join("probe.cjs");
    fs::write(&script, SCRIPT).map_err(|error| format!("{}: {error}", script.display()))?;
    let mut command = Command::new(path);
    command.args(engine.options()).args(flags).arg(&script);
    let said = run(path, command)?;
    let answer: Option<Answer> = said
        .lines()
        .next_back()
        .and_then(|line| serde_json::from_str(line).ok());
    let answer = answer.ok_or_else(|| not_one(path))?;
    semver::Version::parse(&answer.version).map_err(|_| not_one(path))?;
    Ok(Runtime {
        id: Runtime::id_of(answer.engine, &answer.release, flags),
        napi: answer.napi.parse().map_err(|_| not_one(path))?,
        v8: answer.v8,
        // The binary itself, and not a shim of a version manager that may change its mind.
        path: if answer.path.is_absolute() {
            answer.path
        } else {
            path.to_owned()
        },
        release: (answer.engine != Engine::Node).then_some(answer.release),
        engine: answer.engine,
        version: answer.version,
        source,
        flags: flags.to_vec(),
        lacks: answer.lacks,
    })
}

/// Whose it is, by what `--version` says: how a script is run is not the same for all.
fn engine(path: &Path) -> Result<Engine, String> {
    let mut command = Command::new(path);
    command.arg("--version");
    let said = run(path, command)?;
    let first = said.lines().next().unwrap_or_default();
    let number = |text: &str| semver::Version::parse(text).is_ok();
    if first.starts_with("deno ") {
        Ok(Engine::Deno)
    } else if first.strip_prefix('v').is_some_and(number) {
        Ok(Engine::Node)
    } else if number(first) {
        Ok(Engine::Bun)
    } else {
        Err(not_one(path))
    }
}

fn not_one(path: &Path) -> String {
    format!("{} is neither Node nor Bun nor Deno", path.display())
}

fn run(path: &Path, mut command: Command) -> Result<String, String> {
    let output = command
        .env_remove("NODE_OPTIONS")
        .output()
        .map_err(|error| format!("{} cannot be started: {error}", path.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!(
        "{} failed ({}): {}",
        path.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    ))
}

/// The answer of a program that was just written. A process that another test is starting may still hold the file as it was
/// written, and until then it cannot be run.
#[cfg(test)]
pub(super) fn unless_busy<T>(mut ask: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    loop {
        match ask() {
            Err(error) if error.contains("Text file busy") => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_program_that_is_no_runtime_is_refused() {
        for path in ["/bin/true", "/bin/false", "/nowhere/node", "/bin/ls"] {
            let error = probe(Path::new(path), RuntimeSource::File, &[]).unwrap_err();
            assert!(error.contains(path), "{error}");
        }
    }

    #[test]
    fn a_program_that_answers_as_no_runtime_does_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let answer = |version: &str, napi: &str| {
            format!(
                r#"{{"engine":"node","release":"1","version":"{version}","napi":"{napi}","v8":"1","path":"/x","lacks":{{}}}}"#
            )
        };
        let right = answer("24.0.0", "10");
        for (at, (said, wrong)) in [
            (right.as_str(), false),
            ("", true),
            ("24.0.0", true),
            (&answer("latest", "10"), true),
            (&answer("24.0.0", "ten"), true),
        ]
        .into_iter()
        .enumerate()
        {
            let program = dir.path().join(format!("node-{at}"));
            let text = format!(
                "#!/bin/sh\nif [ \"$1\" = --version ]; then echo v24.0.0; else echo '{said}'; fi\n"
            );
            fs::write(&program, text).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            let answer = unless_busy(|| probe(&program, RuntimeSource::File, &[]));
            assert_eq!(answer.is_err(), wrong, "{said}: {answer:?}");
        }
    }

    #[test]
    fn node_says_what_it_is_and_lacks_nothing() {
        let node = crate::tools::find("node").unwrap();
        let runtime = probe(&node, RuntimeSource::SearchPath, &[]).unwrap();
        assert_eq!(runtime.id, format!("node-{}", runtime.version));
        assert!(runtime.napi >= 8);
        assert!(runtime.path.is_absolute());
        assert_eq!(runtime.lacks, BTreeMap::new());
    }

    #[test]
    fn each_capability_is_tried() {
        for name in crate::plan::RUNTIME_CAPABILITIES {
            let tried = [format!("async {name}("), format!("async '{name}'(")];
            assert!(tried.iter().any(|check| SCRIPT.contains(check)), "{name}");
        }
    }

    /// Takes capabilities away from the Node that runs it before the script.
    const FAULTS: &str = r"
        const fs = require('node:fs');
        const threads = require('node:worker_threads');
        const { isMainThread, parentPort, workerData } = threads;
        const has = (fault) => FAULTS.includes(fault);
        const roleHas = (fault) => has(`${fault} ${workerData.role}`);
        if (isMainThread) {
          threads.Worker = class extends threads.Worker {
            constructor(file, options) {
              super(file, options);
              this.role = options.workerData.role;
              if (has('leaks')) fs.openSync('/dev/null');
            }
            emit(name, value) {
              if (name === 'exit' && has(`exits with 0: ${this.role}`)) return super.emit(name, 0);
              if (name === 'error' && has(`no error: ${this.role}`)) return true;
              if (name === 'error' && has(`other error: ${this.role}`)) value = new Error('other');
              return super.emit(name, value);
            }
          };
          if (has('dlopen')) process.dlopen = () => { throw new Error('forbidden'); };
          if (has('prlimit')) {
            require('node:child_process').spawnSync = () => ({ status: 0, stdout: '1024', stderr: '' });
          }
        } else {
          if (roleHas('silent')) parentPort.postMessage = () => {};
          if (roleHas('talks')) parentPort.postMessage('too early');
        }
        if (has(isMainThread ? 'gc' : 'gc in workers')) {
          globalThis.gc = () => { throw new Error('no collector'); };
        }
    ";

    /// What Node lacks with these faults.
    fn lacks(faults: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("faults.cjs");
        let text = format!("const FAULTS = {};{FAULTS}", serde_json::json!(faults));
        fs::write(&file, text).unwrap();
        let node = crate::tools::find("node").unwrap();
        let flags = [format!("--require={}", file.display())];
        let runtime = probe(&node, RuntimeSource::SearchPath, &flags).unwrap();
        runtime.lacks.into_keys().collect()
    }

    #[test]
    fn what_a_runtime_lacks_is_found_out_for_each_capability() {
        assert!(lacks(&[]).is_empty(), "the faults are none by themselves");
        let mut all = crate::plan::RUNTIME_CAPABILITIES.to_vec();
        all.sort_unstable();
        let each = [
            "silent answers",
            "exits with 0: endless",
            "exits with 0: throws",
            "other error: exhausts",
            "gc",
            "leaks",
            "prlimit",
            "dlopen",
        ];
        if cfg!(target_os = "linux") {
            assert_eq!(lacks(&each), all);
        }
        // What is lacking in one way is lacking.
        let three = [
            "exits with 0: throwsLater",
            "talks exhausts",
            "gc in workers",
        ];
        assert_eq!(
            lacks(&three),
            ["collect", "resource-limits", "uncaught-exit-code"]
        );
        for fault in [
            "no error: throws",
            "exits with 0: rejects",
            "exits with 0: overflows",
        ] {
            assert_eq!(lacks(&[fault]), ["uncaught-exit-code"], "{fault}");
        }
    }

    #[test]
    fn options_of_whoever_starts_us_are_not_the_runtimes() {
        let node = crate::tools::find("node").unwrap();
        let said = run(&node, {
            let mut command = Command::new(&node);
            command
                .env("NODE_OPTIONS", "--no-such-option")
                .arg("--version");
            command
        });
        assert!(said.is_ok(), "{said:?}");
    }

    #[test]
    fn options_are_part_of_what_it_is() {
        let node = crate::tools::find("node").unwrap();
        let flags = ["--jitless".to_owned()];
        let runtime = probe(&node, RuntimeSource::SearchPath, &flags).unwrap();
        assert_eq!(runtime.id, format!("node-{}+jitless", runtime.version));
        let wrong = ["--no-such-option".to_owned()];
        let error = probe(&node, RuntimeSource::SearchPath, &wrong).unwrap_err();
        assert!(error.contains("no-such-option"), "{error}");
        // Without addons it is said so, by the runtime itself.
        let without = ["--no-addons".to_owned()];
        let runtime = probe(&node, RuntimeSource::SearchPath, &without).unwrap();
        assert!(runtime.lacks.contains_key("addons"), "{runtime:?}");
    }
}
