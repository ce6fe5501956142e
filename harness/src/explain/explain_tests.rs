//! Everything that a report names is explained.

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

/// The catalogue grows; how it is listed has tests of its own.
#[test]
fn the_list_of_topics() {
    let topics = topics();
    let (pages, catalogue) = topics.split_once("\nRules, by family\n").unwrap();
    insta::assert_snapshot!(pages);
    for rule in catalogue::rules() {
        assert!(catalogue.contains(rule.id), "{} is not listed", rule.id);
    }
    for specimen in catalogue::specimens() {
        assert!(
            catalogue.contains(specimen.name),
            "{} is not listed",
            specimen.name
        );
    }
}

#[test]
fn every_rule_is_explained_with_its_scenario_and_specimens() {
    for rule in catalogue::rules() {
        let text = explained(rule.id);
        assert!(text.starts_with(&format!("# {}\n", rule.id)), "{text}");
        for part in [rule.requirement, "## How to fix it", rule.scenario] {
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            assert!(
                plain(&text).contains(&plain(part)),
                "{}: no {part}",
                rule.id
            );
        }
        for specimen in rule.specimens() {
            assert!(
                text.contains(&format!("Specimen {}: ", specimen.name)),
                "{text}"
            );
        }
    }
}

#[test]
fn a_family_and_all_rules_are_listed_with_their_requirements() {
    for rule in catalogue::rules() {
        for topic in [rule.family(), "rules"] {
            let text = explained(topic);
            assert!(
                text.contains(&format!("  {}\n", rule.id)),
                "{topic}: {text}"
            );
        }
    }
    // It is a phase, too.
    let text = explained("terminate");
    assert!(text.contains("Phase: terminate\n"), "{text}");
    assert!(text.contains("Rules of terminate/: "), "{text}");
}

#[test]
fn every_specimen_is_explained() {
    for specimen in catalogue::specimens() {
        let text = explained(specimen.name);
        assert!(text.contains(specimen.name), "{text}");
        for part in specimen.rules {
            assert!(text.contains(part), "{}: no {part}", specimen.name);
        }
    }
    let text = explained("static-constructor+fixed");
    assert!(
        text.contains("Seen in nodejs/node-addon-api #711"),
        "{text}"
    );
    assert!(
        text.contains("harness/specimens/static-constructor/static-constructor.c"),
        "{text}"
    );
}

#[test]
fn a_fatal_text_or_signal_names_the_rules_that_it_usually_means() {
    for (topic, rule) in [
        (
            "FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope",
            "env/constructor-per-env",
        ),
        (
            "terminate called after throwing an instance of 'Napi::Error'",
            "terminate/failed-status",
        ),
        ("Module did not self-register", "load/registers-again"),
        (
            "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
            "lifetime/use-after-dispose",
        ),
        ("139", "lifetime/use-after-dispose"),
        ("SIGTRAP", "env/constructor-per-env"),
        ("exit code 13", "terminate/async-work"),
    ] {
        let text = explained(topic);
        assert!(text.contains("Usually: "), "{topic}: {text}");
        assert!(
            text.contains(&format!("\n  {rule}\n")) || text.ends_with(rule),
            "{topic}: {text}"
        );
    }
    assert!(explained("SIGSEGV").contains("Seen: empty stderr on Node 20, 22, 24; "));
    // What threadproof itself exits with says nothing of an addon.
    assert!(!explained("10").contains("Usually: "));
}

#[test]
fn a_message_of_a_rules_page_finds_the_rule() {
    for rule in catalogue::rules() {
        let words: Vec<&str> = rule.page.split_whitespace().collect();
        let sentence = words[words.len() / 2..words.len() / 2 + 8].join(" ");
        let text = explained(&sentence);
        assert!(text.contains(rule.id), "{sentence}: {text}");
    }
}

#[test]
fn the_data_is_told_behind_the_page() {
    let rule = catalogue::Rule {
        id: "env/constructor-per-env",
        requirement: "An addon must keep it.",
        source: "x",
        page: "# env/constructor-per-env\n\nAn addon must keep it.\n",
        scenario: "scenarios/x.cjs",
        summary: "it is kept.",
    };
    let text = rules::of_rule(&rule);
    for part in [
        "# env/constructor-per-env\n\nAn addon must keep it.\n\n## How threadproof looks for it\n\n",
        "Scenario scenarios/x.cjs: it is kept.\n",
        "Specimen static-constructor: a constructor kept in a static variable.\n",
        "    Found by the scenario.\n",
        "    Seen in nodejs/node-addon-api #711, napi-rs #1514, node-canvas #1394.\n",
    ] {
        assert!(text.contains(part), "no {part}: {text}");
    }
    assert!(text.ends_with("Next: `threadproof repro env/constructor-per-env`."));
}

#[test]
fn what_is_impossible_is_told_with_its_reason() {
    let specimen = catalogue::Specimen {
        name: "x",
        title: "a fault",
        rules: &["env/x"],
        supports: &[],
        seen_in: "",
        link: &[],
        language: catalogue::Language::Rust,
        detectors: &[catalogue::Detector::Scenario, catalogue::Detector::Guard],
        impossible: &[catalogue::Impossible {
            runtimes: ">=26",
            reason: "the call is gone",
        }],
        control: false,
        known: &[],
        leaks: &[],
    };
    insta::assert_snapshot!(rules::of_specimen(&specimen), @r"
    Specimen: x

    a fault.
    Source harness/specimens/x/src/: one planted fault, and as x+fixed the same without it, which
    nothing may fire on.
    Found by the scenario and the guard library.
    Cannot show on Node >=26: the call is gone.

    Violates:

      env/x

    Next: `threadproof repro x`.
    ");
}

#[test]
fn the_parts_of_a_signature_are_explained() {
    let text = explained("CrashAtTeardown-sigsegv-3f9c2a");
    for part in [
        "Signature: CrashAtTeardown-sigsegv-3f9c2a",
        "Outcome: CrashAtTeardown\n",
        "139, SIGSEGV",
    ] {
        assert!(text.contains(part), "no {part}: {text}");
    }
    for rule in catalogue::rules() {
        let text = explained(&format!("Violation-{}-3f9c2a", rule.id.replace('/', "-")));
        assert!(text.contains(&format!("\n# {}\n", rule.id)), "{text}");
    }
}
