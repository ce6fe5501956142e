//! Snapshots of every renderer from the shared fixtures, and what must hold for all of them.

use std::{fs, path::Path};

use anstream::adapter::strip_str;

use super::{
    Config, Figures, Reporters, Verbosity, ctrf, event_schema, fixtures, github::Github, html,
    json, junit, lists, results_schema, sarif, summary, tap, terminal::Terminal, verdict,
};
use crate::{
    event::{Event, RenderError, Renderer},
    model::{Outcome, OutcomeKind},
    results::Results,
};

/// What a terminal shows of a run.
fn shown(events: &[Event], verbosity: Verbosity, width: Option<u16>) -> String {
    let mut terminal = Terminal::plain(Vec::new(), fixtures::DIR.into(), verbosity, width);
    let mut results = Results::default();
    for event in events {
        results.apply(event);
        terminal.event(event, &results).unwrap();
    }
    String::from_utf8(terminal.into_inner()).unwrap()
}

fn plain(text: &str) -> String {
    strip_str(text).to_string()
}

#[test]
fn the_fixture_has_every_outcome() {
    let results = Results::of(&fixtures::everything());
    for kind in OutcomeKind::ALL {
        let seen = results
            .cells
            .iter()
            .any(|cell| cell.outcomes.contains_key(&kind));
        assert!(seen, "{kind}");
    }
}

#[test]
fn terminal_of_everything() {
    let text = shown(&fixtures::everything(), Verbosity::Normal, Some(140));
    insta::assert_snapshot!(plain(&text));
}

#[test]
fn terminal_of_all_green_says_what_it_does_not_prove() {
    let text = plain(&shown(&fixtures::all_green(), Verbosity::Normal, Some(140)));
    assert!(text.contains("ours: 0 of 12 attempts failed: the failure rate is below 22.1 %"));
    insta::assert_snapshot!(text);
}

#[test]
fn terminal_of_an_interrupted_run() {
    let text = shown(&fixtures::interrupted(), Verbosity::Verbose, Some(140));
    insta::assert_snapshot!(plain(&text));
}

#[test]
fn terminal_of_a_failed_preparation() {
    let text = shown(&fixtures::unprepared(), Verbosity::Normal, Some(140));
    insta::assert_snapshot!(plain(&text));
}

#[test]
fn a_narrow_terminal_is_not_overrun_by_the_table() {
    let text = plain(&shown(&fixtures::all_green(), Verbosity::Quiet, Some(60)));
    let rows = text.lines().take_while(|line| !line.starts_with("n/a"));
    for line in rows {
        assert!(line.chars().count() <= 60, "{line}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn quiet_shows_the_end_only() {
    let events = fixtures::everything();
    let text = plain(&shown(&events, Verbosity::Quiet, Some(140)));
    assert!(text.trim_start().starts_with('─'), "{text}");
    assert!(text.contains("CrashAtTeardown × 2"));
}

#[test]
fn colours_are_there_to_be_stripped() {
    let text = shown(&fixtures::everything(), Verbosity::Normal, Some(140));
    assert!(text.contains("\u{1b}["), "no colour at all");
    assert!(!plain(&text).contains('\u{1b}'));
}

#[test]
fn summary_of_everything() {
    insta::assert_snapshot!(summary::summary(&Results::of(&fixtures::everything())));
}

#[test]
fn summary_of_a_failed_preparation() {
    insta::assert_snapshot!(summary::summary(&Results::of(&fixtures::unprepared())));
}

#[test]
fn junit_of_everything() {
    insta::assert_snapshot!(junit::junit(&Results::of(&fixtures::everything())).unwrap());
}

#[test]
fn a_crash_after_green_tests_is_red_in_junit() {
    let events = fixtures::everything();
    let teardown_only: Vec<Event> = events
        .iter()
        .filter(|event| match event {
            Event::JobFinished { outcome, .. } => outcome.kind() == OutcomeKind::CrashAtTeardown,
            _ => true,
        })
        .cloned()
        .collect();
    let text = junit::junit(&Results::of(&teardown_only)).unwrap();
    assert!(text.contains("type=\"CrashAtTeardown\""), "{text}");
    let cases = text.matches("<testcase").count();
    assert!(cases > 0 && !text.contains("type=\"AssertFailed\""));
}

#[test]
fn a_run_that_was_killed_is_red_in_junit() {
    let mut events = fixtures::all_green();
    assert!(
        !junit::junit(&Results::of(&events))
            .unwrap()
            .contains("<error")
    );
    events.pop();
    let text = junit::junit(&Results::of(&events)).unwrap();
    assert!(text.contains("type=\"Unfinished\""), "{text}");
}

#[test]
fn lists_of_everything() {
    let results = Results::of(&fixtures::everything());
    let crashed = lists::crashed(&results);
    assert_eq!(crashed.lines().count(), 4);
    for line in crashed.lines() {
        assert_eq!(line.split('\t').count(), 11, "{line}");
    }
    insta::assert_snapshot!(crashed + "\n" + &lists::hung(&results));
    assert_eq!(lists::crashed(&Results::of(&fixtures::all_green())), "");
}

#[test]
fn a_group_is_told_by_an_attempt_of_the_cell_that_it_names_first() {
    let mut results = Results::of(&fixtures::everything());
    // Cells end in another order than they are planned in.
    let mut alike = results.failures[0].clone();
    alike.cell = results.cells[0].cell.clone();
    results.failures.push(alike);
    for group in super::groups::groups(&results) {
        assert_eq!(group.first.cell, *group.cells[0].0);
    }
}

#[test]
fn a_tab_in_a_field_of_a_list_shifts_nothing() {
    let mut results = Results::of(&fixtures::everything());
    for failure in &mut results.failures {
        failure.fatal = Some("a\tb\nc".into());
    }
    for line in lists::crashed(&results).lines() {
        assert_eq!(line.split('\t').nth(8), Some("a b"), "{line}");
    }
}

#[test]
fn crashes_with_different_texts_are_different_failures() {
    let mut results = Results::of(&fixtures::everything());
    let before = super::groups::groups(&results).len();
    let crash = |failure: &&mut crate::results::Failure| {
        failure.outcome.kind() == OutcomeKind::CrashAtTeardown
    };
    let alike = results.failures.iter_mut().find(crash).unwrap();
    alike.fatal = Some("malloc(): unaligned tcache chunk detected".into());
    assert_eq!(super::groups::groups(&results).len(), before + 1);
}

#[test]
fn annotations_of_everything() {
    let text = annotated(&fixtures::everything());
    let errors = text
        .lines()
        .filter(|line| line.starts_with("::error"))
        .count();
    assert!(errors <= 10, "GitHub drops what is beyond: {errors}");
    insta::assert_snapshot!(text);
}

#[test]
fn annotations_beyond_githubs_limit_are_counted() {
    let mut events = fixtures::everything();
    // Eleven more kinds of failure: each crash with a text of its own.
    let crash = events
        .iter()
        .rev()
        .find(|event| is_crash(event))
        .unwrap()
        .clone();
    for letter in 'a'..='k' {
        let mut again = crash.clone();
        if let Event::JobFinished { evidence, .. } = &mut again {
            evidence.fatal = Some(crate::model::Fatal {
                text: format!("fatal {letter}"),
                kind: "other".into(),
            });
        }
        events.insert(events.len() - 1, again);
    }
    let text = annotated(&events);
    let errors: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("::error"))
        .collect();
    assert_eq!(errors.len(), 10);
    assert!(
        errors[9].contains("more kinds of failure are not annotated"),
        "{}",
        errors[9]
    );
}

fn is_crash(event: &Event) -> bool {
    matches!(event, Event::JobFinished { outcome, .. } if outcome.kind().is_crash())
}

fn annotated(events: &[Event]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("step-summary.md");
    fs::write(&file, "of an earlier command\n").unwrap();
    let mut github = Github::on(Vec::new(), |name| match name {
        "GITHUB_ACTIONS" => Some("true".into()),
        "GITHUB_STEP_SUMMARY" => Some(file.clone().into()),
        _ => None,
    })
    .unwrap();
    let mut results = Results::default();
    for event in events {
        results.apply(event);
        github.event(event, &results).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(
        written,
        format!("of an earlier command\n{}", summary::summary(&results))
    );
    String::from_utf8(github.into_inner()).unwrap()
}

#[test]
fn headlines() {
    let of = |events: Vec<Event>| verdict::headline(&Results::of(&events)).1;
    let mut killed = fixtures::all_green();
    killed.pop();
    let mut unjudged = fixtures::all_green();
    let last = unjudged.iter_mut().rev().find_map(|event| match event {
        Event::JobFinished { outcome, .. } => Some(outcome),
        _ => None,
    });
    *last.unwrap() = Outcome::Infra {
        reason: "disk full".into(),
    };
    let but = |exit| {
        let mut events = fixtures::all_green();
        events.pop();
        events.push(Event::RunFinished {
            exit,
            elapsed_ms: 1.0,
        });
        events
    };
    insta::assert_snapshot!(
        [
            of(but(crate::exit::Exit::Leaks)),
            of(but(crate::exit::Exit::Failure)),
            of(but(crate::exit::Exit::Inconclusive)),
            of(fixtures::everything()),
            of(fixtures::all_green()),
            of(fixtures::interrupted()),
            of(fixtures::unprepared()),
            of(killed),
            of(unjudged),
            of(vec![Event::RunFinished {
                exit: crate::exit::Exit::NothingSelected,
                elapsed_ms: 1.0
            }]),
        ]
        .join("\n")
    );
}

#[test]
fn a_run_directory_has_all_files_even_before_the_run_ends() {
    let dir = tempfile::tempdir().unwrap();
    let mut events = fixtures::everything();
    events.pop();
    let results = write(dir.path(), &events);
    for name in [
        "crashed.txt",
        "events.ndjson",
        "hung.txt",
        "junit.xml",
        "results.json",
        "summary.md",
    ] {
        assert!(dir.path().join(name).is_file(), "{name}");
    }
    let left: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".writing"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // The truth is complete at any moment; the results follow within a pace, or at the end.
    let logged = records(dir.path());
    assert_eq!(
        Results::of(logged.iter().map(|record| &record.event)),
        results
    );
    let stored = fs::read_to_string(dir.path().join("results.json")).unwrap();
    assert!(!Results::from_json(&stored).unwrap().finished);
}

#[test]
fn the_last_event_brings_every_file_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let results = write(dir.path(), &fixtures::everything());
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(Results::from_json(&read("results.json")).unwrap(), results);
    assert_eq!(read("summary.md"), summary::summary(&results));
    assert_eq!(read("junit.xml"), junit::junit(&results).unwrap());
    assert_eq!(read("crashed.txt"), lists::crashed(&results));
    assert_eq!(read("hung.txt"), lists::hung(&results));
    let told = super::form_tests::told(&fixtures::everything());
    assert_eq!(read("results.tap"), tap::tap(&results));
    assert_eq!(read("ctrf.json"), ctrf::ctrf(&results, &told).unwrap());
    let none = Figures::default();
    let sarif = sarif::sarif(&results, &told, &none).unwrap();
    assert_eq!(read("findings.sarif"), sarif);
    let page = html::page(&results, &told, &none).unwrap();
    assert_eq!(read("report.html"), page);
}

/// All files of a run, written by the real reporters.
pub(super) fn write(dir: &Path, events: &[Event]) -> Results {
    let config = Config {
        dir: dir.into(),
        verbosity: Verbosity::Quiet,
    };
    let mut reporters = Reporters::new(&config).unwrap();
    let mut results = Results::default();
    for event in events {
        results.apply(event);
        reporters.event(event, &results);
    }
    let errors = reporters.finish();
    assert!(errors.is_empty(), "{errors:?}");
    results
}

fn records(dir: &Path) -> Vec<crate::event::Record> {
    fs::read_to_string(dir.join("events.ndjson"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Fails at its second event, as a full disk does.
struct Failing(u32);

impl Renderer for Failing {
    fn name(&self) -> &'static str {
        "failing"
    }

    fn event(&mut self, _: &Event, _: &Results) -> Result<(), RenderError> {
        self.0 += 1;
        assert!(self.0 <= 2, "a renderer that failed is called again");
        if self.0 < 2 {
            return Ok(());
        }
        Err(RenderError {
            what: "failing".into(),
            source: std::io::ErrorKind::StorageFull.into(),
        })
    }
}

/// Counts into a file, because the reporters own it.
struct Counting(std::rc::Rc<std::cell::Cell<usize>>);

impl Renderer for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn event(&mut self, _: &Event, _: &Results) -> Result<(), RenderError> {
        self.0.set(self.0.get() + 1);
        Ok(())
    }
}

#[test]
fn a_failing_renderer_loses_neither_the_run_nor_its_error() {
    let seen = std::rc::Rc::new(std::cell::Cell::new(0));
    let mut reporters = Reporters {
        renderers: vec![Box::new(Failing(0)), Box::new(Counting(seen.clone()))],
        errors: Vec::new(),
    };
    let events = fixtures::everything();
    let results = Results::of(&events);
    for event in &events {
        reporters.event(event, &results);
    }
    assert_eq!(seen.get(), events.len());
    let errors = reporters.finish();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "cannot write failing");
}

#[test]
fn a_run_directory_that_is_missing_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config {
        dir: dir.path().join("missing"),
        verbosity: Verbosity::Quiet,
    };
    let error = Reporters::new(&config).err().unwrap();
    assert!(error.what.contains("missing"), "{}", error.what);
}

/// `UPDATE_SCHEMA=1 cargo test -p threadproof schema` writes them anew.
#[test]
fn the_published_schemas_are_those_of_the_types() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
    for (name, schema) in [
        ("results.schema.json", results_schema()),
        ("event.schema.json", event_schema()),
    ] {
        let path = dir.join(name);
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::create_dir_all(&dir).unwrap();
            fs::write(&path, &schema).unwrap();
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == schema,
            "docs/schema/{name} is not what the types say: UPDATE_SCHEMA=1 cargo test -p threadproof schema"
        );
    }
}

#[test]
fn what_is_written_follows_the_published_schemas() {
    let validator = |schema: &str| {
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    };
    let (of_results, of_events) = (validator(&results_schema()), validator(&event_schema()));
    for events in [
        fixtures::everything(),
        fixtures::all_green(),
        fixtures::interrupted(),
        fixtures::unprepared(),
        Vec::new(),
    ] {
        let text = json::results(&Results::of(&events)).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> = of_results
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &events);
        for line in fs::read_to_string(dir.path().join("events.ndjson"))
            .unwrap()
            .lines()
        {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let errors: Vec<_> = of_events
                .iter_errors(&value)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{line}: {errors:?}");
        }
    }
    // A schema that allows everything would allow these too.
    assert!(!of_results.is_valid(&serde_json::json!({ "version": 1 })));
    assert!(!of_events.is_valid(&serde_json::json!({ "v": 1, "at": 0.0, "type": "no-such" })));
}
