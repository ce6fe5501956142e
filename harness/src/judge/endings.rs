//! The table of recognised endings, `endings.toml`: what a text, a signal or an exit code usually means.
//!
//! It names faults that were found by other means; it decides nothing.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::model::{ExitStatus, signal_name};

static ENDINGS: LazyLock<Endings> =
    LazyLock::new(|| toml::from_str(include_str!("endings.toml")).expect("a test reads the table"));

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Endings {
    kind: Vec<Kind>,
    text: Vec<Recognised>,
    signal: Vec<Recognised>,
    exit: Vec<Recognised>,
}

/// A kind of fatal message: how its line is found on stderr.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Kind {
    /// Such as `v8-fatal`.
    pub(super) name: String,
    /// A line that contains one of these is such a message.
    pub(super) marks: Vec<String>,
    /// Whether the next line says what was wrong.
    #[serde(default)]
    pub(super) two_lines: bool,
}

/// A recognised ending.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recognised {
    /// Unique in the table: `locking`, `SIGSEGV`, `exit-13`.
    pub id: String,
    /// What it usually means: a clause.
    pub means: String,
    /// Ids of the rules that it usually means, the likeliest first.
    pub rules: Vec<String>,
    /// How the process ended, by major version of Node; only what was met.
    #[serde(default)]
    pub seen: BTreeMap<u32, String>,
    /// The kind of message, for texts.
    #[serde(default)]
    pub kind: String,
    /// Parts of the text, for texts.
    #[serde(default)]
    marks: Vec<String>,
    /// Whether the text alone names the fault.
    #[serde(default)]
    pub(super) one_fault: bool,
    /// For exit codes.
    code: Option<i32>,
}

/// Kinds of fatal message, the most telling ones first.
pub(super) fn kinds() -> &'static [Kind] {
    &ENDINGS.kind
}

/// Every entry of the table: texts, then signals, then exit codes.
pub fn recognised() -> impl Iterator<Item = &'static Recognised> {
    let Endings {
        text, signal, exit, ..
    } = &*ENDINGS;
    text.iter().chain(signal).chain(exit)
}

/// What a text usually means; case does not matter.
pub fn of_text(text: &str) -> Option<&'static Recognised> {
    let text = text.to_lowercase();
    let has = |mark: &String| text.contains(&mark.to_lowercase());
    ENDINGS.text.iter().find(|one| one.marks.iter().any(has))
}

/// What a status usually means when no text explains it. A signal is the same whether the process
/// itself died of it or says 128 + its number.
pub fn of_status(status: ExitStatus) -> Option<&'static Recognised> {
    if let Some(signal) = status.crash_signal() {
        let name = signal_name(signal);
        return ENDINGS.signal.iter().find(|one| one.id == name);
    }
    match status {
        ExitStatus::Exited { code } => ENDINGS.exit.iter().find(|one| one.code == Some(code)),
        ExitStatus::Signalled { .. } | ExitStatus::NotStarted => None,
    }
}

/// What an ending usually means: its text says more than its status.
pub fn of_ending(status: ExitStatus, text: Option<&str>) -> Option<&'static Recognised> {
    text.and_then(of_text).or_else(|| of_status(status))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn id(found: Option<&'static Recognised>) -> &'static str {
        found.map_or("nothing", |one| one.id.as_str())
    }

    #[test]
    fn texts_are_recognised() {
        let table = [
            (
                "FATAL ERROR: HandleScope::HandleScope Entering the V8 API without proper locking in place",
                "locking",
            ),
            (
                "# Fatal error in HandleScope::HandleScope Entering the V8 API without proper locking in place",
                "locking",
            ),
            (
                "FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope",
                "no-handle-scope",
            ),
            (
                "node[1]: Assertion failed: (open_handle_scopes) == (open_handle_scopes_before)",
                "open-handle-scopes",
            ),
            ("a.c:1: f: Assertion `x' failed.", "assertion"),
            ("FATAL ERROR: make the call failed", "fatal-error"),
            (
                "terminate called after throwing an instance of 'Napi::Error'",
                "napi-error",
            ),
            (
                "terminate called after throwing an instance of 'std::bad_alloc'",
                "cxx-terminate",
            ),
            ("thread 'x' (1) panicked at a.rs:1:2: no", "rust-panic"),
            ("malloc(): unaligned tcache chunk detected", "heap-damaged"),
            (
                "MODULE DID NOT SELF-REGISTER: '/x.node'",
                "not-self-registered",
            ),
            ("all is well", "nothing"),
        ];
        for (text, expected) in table {
            assert_eq!(id(of_text(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_signal_is_the_same_raw_and_decoded() {
        for (signal, name) in [(11, "SIGSEGV"), (5, "SIGTRAP"), (6, "SIGABRT")] {
            let raw = ExitStatus::Signalled {
                signal,
                core: false,
            };
            let code = 128 + signal;
            assert_eq!(id(of_status(raw)), name);
            assert_eq!(id(of_status(ExitStatus::Exited { code })), name);
        }
        assert_eq!(id(of_status(ExitStatus::Exited { code: 13 })), "exit-13");
        assert_eq!(id(of_status(ExitStatus::Exited { code: 99 })), "nothing");
        assert_eq!(id(of_status(ExitStatus::NotStarted)), "nothing");
    }

    #[test]
    fn a_text_says_more_than_the_status() {
        let trap = ExitStatus::Exited { code: 133 };
        assert_eq!(
            id(of_ending(trap, Some("free(): invalid size"))),
            "heap-damaged"
        );
        assert_eq!(id(of_ending(trap, Some("nobody knows this"))), "SIGTRAP");
        assert_eq!(id(of_ending(trap, None)), "SIGTRAP");
    }

    #[test]
    fn the_table_holds_together() {
        let mut ids = BTreeSet::new();
        for one in recognised() {
            assert!(ids.insert(&one.id), "{} stands twice", one.id);
            assert!(!one.means.is_empty(), "{}", one.id);
        }
        let kinds: BTreeSet<&str> = kinds().iter().map(|kind| kind.name.as_str()).collect();
        for text in &ENDINGS.text {
            assert!(!text.marks.is_empty(), "{}", text.id);
            // An error of JavaScript is no fatal message: nothing looks for it on stderr.
            assert!(
                text.kind == "error" || kinds.contains(text.kind.as_str()),
                "{}",
                text.id
            );
        }
        for signal in &ENDINGS.signal {
            assert!(
                signal.id.parse::<nix::sys::signal::Signal>().is_ok(),
                "{}",
                signal.id
            );
        }
        assert!(ENDINGS.exit.iter().all(|exit| exit.code.is_some()));
    }

    #[test]
    fn every_text_can_be_reached() {
        for text in &ENDINGS.text {
            for mark in &text.marks {
                assert_eq!(
                    id(of_text(mark)),
                    text.id,
                    "{mark} is taken by another entry"
                );
            }
        }
    }
}
