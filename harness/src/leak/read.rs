//! What a tool said of one process. Its exit code is not asked: tools report what is Node's own, too.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Deserialize;
use threadproof_valgrind::{Addon, Report, Role, sites};

use super::{Tool, sanitizers::Sanitized};
use crate::{
    exec::{BLOCKS, MEMCHECK},
    protocol::Measures,
    symbols::Symbols,
};

/// Frames of a stack that tell one place from another. Further out is whoever called the addon.
pub(super) const TOLD: usize = 6;

/// A place that allocates, or a whole process, with what is left of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Site {
    /// Blocks, or descriptors, threads, and so on.
    pub count: f64,
    /// Bytes, where they are known.
    pub bytes: f64,
}

/// What was seen of a process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// What is left, by place.
    pub sites: BTreeMap<String, Site>,
    /// Accesses that are wrong, whatever is left: each a line for people.
    pub faults: Vec<String>,
    /// Why nothing can be said of this process.
    pub inconclusive: Option<String>,
}

impl Seen {
    /// Nothing can be said, for this reason.
    pub(super) fn nothing(why: impl Into<String>) -> Self {
        Seen {
            inconclusive: Some(why.into()),
            ..Seen::default()
        }
    }

    pub(super) fn add(&mut self, site: String, count: f64, bytes: f64) {
        let site = self.sites.entry(site).or_default();
        site.count += count;
        site.bytes += bytes;
    }
}

/// Reads what `tool` left in the folder of an attempt. `binary` is what was loaded of the target, where it has a binary of its
/// own; `not_well` says what became of a process that did not end in order.
pub fn read(
    tool: Tool,
    dir: &Path,
    binary: Option<&Path>,
    workers: u32,
    not_well: Option<String>,
    symbols: &mut Symbols,
) -> io::Result<Seen> {
    let measures = Measures::read(&dir.join("events.ndjson"))?;
    let sanitized = Sanitized {
        dir,
        owner: addon(binary),
        symbols,
    };
    let mut seen = match tool {
        Tool::Memcheck => memcheck(&dir.join(MEMCHECK), &sanitized.owner)?,
        Tool::Lsan => sanitized.lsan()?,
        Tool::Asan => sanitized.asan()?,
        Tool::Tsan => sanitized.tsan()?,
        Tool::Blocks => blocks(&dir.join(BLOCKS))?,
        Tool::Process => process(&measures),
    };
    let finished = measures.counts.get("finished").copied().unwrap_or(0);
    let unfinished = || {
        let all = finished == u64::from(workers);
        (!all).then(|| format!("{finished} of {workers} workers finished their work"))
    };
    if let Some(why) = not_well.or_else(unfinished) {
        // What is left says nothing then; an access that was wrong was wrong.
        seen.sites.clear();
        seen.inconclusive = Some(why);
    }
    Ok(seen)
}

fn addon(binary: Option<&Path>) -> Addon {
    binary.map_or(Addon::Any, |path| {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Addon::At(path.to_string_lossy().into_owned())
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of blocks and bytes are far below 2^53"
)]
fn memcheck(file: &Path, owner: &Addon) -> io::Result<Seen> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Seen::nothing("Valgrind wrote no report"));
        }
        Err(error) => return Err(error),
    };
    let report = match Report::parse(&text) {
        Ok(report) if report.is_conclusive() => report,
        Ok(_) => return Ok(Seen::nothing("Valgrind's report is cut off")),
        Err(error) => return Ok(Seen::nothing(error.to_string())),
    };
    let mut seen = Seen::default();
    for site in sites(&report, owner) {
        let frames: Vec<String> = site
            .frames
            .iter()
            .take(TOLD)
            .map(ToString::to_string)
            .collect();
        let place = frames.join(" < ");
        if site.kind.is_leak() {
            // Whether a block is lost or still reachable depends on what else is left of it.
            seen.add(place, site.leaked.blocks as f64, site.leaked.bytes as f64);
        } else {
            let by = match site.role {
                Role::Direct => "",
                Role::Indirect => ", of memory of the target",
            };
            seen.faults.push(format!(
                "{}{by}, {} times: {place}",
                site.kind, site.occurrences
            ));
        }
    }
    Ok(seen)
}

/// What the counter wrote.
#[derive(Deserialize)]
struct Left {
    blocks: f64,
    bytes: f64,
}

fn blocks(file: &Path) -> io::Result<Seen> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Seen::nothing("the counter of blocks wrote nothing"));
        }
        Err(error) => return Err(error),
    };
    let left: Left = serde_json::from_str(&text)?;
    let mut seen = Seen::default();
    seen.add("heap blocks".to_owned(), left.blocks, left.bytes);
    Ok(seen)
}

fn process(measures: &Measures) -> Seen {
    let Some(sample) = measures.samples.last() else {
        return Seen::nothing("the process took no sample");
    };
    let mut seen = Seen::default();
    for (name, count) in [
        ("descriptors", sample.descriptors),
        ("threads", sample.threads),
    ] {
        if let Some(count) = count {
            seen.add(name.to_owned(), count, 0.0);
        }
    }
    // In pages: V8's own numbers move by a few bytes.
    seen.add(
        "external memory, pages".to_owned(),
        (sample.external / 4096.0).round(),
        sample.external,
    );
    for (name, count) in &sample.counters {
        seen.add(format!("{name}, as the target counts"), *count, 0.0);
    }
    seen
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
