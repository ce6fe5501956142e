//! `threadproof explain`: what a code, signal, outcome, phase, fatal message or rule means, and what to
//! do next. The pages are `docs/explain/*.md`, whose sections are found by the names in their headings, and
//! those of the rules.

mod page;
mod rules;

use std::fmt::Write as _;

use page::{Page, Section};

use crate::{
    judge::{
        endings::{self, Recognised},
        signature::parts_of,
    },
    rules as catalogue,
};

/// The label of sections on fatal messages.
const FATAL: &str = "Fatal message";
/// The label of sections on endings of processes.
const ENDING: &str = "How a process of Node can end";

/// The pages, in the order in which they are listed. Endings come after our own exit codes, so
/// that `explain 1` tells of threadproof first.
const PAGES: [(&str, &str); 7] = [
    (
        "Exit codes of threadproof",
        include_str!("../../../docs/explain/exit-codes.md"),
    ),
    (
        ENDING,
        include_str!("../../../docs/explain/process-endings.md"),
    ),
    ("Outcome", include_str!("../../../docs/explain/outcomes.md")),
    ("Verdict", include_str!("../../../docs/explain/verdicts.md")),
    ("Phase", include_str!("../../../docs/explain/phases.md")),
    (
        FATAL,
        include_str!("../../../docs/explain/fatal-messages.md"),
    ),
    (
        "Finding of stress",
        include_str!("../../../docs/explain/stress.md"),
    ),
];

/// Parts of messages that are shorter than this fit everywhere.
const SHORTEST_PART: usize = 8;

fn pages() -> impl Iterator<Item = Page<'static>> {
    PAGES
        .into_iter()
        .map(|(label, text)| Page::new(label, text))
}

/// What is known of a topic: every section, rule, family or specimen that has its name; a signature; or a
/// message of which it is a part or that is a part of it. Nothing when there is none.
pub fn lookup(topic: &str) -> Option<String> {
    let wanted = normal(topic);
    if wanted.is_empty() {
        return None;
    }
    let found = by_name(&wanted)
        .or_else(|| by_signature(topic.trim()))
        .or_else(|| by_part(&wanted))?;
    Some(found.join("\n\n"))
}

/// What has this very name. A name may have several meanings, and all are told: `exit` is a phase and a
/// family of rules.
fn by_name(wanted: &str) -> Option<Vec<String>> {
    let mut found: Vec<String> =
        sections(|section| section.names().any(|name| normal(name) == wanted))
            .iter()
            .map(told)
            .collect();
    if wanted == "rules" {
        found.push(rules::all());
    }
    found.extend(catalogue::family(wanted.trim_end_matches('/')).map(rules::of_family));
    found.extend(catalogue::rule(wanted).map(rules::of_rule));
    let specimen = wanted.strip_suffix("+fixed").unwrap_or(wanted);
    found.extend(catalogue::specimen(specimen).map(rules::of_specimen));
    (!found.is_empty()).then_some(found)
}

/// What the parts of a signature mean; the run's own report has the rest.
fn by_signature(topic: &str) -> Option<Vec<String>> {
    let (kind, label) = parts_of(topic)?;
    let mut found = vec![format!(
        "Signature: {topic}\n\nThe last part tells faults apart that look alike. What it stands for is in the \
         report of the run:\nthe text, the stack, the cells in which it was seen and the command that repeats it."
    )];
    found.extend(by_name(&normal(kind.as_str())).unwrap_or_default());
    if !label.is_empty() {
        let rule = catalogue::rules()
            .iter()
            .find(|rule| rule.id.replace('/', "-") == label);
        match rule {
            Some(rule) => found.push(rules::of_rule(rule)),
            None => found.extend(by_name(&normal(label)).unwrap_or_default()),
        }
    }
    Some(found)
}

/// What speaks of a message. Short parts fit everywhere and mean nothing.
fn by_part(wanted: &str) -> Option<Vec<String>> {
    if wanted.len() < SHORTEST_PART {
        return None;
    }
    let matching = sections(|section| {
        section.names().any(|name| {
            let name = normal(name);
            name.len() >= SHORTEST_PART && (name.contains(wanted) || wanted.contains(&name))
        }) || normal(section.body).contains(wanted)
    });
    // The whole message says more than the heading under which it stands.
    let recognised = endings::of_text(wanted);
    let mut found: Vec<String> = match recognised {
        Some(recognised) => matching
            .iter()
            .map(ToString::to_string)
            .chain([usually(recognised)])
            .collect(),
        None => matching.iter().map(told).collect(),
    };
    let meant: &[String] = recognised.map_or(&[], |recognised| &recognised.rules);
    let speaking: Vec<&str> = rules::speaking_of(wanted, normal)
        .into_iter()
        .map(|rule| rule.id)
        .filter(|id| !meant.iter().any(|known| known == id))
        .collect();
    match speaking.as_slice() {
        [] => {}
        [only] if found.is_empty() => found.extend(catalogue::rule(only).map(rules::of_rule)),
        several => {
            let mut text =
                String::from("These rules speak of it (`threadproof explain RULE`):\n\n");
            rules::named(&mut text, several);
            found.push(text);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The sections that match.
fn sections(matches: impl Fn(&Section<'_>) -> bool) -> Vec<Section<'static>> {
    let mut sections: Vec<_> = pages().flat_map(|page| page.sections()).collect();
    sections.retain(matches);
    sections
}

/// A section with what the table of endings knows of it.
fn told(section: &Section<'_>) -> String {
    match ending_of(section) {
        Some(recognised) => format!("{section}\n\n{}", usually(recognised)),
        None => section.to_string(),
    }
}

/// The entry of the table of endings that a section is about.
fn ending_of(section: &Section<'_>) -> Option<&'static Recognised> {
    match section.label {
        FATAL => endings::of_text(section.heading),
        ENDING => endings::recognised().find(|one| {
            let id = one.id.replacen("exit-", "exit code ", 1);
            section.names().any(|name| name == id)
        }),
        _ => None,
    }
}

/// What an ending usually means, where it was seen, and the rules to read.
fn usually(recognised: &Recognised) -> String {
    let mut text = format!("Usually: {}.\n", recognised.means);
    if let Some(seen) = seen(recognised) {
        writeln!(text, "Seen: {seen}.").expect("writing to a string succeeds");
    }
    if !recognised.rules.is_empty() {
        text.push_str("Rules to read, the likeliest first (`threadproof explain RULE`):\n\n");
        rules::named(&mut text, &recognised.rules);
    }
    text.trim_end().to_owned()
}

/// Such as `SIGABRT on Node 20, 22; SIGTRAP on Node 24`.
fn seen(recognised: &Recognised) -> Option<String> {
    let mut forms: Vec<(&str, Vec<String>)> = Vec::new();
    for (node, how) in &recognised.seen {
        match forms.iter_mut().find(|(known, _)| known == how) {
            Some((_, nodes)) => nodes.push(node.to_string()),
            None => forms.push((how, vec![node.to_string()])),
        }
    }
    let told: Vec<String> = forms
        .iter()
        .map(|(how, nodes)| {
            format!("{how} on Node {}", nodes.join(", "))
                .trim()
                .to_owned()
        })
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// All that can be explained, for `explain` without a topic.
pub fn topics() -> String {
    let mut text = String::from("threadproof explain TOPIC, where TOPIC is one of\n");
    for page in pages() {
        writeln!(text, "\n{}", page.title()).expect("writing to a string succeeds");
        for section in page.sections() {
            // A message says by itself what it is about.
            let line = if page.is_messages() {
                format!("  {}", section.heading)
            } else {
                format!("  {:<26} {}", section.heading, section.gist())
            };
            writeln!(text, "{}", line.trim_end()).expect("writing to a string succeeds");
        }
    }
    write!(text, "\n{}", rules::topics()).expect("writing to a string succeeds");
    text.push_str(
        "\nor `rules`, a signature, or a part of a message. The pages stand in docs/explain/ and docs/rules/.\n",
    );
    text
}

/// Case, blanks and decoration do not matter to who pastes a message.
fn normal(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .trim_matches(|character: char| matches!(character, '`' | '"' | '\'' | '#'))
        .to_lowercase()
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
