//! The signature of a fault: a short name that is the same wherever and whenever it happens again.
//!
//! It is made of what stays the same: the kind of the outcome, the phase, what the process said or how it
//! ended, and the addon's topmost functions. What differs between two runs or two machines is taken out.

use super::endings::{self, Recognised};
use super::find_fatal;
use crate::model::{ExitStatus, OutcomeKind, Phase, signal_name};

/// How many of the addon's frames count: those further out belong to the caller's program.
const FRAMES: usize = 3;
/// Characters of the hash: enough for the faults of one addon, short enough to be said aloud.
const HASH: usize = 6;
/// Endings of names of source files, which are the same on every machine.
const SOURCES: [&str; 12] = [
    ".rs", ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".js", ".cjs", ".mjs", ".ts", ".inc",
];
/// What compilers append to the name of a function that they split or copied.
const CLONES: [&str; 8] = [
    ".constprop",
    ".isra",
    ".part",
    ".cold",
    ".llvm.",
    ".lto_priv",
    "@plt",
    " [clone",
];

/// What a signature is made of.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// What the attempt came to.
    pub outcome: OutcomeKind,
    /// The last phase that it reached.
    pub phase: Phase,
    /// What was wrong.
    pub class: Class<'a>,
    /// The addon's functions on the stack, the innermost first; empty when there is no stack. Names
    /// as [`crate::symbols`] gives them.
    pub frames: &'a [&'a str],
}

/// What was wrong, by the best witness that there is.
#[derive(Clone, Copy, Debug)]
pub enum Class<'a> {
    /// How the process ended, and the fatal text when there was one.
    Ending(ExitStatus, Option<&'a str>),
    /// The harness ended it.
    Stopped,
    /// A detector's finding against a rule.
    Rule(&'a str),
    /// What failed, such as ids of tests and their errors; the order does not matter.
    Failed(&'a [String]),
}

/// Such as `CrashInTest-v8-fatal-3f9c2a`.
pub fn signature(fault: &Fault<'_>) -> String {
    let (label, class) = class(fault.class);
    let mut parts = vec![fault.outcome.to_string(), fault.phase.to_string(), class];
    parts.extend(top_frames(fault.frames));
    // No part contains this, so that two lists of parts never look like one.
    let hash = blake3::hash(parts.join("\0").as_bytes()).to_hex();
    let outcome = fault.outcome;
    if label.is_empty() {
        return format!("{outcome}-{}", &hash[..HASH]);
    }
    format!("{outcome}-{label}-{}", &hash[..HASH])
}

/// The kind of outcome and the label of a signature, if it is one.
pub fn parts_of(signature: &str) -> Option<(OutcomeKind, &str)> {
    let (rest, hash) = signature.rsplit_once('-')?;
    let hexadecimal = hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hash.len() != HASH || !hexadecimal {
        return None;
    }
    let (outcome, label) = rest.split_once('-').unwrap_or((rest, ""));
    let kind = OutcomeKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == outcome)?;
    Some((kind, label))
}

/// The class for people, and the class for the hash.
fn class(class: Class<'_>) -> (String, String) {
    match class {
        Class::Ending(status, Some(text)) => of_text(text).unwrap_or_else(|| of_status(status)),
        Class::Ending(status, None) => of_status(status),
        Class::Stopped => (String::new(), "stopped".to_owned()),
        Class::Rule(rule) => (rule.replace('/', "-"), rule.to_owned()),
        Class::Failed(what) => {
            let mut what: Vec<String> = what.iter().map(|text| normalised(text)).collect();
            what.sort();
            what.dedup();
            (String::new(), what.join("\n"))
        }
    }
}

/// A text that the table knows as one fault counts by its id: Node words it differently from version
/// to version.
fn of_text(text: &str) -> Option<(String, String)> {
    match endings::of_text(text) {
        Some(Recognised {
            id,
            kind,
            one_fault,
            ..
        }) if *one_fault => Some((kind.clone(), id.clone())),
        _ => {
            let fatal = find_fatal(text)?;
            Some((fatal.kind, normalised(text)))
        }
    }
}

fn of_status(status: ExitStatus) -> (String, String) {
    let name = match (status.crash_signal(), status) {
        (Some(signal), _) => signal_name(signal).to_lowercase().replace(' ', "-"),
        (None, ExitStatus::Exited { code }) => format!("exit-{code}"),
        (None, ExitStatus::Signalled { .. } | ExitStatus::NotStarted) => "not-started".to_owned(),
    };
    (name.clone(), name)
}

/// The topmost functions; one that calls itself counts once.
fn top_frames(frames: &[&str]) -> Vec<String> {
    let mut functions: Vec<String> = frames.iter().map(|frame| function(frame)).collect();
    functions.dedup();
    functions.truncate(FRAMES);
    functions
}

/// The name of a function without what a compiler, linker or loader made up for one build.
fn function(frame: &str) -> String {
    let mut name = frame.trim();
    if let Some((object, offset)) = name.rsplit_once("+0x")
        && offset.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        name = object;
    }
    if let Some((path, hash)) = name.rsplit_once("::h")
        && hash.len() == 16
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        name = path;
    }
    let end = CLONES
        .iter()
        .filter_map(|mark| name.find(mark))
        .min()
        .unwrap_or(name.len());
    name = &name[..end];
    // A frame without a name is named after its object.
    if name.starts_with('/') {
        name = name.rsplit('/').next().unwrap_or(name);
    }
    name.to_owned()
}

/// A text without addresses, numbers, thread ids, paths and names of temporary files.
pub fn normalised(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(word).collect();
    words.join(" ")
}

fn word(word: &str) -> String {
    let is_bracket = |c: char| "'\"`()[]<>{},;".contains(c);
    let start = word.len() - word.trim_start_matches(is_bracket).len();
    let core = word[start..].trim_end_matches(is_bracket);
    let (before, after) = (&word[..start], &word[start + core.len()..]);
    let plain = if core.contains(['/', '\\']) && core.len() > 1 {
        path(core)
    } else if is_temporary(core) {
        "TEMP".to_owned()
    } else if is_uuid(core) {
        "#".to_owned()
    } else {
        without_numbers(core)
    };
    format!("{before}{plain}{}", without_numbers(after))
}

/// Of a path the name of a source file remains, and what stands behind it, such as a line.
fn path(text: &str) -> String {
    let end = text
        .match_indices([':', '['])
        .map(|(at, _)| at)
        .find(|at| text[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(text.len());
    let (path, position) = text.split_at(end);
    let path = path.trim_end_matches(':');
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let position = without_numbers(position);
    if SOURCES.iter().any(|ending| name.ends_with(ending)) {
        format!("{}{position}", without_numbers(name))
    } else {
        format!("PATH{position}")
    }
}

fn is_temporary(name: &str) -> bool {
    let name = name.trim_start_matches('.');
    name.strip_prefix("tmp").is_some_and(|rest| {
        rest.len() >= 4
            && rest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

/// Runs of digits, and whole words that are hexadecimal numbers, become `#`.
fn without_numbers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let run = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        if is_hexadecimal(run) {
            plain.push('#');
        } else {
            let mut in_number = false;
            for character in run.chars() {
                if !character.is_ascii_digit() {
                    plain.push(character);
                } else if !in_number {
                    plain.push('#');
                }
                in_number = character.is_ascii_digit();
            }
        }
        plain.push_str(&part[run.len()..]);
    }
    plain
}

/// `0x7f3a`, or a bare run of at least eight digits that is no word.
fn is_hexadecimal(run: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    run.strip_prefix("0x").is_some_and(digits)
        || (run.len() >= 8 && digits(run) && run.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
