//! The self-tests of the JavaScript side (`js-tests/test/`): its library, and the event streams of
//! all runners. They need a Node that every runner works on, which the harness provides.

mod support;

use std::process::Command;

use serial_test::serial;
use support::{Fixture, root};

#[test]
#[serial]
fn the_javascript_side_passes_its_own_tests() {
    // Provides the packages and the runtime, and says where it is.
    let fixture = Fixture::new();
    let ran = fixture.run("provide", &["--suite", "passes/node-test", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let node = ran.results().plan.expect("the run was planned").runtimes[0]
        .path
        .clone();

    let temp = tempfile::tempdir().expect("a temp dir");
    let output = Command::new(node)
        .args(["--test", "--test-reporter=tap"])
        .args(tests())
        .current_dir(root().join("js-tests"))
        .env("TMPDIR", temp.path())
        .env_remove("NODE_OPTIONS")
        .output()
        .expect("the runtime was just used");
    let stdout = String::from_utf8_lossy(&output.stdout);
    println!("{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", output.status);
    let count = |what: &str| {
        stdout
            .lines()
            .find_map(|line| line.strip_prefix(&format!("# {what} ")))
            .and_then(|number| number.parse::<u32>().ok())
    };
    assert!(count("pass") > Some(0), "no test ran");
    assert_eq!((count("fail"), count("cancelled")), (Some(0), Some(0)));
    // This Node has all that the tests need.
    assert_eq!(count("skipped"), Some(0));
}

/// The test files: Node 20 has no patterns of its own, and neither does this list need any.
fn tests() -> Vec<std::path::PathBuf> {
    let folder = root().join("js-tests/test");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the tests are there")
        .map(|entry| entry.expect("a folder that can be read").path())
        .filter(|path| path.to_string_lossy().ends_with(".test.cjs"))
        .collect();
    files.sort();
    files
}
