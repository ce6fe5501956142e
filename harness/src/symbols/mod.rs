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

impl fmt::Debug for Symbols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Symbols")
            .field(&self.objects.keys())
            .finish()
    }
}

impl Symbols {
    /// Without any object yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names a stack, the innermost frame first. Calls that were inlined are frames of their own. The
    /// addresses are in the numbering of their files and point into the instruction that was executed, which
    /// for a call is not the address that it returns to: the guard library writes them so.
    pub fn stack(&mut self, frames: &[Frame]) -> Vec<NamedFrame> {
        frames.iter().flat_map(|frame| self.named(frame)).collect()
    }

    /// The named frames of one frame, at least one.
    fn named(&mut self, frame: &Frame) -> Vec<NamedFrame> {
        let loader = frame.object.as_ref().and_then(|object| {
            self.objects
                .entry(object.clone())
                .or_insert_with(|| load(object))
                .as_ref()
        });
        let mut named = loader
            .map(|loader| by_debug_info(loader, frame))
            .unwrap_or_default();
        if named.is_empty() {
            named.push(nameless(frame));
        }
        let last = named.len() - 1;
        for (at, one) in named.iter_mut().enumerate() {
            one.inlined = at < last;
            if one.function.is_empty() {
                one.function = fallback(loader, frame);
            }
        }
        named
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
fn by_debug_info(loader: &Loader, frame: &Frame) -> Vec<NamedFrame> {
    let mut frames = Vec::new();
    let Ok(mut found) =
        loader.find_frames(loader.relative_address_base().wrapping_add(frame.offset))
    else {
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
            ..nameless(frame)
        });
    }
    frames
}

/// The symbol table, then what the process knew, then the place itself.
fn fallback(loader: Option<&Loader>, frame: &Frame) -> String {
    loader
        .and_then(|loader| {
            loader.find_symbol(loader.relative_address_base().wrapping_add(frame.offset))
        })
        .or(frame.symbol.as_deref())
        .map_or_else(
            || {
                // Code of no object is V8's, or was unmapped.
                let object = frame.object.as_deref();
                let object = object.map_or("".into(), |object| file_name(Some(object)));
                format!("{object}+{:#x}", frame.offset)
            },
            |symbol| demangle_auto(symbol.into(), None).into_owned(),
        )
}

fn nameless(frame: &Frame) -> NamedFrame {
    NamedFrame {
        object: frame.object.clone(),
        offset: frame.offset,
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
