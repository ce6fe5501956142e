//! What the catalogue says: a rule with its page, a family, a specimen, and the list of all.

use std::fmt::Write as _;

use crate::rules::{
    Detector, Family, Impossible, Language, Rule, Specimen, families, rule, rules, rules_of,
    specimens,
};

/// Columns of lists.
const WIDTH: usize = 96;

/// A rule: its page, then what the data adds.
pub(super) fn of_rule(rule: &Rule) -> String {
    let mut text = format!(
        "{}\n\n## How threadproof looks for it\n\n",
        rule.page.trim()
    );
    let summary = if rule.summary.is_empty() {
        String::new()
    } else {
        format!(": {}", rule.summary)
    };
    add(
        &mut text,
        0,
        &sentence(&format!("Scenario {}{summary}", rule.scenario)),
    );
    for specimen in rule.specimens() {
        add(
            &mut text,
            0,
            &sentence(&format!("Specimen {}: {}", specimen.name, specimen.title)),
        );
        facts(&mut text, 4, specimen);
    }
    write!(text, "\nNext: `threadproof repro {}`.", rule.id).expect("writing to a string succeeds");
    text
}

/// A family: its rules with their requirements.
pub(super) fn of_family(family: &Family) -> String {
    let mut text = format!("Rules of {}/: {}\n\n", family.name, family.gist);
    let mut any = false;
    for rule in rules_of(family.name) {
        any = true;
        requirement(&mut text, rule);
    }
    if !any {
        text.push_str("No rules yet.\n");
    }
    text
}

/// Every rule with its requirement.
pub(super) fn all() -> String {
    let mut text = String::from("Rules: what an addon must do to survive worker threads\n");
    for family in families() {
        if rules_of(family.name).next().is_some() {
            write!(text, "\n{}/: {}\n\n", family.name, family.gist)
                .expect("writing to a string succeeds");
            rules_of(family.name).for_each(|rule| requirement(&mut text, rule));
        }
    }
    text
}

/// A specimen or control.
pub(super) fn of_specimen(specimen: &Specimen) -> String {
    let name = specimen.name;
    let mut text = if specimen.control {
        format!("Control: {name}\n\n")
    } else {
        format!("Specimen: {name}\n\n")
    };
    add(&mut text, 0, &sentence(specimen.title));
    let file = match specimen.language {
        Language::C => format!("harness/specimens/{name}/{name}.c"),
        Language::Rust => format!("harness/specimens/{name}/src/"),
    };
    let source = if specimen.control {
        format!("Source {file}. It has no fault: nothing may fire on it.")
    } else {
        format!(
            "Source {file}: one planted fault, and as {name}+fixed the same without it, which nothing \
             may fire on."
        )
    };
    add(&mut text, 0, &source);
    facts(&mut text, 0, specimen);
    if !specimen.rules.is_empty() {
        text.push_str("\nViolates:\n\n");
        named(&mut text, specimen.rules);
    }
    if !specimen.control {
        write!(text, "\nNext: `threadproof repro {name}`.").expect("writing to a string succeeds");
    }
    text
}

/// Ids of rules with their requirements; an id alone where there is no page.
pub(super) fn named(text: &mut String, ids: &[impl AsRef<str>]) {
    for id in ids {
        match rule(id.as_ref()) {
            Some(rule) => requirement(text, rule),
            None => add(text, 2, id.as_ref()),
        }
    }
}

/// The families with the names of their rules, for the list of topics.
pub(super) fn topics() -> String {
    let mut text = String::from("Rules, by family\n");
    for family in families() {
        let names: Vec<&str> = rules_of(family.name).map(|rule| rule.id).collect();
        if !names.is_empty() {
            writeln!(text, "  {:<26} {}", family.name, family.gist)
                .expect("writing to a string succeeds");
            add(&mut text, 4, &names.join(", "));
        }
    }
    text.push_str("\nSpecimens: planted faults, and controls without one\n");
    let names: Vec<&str> = specimens().iter().map(|specimen| specimen.name).collect();
    add(&mut text, 2, &names.join(", "));
    text
}

/// The rules whose pages speak of a message: the page contains it, or it contains what the page quotes
/// as code and is too long to be a mere name.
pub(super) fn speaking_of(wanted: &str, normal: impl Fn(&str) -> String) -> Vec<&'static Rule> {
    rules()
        .iter()
        .filter(|rule| {
            normal(rule.page).contains(wanted)
                || rule
                    .page
                    .split('`')
                    .skip(1)
                    .step_by(2)
                    .map(&normal)
                    .any(|quoted| is_message(&quoted) && wanted.contains(&quoted))
        })
        .collect()
}

fn is_message(quoted: &str) -> bool {
    quoted.len() >= 16 && quoted.contains(' ')
}

fn requirement(text: &mut String, rule: &Rule) {
    add(text, 2, rule.id);
    add(text, 6, rule.requirement);
}

fn facts(text: &mut String, indent: usize, specimen: &Specimen) {
    if !specimen.control {
        let who: Vec<&str> = specimen
            .detectors
            .iter()
            .map(|detector| match detector {
                Detector::Scenario => "the scenario",
                Detector::Guard => "the guard library",
            })
            .collect();
        add(text, indent, &format!("Found by {}.", who.join(" and ")));
    }
    if !specimen.seen_in.is_empty() {
        add(text, indent, &format!("Seen in {}.", specimen.seen_in));
    }
    for Impossible { runtimes, reason } in specimen.impossible {
        add(
            text,
            indent,
            &sentence(&format!("Cannot show on Node {runtimes}: {reason}")),
        );
    }
}

/// With one full stop at its end.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim().trim_end_matches('.'))
}

/// A paragraph, wrapped.
fn add(text: &mut String, indent: usize, paragraph: &str) {
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let width = word.chars().count();
        if column == 0 || column + 1 + width > WIDTH {
            if column != 0 {
                text.push('\n');
            }
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
}
