//! Bun, Deno and options of Node as runtimes: what they have is judged, what they lack is said with what it came to.

mod support;

use serial_test::serial;

use support::{Fixture, Ran, plain, root};

/// A run of targets and suites of the tree itself.
fn run(fixture: &Fixture, args: &[&str]) -> Ran {
    let out = fixture.out("runtimes");
    let mut command = plain();
    command
        .args(["run", "--quiet", "--root"])
        .arg(root())
        .arg("--out")
        .arg(&out)
        .args(args);
    Ran::of(&command.output().expect("it is built"), out)
}

#[test]
#[serial]
fn scenarios_run_on_bun_and_deno_and_what_does_not_says_why() {
    let fixture = Fixture::new();
    let suites = "exit/driver,simple/node-test";
    let ran = run(
        &fixture,
        &[
            "--target",
            "no-addon,node-sqlite",
            "--runtime",
            "bun,deno",
            "--suite",
            suites,
        ],
    );
    let results = ran.results();
    let plan = results.plan.as_ref().expect("it was planned");
    for runtime in &plan.runtimes {
        let of_control = |cell: &&threadproof::results::CellResults| {
            cell.cell.runtime == runtime.id && cell.cell.target == "no-addon"
        };
        let cell = results
            .cells
            .iter()
            .find(of_control)
            .expect("its scenarios run");
        assert!(
            cell.judged > 10 && cell.clean == cell.judged,
            "{}",
            ran.stderr
        );
        assert!(runtime.release.is_some(), "{runtime:?}");
        // Each lacks something, and the report names it.
        assert!(!runtime.lacks.is_empty(), "{runtime:?}");
        for what in runtime.lacks.keys() {
            let said = format!("{} lacks runtime:{what}:", runtime.id);
            assert!(ran.stderr.contains(&said), "{said}\n{}", ran.stderr);
        }
        let reason = format!("node-test is not run on {}", runtime.engine.name());
        let told = |one: &&threadproof::results::NotAvailable| {
            one.cell.runtime == runtime.id && one.reason.starts_with(&reason)
        };
        assert!(
            results.not_available.iter().any(|one| told(&one)),
            "{reason}"
        );
    }
    let ids: Vec<&str> = plan.runtimes.iter().map(|one| one.id.as_str()).collect();
    assert!(
        ids[0].starts_with("bun-") && ids[1].starts_with("deno-"),
        "{ids:?}"
    );
    assert!(
        ran.stderr.contains("the guard knows Node alone"),
        "{}",
        ran.stderr
    );
}

#[test]
#[serial]
fn options_of_node_are_runtimes_of_their_own() {
    let fixture = Fixture::new();
    let ran = run(
        &fixture,
        &[
            "--target",
            "no-addon,bcrypt",
            "--runtime",
            "24 --jitless,24 --no-addons",
            "--suite",
            "affinity/driver",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let results = ran.results();
    let ran_on = |target: &str| -> Vec<&str> {
        let cells = results.cells.iter();
        cells
            .filter(|cell| cell.cell.target == target)
            .map(|cell| cell.cell.runtime.rsplit('+').next().unwrap_or_default())
            .collect()
    };
    assert_eq!(
        ran_on("no-addon"),
        ["jitless", "no-addons"],
        "{}",
        ran.stderr
    );
    assert_eq!(ran_on("bcrypt"), ["jitless"], "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("lacks addons: Cannot load native addon"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_runs_on_node_alone_refuses_others() {
    let output = plain()
        .args(["stress", "--root"])
        .arg(root())
        .args(["--runtime", "bun"])
        .output()
        .expect("it is built");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("on Node alone"), "{stderr}");
}
