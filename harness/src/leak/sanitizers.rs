//! The logs of sanitizers. A record is the target's when a frame of its stack lies in the target's binary; no list of
//! suppressions is used. Each tool has something planted that it must have seen: silence proves nothing.

use std::{fs, io, path::Path};

use threadproof_valgrind::{Addon, Alarm, Leak, LogError, Place, Stack, parse_alarms, parse_lsan};

use super::read::{Seen, TOLD};
use crate::{
    exec::{ASAN, KEEP_MAPPED, LSAN, RACE, TSAN},
    model::Frame,
    symbols::Symbols,
};

/// Of a report only the access itself counts, and what it collides with: the other access of a race, or who freed or
/// allocated the memory. The rest says where threads come from.
const COLLIDING: usize = 2;

/// What is needed to tell whose a frame is, and where.
pub(super) struct Sanitized<'a> {
    /// The attempt's folder.
    pub(super) dir: &'a Path,
    /// The target.
    pub(super) owner: Addon,
    /// For names.
    pub(super) symbols: &'a mut Symbols,
}

impl Sanitized<'_> {
    /// What `LeakSanitizer` found.
    pub(super) fn lsan(mut self) -> io::Result<Seen> {
        let mut seen = Seen::default();
        let mut looked = false;
        for log in logs(self.dir, LSAN)? {
            match parse_lsan(&log) {
                Ok(leaks) => looked |= self.leaks(&leaks, &mut seen),
                Err(error) => return Ok(unreadable(&error)),
            }
        }
        Ok(if looked {
            seen
        } else {
            Seen::nothing("LeakSanitizer did not report the blocks that were lost for it to find")
        })
    }

    /// What `AddressSanitizer` found: it ends the process at the first wrong access, and looks for leaks at the end of
    /// those that get there.
    pub(super) fn asan(mut self) -> io::Result<Seen> {
        let mut seen = Seen::default();
        let mut looked = false;
        for log in logs(self.dir, ASAN)? {
            match (parse_alarms(&log), parse_lsan(&log)) {
                (Ok(alarms), Ok(leaks)) => {
                    self.alarms(&alarms, &mut seen);
                    looked |= self.leaks(&leaks, &mut seen);
                }
                (Err(error), _) | (_, Err(error)) => return Ok(unreadable(&error)),
            }
        }
        if !looked {
            let why = "AddressSanitizer did not report the blocks that were lost for it to find";
            seen.inconclusive = Some(why.to_owned());
        }
        Ok(seen)
    }

    /// What `ThreadSanitizer` found.
    pub(super) fn tsan(mut self) -> io::Result<Seen> {
        let mut seen = Seen::default();
        let mut looked = false;
        for log in logs(self.dir, TSAN)? {
            match parse_alarms(&log) {
                Ok(alarms) => {
                    let accesses = || alarms.iter().filter_map(|alarm| alarm.stacks.first());
                    looked |= accesses().any(|stack| passes_through(&stack.frames, RACE));
                    self.alarms(&alarms, &mut seen);
                }
                Err(error) => return Ok(unreadable(&error)),
            }
        }
        if !looked {
            let why = "ThreadSanitizer did not report the race that was run for it to find";
            seen.inconclusive = Some(why.to_owned());
        }
        Ok(seen)
    }

    /// Adds the target's leaks. Whether those that were planted are among all of them.
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers of blocks and bytes are far below 2^53"
    )]
    fn leaks(&mut self, leaks: &[Leak], seen: &mut Seen) -> bool {
        for leak in leaks {
            if let Some(place) = self.place(&leak.stack) {
                seen.add(place, leak.blocks as f64, leak.bytes as f64);
            }
        }
        leaks
            .iter()
            .any(|leak| passes_through(&leak.stack, KEEP_MAPPED))
    }

    /// Adds the target's wrong accesses.
    fn alarms(&mut self, alarms: &[Alarm], seen: &mut Seen) {
        for alarm in alarms {
            let colliding = &alarm.stacks[..alarm.stacks.len().min(COLLIDING)];
            let mut whose = Vec::new();
            let mut ours = false;
            for stack in colliding {
                let place = self.place(&stack.frames);
                ours |= place.is_some();
                whose.push(told(stack, place));
            }
            if !ours {
                continue;
            }
            if alarm.kind.starts_with("data race") {
                // Which came first is chance.
                whose.sort();
            }
            let fault = format!("{}: {}", alarm.kind, whose.join("; "));
            if !seen.faults.contains(&fault) {
                seen.faults.push(fault);
            }
        }
    }

    /// The target's frames of a stack, if it has any.
    fn place(&mut self, stack: &[Place]) -> Option<String> {
        let of_target = |place: &&Place| {
            let object = place.object.as_deref();
            object.is_some_and(|object| self.owner.owns_object(object))
        };
        let frames: Vec<Frame> = stack
            .iter()
            .filter(of_target)
            .take(TOLD)
            .map(|place| Frame {
                object: place.object.as_ref().map(Into::into),
                offset: place.offset,
                symbol: None,
                file: None,
                line: None,
            })
            .collect();
        let named = self.symbols.stack(&frames);
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        (!named.is_empty()).then(|| named.join(" < "))
    }
}

/// What was done, and where.
fn told(stack: &Stack, place: Option<String>) -> String {
    let what = stack.what.to_lowercase();
    let what = what.trim_start_matches("previous ");
    let place = place.unwrap_or_else(|| "not by the target".to_owned());
    if what.is_empty() {
        place
    } else {
        format!("{what}: {place}")
    }
}

/// Whether a frame lies in a library of ours.
fn passes_through(stack: &[Place], library: &str) -> bool {
    stack.iter().any(|place| {
        let object = place.object.as_deref().map(Path::new);
        object
            .and_then(Path::file_name)
            .is_some_and(|name| name.to_string_lossy().starts_with(library))
    })
}

fn unreadable(error: &LogError) -> Seen {
    Seen::nothing(error.to_string())
}

/// The logs that a sanitizer wrote: one for each process.
fn logs(dir: &Path, tool: &str) -> io::Result<Vec<String>> {
    let mut logs = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&format!("{tool}.")) {
            // A process that dies may write anything.
            logs.push(String::from_utf8_lossy(&fs::read(&path)?).into_owned());
        }
    }
    Ok(logs)
}
