//! Names for native addresses: function, file and line, offline, from the objects on disk.

mod attribute;

#[cfg(test)]
mod symbols_tests;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use addr2line::{Loader, demangle_auto};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use attribute::{Attribution, attribute};

use crate::model::Frame;

/// What stands on top of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Top {
    /// The instruction that faulted: the address is its own.
    Instruction,
    /// A call: as everywhere further out, the address is that of the instruction after it.
    Call,
}

/// A named frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamedFrame {
    /// The mapped file; nothing for code that belongs to none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub object: Option<PathBuf>,
    /// Where in it.
    pub offset: u64,
    /// The function, demangled; `object+0xoffset` when nobody knows it.
    pub function: String,
    /// The source file, as the compiler was told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The line in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// Whether it was inlined into the frame that follows.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub inlined: bool,
}

impl fmt::Display for NamedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function)?;
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " at {file}:{line}"),
            (Some(file), None) => write!(f, " at {file}"),
            (None, _) if self.function.contains("+0x") => Ok(()),
            (None, _) => write!(f, " in {}", file_name(self.object.as_deref())),
        }
    }
}

/// Names addresses, and keeps every object that it has read.
#[derive(Default)]
pub struct Symbols {
    /// Nothing for an object that cannot be read: it is not tried again.
    objects: BTreeMap<PathBuf, Option<Loader>>,
}

impl Symbols {
    /// Without any object yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A stack, the innermost frame first. Calls that were inlined are frames of their own.
    pub fn stack(&mut self, addresses: &[Frame], top: Top) -> Vec<NamedFrame> {
        let mut frames = Vec::new();
        for (at, address) in addresses.iter().enumerate() {
            let exact = at == 0 && top == Top::Instruction;
            frames.extend(self.frames(address, exact));
        }
        frames
    }

    /// The frames of one address, at least one. `exact` says that it is that of the instruction itself,
    /// and not that of the one after a call.
    fn frames(&mut self, address: &Frame, exact: bool) -> Vec<NamedFrame> {
        let loader = address.object.as_ref().and_then(|object| {
            self.objects
                .entry(object.clone())
                .or_insert_with(|| load(object))
                .as_ref()
        });
        // The instruction after a call may belong to the next line or function.
        let probe = address.offset.saturating_sub(u64::from(!exact));
        let mut frames = loader
            .map(|loader| by_debug_info(loader, address, probe))
            .unwrap_or_default();
        if frames.is_empty() {
            frames.push(unplaced(address));
        }
        let last = frames.len() - 1;
        for (at, frame) in frames.iter_mut().enumerate() {
            frame.inlined = at < last;
            if frame.function.is_empty() {
                frame.function = fallback(loader, address, probe);
            }
        }
        frames
    }
}

/// Reads an object. A file that is gone, or is no object, has no names.
fn load(object: &Path) -> Option<Loader> {
    // `[vdso]` is no file; a relative path would be one of ours.
    object
        .is_absolute()
        .then(|| Loader::new(object).ok())
        .flatten()
}

/// What debug information knows; functions may be without a name.
fn by_debug_info(loader: &Loader, address: &Frame, probe: u64) -> Vec<NamedFrame> {
    let mut frames = Vec::new();
    let Ok(mut found) = loader.find_frames(loader.relative_address_base() + probe) else {
        return frames;
    };
    while let Ok(Some(found)) = found.next() {
        // By its form, not by its language: C may define what C++ and Rust call.
        let name = found
            .function
            .as_ref()
            .and_then(|function| function.raw_name().ok())
            .map(|name| demangle_auto(name, None).into_owned());
        frames.push(NamedFrame {
            function: name.unwrap_or_default(),
            file: found
                .location
                .as_ref()
                .and_then(|place| place.file)
                .map(str::to_owned),
            line: found.location.as_ref().and_then(|place| place.line),
            ..unplaced(address)
        });
    }
    frames
}

/// The symbol table, then what the process knew, then the place itself.
fn fallback(loader: Option<&Loader>, address: &Frame, probe: u64) -> String {
    loader
        .and_then(|loader| loader.find_symbol(loader.relative_address_base() + probe))
        .or(address.symbol.as_deref())
        .map_or_else(
            || {
                // Code of no object is V8's, or was unmapped.
                let object = address.object.as_deref();
                let object = object.map_or("".into(), |object| file_name(Some(object)));
                format!("{object}+{:#x}", address.offset)
            },
            |symbol| demangle_auto(symbol.into(), None).into_owned(),
        )
}

fn unplaced(address: &Frame) -> NamedFrame {
    NamedFrame {
        object: address.object.to_owned(),
        offset: address.offset,
        function: String::new(),
        file: None,
        line: None,
        inlined: false,
    }
}

/// The last part of an object's path.
fn file_name(object: Option<&Path>) -> Cow<'_, str> {
    object
        .and_then(Path::file_name)
        .map_or("no object".into(), |name| name.to_string_lossy())
}
