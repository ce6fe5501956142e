//! `findings.sarif`, SARIF 2.1.0: what went wrong in native code, a result for each signature and rule. What is no native
//! fault (an assertion, a lost test, a process left behind) stands in the other reports.

use std::{collections::BTreeMap, fmt::Write as _, io, path::Path};

use serde_json::{Map, Value, json};

use crate::{
    explain,
    model::{Frame, OutcomeKind, Stack},
    results::{Failure, Results},
    rules,
};

use super::{
    Figures, Told,
    figures::{Leak, LeakVerdict},
    signatures::{Signature, signatures},
    words,
};

/// The schema that the file follows.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where a fingerprint is from.
const FINGERPRINT: &str = "threadproofSignature/v1";
/// Where the pages can be read, when the package says so; each rule has its page in `help`, too.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// `findings.sarif`.
pub(super) fn sarif(results: &Results, told: &Told, figures: &Figures) -> io::Result<String> {
    let mut found: Vec<Found> = signatures(results).iter().flat_map(of_signature).collect();
    found.extend(figures.leaks.iter().flat_map(of_leak));
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for one in &found {
        rules
            .entry(&one.rule)
            .or_insert_with(|| rule(&one.rule, one.level));
    }
    let index: BTreeMap<&str, usize> = rules.keys().zip(0..).map(|(id, at)| (*id, at)).collect();
    let of_results: Vec<Value> = found
        .iter()
        .map(|one| one.result(index[one.rule.as_str()]))
        .collect();
    let mut invocation = json!({
        "commandLine": results.command,
        "executionSuccessful": results.finished && results.preparation.is_none(),
    });
    if let Some(exit) = results.exit {
        invocation["exitCode"] = json!(exit.code());
        invocation["exitCodeDescription"] = json!(exit.meaning());
    }
    for (name, at) in [
        ("startTimeUtc", told.started_at),
        ("endTimeUtc", told.ended_at),
    ] {
        if let Some(time) = at.and_then(utc) {
            invocation[name] = json!(time);
        }
    }
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "threadproof",
                "semanticVersion": if results.threadproof.is_empty() { "0.0.0" } else { &results.threadproof },
                "rules": rules.values().collect::<Vec<_>>(),
            } },
            "invocations": [invocation],
            "columnKind": "unicodeCodePoints",
            "results": of_results,
            "properties": {
                "seed": results.seed,
                "run": results.run,
                "notNative": not_native(results),
            },
        }],
    });
    Ok(serde_json::to_string_pretty(&sarif)? + "\n")
}

/// Whether attempts of a kind may tell of native code.
fn is_native(kind: OutcomeKind) -> bool {
    match kind {
        OutcomeKind::CrashAtLoad
        | OutcomeKind::CrashInTest
        | OutcomeKind::CrashAtTeardown
        | OutcomeKind::HangInTest
        | OutcomeKind::HangAtExit
        | OutcomeKind::Violation
        | OutcomeKind::LeakFound
        | OutcomeKind::LeakGrowth => true,
        OutcomeKind::Clean
        | OutcomeKind::AssertFailed
        | OutcomeKind::LostTests
        | OutcomeKind::Contradiction
        | OutcomeKind::Straggler
        | OutcomeKind::Infra => false,
    }
}

/// How many failed attempts are told elsewhere, so that nobody takes this file for all of them.
fn not_native(results: &Results) -> BTreeMap<&'static str, u32> {
    OutcomeKind::ALL
        .into_iter()
        .filter(|kind| *kind != OutcomeKind::Clean && !is_native(*kind))
        .map(|kind| (kind.as_str(), words::count(results, |other| other == kind)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// A result before it is written.
struct Found {
    rule: String,
    level: &'static str,
    message: String,
    fingerprint: String,
    location: Value,
    stacks: Vec<Value>,
    /// Why it is known and no failure.
    known: Option<String>,
    properties: Map<String, Value>,
}

impl Found {
    fn result(&self, index: usize) -> Value {
        let mut result = json!({
            "ruleId": self.rule,
            "ruleIndex": index,
            "level": self.level,
            "message": { "text": self.message },
            "locations": [self.location],
            "fingerprints": { FINGERPRINT: self.fingerprint },
            "properties": self.properties,
        });
        if !self.stacks.is_empty() {
            result["stacks"] = json!(self.stacks);
        }
        if let Some(why) = &self.known {
            result["suppressions"] = json!([{ "kind": "external", "justification": why }]);
        }
        result
    }
}

/// The outcome itself, unless findings tell all of it, and a result for each rule that was broken.
fn of_signature(signature: &Signature<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let first = signature.first;
    for failure in &signature.failures {
        for finding in &failure.findings {
            if found.iter().any(|one| one.rule == finding.rule) {
                continue;
            }
            let stacks = finding.stacks.iter();
            let frames: Vec<&Frame> = stacks.flat_map(|stack| &stack.frames).collect();
            found.push(Found {
                rule: finding.rule.clone(),
                level: if finding.known.is_some() {
                    "note"
                } else {
                    "error"
                },
                message: words::finding(finding),
                fingerprint: format!("{}/{}", signature.name, finding.rule),
                location: location(&frames, failure),
                stacks: finding.stacks.iter().map(stack).collect(),
                known: finding.known.clone(),
                properties: properties(signature),
            });
        }
    }
    let kind = signature.kind();
    let told_by_findings = kind == OutcomeKind::Violation && !found.is_empty();
    if is_native(kind) && !told_by_findings {
        let crash = first.native_crash.as_ref();
        let frames: Vec<&Frame> = crash.iter().flat_map(|crash| &crash.frames).collect();
        let mut parts = vec![format!("{}: {}", kind, words::outcome(&first.outcome))];
        parts.extend(first.fatal.clone());
        parts.push(words::ending(&first.ending));
        parts.extend(crash.map(words::native_crash));
        let stacks = crash.map(|crash| {
            stack(&Stack {
                title: "crashed here".to_owned(),
                thread: crash.thread,
                frames: crash.frames.clone(),
            })
        });
        found.push(Found {
            rule: kind.as_str().to_owned(),
            level: if kind.is_leak() { "warning" } else { "error" },
            message: parts.join("\n"),
            fingerprint: signature.name.clone(),
            location: location(&frames, first),
            stacks: stacks.into_iter().collect(),
            known: None,
            properties: properties(signature),
        });
    }
    found
}

fn properties(signature: &Signature<'_>) -> Map<String, Value> {
    let first = signature.first;
    let cells: BTreeMap<String, usize> = signature
        .cells
        .iter()
        .map(|(cell, count)| (cell.to_string(), *count))
        .collect();
    [
        ("signature", json!(signature.name)),
        ("attempts", json!(signature.failures.len())),
        ("cells", json!(cells)),
        ("phase", json!(first.phase.as_str())),
        ("seed", json!(first.seed)),
        ("repeat", json!(first.repeat)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}

/// What a tool of `threadproof leak` found: places that keep more with each worker, and wrong accesses.
fn of_leak(leak: &Leak) -> Vec<Found> {
    let of = format!(
        "{} × {} × {}, {}",
        leak.target, leak.runtime, leak.program, leak.tool
    );
    let found = |rule: &str, level, site: &str, message: String| Found {
        rule: rule.to_owned(),
        level,
        message: format!("{of}: {message}"),
        fingerprint: format!("{rule}/{}/{site}", leak.target),
        location: place(site, &leak.target),
        stacks: Vec::new(),
        known: leak.known.clone(),
        properties: Map::new(),
    };
    let level = match leak.verdict {
        LeakVerdict::Leaks | LeakVerdict::Faults => "warning",
        LeakVerdict::Clean | LeakVerdict::Inconclusive => "note",
    };
    let growing = leak.growing.iter().map(|one| {
        let text = format!(
            "each worker leaves {:.2} ({:.2} to {:.2}), {:.0} bytes: {}",
            one.per_worker, one.interval.0, one.interval.1, one.bytes_per_worker, one.site
        );
        found(OutcomeKind::LeakGrowth.as_str(), level, &one.site, text)
    });
    let faults = leak
        .faults
        .iter()
        .map(|fault| found(&leak.tool, "error", fault, fault.clone()));
    growing.chain(faults).collect()
}

/// The first frame whose line is known, those of an addon before others; or what else is known.
fn location(frames: &[&Frame], failure: &Failure) -> Value {
    let is_addon = |frame: &&Frame| {
        let object = frame.object.as_deref();
        object.is_some_and(|object| object.extension().is_some_and(|end| end == "node"))
    };
    let with_line = |frame: &&Frame| frame.file.is_some() && frame.line.is_some();
    let frames = || frames.iter().copied();
    let best = frames()
        .find(|frame| is_addon(frame) && with_line(frame))
        .or_else(|| frames().find(with_line))
        .or_else(|| frames().find(is_addon));
    best.map_or_else(
        || of_target(&failure.cell.target),
        |frame| of_frame(frame, &failure.cell.target),
    )
}

/// Where nothing but the target is known. GitHub refuses files in which a result has no physical location, so the target is
/// one, too.
fn of_target(target: &str) -> Value {
    json!({
        "logicalLocations": [{ "name": target, "kind": "module" }],
        "physicalLocation": { "artifactLocation": {
            "uri": uri(target),
            "description": { "text": "the target; no line is known" },
        } },
    })
}

fn of_frame(frame: &Frame, target: &str) -> Value {
    let mut location = of_target(target);
    if let Some(symbol) = &frame.symbol {
        location["logicalLocations"] = json!([
            { "name": symbol, "kind": "function" },
            { "name": target, "kind": "module" },
        ]);
    }
    if let (Some(file), Some(line)) = (&frame.file, frame.line) {
        location["physicalLocation"] = physical(file, Some(line));
    } else if let Some(object) = &frame.object {
        let name = object.file_name().unwrap_or(object.as_os_str());
        location["physicalLocation"] = physical(&name.to_string_lossy(), None);
    }
    location
}

fn physical(file: &str, line: Option<u32>) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
    // Lines of SARIF begin with 1.
    if let Some(line) = line.filter(|line| *line > 0) {
        physical["region"] = json!({ "startLine": line });
    }
    physical
}

/// The first `… at file:line` of a place as `leak` words it.
fn place(site: &str, target: &str) -> Value {
    let found = site
        .split(" < ")
        .filter_map(|frame| frame.split_once(" at "))
        .find_map(|(_, place)| {
            let (file, line) = place.rsplit_once(':')?;
            Some((file, line.parse().ok()?))
        });
    let mut location = of_target(target);
    if let Some((file, line)) = found {
        location["physicalLocation"] = physical(file, Some(line));
    }
    location
}

fn stack(stack: &Stack) -> Value {
    let frame = |frame: &Frame| {
        let mut value = json!({ "location": { "message": { "text": words::frame(frame) } } });
        if let (Some(file), Some(line)) = (&frame.file, frame.line) {
            value["location"]["physicalLocation"] = physical(file, Some(line));
        }
        if let Some(object) = &frame.object {
            let name = object.file_name().unwrap_or(object.as_os_str());
            value["module"] = json!(name.to_string_lossy());
        }
        value
    };
    json!({
        "message": { "text": stack.title },
        "frames": stack.frames.iter().map(frame).collect::<Vec<_>>(),
    })
}

fn rule(id: &str, level: &str) -> Value {
    let (short, page, path) = match rules::rule(id) {
        Some(rule) => (
            rule.requirement.to_owned(),
            Some(rule.page.to_owned()),
            format!("docs/rules/{id}.md"),
        ),
        None => match OutcomeKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == id)
        {
            Some(kind) => (
                format!("the outcome {kind} of an attempt"),
                explain::lookup(id),
                "docs/explain/outcomes.md".to_owned(),
            ),
            None => (
                format!("what {id} reports"),
                None,
                "docs/leaks.md".to_owned(),
            ),
        },
    };
    let mut rule = json!({
        "id": id,
        "shortDescription": { "text": short },
        "defaultConfiguration": { "level": level },
        "properties": { "explain": format!("threadproof explain {id}"), "page": path },
    });
    if let Some(page) = page {
        rule["help"] = json!({ "text": page, "markdown": page });
    }
    if !REPOSITORY.is_empty() {
        rule["helpUri"] = json!(format!("{REPOSITORY}/blob/main/{path}"));
    }
    rule
}

/// A path as a URI: relative ones stay relative.
fn uri(path: &str) -> String {
    let mut uri = if Path::new(path).is_absolute() {
        "file://".to_owned()
    } else {
        String::new()
    };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b'+' => {
                uri.push(char::from(byte));
            }
            other => write!(uri, "%{other:02X}").expect("writing to a string succeeds"),
        }
    }
    uri
}

/// Milliseconds since the epoch as RFC 3339.
#[expect(
    clippy::cast_possible_truncation,
    reason = "times are far below 2^53 ms"
)]
fn utc(ms: f64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(ms.round() as i64).ok()?;
    Some(time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("src/a b.c"), "src/a%20b.c");
        assert_eq!(uri("/x/é.rs"), "file:///x/%C3%A9.rs");
    }

    #[test]
    fn places_of_leaks_have_their_line() {
        let location = place("f (x.node+0x10) < call at …/reference-per-call.c:13", "x");
        assert_eq!(location["physicalLocation"]["region"]["startLine"], 13);
        assert!(
            place("descriptors", "x")["physicalLocation"]
                .get("region")
                .is_none()
        );
    }
}
