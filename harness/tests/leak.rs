//! `threadproof leak` on planted faults and their twins: the real tools, on real processes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![allow(clippy::print_stdout, reason = "a tool that is missing is told of")]

use std::{collections::BTreeMap, path::Path, process::Command};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use serial_test::serial;
use threadproof::{
    leak::{Tool, unavailable},
    rules::{PlantedLeak, specimens},
};
use threadproof_valgrind::programs;

const RUNTIME: &str = "24";

struct Ran {
    code: i32,
    stderr: String,
    leaks: Value,
}

fn leak(words: &[&str]) -> Ran {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(cargo_bin("threadproof"))
        .env("THREADPROOF_HISTORY", "off")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .args([
            "leak",
            "--runtime",
            RUNTIME,
            "--seed",
            "3",
            "--json",
            "--out",
        ])
        .arg(out.path())
        .args(words)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    Ran {
        code: output.status.code().unwrap(),
        leaks: serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}")),
        stderr,
    }
}

impl Ran {
    fn judged(&self, target: &str) -> &Value {
        let all = self.leaks["judged"].as_array().unwrap();
        let found = all.iter().find(|one| one["target"] == target);
        found.unwrap_or_else(|| panic!("nothing of {target}: {}", self.leaks))
    }

    /// What each worker leaves, and the place that leaves most.
    fn growing(&self, target: &str) -> (f64, String) {
        let growing = self.judged(target)["growing"].as_array().unwrap().clone();
        let sum = growing
            .iter()
            .map(|one| one["perWorker"].as_f64().unwrap())
            .sum();
        let site = growing
            .first()
            .map(|one| one["site"].as_str().unwrap().to_owned());
        (sum, site.unwrap_or_default())
    }
}

/// Whether a tool is here; said aloud where it is not.
fn here(tool: Tool) -> bool {
    match unavailable(tool) {
        None => true,
        Some(why) => {
            println!("NOT TESTED: {tool}: {why}");
            false
        }
    }
}

/// Few workers that show the slope all the same.
fn scale(tool: Tool) -> &'static str {
    match tool {
        Tool::Memcheck => "1",
        Tool::Tsan => "2",
        Tool::Lsan | Tool::Asan | Tool::Process => "4",
        Tool::Blocks => "8",
    }
}

/// What is planted for a tool in all specimens, by program.
fn planted_for(tool: Tool) -> BTreeMap<&'static str, Vec<(&'static str, &'static PlantedLeak)>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for specimen in specimens() {
        for planted in specimen.leaks {
            if planted.tools.contains(&tool.as_str()) {
                let one = (specimen.name, planted);
                all.entry(planted.program).or_default().push(one);
            }
        }
    }
    all
}

/// Runs each program on all that is planted for it, with the twins.
fn finds_what_is_planted(tool: Tool) {
    let all = planted_for(tool);
    assert!(!all.is_empty(), "nothing is planted for {tool}");
    if !here(tool) {
        return;
    }
    for (program, planted) in all {
        let targets: Vec<String> = planted
            .iter()
            .flat_map(|(specimen, _)| [(*specimen).to_owned(), format!("{specimen}+fixed")])
            .collect();
        let ran = leak(&[
            "--tool",
            tool.as_str(),
            "--workers",
            scale(tool),
            "--program",
            program,
            "--target",
            &targets.join(","),
        ]);
        let faulty = planted.iter().any(|(_, one)| one.fault.is_some());
        assert_eq!(ran.code, if faulty { 10 } else { 14 }, "{}", ran.stderr);
        for (specimen, planted) in planted {
            is_found(&ran, tool, specimen, planted);
            let twin = &ran.judged(&format!("{specimen}+fixed"))["verdict"];
            assert_eq!(twin, "clean", "{specimen}+fixed: {}", ran.leaks);
        }
    }
}

fn is_found(ran: &Ran, tool: Tool, specimen: &str, planted: &PlantedLeak) {
    let source = format!("{specimen}.c:");
    if let Some(by) = planted.by {
        let (slope, site) = ran.growing(specimen);
        let off = (slope - f64::from(by)).abs();
        assert!(off < 0.05, "{specimen}: {slope}: {}", ran.leaks);
        assert!(!tool.names_places() || site.contains(&source), "{site}");
    }
    if let Some(fault) = planted.fault {
        let faults = ran.judged(specimen)["faults"].as_array().unwrap();
        let is_it = |one: &Value| {
            let text = one.as_str().unwrap();
            text.contains(fault) && text.contains(&source)
        };
        assert!(faults.iter().any(is_it), "{specimen}: {}", ran.leaks);
    }
}

#[test]
fn what_is_planted_is_for_tools_and_programs_that_exist() {
    let known: Vec<&str> = Tool::ALL.into_iter().map(Tool::as_str).collect();
    let programs = programs();
    for specimen in specimens() {
        for planted in specimen.leaks {
            let name = specimen.name;
            assert!(
                planted.tools.iter().all(|one| known.contains(one)),
                "{name}"
            );
            let program = programs.iter().find(|one| one.name == planted.program);
            let needs = &program.unwrap_or_else(|| panic!("{name}")).needs;
            let has = |need: &String| {
                let capability = need.strip_prefix("generic:");
                capability.is_some_and(|one| specimen.supports.contains(&one))
            };
            assert!(needs.iter().all(has), "{name} cannot run its program");
        }
    }
}

#[test]
#[serial]
fn memcheck_finds_what_is_planted_for_it() {
    finds_what_is_planted(Tool::Memcheck);
}

#[test]
#[serial]
fn lsan_finds_what_is_planted_for_it() {
    finds_what_is_planted(Tool::Lsan);
}

#[test]
#[serial]
fn the_count_of_blocks_finds_what_is_planted_for_it_without_knowing_a_place() {
    finds_what_is_planted(Tool::Blocks);
}

#[test]
#[serial]
fn the_counts_of_the_process_find_what_is_planted_for_them() {
    finds_what_is_planted(Tool::Process);
}

#[test]
#[serial]
fn asan_finds_what_is_planted_for_it() {
    finds_what_is_planted(Tool::Asan);
}

#[test]
#[serial]
fn tsan_finds_what_is_planted_for_it() {
    finds_what_is_planted(Tool::Tsan);
}

#[test]
#[serial]
fn a_target_that_is_not_rebuilt_is_not_available_and_never_clean() {
    for tool in [Tool::Asan, Tool::Tsan] {
        if here(tool) {
            let ran = leak(&[
                "--tool",
                tool.as_str(),
                "--target",
                "instance-data-leak+fixed,node-sqlite",
                "--program",
                "state",
            ]);
            let judged = ran.leaks["judged"].as_array().unwrap();
            let of: Vec<_> = judged.iter().map(|one| &one["target"]).collect();
            assert_eq!(of, ["instance-data-leak+fixed"], "{}", ran.leaks);
            let why = "its native code is not rebuilt with the sanitizer";
            assert!(ran.stderr.contains(why), "{}", ran.stderr);
        }
    }
}

#[test]
#[serial]
fn what_a_target_counts_itself_is_judged_by_slope_too() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/leak");
    let ran = leak(&[
        "--targets-dir",
        &targets.to_string_lossy(),
        "--tool",
        "process",
        "--program",
        "env-churn",
        "--target",
        "counts-files,counts-files-clean",
        "--workers",
        "2",
    ]);
    assert_eq!(ran.code, 14, "{}", ran.stderr);
    let (slope, site) = ran.growing("counts-files");
    assert!((slope - 1.0).abs() < 0.05, "{}", ran.leaks);
    assert_eq!(site, "files, as the target counts");
    assert_eq!(ran.judged("counts-files-clean")["verdict"], "clean");
}

#[test]
#[serial]
fn a_process_that_crashes_is_a_failure_and_never_clean() {
    let ran = leak(&[
        "--tool",
        "process",
        "--program",
        "resources",
        "--target",
        "hook-on-freed",
        "--workers",
        "2",
    ]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    assert_eq!(ran.judged("hook-on-freed")["verdict"], "inconclusive");
}

#[test]
fn an_unknown_program_is_an_error_that_lists_those_that_exist() {
    let output = Command::new(cargo_bin("threadproof"))
        .env("THREADPROOF_HISTORY", "off")
        .args(["leak", "--program", "statments"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("statements: statements that"), "{stderr}");
}
