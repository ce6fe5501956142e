//! What a tool said of one process. Its exit code is not asked: tools report what is Node's own, too.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Deserialize;
use threadproof_valgrind::{Addon, Leak, Place, Report, Role, parse_lsan, sites};

use super::Tool;
use crate::{
    exec::{BLOCKS, KEEP_MAPPED, LSAN, MEMCHECK},
    model::Frame,
    protocol::Measures,
    symbols::Symbols,
};

/// Frames of a stack that tell one place from another. Further out is whoever called the addon.
const TOLD: usize = 6;

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

    fn add(&mut self, site: String, count: f64, bytes: f64) {
        let site = self.sites.entry(site).or_default();
        site.count += count;
        site.bytes += bytes;
    }
}

/// Reads what `tool` left in the folder of an attempt. `binary` is the target's, where it has one of its own.
pub fn read(
    tool: Tool,
    dir: &Path,
    binary: Option<&Path>,
    workers: u32,
    symbols: &mut Symbols,
) -> io::Result<Seen> {
    let measures = Measures::read(&dir.join("events.ndjson"))?;
    let finished = measures.counts.get("finished").copied().unwrap_or(0);
    if finished != u64::from(workers) {
        return Ok(Seen::nothing(format!(
            "{finished} of {workers} workers finished their work"
        )));
    }
    match tool {
        Tool::Memcheck => memcheck(&dir.join(MEMCHECK), binary),
        Tool::Lsan => lsan(dir, binary, symbols),
        Tool::Blocks => blocks(&dir.join(BLOCKS)),
        Tool::Process => Ok(process(&measures)),
    }
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
fn memcheck(file: &Path, binary: Option<&Path>) -> io::Result<Seen> {
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
    for site in sites(&report, &addon(binary)) {
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

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of blocks and bytes are far below 2^53"
)]
fn lsan(dir: &Path, binary: Option<&Path>, symbols: &mut Symbols) -> io::Result<Seen> {
    let owner = addon(binary);
    let of_addon = |place: &Place| {
        let object = place.object.as_deref();
        object.is_some_and(|object| owner.owns_object(object))
    };
    let mut planted_found = false;
    let mut seen = Seen::default();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with(&format!("{LSAN}.")) {
            continue;
        }
        let leaks = match parse_lsan(&fs::read_to_string(&path)?) {
            Ok(leaks) => leaks,
            Err(error) => return Ok(Seen::nothing(error.to_string())),
        };
        for leak in leaks {
            planted_found |= is_planted(&leak);
            let Some(last) = leak.stack.iter().rposition(of_addon) else {
                continue;
            };
            let frames: Vec<Frame> = leak.stack[..=last]
                .iter()
                .filter(|&place| of_addon(place))
                .take(TOLD)
                .map(|place| Frame {
                    object: place.object.as_ref().map(Into::into),
                    // It points behind the call.
                    offset: place.offset.saturating_sub(1),
                    symbol: None,
                    file: None,
                    line: None,
                })
                .collect();
            let named: Vec<String> = symbols
                .stack(&frames)
                .iter()
                .map(ToString::to_string)
                .collect();
            seen.add(named.join(" < "), leak.blocks as f64, leak.bytes as f64);
        }
    }
    if !planted_found {
        return Ok(Seen::nothing(
            "LeakSanitizer did not report the blocks that were lost for it to find",
        ));
    }
    Ok(seen)
}

/// Whether it is one of the blocks that `keep-mapped.c` loses: the sanitizer is silent both when there is nothing and when it
/// could not look.
fn is_planted(leak: &Leak) -> bool {
    leak.stack.iter().any(|place| {
        let object = place.object.as_deref().map(Path::new);
        object
            .and_then(Path::file_name)
            .is_some_and(|name| name.to_string_lossy().contains(KEEP_MAPPED))
    })
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
    seen
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
