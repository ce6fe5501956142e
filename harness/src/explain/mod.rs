//! `threadproof explain`: what a code, signal, outcome, phase or fatal message means, and what to do
//! next. The pages are `docs/explain/*.md`; a section is found by the names in its heading.

mod page;

use std::fmt::Write as _;

use page::{Page, Section};

/// The pages, in the order in which they are listed. Endings come after our own exit codes, so
/// that `explain 1` tells of threadproof first.
const PAGES: [(&str, &str); 6] = [
    (
        "Exit codes of threadproof",
        include_str!("../../../docs/explain/exit-codes.md"),
    ),
    (
        "How a process of Node can end",
        include_str!("../../../docs/explain/process-endings.md"),
    ),
    ("Outcome", include_str!("../../../docs/explain/outcomes.md")),
    ("Verdict", include_str!("../../../docs/explain/verdicts.md")),
    ("Phase", include_str!("../../../docs/explain/phases.md")),
    (
        "Fatal message",
        include_str!("../../../docs/explain/fatal-messages.md"),
    ),
];

/// Parts of messages that are shorter than this fit everywhere.
const SHORTEST_PART: usize = 8;

fn pages() -> impl Iterator<Item = Page<'static>> {
    PAGES
        .into_iter()
        .map(|(label, text)| Page::new(label, text))
}

/// What is known of a topic: every section that has its name, or a fatal message of which it is a
/// part or that is a part of it. Nothing when there is none.
pub fn lookup(topic: &str) -> Option<String> {
    let wanted = normal(topic);
    if wanted.is_empty() {
        return None;
    }
    let by_name = |section: &Section<'_>| section.names().any(|name| normal(name) == wanted);
    let by_part = |section: &Section<'_>| {
        section.names().any(|name| {
            let name = normal(name);
            name.len() >= SHORTEST_PART
                && wanted.len() >= SHORTEST_PART
                && (name.contains(&wanted) || wanted.contains(&name))
        }) || (wanted.len() >= SHORTEST_PART && normal(section.body).contains(&wanted))
    };
    let found = |matches: &dyn Fn(&Section<'_>) -> bool| {
        let texts: Vec<String> = pages()
            .flat_map(|page| page.sections())
            .filter(|section| matches(section))
            .map(|section| section.to_string())
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    };
    found(&by_name).or_else(|| found(&by_part))
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
    text.push_str("\nor a part of a fatal message. All pages stand in docs/explain/.\n");
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
mod tests {
    use super::*;
    use crate::{
        exit::Exit,
        model::{OutcomeKind, Phase, Verdict},
    };

    fn explained(topic: &str) -> String {
        lookup(topic).unwrap_or_else(|| panic!("no page explains `{topic}`"))
    }

    #[test]
    fn every_exit_code_has_its_section() {
        for exit in Exit::ALL {
            let text = explained(&exit.code().to_string());
            assert!(text.starts_with("Exit codes of threadproof: "), "{text}");
            let name = serde_json::to_value(exit).unwrap();
            let named = explained(name.as_str().unwrap());
            assert!(named.contains(&text[..60]), "{exit:?}: {named}");
        }
    }

    #[test]
    fn every_outcome_verdict_and_phase_has_its_section() {
        for kind in OutcomeKind::ALL {
            let text = explained(kind.as_str());
            assert!(text.starts_with(&format!("Outcome: {kind}\n")), "{text}");
        }
        for phase in [
            Phase::Startup,
            Phase::Load,
            Phase::StartWorkers,
            Phase::Run,
            Phase::Terminate,
            Phase::Exit,
        ] {
            assert!(explained(phase.as_str()).contains(&format!("Phase: {phase}\n")));
        }
        for verdict in [
            Verdict::Pass,
            Verdict::Flaky { clean: 1, of: 2 },
            Verdict::Fail,
            Verdict::Inconclusive,
            Verdict::Skipped,
        ] {
            assert!(explained(verdict.as_str()).contains(&format!("Verdict: {verdict}\n")));
        }
    }

    #[test]
    fn every_signal_is_found_by_code_name_and_number() {
        for signal in [
            libc::SIGILL,
            libc::SIGTRAP,
            libc::SIGABRT,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGKILL,
            libc::SIGSEGV,
            libc::SIGTERM,
        ] {
            let name = crate::model::signal_name(signal);
            let heading = format!("{}, {name}, signal {signal}", 128 + signal);
            for topic in [
                &name,
                &(128 + signal).to_string(),
                &format!("signal {signal}"),
            ] {
                let text = explained(topic);
                assert!(text.contains(&heading), "{topic}: {text}");
            }
        }
    }

    #[test]
    fn a_pasted_message_is_found() {
        for (message, heading) in [
            (
                "FATAL ERROR: HandleScope::HandleScope Entering the V8 API without proper locking in place",
                "Entering the V8 API without proper locking in place",
            ),
            (
                "without proper  locking",
                "Entering the V8 API without proper locking in place",
            ),
            (
                "`Module did not self-register`: '/x.node'",
                "Module did not self-register",
            ),
            ("corrupted double-linked list", "double free or corruption"),
        ] {
            let text = explained(message);
            assert!(
                text.contains(&format!("Fatal message: {heading}\n")),
                "{message}: {text}"
            );
        }
    }

    #[test]
    fn a_code_with_two_meanings_tells_both() {
        let text = explained("1");
        assert!(
            text.contains("Exit codes of threadproof: 1, internal"),
            "{text}"
        );
        assert!(
            text.contains("How a process of Node can end: 1, exit code 1"),
            "{text}"
        );
    }

    #[test]
    fn what_nobody_knows_is_not_made_up() {
        for topic in ["", " ", "99", "e", "SIG", "no such message anywhere"] {
            assert_eq!(lookup(topic), None, "{topic}");
        }
    }

    #[test]
    fn sections_of_outcomes_say_what_to_do_next() {
        for kind in OutcomeKind::ALL {
            if kind != OutcomeKind::Clean {
                assert!(explained(kind.as_str()).contains("Next: "), "{kind}");
            }
        }
    }

    #[test]
    fn the_list_of_topics() {
        insta::assert_snapshot!(topics());
    }
}
