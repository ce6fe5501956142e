//! What makes the catalogue of rules whole: every rule has its page, its scenario and a specimen that
//! violates it. The build script includes this module and refuses to build anything less.

mod generate;
mod manifest;
mod page;
mod tree;

#[cfg(test)]
mod check_tests;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use generate::generate;
use manifest::Manifest;
use page::Page;
pub(crate) use tree::{Sources, read};

/// The files and folders that the catalogue is made of, relative to the workspace.
pub(crate) const WATCHED: [&str; 4] = [PAGES, SCENARIOS, SPECIMENS, ENDINGS];

const PAGES: &str = "docs/rules";
const SCENARIOS: &str = "js-tests/driver/scenarios";
const SPECIMENS: &str = "harness/specimens";
const ENDINGS: &str = "harness/src/judge/endings.toml";

/// The families that rules may belong to, with what their rules are about.
pub(crate) const FAMILIES: [(&str, &str); 13] = [
    ("load", "loading, registration, several inits, unloading"),
    ("env", "state that belongs to one env"),
    ("affinity", "calls from the thread that owns the env"),
    ("receiver", "wrong receivers and arguments, constructors"),
    ("lifetime", "objects collected or disposed of in any order"),
    (
        "terminate",
        "the end of a worker in the middle of something",
    ),
    ("exit", "the end of the process"),
    ("cleanup", "what an env leaves behind"),
    ("callback", "what functions do that native code calls"),
    ("concurrency", "native state shared by threads"),
    (
        "exhaustion",
        "no descriptors, memory, threads or slots left",
    ),
    ("leak", "what grows with the number of workers"),
    ("data", "values that cross unharmed"),
];

/// The catalogue as far as it is whole, and what is missing.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) rules: Vec<CheckedRule>,
    pub(crate) specimens: Vec<(String, Manifest)>,
    pub(crate) problems: Vec<Problem>,
}

/// A rule with a valid page.
#[derive(Debug)]
pub(crate) struct CheckedRule {
    pub(crate) id: String,
    pub(crate) page: Page,
    /// What its scenario says of itself.
    pub(crate) summary: String,
}

/// A hole, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) what: String,
    pub(crate) help: String,
}

fn problem(what: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem {
        what: what.into(),
        help: help.into(),
    }
}

/// Checks everything at once, so that one build tells of every hole.
pub(crate) fn check(sources: &Sources) -> Checked {
    let mut checked = Checked::default();
    for file in &sources.strays {
        checked.problems.push(problem(
            format!("{file} is not part of the catalogue"),
            "pages, scenarios and specimens are files named <family>/<name>.md, \
             <family>/<name>.cjs and <name>/specimen.toml",
        ));
    }
    let specimens = specimens(sources, &mut checked.problems);
    let known: BTreeSet<&String> = sources
        .pages
        .keys()
        .chain(sources.scenarios.keys())
        .collect();
    for id in &known {
        let violated = specimens
            .iter()
            .any(|(_, manifest)| manifest.rules.contains(id));
        checked.problems.extend(holes(sources, id, violated));
        let Some(text) = sources.pages.get(*id) else {
            continue;
        };
        match page::parse(id, text) {
            Ok(page) => checked.rules.push(CheckedRule {
                id: (*id).clone(),
                page,
                summary: sources
                    .scenarios
                    .get(*id)
                    .and_then(|text| summary(text))
                    .unwrap_or_default(),
            }),
            Err(reasons) => checked.problems.extend(reasons.into_iter().map(|reason| {
                problem(
                    format!("{PAGES}/{id}.md {reason}"),
                    "docs/rules/README.md shows what a page looks like",
                )
            })),
        }
    }
    for (name, manifest) in &specimens {
        for rule in manifest.rules.iter().filter(|rule| !known.contains(rule)) {
            checked.problems.push(problem(
                format!("specimen {name} names {rule}, which is no rule"),
                format!("correct {SPECIMENS}/{name}/specimen.toml, or write the rule's page"),
            ));
        }
    }
    match manifest::rules_of_endings(&sources.endings) {
        Ok(named) => {
            for rule in named.iter().filter(|rule| !known.contains(rule)) {
                checked.problems.push(problem(
                    format!("{ENDINGS} names {rule}, which is no rule"),
                    "correct it, or write the rule's page",
                ));
            }
        }
        Err(reason) => checked
            .problems
            .push(problem(format!("{ENDINGS}: {reason}"), "correct it")),
    }
    checked.specimens = specimens.into_iter().collect();
    checked.problems.sort();
    checked
}

/// The manifests that can be read.
fn specimens(sources: &Sources, problems: &mut Vec<Problem>) -> BTreeMap<String, Manifest> {
    let mut read = BTreeMap::new();
    for (name, specimen) in &sources.specimens {
        match manifest::parse(&specimen.manifest) {
            Ok(manifest) => {
                let source = manifest.language.source(name);
                if !specimen.files.contains(&source) {
                    problems.push(problem(
                        format!("specimen {name} has no {source}"),
                        "write it, or correct `language` in its specimen.toml",
                    ));
                }
                read.insert(name.clone(), manifest);
            }
            Err(reason) => problems.push(problem(
                format!("{SPECIMENS}/{name}/specimen.toml: {reason}"),
                "docs/rules/README.md lists its keys",
            )),
        }
    }
    read
}

/// What a rule lacks as a whole.
fn holes(sources: &Sources, id: &str, violated: bool) -> Vec<Problem> {
    let mut found = Vec::new();
    let family = id.split('/').next().unwrap_or_default();
    if !FAMILIES.iter().any(|(known, _)| *known == family) {
        found.push(problem(
            format!("{id} is of the unknown family {family}"),
            "use a family of FAMILIES in harness/src/rules/check/mod.rs",
        ));
    }
    if !sources.pages.contains_key(id) {
        found.push(problem(
            format!("{id} has no page"),
            format!("write {PAGES}/{id}.md"),
        ));
    }
    match sources.scenarios.get(id) {
        None => found.push(problem(
            format!("{id} has no scenario"),
            format!("write {SCENARIOS}/{id}.cjs"),
        )),
        Some(text) if summary(text).is_none() => found.push(problem(
            format!("{SCENARIOS}/{id}.cjs has no summary"),
            "give it `summary: '…'`, a plain text",
        )),
        Some(_) => {}
    }
    if !violated {
        found.push(problem(
            format!("{id} has no specimen that violates it"),
            format!(
                "plant the fault in {SPECIMENS}/<name>/ and name the rule in its specimen.toml"
            ),
        ));
    }
    found
}

/// The text of `summary: '…'` in a scenario.
fn summary(scenario: &str) -> Option<String> {
    let (_, rest) = scenario.split_once("summary:")?;
    let rest = rest.trim_start();
    let quote = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let (text, _) = rest[1..].split_once(quote)?;
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// One message with every hole, or nothing.
pub(crate) fn refusal(problems: &[Problem]) -> Option<String> {
    if problems.is_empty() {
        return None;
    }
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("- {}\n    what to do: {}", problem.what, problem.help))
        .collect();
    Some(format!(
        "the rules catalogue is not whole; a rule that nothing proves is not built.\n{}\n",
        lines.join("\n")
    ))
}
