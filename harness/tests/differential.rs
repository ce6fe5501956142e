//! What the differential test can find: each planted difference from node:sqlite, made small; and that
//! it finds nothing where there is nothing.

mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use support::{Fixture, plain, root};
use threadproof::{
    differential::{
        Budget, Hunter, Implementation, Known, Tally, case::Case, generate::Theme, job::run_theme,
        script_in,
    },
    model::Seed,
};

/// The Node that has the oracle; provided by the harness itself.
fn node() -> &'static Path {
    static NODE: OnceLock<PathBuf> = OnceLock::new();
    NODE.get_or_init(|| {
        let fixture = Fixture::new();
        let out = fixture.out("provide");
        let output = fixture
            .command("run")
            .args([
                "--runtime",
                "26",
                "--suite",
                "passes/node-test",
                "--quiet",
                "--out",
            ])
            .arg(&out)
            .output()
            .expect("the binary was built");
        let ran = support::Ran::of(&output, out);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let plan = ran.results().plan.expect("the run was planned");
        plan.runtimes[0].path.clone()
    })
}

fn mutants() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/differential/mutants.cjs")
}

fn implementation(module: &str, env: BTreeMap<String, String>, dir: &Path) -> Implementation {
    Implementation {
        node: node().to_owned(),
        flags: Vec::new(),
        script: script_in(&root().join("js-tests")),
        module: module.to_owned(),
        env,
        stderr: dir.join("stderr.log"),
    }
}

fn hunter(mutant: &str, dir: &Path) -> Hunter {
    let env = BTreeMap::from([("MUTANT".to_owned(), mutant.to_owned())]);
    Hunter {
        oracle: implementation("node:sqlite", BTreeMap::new(), dir),
        target: implementation(&mutants().to_string_lossy(), env, dir),
        known: Known::table(),
        failures: dir.join("failures"),
        budget: Budget {
            tries: 250,
            ..Budget::default()
        },
        most: 2,
    }
}

/// The findings of a mutant, as cases.
fn cases(tally: &Tally) -> Vec<Case> {
    let dirs = tally
        .findings
        .values()
        .filter_map(|finding| finding.dir.as_ref());
    dirs.map(|dir| Case::read(dir).expect("it was just written"))
        .collect()
}

/// Each mutant, the theme that has to find it, and how many operations show it at most.
const MUTANTS: &[(&str, Theme, usize)] = &[
    ("changes are one off", Theme::Statements, 4),
    ("primary error codes only", Theme::Databases, 3),
    ("codes are not enumerable", Theme::Databases, 2),
    ("messages end in a stop", Theme::Statements, 3),
    ("errors of another class", Theme::Misuse, 2),
    ("rows have a prototype", Theme::Statements, 3),
    ("minus zero is zero", Theme::Parameters, 3),
    ("blobs are buffers", Theme::Parameters, 3),
    ("blobs share a buffer", Theme::Parameters, 3),
    ("text stops at NUL", Theme::Parameters, 3),
    ("big integers are numbers", Theme::Parameters, 4),
    ("lone surrogates are question marks", Theme::Parameters, 5),
    ("offsets of views are forgotten", Theme::Parameters, 3),
    ("undefined is an error", Theme::Parameters, 3),
    ("functions are called twice", Theme::Functions, 4),
    ("arguments in reverse", Theme::Functions, 4),
    ("what a function throws is wrapped", Theme::Functions, 4),
    ("one start for all groups", Theme::Aggregates, 5),
    ("authorizers get undefined", Theme::Authorizers, 3),
    ("conflicts are one off", Theme::Sessions, 8),
    ("patchsets for changesets", Theme::Sessions, 5),
    ("locations are empty texts", Theme::Databases, 2),
    ("columns have a prototype", Theme::Statements, 3),
    ("options are not checked", Theme::Statements, 3),
    ("a method has a length", Theme::Statements, 4),
    ("iterators go on after return", Theme::Statements, 4),
    ("schemas are left changed", Theme::Databases, 3),
    ("the process dies", Theme::Parameters, 3),
];

/// Programs until a mutant must have been found.
const ENOUGH: u32 = 600;
const BATCHES: u32 = 15;

#[test]
fn each_planted_difference_is_found_and_made_small() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let mut wrong = Vec::new();
    for (mutant, theme, most) in MUTANTS {
        let hunter = hunter(mutant, &dir.path().join(mutant.replace(' ', "-")));
        fs::create_dir_all(&hunter.failures).expect("a folder in a temp dir");
        // In batches, because one finding is enough.
        let batch = |seed| {
            run_theme(&hunter, *theme, ENOUGH / BATCHES, Seed(seed), 1)
                .expect("node:sqlite runs here")
        };
        let Some(tally) = (0..u64::from(BATCHES))
            .map(batch)
            .find(|tally| !tally.findings.is_empty())
        else {
            wrong.push(format!("{mutant}: not found in {ENOUGH} programs"));
            continue;
        };
        let smallest = cases(&tally)
            .into_iter()
            .filter(|case| case.repeatable)
            .min_by_key(|case| case.program.ops.len());
        match smallest {
            Some(case) if case.program.ops.len() <= *most => {}
            Some(case) => wrong.push(format!("{mutant}: not small: {}", case.program.to_line())),
            None => wrong.push(format!(
                "{mutant}: no case that can be repeated: {:#?}",
                tally.findings
            )),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_builtin_does_not_differ_from_itself_whoever_wraps_it() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let hunter = hunter("none", dir.path());
    for theme in Theme::ALL {
        let tally = run_theme(&hunter, theme, 40, Seed(5), 2).expect("node:sqlite runs here");
        // A wrapped builtin crashes as the builtin does, and then it is the target that crashed.
        let differ: Vec<_> = tally
            .findings
            .keys()
            .filter(|signature| !signature.starts_with("target "))
            .collect();
        assert!(differ.is_empty(), "{}: {differ:#?}", theme.title());
        assert_eq!(tally.programs, 40);
    }
}

#[test]
fn a_case_is_replayed_by_the_command_and_by_its_script_alone() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let hunter = hunter("changes are one off", dir.path());
    let tally = run_theme(&hunter, Theme::Statements, 100, Seed(3), 1).expect("it runs here");
    let found = tally
        .findings
        .values()
        .find_map(|finding| finding.dir.clone());
    let case = found.expect("the mutant is found in so many programs");

    let replay = |more: &[&str]| {
        let output = plain().arg("repro").arg(&case).args(more).output();
        output.expect("the binary was built")
    };
    let output = replay(&[]);
    assert_eq!(output.status.code(), Some(10));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("the target   "), "{said}");
    // On the builtin itself there is nothing to be seen.
    assert_eq!(replay(&["--module", "node:sqlite"]).status.code(), Some(0));

    // The script needs nothing of this tree.
    let alone = dir.path().join("elsewhere");
    fs::create_dir(&alone).expect("a folder in a temp dir");
    fs::copy(case.join("repro.mjs"), alone.join("repro.mjs")).expect("it was written");
    let script = |module: Option<&Path>| {
        let mut command = Command::new(node());
        command.current_dir(&alone).arg("repro.mjs").args(module);
        let output = command.output().expect("node runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (code, said) = script(None);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the module   "), "{said}");
    let (code, said) = script(Some(Path::new("node:sqlite")));
    assert_eq!(code, Some(0), "{said}");
}

/// A folder of suites with nothing but the interpreter, and a mutant as its target.
fn suites_with_mutant(fixture: &Fixture, mutant: &str) {
    std::os::unix::fs::symlink(
        root().join("js-tests/differential"),
        fixture.path().join("differential"),
    )
    .expect("a link in a temp dir");
    let target = fixture.path().join("targets/mutant");
    fs::create_dir_all(&target).expect("a folder in a temp dir");
    let text = format!(
        "id = \"mutant\"\ntitle = \"A planted difference\"\nprofile = \"sqlite\"\nadapter = \"adapter.cjs\"\n\
         source = {{ path = {:?} }}\nsupports = [\"node-sqlite-26\"]\ndefault = false\n[env]\nMUTANT = {mutant:?}\n",
        mutants().to_string_lossy()
    );
    fs::write(target.join("target.toml"), text).expect("a file in a temp dir");
    fs::write(target.join("adapter.cjs"), "'use strict';\n").expect("a file in a temp dir");
}

#[test]
fn a_run_reports_a_difference_as_a_failed_test_with_its_case() {
    node();
    let fixture = Fixture::new();
    suites_with_mutant(&fixture, "rows have a prototype");
    let out = fixture.out("mutant");
    let output = fixture
        .command("run")
        .args([
            "--target",
            "mutant",
            "--runtime",
            "26,24",
            "--suite",
            "differential",
        ])
        .args(["--programs", "300", "--seed", "4", "--out"])
        .arg(&out)
        .output()
        .expect("the binary was built");
    let ran = support::Ran::of(&output, out);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let cell = ran.cell("differential/programs");
    let tally = |name: &str| {
        let id = format!("differential/programs > {name}");
        cell.tests
            .iter()
            .find(|test| test.id == id)
            .expect("it stands in the manifest")
    };
    assert_eq!(tally("statements and iterators").failed, 1);
    assert_eq!(tally("coverage").failed, 0, "{}", ran.stderr);
    let results = ran.results();
    assert!(
        results.not_available[0].reason.contains("26.10"),
        "{results:#?}"
    );
    assert!(ran.stderr.contains("threadproof repro"), "{}", ran.stderr);
    let saved = fs::read_dir(ran.out.join("failures")).expect("cases were saved");
    assert!(saved.count() > 0);
    let junit = fs::read_to_string(ran.out.join("junit.xml")).expect("it is always written");
    assert!(junit.contains("differential/programs"), "{junit}");
}

#[test]
fn the_same_seed_finds_the_same() {
    node();
    let dir = tempfile::tempdir().expect("a temp dir");
    let hunter = hunter("minus zero is zero", dir.path());
    let run = || {
        let tally = run_theme(&hunter, Theme::Parameters, 60, Seed(9), 2).expect("it runs here");
        let counts: Vec<_> = tally
            .findings
            .iter()
            .map(|(signature, finding)| (signature.clone(), finding.count))
            .collect();
        (counts, tally.coverage)
    };
    assert_eq!(run(), run());
}
