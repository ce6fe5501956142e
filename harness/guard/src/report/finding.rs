//! Findings, each told once: a finding is known by its rule, its call and the addon's innermost frame.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::objects::{Frame, PathId};
use crate::shield::lock;
use crate::stack::Stack;
use crate::thread;

use super::{render, sink};

/// Different findings that one process tells at most.
const MOST: usize = 1000;

/// A stack and what it shows.
#[derive(Clone)]
pub(crate) struct Titled {
    pub(crate) title: &'static str,
    pub(crate) tid: i32,
    pub(crate) stack: Stack,
}

impl Titled {
    /// The calling thread's stack.
    pub(crate) fn here(title: &'static str, stack: Stack) -> Self {
        Self {
            title,
            tid: thread::current().tid(),
            stack,
        }
    }
}

/// What the addon did against a rule.
#[derive(Clone)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) call: &'static str,
    pub(crate) object: PathId,
    pub(crate) message: String,
    /// The first one is where the rule was broken; its innermost frame says which finding this is.
    pub(crate) stacks: Vec<Titled>,
    pub(crate) count: u64,
}

struct Told {
    finding: Finding,
    written: u64,
}

type Key = (&'static str, &'static str, Frame);

static TOLD: Mutex<BTreeMap<Key, Told>> = Mutex::new(BTreeMap::new());

/// Tells a finding, or counts it when it was told before.
pub(crate) fn tell(finding: &Finding) {
    let frame = finding
        .stacks
        .first()
        .and_then(|titled| titled.stack.frames().first())
        .copied()
        .unwrap_or(Frame {
            path: finding.object,
            offset: 0,
        });
    let mut told = lock(&TOLD);
    let full = told.len() >= MOST;
    match told.entry((finding.rule, finding.call, frame)) {
        std::collections::btree_map::Entry::Occupied(mut known) => {
            known.get_mut().finding.count += finding.count;
            return;
        }
        std::collections::btree_map::Entry::Vacant(_) if full => return,
        std::collections::btree_map::Entry::Vacant(new) => {
            new.insert(Told {
                written: finding.count,
                finding: finding.clone(),
            });
        }
    }
    let filled = told.len() == MOST;
    // Rendering takes the loader's lock, which may be held by a thread that waits for ours.
    drop(told);
    write(finding);
    if filled {
        super::note("a thousand different findings: others are not told");
    }
}

/// Whether a finding of an addon under a family of rules was told.
pub(crate) fn any_of_family(object: PathId, family: &str) -> bool {
    lock(&TOLD)
        .values()
        .any(|told| told.finding.object == object && told.finding.rule.starts_with(family))
}

/// Tells those again that happened more often since they were told: all of them at the end of the process, at
/// the end of an env only those that are at least twice as many.
pub(crate) fn tell_totals(end: bool) {
    let mut grown = Vec::new();
    for told in lock(&TOLD).values_mut() {
        let factor = if end { 1 } else { 2 };
        if told.finding.count > told.written && told.finding.count >= factor * told.written {
            told.written = told.finding.count;
            grown.push(told.finding.clone());
        }
    }
    for finding in &grown {
        write(finding);
    }
}

fn write(finding: &Finding) {
    sink::write(&if sink::is_file() {
        render::finding_line(finding)
    } else {
        render::finding_text(finding)
    });
}
