//! Writes the catalogue as Rust: the tables that `rules/mod.rs` includes.

use std::{fmt::Write as _, path::Path};

use super::{Checked, FAMILIES, PAGES, SCENARIOS, manifest::Manifest};

/// The text of `rules.rs`.
pub(crate) fn generate(checked: &Checked, root: &Path) -> String {
    let mut text = String::from("static FAMILIES: &[Family] = &[\n");
    for (name, gist) in FAMILIES {
        line(
            &mut text,
            &format!("Family {{ name: {name:?}, gist: {gist:?} }}"),
        );
    }
    text.push_str("];\nstatic RULES: &[Rule] = &[\n");
    for rule in &checked.rules {
        let page = root.join(PAGES).join(format!("{}.md", rule.id));
        let page = page.to_string_lossy();
        line(
            &mut text,
            &format!(
                "Rule {{ id: {:?}, requirement: {:?}, source: {:?}, page: include_str!({page:?}), \
                 scenario: {:?}, summary: {:?} }}",
                rule.id,
                rule.page.requirement,
                rule.page.source,
                format!("{SCENARIOS}/{}.cjs", rule.id),
                rule.summary,
            ),
        );
    }
    text.push_str("];\nstatic SPECIMENS: &[Specimen] = &[\n");
    for (name, manifest) in &checked.specimens {
        line(&mut text, &specimen(name, manifest));
    }
    text.push_str("];\n");
    text
}

fn specimen(name: &str, manifest: &Manifest) -> String {
    let impossible: Vec<String> = manifest
        .impossible
        .iter()
        .map(|one| {
            format!(
                "Impossible {{ runtimes: {:?}, reason: {:?} }}",
                one.runtimes, one.reason
            )
        })
        .collect();
    let detectors: Vec<String> = manifest
        .detectors
        .iter()
        .map(|detector| format!("Detector::{detector:?}"))
        .collect();
    let known: Vec<String> = manifest
        .known
        .iter()
        .map(|one| {
            format!(
                "KnownFinding {{ rule: {:?}, test: {:?}, reason: {:?} }}",
                one.rule, one.test, one.reason
            )
        })
        .collect();
    let leaks: Vec<String> = manifest
        .leak
        .iter()
        .map(|one| {
            format!(
                "PlantedLeak {{ program: {:?}, by: {:?}, fault: {:?}, tools: &{:?} }}",
                one.program, one.by, one.fault, one.tools
            )
        })
        .collect();
    format!(
        "Specimen {{ name: {name:?}, title: {:?}, rules: &{:?}, supports: &{:?}, seen_in: {:?}, \
         link: &{:?}, language: Language::{:?}, detectors: &[{}], impossible: &[{}], control: {}, \
         known: &[{}], leaks: &[{}] }}",
        manifest.title,
        manifest.rules,
        manifest.supports,
        manifest.seen_in,
        manifest.link,
        manifest.language,
        detectors.join(", "),
        impossible.join(", "),
        manifest.control,
        known.join(", "),
        leaks.join(", "),
    )
}

fn line(text: &mut String, entry: &str) {
    writeln!(text, "    {entry},").expect("writing to a string succeeds");
}
