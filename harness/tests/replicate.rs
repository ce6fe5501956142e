//! `threadproof replicate` on a package of somebody else, outside of this repository: its tests pass alone, and beside their
//! copies only with the corrected binary.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use serial_test::serial;

use support::{RUNTIME, Ran, plain, root};

/// The fixture package with the binary of a specimen.
struct Package {
    dir: tempfile::TempDir,
}

impl Package {
    /// With `static-constructor`, whose fault shows only with several workers.
    fn new(planted: bool) -> Self {
        Package::of("static-constructor", planted)
    }

    fn of(specimen: &str, planted: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(root().join("harness/tests/fixtures/replicate")).unwrap() {
            let file = entry.unwrap().path();
            fs::copy(&file, dir.path().join(file.file_name().unwrap())).unwrap();
        }
        if !planted {
            fs::write(dir.path().join("corrected"), "").unwrap();
        }
        let specimens = root().join("harness/specimens");
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-g", "-O1", "-std=gnu11"])
            .arg(format!("-DPLANTED={}", u8::from(planted)))
            .arg("-I")
            .arg(specimens.join("include"))
            .arg("-I")
            .arg(root().join("js-tests/node_modules/node-api-headers/include"))
            .arg("-o")
            .arg(dir.path().join("addon.node"))
            .arg(specimens.join(format!("{specimen}/{specimen}.c")))
            .status()
            .unwrap();
        assert!(status.success());
        Package { dir }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn replicate(&self, name: &str, flags: &[&str]) -> (Ran, Value) {
        replicate(&self.dir.path().join("out"), &self.file(name), flags)
    }
}

fn replicate(out: &Path, file: &Path, flags: &[&str]) -> (Ran, Value) {
    let output = plain()
        .arg("replicate")
        .arg(file)
        .arg("--root")
        .arg(root())
        .args(["--runtime", RUNTIME, "--seed", "1", "--json", "--out"])
        .arg(out)
        // Flags have precedence.
        .envs(
            ["WORKERS", "ITERATIONS", "RUNS"]
                .map(|one| format!("THREADPROOF_{one}"))
                .into_iter()
                .zip(["3", "2", "2"]),
        )
        .args(flags)
        .output()
        .unwrap();
    let ran = Ran::of(&output, out.to_owned());
    let figures = serde_json::from_str(&ran.stdout).unwrap_or_default();
    (ran, figures)
}

fn fails_only_beside_its_copies(name: &str, test: &str) {
    let (ran, figures) = Package::new(true).replicate(name, &[]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let of_file = &figures["files"][0];
    assert_eq!(of_file["solo"]["kind"], "clean", "{figures}");
    assert_eq!((&of_file["clean"], &of_file["of"]), (&0.into(), &2.into()));
    assert_eq!(of_file["finding"], true);
    let only = of_file["onlyReplicated"].as_array().unwrap();
    assert!(only.contains(&test.into()), "{figures}");
    assert!(
        ran.stderr.contains(&format!("{name} --runner ")) && ran.stderr.contains("--job-id "),
        "the command that repeats it: {}",
        ran.stderr
    );

    let (ran, figures) = Package::new(false).replicate(name, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let of_file = &figures["files"][0];
    assert_eq!((&of_file["clean"], &of_file["of"]), (&2.into(), &2.into()));
    assert_eq!(of_file["finding"], false);
}

#[test]
#[serial]
fn a_plain_script_fails_only_beside_its_copies_and_its_twin_does_not() {
    fails_only_beside_its_copies("plain.cjs", "plain.cjs > (file)");
}

#[test]
#[serial]
fn a_file_of_node_test_fails_only_beside_its_copies_and_its_twin_does_not() {
    fails_only_beside_its_copies("node.test.mjs", "node.test.mjs > make > gives an object");
}

#[test]
#[serial]
fn a_file_of_jest_fails_only_beside_its_copies_and_its_twin_does_not() {
    fails_only_beside_its_copies("jest.test.cjs", "jest.test.cjs > make > gives an object");
}

#[test]
#[serial]
fn a_file_of_vitest_fails_only_beside_its_copies_and_its_twin_does_not() {
    fails_only_beside_its_copies(
        "vitest.test.mjs",
        "vitest.test.mjs > make > gives an object",
    );
}

#[test]
#[serial]
fn tests_that_want_the_same_file_fail_by_name_and_those_beside_them_pass() {
    let name = "shared-file.test.cjs";
    fails_only_beside_its_copies(name, &format!("{name} > has a file"));
    let (_, figures) = Package::new(true).replicate(name, &[]);
    let only = figures["files"][0]["onlyReplicated"].as_array().unwrap();
    assert_eq!(only.len(), 1, "{figures}");
}

#[test]
#[serial]
fn each_copy_knows_its_number_and_how_its_worker_ends_counts() {
    let (ran, figures) = Package::new(false).replicate("exits.cjs", &[]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    assert_eq!(figures["files"][0]["finding"], true);
    assert!(
        ran.stderr
            .contains("(file) [1.2]: failed: the worker exited with 3"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("(file) [1.1]: failed"));
}

#[test]
#[serial]
fn a_test_that_is_missing_in_one_copy_is_lost() {
    let (ran, figures) = Package::new(false).replicate("loses.test.cjs", &[]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let of_file = &figures["files"][0];
    assert_eq!(of_file["outcomes"]["LostTests"], 2, "{figures}");
    assert_eq!(
        of_file["onlyReplicated"],
        serde_json::json!(["loses.test.cjs > only in the first"])
    );
}

#[test]
#[serial]
fn the_manifest_is_each_test_of_each_copy_in_each_iteration() {
    let package = Package::new(false);
    let (ran, _) = package.replicate("shared-file.test.cjs", &[]);
    let results = ran.results();
    let job = fs::read_dir(ran.out.join("jobs"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("1/job.json"))
        .map(|file| serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap())
        .find(|job| job["params"]["workers"] == 3)
        .unwrap();
    // The file itself and two tests; the skipped one is none.
    assert_eq!(job["tests"].as_array().unwrap().len(), 3 * 3 * 2);
    assert_eq!(results.cells.len(), 2);
}

#[test]
#[serial]
fn files_that_cannot_be_replicated_are_refused_with_what_to_do() {
    let package = Package::new(false);
    let (ran, _) = package.replicate("missing.cjs", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("name test files that exist"));
    fs::write(package.file("globals.js"), "it('a', () => {});").unwrap();
    let (ran, _) = package.replicate("globals.js", &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("--runner jest, vitest"),
        "{}",
        ran.stderr
    );
}

#[test]
#[serial]
fn a_file_that_tries_nothing_never_passes() {
    let package = Package::new(false);
    let skips = "import test from 'node:test';\ntest.skip('later', () => {});\n";
    fs::write(package.file("skips.test.mjs"), skips).unwrap();
    let (ran, _) = package.replicate("skips.test.mjs", &[]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing was tried"), "{}", ran.stderr);
    let guarded = "if (require.main === module) throw new Error('never');\n";
    fs::write(package.file("guarded.cjs"), guarded).unwrap();
    let (ran, _) = package.replicate("guarded.cjs", &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("main module"), "{}", ran.stderr);
}

/// With one file more, and as little of both as shows something.
fn once(file: &Path) -> Vec<&str> {
    let few = ["--workers", "2", "--iterations", "1", "--runs", "1"];
    [file.to_str().unwrap()].into_iter().chain(few).collect()
}

/// The figures of a file among several.
fn of_file<'f>(figures: &'f Value, file: &str) -> &'f Value {
    let mut files = figures["files"].as_array().unwrap().iter();
    files
        .find(|one| one["file"] == file)
        .unwrap_or_else(|| panic!("{file}: {figures}"))
}

#[test]
#[serial]
fn a_crash_after_the_last_green_test_is_none_of_jest_and_vitest_s_successes() {
    for (planted, code, outcome) in [(true, 10, "CrashAtTeardown"), (false, 0, "Clean")] {
        let package = Package::of("exit-handler", planted);
        let source = "import { createRequire } from 'node:module';\nimport { test } from 'RUNNER';\n\
                      test('loads', () => { createRequire(import.meta.url)('./addon.node'); });\n";
        let jest = source.replace("RUNNER", "@jest/globals");
        let vitest = source.replace("RUNNER", "vitest");
        let jest = package.write("loads-jest.test.mjs", &jest);
        package.write("loads.vitest.mjs", &vitest);
        let (ran, figures) = package.replicate("loads.vitest.mjs", &once(&jest));
        assert_eq!(ran.code, code, "{}", ran.stderr);
        for file in ["loads-jest.test.mjs", "loads.vitest.mjs"] {
            let outcomes = &of_file(&figures, file)["outcomes"];
            assert_eq!(outcomes, &serde_json::json!({ outcome: 1 }), "{file}");
        }
    }
}

#[test]
#[serial]
fn snapshots_are_compared_and_never_written() {
    let package = Package::new(false);
    let body = "test('is kept', () => { expect({ a: 1 }).toMatchSnapshot(); });\n";
    let jest = format!("const {{ expect, test }} = require('@jest/globals');\n{body}");
    let jest = package.write("kept-jest.test.cjs", &jest);
    let vitest = format!("import {{ expect, test }} from 'vitest';\n{body}");
    package.write("kept.vitest.mjs", &vitest);
    let (ran, figures) = package.replicate("kept.vitest.mjs", &once(&jest));
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    for file in ["kept-jest.test.cjs", "kept.vitest.mjs"] {
        assert_eq!(of_file(&figures, file)["solo"]["kind"], "assert-failed");
    }
    assert!(!package.file("__snapshots__").exists());

    let snapshot = "exports[`is kept 1`] = `\n{\n  \"a\": 1,\n}\n`;\n";
    let header = [
        (
            "kept-jest.test.cjs",
            "// Jest Snapshot v1, https://jestjs.io/docs/snapshot-testing",
        ),
        (
            "kept.vitest.mjs",
            "// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html",
        ),
    ];
    for (name, header) in header {
        let file = format!("__snapshots__/{name}.snap");
        package.write(&file, &format!("{header}\n\n{snapshot}"));
    }
    let (ran, _) = package.replicate("kept.vitest.mjs", &once(&jest));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
#[serial]
fn a_package_s_own_configuration_applies_and_skipped_tests_are_none() {
    let package = Package::new(false);
    let body = "
        const own: string = OWN;
        const all: string[] = [];
        test('is configured', () => { expect(own).toBe('yes'); });
        test('has its own temp dir', () => { fs.mkdirSync(`${os.tmpdir()}/of-one-copy`); });
        test('starts with all others', () => { expect(Atomics.load(start, 0)).toBe(workers); });
        test.each([1, 1])('has one name', () => { all.push('one'); });
        test('ran each', () => { expect(all).toEqual(['one', 'one']); });
        test.skip('is skipped', () => { throw new Error('never'); });
        test.todo('comes later');
        describe.skip('skipped', () => { test('too', () => { throw new Error('never'); }); });\n";
    let config =
        "module.exports = { globals: { OWN: 'yes' }, transform: { '[.]ts$': './strip.cjs' } };\n";
    package.write("j/jest.config.cjs", config);
    let strip =
        "exports.process = (source) => ({ code: source.replace(/: string(\\[\\])?/g, '') });\n";
    package.write("j/strip.cjs", strip);
    let source = format!(
        "const fs = require('node:fs');
        const os = require('node:os');
        const {{ start, workers }} = require('node:worker_threads').workerData;\n{body}"
    );
    let jest = package.write("j/test/jest.test.ts", &source);
    let config = "const one = { globals: true, include: ['test/*.ts'], name: 'one' };\n\
                  const two = { include: ['none/*.ts'], name: 'two' };\n\
                  export default { define: { OWN: '\"yes\"' }, test: { fileParallelism: false, \
                  projects: [{ extends: true, test: one }, { extends: true, test: two }] } };\n";
    package.write("v/vitest.config.mjs", config);
    let source = format!(
        "import fs from 'node:fs';
        import os from 'node:os';
        import {{ getEnvironmentData }} from 'node:worker_threads';
        const {{ start, workers }} = getEnvironmentData('threadproof');\n{body}test('skips itself', (context) => context.skip());\n"
    );
    package.write("v/test/vitest.test.ts", &source);
    let (ran, figures) = package.replicate("v/test/vitest.test.ts", &once(&jest));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for (file, target) in [("test/jest.test.ts", "j"), ("test/vitest.test.ts", "v")] {
        let figures = of_file(&figures, file);
        assert_eq!(figures["package"], target);
        assert_eq!(figures["outcomes"], serde_json::json!({ "Clean": 1 }));
    }
    // The file itself and six tests, of which two have one name.
    let results = ran.results();
    for cell in results.cells.iter().filter(|cell| cell.tests.len() > 7) {
        assert_eq!(cell.tests.len(), 7 * 2);
    }
}

#[test]
#[serial]
fn a_setup_is_loaded_once_in_a_process_before_the_copies_and_torn_down_after_them() {
    let package = Package::new(false);
    let setup = "import fs from 'node:fs';
        export default () => {
          fs.mkdirSync('once');
          return () => fs.rmdirSync('once');
        };\n";
    let setup = package.write("setup.mjs", setup);
    let file = "require('node:fs').readdirSync('once');\n";
    package.write("needs.cjs", file);
    let (ran, _) = package.replicate("needs.cjs", &["--setup", setup.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!package.file("once").exists());
    let (ran, _) = package.replicate("needs.cjs", &["--until-fail"]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
}

#[test]
#[serial]
fn a_signature_repeats_the_recorded_command() {
    // A tree with runs of its own.
    let tree = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root()).unwrap().map(Result::unwrap) {
        if entry.file_name() != "target" {
            symlink(entry.path(), tree.path().join(entry.file_name())).unwrap();
        }
    }
    let state = tree.path().join("target/threadproof");
    fs::create_dir_all(&state).unwrap();
    let runtimes = root().join("target/threadproof/runtimes");
    symlink(runtimes, state.join("runtimes")).unwrap();
    let of_tree = |words: &[&str]| {
        let mut command = plain();
        command.args(words).arg("--root").arg(tree.path());
        command.output().unwrap()
    };
    let package = Package::new(false);
    let file = package.write(
        "it's.cjs",
        "if (process.env.THREADPROOF_WORKER !== '1') throw new Error('two');\n",
    );
    let file = file.to_str().unwrap();
    let few = [
        "--workers",
        "2",
        "--iterations",
        "1",
        "--runs",
        "1",
        "--guard",
        "off",
    ];
    let output = of_tree(&[&["replicate", file, "--runtime", RUNTIME], &few[..]].concat());
    assert_eq!(output.status.code(), Some(10), "{output:?}");
    let run = fs::read_dir(state.join("runs")).unwrap().next().unwrap();
    let text = fs::read_to_string(run.unwrap().path().join("results.json")).unwrap();
    let results: Value = serde_json::from_str(&text).unwrap();
    let signature = results["failures"][0]["signature"].as_str().unwrap();

    let output = of_tree(&["repro", signature]);
    assert_eq!(output.status.code(), Some(10), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("FAILS ONLY WHEN REPLICATED"), "{told}");
    package.write("it's.cjs", "");
    let output = of_tree(&["repro", signature]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
