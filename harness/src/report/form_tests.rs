//! The forms that others read, the page, and runs that are read again.

use std::{fs, path::Path};

use super::{Figures, Form, Stored, Told, ctrf, fixtures, html, render, sarif, tap, tests::write};
use crate::{event::Event, expect::Expectation, model::OutcomeKind, results::Results};

/// What events tell beyond the results.
pub(super) fn told(events: &[Event]) -> Told {
    let mut told = Told::default();
    for event in events {
        told.apply(event);
    }
    told
}

/// All runs that are in the fixtures.
fn all_runs() -> [Vec<Event>; 6] {
    [
        fixtures::everything(),
        fixtures::all_green(),
        fixtures::interrupted(),
        fixtures::unprepared(),
        fixtures::many(400, 200, 7, false),
        Vec::new(),
    ]
}

/// The run with all outcomes, of which each failure is expected, and one beside that does not happen.
fn as_expected() -> Vec<Event> {
    let mut events = fixtures::everything();
    for event in &mut events {
        if let Event::Planned { plan } = event {
            let entry = |target: &str, issue: &str| Expectation {
                target: target.to_owned(),
                issue: format!("https://example.org/{issue}"),
                reason: "it is known".to_owned(),
                expires: "2999-01-01".to_owned(),
                ..Expectation::default()
            };
            let clean = plan.cells.iter().map(|one| &one.cell).find(|cell| {
                let results = Results::of(&fixtures::everything());
                let mut same = results.cells.iter().filter(|one| one.cell == **cell);
                same.any(|one| one.judged > 0 && one.clean == one.judged)
            });
            let clean = clean.expect("the fixture has a clean cell");
            plan.expectations = vec![
                entry("*", "1"),
                Expectation {
                    suite: Some(clean.suite.to_string()),
                    runtime: Some(format!("={}", clean.runtime.trim_start_matches("node-"))),
                    ..entry(&clean.target, "2")
                },
            ];
            plan.shard = None;
        }
    }
    events
}

#[test]
fn every_form_tells_what_was_expected_and_what_no_longer_is() {
    let events = as_expected();
    let results = Results::of(&events);
    assert!(
        results
            .failures
            .iter()
            .filter(|failure| failure.outcome.kind().is_failure())
            .all(|failure| failure.expected == [1]),
    );
    // For the one that no longer holds.
    assert_eq!(results.exit(), crate::exit::Exit::Failure);
    let tap = tap::tap(&results);
    assert!(tap.contains("# TODO https://example.org/1"), "{tap}");
    let junit = super::junit::junit(&results).unwrap();
    assert!(
        junit.contains("failed as expected (https://example.org/1)"),
        "{junit}"
    );
    let ctrf = ctrf::ctrf(&results, &told(&events)).unwrap();
    assert!(ctrf.contains("\"status\": \"other\""), "{ctrf}");
    let summary = super::summary::summary(&results);
    assert!(
        summary.contains("expected: <b>CrashAtTeardown</b>"),
        "{summary}"
    );
    for (form, text) in [
        ("tap", tap),
        ("junit", junit),
        ("ctrf", ctrf),
        ("summary", summary),
    ] {
        assert!(text.contains("UNEXPECTED PASS"), "{form}:\n{text}");
        assert!(text.contains("https://example.org/2"), "{form}:\n{text}");
    }
}

#[test]
fn ctrf_of_everything() {
    let events = fixtures::everything();
    insta::assert_snapshot!(ctrf::ctrf(&Results::of(&events), &told(&events)).unwrap());
}

#[test]
fn tap_of_everything() {
    insta::assert_snapshot!(tap::tap(&Results::of(&fixtures::everything())));
}

#[test]
fn tap_of_an_interrupted_run() {
    insta::assert_snapshot!(tap::tap(&Results::of(&fixtures::interrupted())));
}

#[test]
fn sarif_of_everything() {
    let events = fixtures::everything();
    let text = sarif::sarif(&Results::of(&events), &told(&events), &Figures::default()).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    // The pages of rules have tests of their own.
    for rule in value["runs"][0]["tool"]["driver"]["rules"]
        .as_array_mut()
        .unwrap()
    {
        let page = rule["help"]["text"]
            .as_str()
            .unwrap_or_default()
            .lines()
            .next();
        rule["help"] = page.unwrap_or_default().into();
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
}

fn published(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/schemas")
        .join(name);
    let text = fs::read_to_string(path).unwrap();
    // A pattern of SARIF's schema has a bracket too many; it is of a language, which we do not write.
    let text = text.replace(
        r"|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$",
        r"|^[a-zA-Z]{2}-[a-zA-Z]{2}$",
    );
    let schema = serde_json::from_str(&text).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn ctrf_and_sarif_follow_the_schemas_that_others_published() {
    let (of_ctrf, of_sarif) = (published("ctrf-0.0.json"), published("sarif-2.1.0.json"));
    let figures = figures();
    for events in all_runs() {
        let (results, told) = (Results::of(&events), told(&events));
        for (validator, text) in [
            (&of_ctrf, ctrf::ctrf(&results, &told).unwrap()),
            (&of_sarif, sarif::sarif(&results, &told, &figures).unwrap()),
        ] {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<_> = validator
                .iter_errors(&value)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
    assert!(!of_ctrf.is_valid(&serde_json::json!({ "results": {} })));
    assert!(!of_sarif.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
}

/// Figures of all commands that measure, from the files that they leave.
fn figures() -> Figures {
    let dir = tempfile::tempdir().unwrap();
    put_figures(dir.path());
    Figures::read(dir.path()).unwrap()
}

fn put_figures(dir: &Path) {
    for (name, text) in [
        ("leaks.json", include_str!("fixtures/leaks.json")),
        ("stress.json", include_str!("fixtures/stress.json")),
        ("failures/x-y/case.json", include_str!("fixtures/case.json")),
        ("failures/other/case.json", r#"{ "kind": "differential" }"#),
    ] {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[test]
fn a_leak_is_a_finding_with_its_line() {
    let text = sarif::sarif(&Results::default(), &Told::default(), &figures()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let found = value["runs"][0]["results"].as_array().unwrap();
    let leak = found
        .iter()
        .find(|one| one["ruleId"] == "LeakGrowth")
        .unwrap();
    let place = &leak["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 13, "{leak}");
    assert!(
        leak["message"]["text"]
            .as_str()
            .unwrap()
            .contains("each worker leaves 5.00")
    );
}

#[test]
fn a_page_of_5000_attempts_is_below_2_mb_whatever_fails() {
    for (cells, failing, alike) in [
        (200, 50, true),
        (200, 1, false),
        (1000, 3, true),
        (2000, 1, false),
    ] {
        let events = fixtures::many(5000, cells, failing, alike);
        let page = html::page(&Results::of(&events), &told(&events), &Figures::default()).unwrap();
        assert!(
            page.len() < 2_000_000,
            "{cells} cells, every {failing}th attempt fails, alike: {alike}: {} bytes",
            page.len()
        );
        let rows = page.matches("<tr class=\"item row\"").count();
        assert_eq!(rows, cells as usize / 5);
    }
}

#[test]
fn the_page_shows_everything_that_happened_and_nothing_is_taken_for_markup() {
    let mut events = fixtures::everything();
    for event in &mut events {
        if let Event::JobFinished { evidence, .. } = event
            && let Some(fatal) = &mut evidence.fatal
        {
            fatal.text = "</pre><script>alert(1)</script>".into();
        }
    }
    let page = html::page(&Results::of(&events), &told(&events), &figures()).unwrap();
    assert!(!page.contains("<script>alert"), "a text became a script");
    for kind in OutcomeKind::ALL {
        assert!(page.contains(kind.as_str()), "{kind}");
    }
    for wanted in [
        "exit code 10",
        "theirs needs Node 22.13",
        "lacking interrupt, thread-affinity",
        "44 of 45 planted faults found",
        "src/tick.c:17",
        "threadproof run --runtime 20,24 --seed 17",
        "5 a worker",
        "churn",
        "main starts a",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
}

#[test]
fn the_page_asks_for_nothing_from_elsewhere() {
    let events = fixtures::everything();
    let page = html::page(&Results::of(&events), &told(&events), &figures()).unwrap();
    for wrong in ["http://", "https://", "@import", "url(", "src="] {
        assert!(!page.contains(wrong), "{wrong}");
    }
}

#[test]
fn a_stored_run_is_rendered_as_it_was_while_it_ran() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &fixtures::everything());
    let stored = Stored::read(dir.path()).unwrap();
    assert_eq!(stored.not_whole(), None);
    for (name, form) in [
        ("report.html", Form::Html),
        ("summary.md", Form::Markdown),
        ("junit.xml", Form::Junit),
        ("ctrf.json", Form::Ctrf),
        ("results.tap", Form::Tap),
        ("findings.sarif", Form::Sarif),
        ("results.json", Form::Json),
    ] {
        let file = fs::read_to_string(dir.path().join(name)).unwrap();
        assert!(render(&stored, form).unwrap() == file, "{name}");
    }
    let plain_form = Form::Terminal {
        width: Some(140),
        plain: true,
    };
    let text = render(&stored, plain_form).unwrap();
    assert!(text.contains("CrashAtTeardown × 2"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_run_that_was_cut_is_read_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &fixtures::everything());
    let path = dir.path().join("events.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 20]).unwrap();
    let stored = Stored::read(dir.path()).unwrap();
    assert!(stored.cut);
    assert!(stored.not_whole().unwrap().contains("cut in the middle"));
    assert!(!stored.results.finished);
    // Without its last line it is not cut, and not over either.
    let whole = text.trim_end().rsplit_once('\n').unwrap().0;
    fs::write(&path, format!("{whole}\n")).unwrap();
    let stored = Stored::read(dir.path()).unwrap();
    assert!(!stored.cut);
    assert!(stored.not_whole().unwrap().contains("no end"));
}

#[test]
fn what_cannot_be_believed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &fixtures::all_green());
    let path = dir.path().join("events.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    let refused = |text: &str| {
        fs::write(&path, text).unwrap();
        let error = Stored::read(dir.path()).unwrap_err();
        assert_eq!(error.exit(), crate::exit::Exit::Usage);
        assert!(error.help().is_some());
        error.to_string()
    };
    let other = refused(&text.replacen("\"v\":1", "\"v\":2", 1));
    assert!(
        other.contains("line 1") && other.contains("version 2"),
        "{other}"
    );
    let damaged = refused(&text.replacen("job-started", "job-begun", 1));
    assert!(damaged.contains("no event"), "{damaged}");
    fs::write(&path, &text).unwrap();
    fs::write(dir.path().join("leaks.json"), r#"{ "version": 7 }"#).unwrap();
    let figures = Stored::read(dir.path()).unwrap_err().to_string();
    assert!(figures.contains("version 7"), "{figures}");
    let nothing = Stored::read(&dir.path().join("missing")).unwrap_err();
    assert!(
        nothing.to_string().contains("no run directory"),
        "{nothing}"
    );
}
