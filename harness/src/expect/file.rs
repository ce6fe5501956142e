//! Reads a file of expectations: TOML, `docs/expectations.md`.

use std::{fs, path::Path, time::SystemTime};

use globset::Glob;
use serde::Deserialize;
use toml::value::Datetime;

use super::Expectation;
use crate::{error::Error, model::OutcomeKind, plan::Patterns, version::Requirement};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    expect: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    target: String,
    runtime: Option<String>,
    platform: Option<String>,
    suite: Option<String>,
    test: Option<String>,
    outcome: Option<OneOrMore>,
    signature: Option<String>,
    #[serde(default)]
    flaky: bool,
    issue: String,
    reason: String,
    expires: Datetime,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// The entries of a file, in its order. Those whose day has come are marked as expired.
pub fn load(path: &Path) -> Result<Vec<Expectation>, Error> {
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    let today = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    parse(&text, &today[..10]).map_err(|what| Error::Usage {
        what: format!("{}: {what}", path.display()),
        help: "docs/expectations.md describes the file".to_owned(),
    })
}

fn parse(text: &str, today: &str) -> Result<Vec<Expectation>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    if file.expect.is_empty() {
        return Err("it has no [[expect]]".to_owned());
    }
    (1..)
        .zip(file.expect)
        .map(|(number, entry)| {
            checked(entry, today).map_err(|what| format!("entry {number}: {what}"))
        })
        .collect()
}

fn checked(entry: Entry, today: &str) -> Result<Expectation, String> {
    for (name, glob) in [
        ("target", Some(&entry.target)),
        ("platform", entry.platform.as_ref()),
    ] {
        if let Some(text) = glob {
            Glob::new(text).map_err(|error| format!("{name} = {text:?}: {error}"))?;
        }
    }
    if let Some(range) = &entry.runtime {
        Requirement::parse(range)
            .map_err(|error| format!("runtime = {range:?} is no range of versions: {error}"))?;
    }
    if let Some(test) = &entry.test {
        Patterns::new(std::slice::from_ref(test)).map_err(|error| error.to_string())?;
    }
    if !entry.issue.starts_with("https://") && !entry.issue.starts_with("http://") {
        return Err(format!(
            "issue = {:?} is no link: an expected failure is followed up somewhere",
            entry.issue
        ));
    }
    if entry.reason.trim().is_empty() {
        return Err("reason is empty".to_owned());
    }
    let (Some(date), None) = (entry.expires.date, entry.expires.time) else {
        return Err(format!(
            "expires = {} is not a day: write it as 2027-01-31, without quotes",
            entry.expires
        ));
    };
    let expires = date.to_string();
    let outcome = match entry.outcome {
        None => Vec::new(),
        Some(OneOrMore::One(one)) => vec![outcome(&one)?],
        Some(OneOrMore::More(more)) => more
            .iter()
            .map(|one| outcome(one))
            .collect::<Result<_, _>>()?,
    };
    Ok(Expectation {
        target: entry.target,
        runtime: entry.runtime,
        platform: entry.platform,
        suite: entry.suite,
        test: entry.test,
        outcome,
        signature: entry.signature,
        flaky: entry.flaky,
        issue: entry.issue,
        reason: entry.reason,
        // Days of the same form are ordered as their texts are.
        expired: today >= expires.as_str(),
        expires,
    })
}

/// A kind of failure by its name in reports (`CrashAtTeardown`) or in files (`crash-at-teardown`).
fn outcome(text: &str) -> Result<OutcomeKind, String> {
    let plain = |text: &str| text.replace('-', "").to_lowercase();
    let failures = || {
        OutcomeKind::ALL
            .into_iter()
            .filter(|kind| kind.is_failure())
    };
    failures()
        .find(|kind| plain(kind.as_str()) == plain(text))
        .ok_or_else(|| {
            let all: Vec<&str> = failures().map(OutcomeKind::as_str).collect();
            format!("outcome {text:?} is none of {}", all.join(", "))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        [[expect]]
        target = "npm:lmdb@*"
        runtime = ">=24"
        outcome = ["CrashAtTeardown", "hang-at-exit"]
        issue = "https://example.org/1"
        reason = "a reference is left"
        expires = 2027-01-31
    "#;

    #[test]
    fn an_entry_has_all_that_it_says() {
        let entries = parse(WHOLE, "2027-01-30").expect("it is right");
        assert_eq!(entries.len(), 1);
        assert_eq!(
            entries[0].outcome,
            [OutcomeKind::CrashAtTeardown, OutcomeKind::HangAtExit]
        );
        assert_eq!(entries[0].expires, "2027-01-31");
        assert!(!entries[0].expired);
        assert!(parse(WHOLE, "2027-01-31").expect("it is right")[0].expired);
    }

    #[test]
    fn mistakes_are_named() {
        for (from, to, says) in [
            ("target =", "tarjet =", "unknown field `tarjet`"),
            (">=24", "new", "no range of versions"),
            ("hang-at-exit", "clean", "\"clean\" is none of"),
            ("https://example.org/1", "later", "is no link"),
            ("a reference is left", " ", "reason is empty"),
            ("2027-01-31", "\"soon\"", "expires"),
            ("2027-01-31", "2027-01-31T10:00:00Z", "is not a day"),
            ("expires = 2027-01-31", "", "missing field `expires`"),
            (
                "issue = \"https://example.org/1\"",
                "",
                "missing field `issue`",
            ),
        ] {
            assert!(WHOLE.contains(from), "{from}");
            let error = parse(&WHOLE.replace(from, to), "2026-01-01").expect_err(from);
            assert!(error.contains(says), "{from} → {to}: {error}");
        }
        assert!(parse("", "2026-01-01").is_err());
    }
}
