//! What AddressSanitizer and ThreadSanitizer report of single accesses, in logs written with `symbolize=0` and frames as
//! LeakSanitizer writes them.

use crate::lsan::{LogError, Place, place};

/// A report: a wrong access, or two that race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The sanitizer's name for it: `heap-use-after-free`, `data race`.
    pub kind: String,
    /// The access itself is the first; then the other one of a race, or who freed and who allocated the memory; then
    /// where threads were made.
    pub stacks: Vec<Stack>,
}

/// What was done, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// In the sanitizer's words, without addresses and threads: `READ of size 8`, `Previous write of size 4`, `freed`.
    /// Empty where the kind says it all.
    pub what: String,
    /// Innermost frame first.
    pub frames: Vec<Place>,
}

const ADDRESS: &str = "ERROR: AddressSanitizer: ";
const THREAD: &str = "WARNING: ThreadSanitizer: ";

/// Reads the reports of a log; leaks, which AddressSanitizer writes to the same, are left out. The last report may be cut off
/// where the process died.
pub fn parse_alarms(log: &str) -> Result<Vec<Alarm>, LogError> {
    let mut alarms: Vec<Alarm> = Vec::new();
    // Whether the last report goes on, and whether its last stack does.
    let (mut open, mut in_stack) = (false, false);
    let mut what = String::new();
    for (at, line) in log.lines().enumerate() {
        let text = line.trim();
        if let Some(kind) = heading(text) {
            alarms.push(Alarm {
                kind,
                stacks: Vec::new(),
            });
            (open, in_stack) = (true, false);
            what.clear();
        } else if text.starts_with("SUMMARY:") || text.contains("ERROR: LeakSanitizer: ") {
            open = false;
        } else if !open {
            // Leaks, and maps of memory.
        } else if text.is_empty() {
            in_stack = false;
        } else if text.starts_with('#') {
            let wrong = || LogError {
                line: at + 1,
                text: line.to_owned(),
            };
            let frame = place(text).ok_or_else(wrong)?;
            let stacks = &mut alarms.last_mut().ok_or_else(wrong)?.stacks;
            if !in_stack {
                stacks.push(Stack {
                    what: std::mem::take(&mut what),
                    frames: Vec::new(),
                });
                in_stack = true;
            }
            stacks.last_mut().ok_or_else(wrong)?.frames.push(frame);
        } else if !text.contains("==Hint: ") {
            in_stack = false;
            what = done(text);
        }
    }
    Ok(alarms)
}

/// The kind, where a line begins a report.
fn heading(line: &str) -> Option<String> {
    if let Some((_, rest)) = line.split_once(THREAD) {
        return Some(until(rest, &[" (pid="]).to_owned());
    }
    let (_, rest) = line.split_once(ADDRESS)?;
    let kind = until(rest, &[" on ", " in thread", ":", " ("]);
    Some(match kind.strip_prefix("attempting ") {
        // As its summary calls it.
        Some("free") => "bad-free".to_owned(),
        Some(rest) => rest.to_owned(),
        None => kind.to_owned(),
    })
}

/// What a line says was done: the same in each run.
fn done(line: &str) -> String {
    // `==17==The signal is caused by a READ memory access.`
    let line = line.rsplit("==").next().unwrap_or(line);
    let ends = [" at 0x", " by thread", " by main thread", " (tid="];
    until(line, &ends).trim_end_matches([':', '.']).to_owned()
}

fn until<'t>(text: &'t str, ends: &[&str]) -> &'t str {
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
#[path = "alarms_tests.rs"]
mod tests;
