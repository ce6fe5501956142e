//! `threadproof doctor`: what is missing on this machine and how to get it.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use serde::Serialize;

use super::{
    args::{DoctorArgs, Place},
    print,
    run::host,
};
use crate::{
    error::Error,
    exit::Exit,
    model::{Engine, RuntimeSource},
    prepare::{cached_versions, package_name, packages_ready, probe},
    tools,
    version::meets,
    workspace::Workspace,
};

/// The oldest Node that our own scripts work on.
const OLDEST_NODE: &str = ">=20.19";

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do when it is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Well.
    Ok,
    /// Something works less well, or only later commands need it.
    Note,
    /// `run` cannot work.
    Missing,
}

pub(super) fn doctor(place: &Place, args: &DoctorArgs) -> Result<Exit, Error> {
    let checks = checks(place);
    if args.json {
        print::json(&checks)?;
    } else {
        print::line(render(&checks).trim_end())?;
    }
    let missing = checks.iter().any(|check| check.state == State::Missing);
    Ok(if missing {
        Exit::Preparation
    } else {
        Exit::Success
    })
}

/// The checks as a person reads them.
pub(super) fn render(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let mark = match check.state {
            State::Ok => "ok     ",
            State::Note => "note   ",
            State::Missing => "MISSING",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{mark}  {:<10} {}", check.name, check.found);
        if let (Some(help), true) = (&check.help, check.state != State::Ok) {
            let _ = writeln!(text, "                    {help}");
        }
    }
    let missing = checks
        .iter()
        .filter(|check| check.state == State::Missing)
        .count();
    let _ = match missing {
        0 => writeln!(text, "\nall that `threadproof run` needs is here"),
        1 => writeln!(text, "\none thing that `threadproof run` needs is missing"),
        n => writeln!(
            text,
            "\n{n} things that `threadproof run` needs are missing"
        ),
    };
    text
}

fn checks(place: &Place) -> Vec<Check> {
    let mut checks = vec![];
    let workspace = place.workspace();
    checks.push(match &workspace {
        Ok(workspace) => ok("tree", workspace.root.display().to_string()),
        Err(error) => bad(
            State::Missing,
            "tree",
            error.to_string(),
            error.help().unwrap_or_default(),
        ),
    });
    checks.push(tool("cargo", State::Missing, &["--version"]));
    checks.push(tool("cc", State::Missing, &["--version"]));
    checks.push(node());
    checks.push(tool("npm", State::Missing, &["--version"]));
    if let Ok(workspace) = &workspace {
        checks.push(runtimes(workspace));
        checks.push(if packages_ready(workspace) {
            ok("packages", "as in package-lock.json")
        } else {
            bad(
                State::Note,
                "packages",
                "not installed yet",
                "the next run does it, with `npm ci`",
            )
        });
    }
    checks.push(tool("valgrind", State::Note, &["--version"]));
    checks.push(tool("gdb", State::Note, &["--version"]));
    if cfg!(target_os = "linux") {
        checks.push(tool("prlimit", State::Note, &["--version"]));
    }
    checks.extend(machine());
    checks
}

fn ok(name: &'static str, found: impl Into<String>) -> Check {
    Check {
        name,
        state: State::Ok,
        found: found.into(),
        help: None,
    }
}

fn bad(state: State, name: &'static str, found: impl Into<String>, help: &str) -> Check {
    Check {
        name,
        state,
        found: found.into(),
        help: Some(help.to_owned()),
    }
}

/// A program and the first line that it says of itself.
fn tool(name: &'static str, absent: State, args: &[&str]) -> Check {
    let Ok(path) = tools::find(name) else {
        return bad(absent, name, "not on PATH", tools::help(name));
    };
    match Command::new(&path).args(args).output() {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout);
            let version = said.lines().next().unwrap_or_default().trim();
            ok(name, format!("{version}, {}", path.display()))
        }
        Ok(output) => bad(
            absent,
            name,
            format!("{} fails: {}", path.display(), output.status),
            tools::help(name),
        ),
        Err(error) => bad(
            absent,
            name,
            format!("{} fails: {error}", path.display()),
            tools::help(name),
        ),
    }
}

fn node() -> Check {
    let help = tools::help("node");
    let Ok(path) = tools::find("node") else {
        return bad(State::Missing, "node", "not on PATH", help);
    };
    match probe(&path, RuntimeSource::SearchPath, &[]) {
        Ok(node) if meets(&node.version, OLDEST_NODE) => ok(
            "node",
            format!(
                "{}, Node-API {}, {}",
                node.version,
                node.napi,
                node.path.display()
            ),
        ),
        Ok(node) => bad(
            State::Missing,
            "node",
            format!("{} is too old", node.version),
            help,
        ),
        Err(error) => bad(State::Missing, "node", error, help),
    }
}

fn runtimes(workspace: &Workspace) -> Check {
    let cached: Vec<String> = cached_versions(&workspace.state, Engine::Node)
        .iter()
        .map(ToString::to_string)
        .collect();
    match (package_name(Engine::Node), cached.is_empty()) {
        (None, _) => bad(
            State::Note,
            "runtimes",
            "no packages with Node's binaries for this platform",
            "name binaries: --runtime path, --runtime /path/to/node",
        ),
        (Some(_), true) => bad(
            State::Note,
            "runtimes",
            "none in the cache",
            "the next run installs them, with npm",
        ),
        (Some(_), false) => ok("runtimes", format!("in the cache: {}", cached.join(", "))),
    }
}

/// What the system allows.
fn machine() -> Vec<Check> {
    let mut checks = Vec::new();
    let facts = host();
    let fact = |name: &str| facts.get(name).cloned().unwrap_or_else(|| "?".to_owned());
    checks.push(ok("cores", fact("cpus")));
    let memory: Option<u64> = facts.get("memoryMiB").and_then(|mib| mib.parse().ok());
    checks.push(match memory {
        Some(mib) if mib < 2048 => bad(
            State::Note,
            "memory",
            format!("{mib} MiB"),
            "a process of many workers takes some hundred MiB: lower --jobs",
        ),
        Some(mib) => ok("memory", format!("{mib} MiB")),
        None => bad(
            State::Note,
            "memory",
            "unknown",
            "this system does not tell",
        ),
    });
    if cfg!(target_os = "linux") {
        let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
        checks.push(ok(
            "cores of crashes",
            format!("go to {:?}; `run` writes none", pattern.trim()),
        ));
        checks.push(
            if Path::new("/proc/self/task").is_dir() && has_children_file() {
                ok(
                    "stragglers",
                    "processes that are left behind are found and named",
                )
            } else {
                bad(
                    State::Note,
                    "stragglers",
                    "this kernel does not list the children of a process",
                    "use a kernel with CONFIG_PROC_CHILDREN",
                )
            },
        );
    }
    checks
}

fn has_children_file() -> bool {
    Path::new(&format!("/proc/self/task/{}/children", std::process::id())).exists()
}
