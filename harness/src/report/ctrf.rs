//! `ctrf.json`, the Common Test Report Format (<https://ctrf.io>): one test for each case of each cell.

use std::io;

use serde_json::{Map, Value, json};

use crate::{clock::now_ms, results::Results};

use super::{
    Told,
    cases::{self, Case, CellCases, State, Wrong},
    verdict,
};

/// Of the format.
const SPEC_VERSION: &str = "0.0.0";

/// `ctrf.json`.
pub(super) fn ctrf(results: &Results, told: &Told) -> io::Result<String> {
    let mut tests: Vec<Value> = cases::of_cells(results)
        .iter()
        .flat_map(|cell| cell.cases.iter().map(|case| of_cell(cell, case)))
        .collect();
    tests.extend(cases::of_run(results).iter().map(test));
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let flaky = tests.iter().filter(|test| test["flaky"] == true).count();
    // A run that has started nothing has no time of its own, and the format wants one.
    let start = told.started_at.unwrap_or_else(now_ms);
    let mut summary = json!({
        "tests": tests.len(),
        "passed": count("passed"),
        "failed": count("failed"),
        "skipped": count("skipped"),
        "pending": 0,
        "other": count("other"),
        "flaky": flaky,
        "suites": results.cells.len(),
        "start": whole(start),
        "stop": whole(told.ended_at.unwrap_or(start)),
        "extra": {
            "headline": verdict::headline(results).1,
            "exit": results.exit.map(crate::exit::Exit::code),
        },
    });
    if let Some(elapsed) = results.elapsed_ms {
        summary["duration"] = json!(whole(elapsed));
    }
    let mut environment = json!({
        "reportName": "threadproof",
        "osPlatform": results.platform,
        "extra": {
            "command": results.command,
            "seed": results.seed,
            "host": told.host,
            "detection": results.detection,
        },
    });
    if let Some((k, n)) = results.plan.as_ref().and_then(|plan| plan.shard) {
        environment["shardId"] = json!(format!("{k}/{n}"));
    }
    let mut report = json!({
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "generatedBy": "threadproof",
        "results": {
            "tool": { "name": "threadproof", "version": results.threadproof },
            "summary": summary,
            "tests": tests,
            "environment": environment,
        },
    });
    if !results.run.is_empty() {
        report["runId"] = json!(results.run);
    }
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

fn of_cell(cell: &CellCases<'_>, case: &Case<'_>) -> Value {
    let mut test = test(case);
    let path = cases::path(&cell.cell.cell);
    test["testId"] = json!(format!("{} > {}", path.join(" > "), case.name));
    test["labels"] = json!({
        "target": path[0], "runtime": path[1], "runner": cell.cell.cell.suite.runner.as_str(),
    });
    test["suite"] = json!(path);
    test["extra"]["attempts"] = json!({
        "planned": cell.cell.planned,
        "judged": cell.cell.judged,
        "clean": cell.cell.clean,
        "verdict": cell.cell.verdict.as_str(),
    });
    test
}

/// A case over all attempts: none of them is a retry of another, so `retries` would be wrong.
fn test(case: &Case<'_>) -> Value {
    let mut test = json!({
        "name": case.name,
        "duration": whole(case.ms.unwrap_or(0.0)),
        // It did not pass in each attempt and is red all the same: retries never improve a rate.
        "flaky": case.is_flaky(),
    });
    let mut extra = Map::new();
    if let Some(tally) = case.test {
        extra.insert(
            "tally".to_owned(),
            json!({
                "passed": tally.passed,
                "failed": tally.failed,
                "skipped": tally.skipped,
                "open": tally.open,
                "missing": tally.missing,
            }),
        );
    }
    test["extra"] = Value::Object(extra);
    let mut wrong = |status: &str, wrong: &Wrong| {
        test["status"] = json!(status);
        test["rawStatus"] = json!(wrong.ty);
        test["message"] = json!(wrong.message);
        if !wrong.text.is_empty() {
            test["trace"] = json!(wrong.text);
        }
    };
    match &case.state {
        State::Passed => test["status"] = json!("passed"),
        State::Skipped { message } => {
            test["status"] = json!("skipped");
            test["message"] = json!(message);
        }
        State::Failed(why) | State::Error(why) => wrong("failed", why),
        // A failure that is expected is none of the four words that the format has.
        State::Expected { issues, wrong: why } => {
            wrong("other", why);
            test["extra"]["expected"] = json!(issues);
        }
    }
    test
}

/// The format has whole numbers of milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "times are far below 2^53 ms"
)]
fn whole(ms: f64) -> i64 {
    ms.round() as i64
}
