//! `threadproof report`, and `report.html` in a real browser (`js-tests/report/`). The browser is Chromium from PATH or
//! `CHROMIUM`; where there is none the test fails, because nothing would have been tested.

mod support;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use serial_test::serial;
use support::{Fixture, Ran, plain, root};

/// Suites of which one is clean, one differs between runtimes, and the others fail in ways of their own.
const SUITES: &str = "passes/node-test,fails/node-test,flaky/node-test,abort-at-teardown/node-test,newest-only/node-test";

#[test]
#[serial]
fn the_page_of_a_run_works_in_a_real_browser() {
    let fixture = Fixture::new();
    let out = fixture.out("small");
    let output = fixture
        .command("run")
        .args(["--runtime", "22,24", "--suite", SUITES])
        .args(["--repeats", "3", "--seed", "2", "--quiet", "--out"])
        .arg(&out)
        .output()
        .expect("the binary runs");
    let ran = Ran::of(&output, out);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    let large = fixture.out("large");
    make_large(&ran.out, &large);
    let page = large.join("report.html");
    report(
        &large,
        &[
            "--format",
            "html",
            "--out",
            page.to_str().expect("a path in UTF-8"),
        ],
    );
    let size = fs::metadata(&page).expect("it was just written").len();
    assert!(
        size < 2_000_000,
        "the page of 5,000 attempts has {size} bytes"
    );

    let plan = ran.results().plan.expect("the run was planned");
    let node = &plan.runtimes.last().expect("there are two").path;
    let mut browser = Command::new(node);
    browser
        .args(["--test", "--test-reporter=tap"])
        .arg(root().join("js-tests/report/report.test.cjs"))
        .current_dir(root().join("js-tests"))
        .env("REPORT_SMALL", ran.out.join("report.html"))
        .env("REPORT_LARGE", &page)
        .env_remove("NODE_OPTIONS");
    let output = browser.output().expect("the runtime was just used");
    let stdout = String::from_utf8_lossy(&output.stdout);
    println!("the page of 5,000 attempts: {size} bytes");
    println!("{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success(),
        "the page fails in the browser, or there is none (see above): {}",
        output.status
    );
    let count = |what: &str| {
        stdout
            .lines()
            .find_map(|line| line.strip_prefix(&format!("# {what} ")))
            .and_then(|number| number.parse::<u32>().ok())
    };
    assert!(count("pass") > Some(0), "no test ran");
    assert_eq!((count("skipped"), count("todo")), (Some(0), Some(0)));
}

#[test]
#[serial]
fn a_stored_run_is_rendered_in_every_form_and_a_damaged_one_is_refused() {
    let fixture = Fixture::new();
    let ran = fixture.run(
        "run",
        &["--suite", "abort-at-teardown/node-test", "--quiet"],
    );
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    for (format, file) in [
        ("html", "report.html"),
        ("md", "summary.md"),
        ("junit", "junit.xml"),
        ("ctrf", "ctrf.json"),
        ("tap", "results.tap"),
        ("sarif", "findings.sarif"),
        ("json", "results.json"),
    ] {
        let output = report(&ran.out, &["--format", format]);
        let written = fs::read(ran.out.join(file)).expect("a run writes all of them");
        assert!(output.stdout == written, "--format {format} is not {file}");
        assert!(output.stderr.is_empty(), "{}", said(&output));
    }
    let shown = report(&ran.out, &[]);
    let table = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        table.contains("CrashAtTeardown") && !table.contains('\u{1b}'),
        "{table}"
    );

    let events = ran.out.join("events.ndjson");
    let text = fs::read_to_string(&events).expect("a run writes it");
    fs::write(&events, &text[..text.len() - 10]).expect("it can be written");
    let cut = report(&ran.out, &[]);
    assert!(said(&cut).contains("is not whole"), "{}", said(&cut));
    fs::write(&events, text.replace("\"v\":1", "\"v\":99")).expect("it can be written");
    let other = report_of(&ran.out, &[]);
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("version 99"), "{}", said(&other));
    let missing = report_of(Path::new("no-such-run"), &[]);
    assert_eq!(missing.status.code(), Some(4));
    assert!(
        said(&missing).contains("there is no run"),
        "{}",
        said(&missing)
    );
    fs::write(&events, text).expect("it can be written");
    let out = ran.out.join("no/such/folder/x.html");
    let nowhere = report_of(&ran.out, &["--out", out.to_str().expect("a path in UTF-8")]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(said(&nowhere).contains("what to do"), "{}", said(&nowhere));
}

#[test]
#[serial]
fn runs_that_are_kept_are_found_by_their_name_and_as_the_latest() {
    let fixture = Fixture::new();
    let ran = fixture.run("run", &["--suite", "passes/node-test", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let tree = tempfile::tempdir().expect("a temp dir");
    let runs = tree.path().join("target/threadproof/runs");
    fs::create_dir_all(runs.join("20260101-000000-1")).expect("it can be made");
    fs::create_dir_all(tree.path().join("js-tests")).expect("it can be made");
    let events = ran.out.join("events.ndjson");
    fs::copy(events, runs.join("20260101-000000-1/events.ndjson")).expect("it can be copied");
    std::os::unix::fs::symlink("20260101-000000-1", runs.join("latest")).expect("a new link");
    let named = |name: &str| {
        let mut command = plain();
        command.args(["report", name, "--root"]).arg(tree.path());
        command.output().expect("the binary runs")
    };
    for name in ["latest", "20260101-000000-1"] {
        let output = named(name);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("PASSED"),
            "{name}"
        );
    }
    let unknown = named("20250101");
    assert_eq!(unknown.status.code(), Some(4));
    assert!(
        said(&unknown).contains("20260101-000000-1"),
        "{}",
        said(&unknown)
    );
}

#[test]
#[serial]
#[cfg(target_os = "linux")]
fn what_leak_measures_is_on_its_page_and_among_the_findings() {
    let out = tempfile::tempdir().expect("a temp dir");
    let output = plain()
        .args(["leak", "--root"])
        .arg(root())
        .args([
            "--target",
            "reference-per-call",
            "--tool",
            "blocks",
            "--program",
            "calls",
        ])
        .args(["--workers", "2", "--seed", "1", "--quiet", "--out"])
        .arg(out.path())
        .output()
        .expect("the binary runs");
    let ran = Ran::of(&output, out.path().to_owned());
    assert_eq!(ran.code, 14, "{}", ran.stderr);
    let read = |name: &str| fs::read_to_string(out.path().join(name)).expect("it is written");
    let leaks: Value = serde_json::from_str(&read("leaks.json")).expect("JSON");
    let points = &leaks["judged"][0]["growing"][0]["points"];
    assert!(
        points.as_array().is_some_and(|all| all.len() > 2),
        "{leaks}"
    );
    let page = read("report.html");
    assert!(page.contains("LEAKS: ") && page.contains("class=\"plot\""));
    let sarif: Value = serde_json::from_str(&read("findings.sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "LeakGrowth");
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn report_of(run: &Path, args: &[&str]) -> Output {
    let mut command = plain();
    command
        .arg("report")
        .arg("--root")
        .arg(root())
        .arg(run)
        .args(args);
    command.output().expect("the binary runs")
}

fn report(run: &Path, args: &[&str]) -> Output {
    let output = report_of(run, args);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    output
}

/// The events of a run of 5,000 attempts: those of a small one, again and again, on twenty targets.
fn make_large(small: &Path, large: &Path) {
    const ATTEMPTS: usize = 5000;
    const TARGETS: usize = 20;
    let text = fs::read_to_string(small.join("events.ndjson")).expect("a run writes it");
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is an event"))
        .collect();
    let of_type = |wanted: &'static str| events.iter().filter(move |event| event["type"] == wanted);
    let ended: Vec<&Value> = of_type("job-finished").collect();
    let mut lines = Vec::new();
    lines.extend(of_type("run-started").cloned());
    for event in of_type("planned") {
        let mut event = event.clone();
        let cells = event["plan"]["cells"].as_array().expect("a list").clone();
        let planned: Vec<Value> = (0..TARGETS)
            .flat_map(|target| cells.iter().map(move |cell| on(cell, &["cell"], target)))
            .map(|mut cell| {
                cell["jobs"] = json!(ATTEMPTS / TARGETS / cells.len());
                cell
            })
            .collect();
        event["plan"]["cells"] = json!(planned);
        lines.push(event);
    }
    for number in 0..ATTEMPTS {
        let event = ended[number % ended.len()];
        let mut event = on(event, &["job", "cell"], number / ended.len() % TARGETS);
        event["job"]["repetition"] = json!(number / ended.len() + 1);
        lines.push(event);
    }
    lines.extend(of_type("run-finished").cloned());
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{line}").expect("writing to a string succeeds");
    }
    let dir: PathBuf = large.to_owned();
    fs::create_dir_all(&dir).expect("it can be made");
    fs::write(dir.join("events.ndjson"), text).expect("it can be written");
}

/// The same with another target in the cell that lies there.
fn on(event: &Value, place: &[&str], target: usize) -> Value {
    let mut event = event.clone();
    let mut cell = &mut event;
    for name in place {
        cell = &mut cell[*name];
    }
    cell["target"] = json!(format!("t{target}"));
    event
}
