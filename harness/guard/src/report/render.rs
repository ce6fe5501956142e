//! How events look: one JSON object a line, or text for a person.

use std::ffi::CStr;
use std::fmt::Write as _;

use crate::objects::{self, Frame, PathId};

use super::finding::{Finding, Titled};
use super::json::{self, Put};

/// Longest path that is written; a stack must fit into the buffer of the crash handler.
const LONGEST_PATH: usize = 1024;

/// Writes the path of an object, or null.
pub(crate) fn object(out: &mut dyn Put, path: PathId) {
    match path.path() {
        Some(path) => {
            let bytes = path.to_bytes();
            json::string(out, bytes.get(..LONGEST_PATH).unwrap_or(bytes));
        }
        None => out.put(b"null"),
    }
}

/// Writes frames as a JSON array; `symbol` may name them.
pub(crate) fn frames(
    out: &mut dyn Put,
    frames: &[Frame],
    symbol: &dyn Fn(Frame) -> Option<&'static CStr>,
) {
    out.put(b"[");
    for (index, frame) in frames.iter().enumerate() {
        if index > 0 {
            out.put(b",");
        }
        out.put(b"{\"object\":");
        object(out, frame.path);
        out.put(b",\"offset\":");
        json::number(out, frame.offset as u64);
        out.put(b",\"symbol\":");
        match symbol(*frame) {
            Some(name) => json::string(out, name.to_bytes()),
            None => out.put(b"null"),
        }
        out.put(b"}");
    }
    out.put(b"]");
}

/// The dynamic symbol that a frame lies in, while its object is loaded. Takes the loader's lock.
pub(crate) fn symbol(frame: Frame) -> Option<&'static CStr> {
    let address = objects::base_of(frame.path)?.wrapping_add(frame.offset);
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `dladdr` accepts any address and fills what it finds.
    let (known, found) = unsafe {
        (
            libc::dladdr(address as *const _, found.as_mut_ptr()),
            found.assume_init(),
        )
    };
    if known == 0 || found.dli_sname.is_null() {
        return None;
    }
    // SAFETY: a name in the object's string table; used before anything can unload it.
    Some(unsafe { CStr::from_ptr(found.dli_sname) })
}

/// Begins an event.
pub(crate) fn begin(out: &mut dyn Put, kind: &str) {
    out.put(b"{\"v\":1,\"at\":");
    json::now(out);
    out.put(b",\"type\":");
    json::string(out, kind.as_bytes());
}

/// A finding as a line.
pub(crate) fn finding_line(finding: &Finding) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    begin(&mut out, "finding");
    out.put(b",\"rule\":");
    json::string(&mut out, finding.rule.as_bytes());
    out.put(b",\"detector\":\"guard\",\"message\":");
    json::string(&mut out, finding.message.as_bytes());
    out.put(b",\"call\":");
    json::string(&mut out, finding.call.as_bytes());
    out.put(b",\"object\":");
    object(&mut out, finding.object);
    out.put(b",\"count\":");
    json::number(&mut out, finding.count);
    out.put(b",\"stacks\":[");
    for (index, Titled { title, tid, stack }) in finding.stacks.iter().enumerate() {
        if index > 0 {
            out.put(b",");
        }
        out.put(b"{\"title\":");
        json::string(&mut out, title.as_bytes());
        out.put(b",\"thread\":");
        json::signed(&mut out, (*tid).into());
        out.put(b",\"frames\":");
        frames(&mut out, stack.frames(), &symbol);
        out.put(b"}");
    }
    out.put(b"]}\n");
    out
}

/// A finding for a person.
pub(crate) fn finding_text(finding: &Finding) -> Vec<u8> {
    let mut out = format!("threadproof-guard: {}: {}", finding.rule, finding.message);
    if finding.count > 1 {
        // Writing to a string cannot fail.
        let _ = write!(out, " ({} times)", finding.count);
    }
    out.push('\n');
    for Titled { title, tid, stack } in &finding.stacks {
        let _ = writeln!(out, "  {title} (thread {tid}):");
        for frame in stack.frames() {
            let path = frame.path.path().map_or("?".into(), CStr::to_string_lossy);
            let name = symbol(*frame).map_or("".into(), CStr::to_string_lossy);
            let _ = writeln!(out, "    {path}+{:#x} {name}", frame.offset);
        }
        if stack.frames().is_empty() {
            out.push_str("    (no frame of the addon)\n");
        }
    }
    out.into_bytes()
}
