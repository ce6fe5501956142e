//! Runs the addon's JavaScript tests (`addon/test/`) on the debug build, with the Node on PATH and
//! those that `THREADPROOF_TEST_NODES` names (separated like PATH).
//!
//! The debug build has the entry points of `misuse`, which the tests of the guard need.
#![allow(
    clippy::print_stdout,
    reason = "cargo shows what a failed test printed"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The library that cargo built beside this test.
fn binary() -> PathBuf {
    let exe = std::env::current_exe().expect("the test has a path");
    let folder = exe.parent().expect("it lies in a folder");
    let name = format!(
        "{}threadproof_sqlite{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "cargo builds the library before its tests: {}",
        path.display()
    );
    path
}

fn run(file: &str) {
    run_on("node".as_ref(), file);
    let more = std::env::var_os("THREADPROOF_TEST_NODES").unwrap_or_default();
    for node in std::env::split_paths(&more).filter(|node| !node.as_os_str().is_empty()) {
        run_on(&node, file);
    }
}

fn run_on(node: &Path, file: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test");
    let temp = tempfile::tempdir().expect("a temp dir");
    let output = Command::new(node)
        // The limit is for a process that hangs; the tests take a few seconds.
        .args([
            "--expose-gc",
            "--test-reporter=tap",
            "--test-timeout=300000",
            "--test",
        ])
        .arg(folder.join(file))
        .env("THREADPROOF_SQLITE_BINARY", binary())
        .env("TMPDIR", temp.path())
        .env_remove("NODE_OPTIONS")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error} (see the README)", node.display()));
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    println!("{stdout}\n{stderr}");
    assert!(
        output.status.success(),
        "{file} on {}: {}",
        node.display(),
        output.status
    );
    // A process that dies after its last test, or runs none, must not pass.
    let count = |what: &str| {
        stdout
            .lines()
            .find_map(|line| line.strip_prefix(&format!("# {what} ")))
            .and_then(|n| n.parse::<u32>().ok())
            .unwrap_or_else(|| panic!("{file}: no closing line \"# {what} N\""))
    };
    assert!(count("pass") > 0, "{file}: no test ran");
    assert_eq!(count("fail"), 0, "{file}");
    assert_eq!(count("cancelled"), 0, "{file}");
}

#[test]
fn behaves_as_the_builtin() {
    run("conformance.test.cjs");
}

#[test]
fn values_cross_exactly() {
    run("data.test.cjs");
}

#[test]
fn entry_points_are_guarded() {
    run("guard.test.cjs");
}

#[test]
fn objects_end_in_any_order() {
    run("lifetime.test.cjs");
}

#[test]
fn the_package_installs() {
    run("package.test.cjs");
}

#[test]
fn types_are_declared() {
    run("types.test.cjs");
}

#[test]
fn extras_do_what_they_say() {
    run("extras.test.cjs");
}

#[test]
fn rows_come_from_javascript() {
    run("modules.test.cjs");
}

#[test]
fn loads_wherever_addons_may() {
    run("loading.test.cjs");
}

#[test]
fn the_guides_programs_run() {
    run("guide.test.cjs");
}

#[test]
fn the_optimised_build_learns() {
    run("build.test.cjs");
}
