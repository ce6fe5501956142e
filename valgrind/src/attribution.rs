//! Whose fault a record is: it belongs to the addon if and only if a frame lies in the addon's
//! object. Node's own records never have such a frame.

use std::collections::BTreeMap;

use crate::model::{Error, Frame, Kind, Leaked, Report};

/// Which objects are the addon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addon {
    /// Any object whose name ends in `.node`.
    Any,
    /// The object at this path. Give the path as the process opened it, links resolved.
    At(String),
}

/// What the addon has to do with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It made the access, or allocated what leaked.
    Direct,
    /// The access was made elsewhere, to memory that the addon allocated or freed.
    Indirect,
}

/// A place in the addon with all the records that come from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site<'r> {
    /// What kind of error.
    pub kind: &'r Kind,
    /// What the addon has to do with it.
    pub role: Role,
    /// The addon's part of the stack: from the innermost frame to the outermost one in the addon.
    pub frames: &'r [Frame],
    /// How many records were joined.
    pub records: usize,
    /// How often it happened, over all records.
    pub occurrences: u64,
    /// Sum over all records.
    pub leaked: Leaked,
    /// The first of the records.
    pub first: &'r Error,
}

impl Addon {
    /// Whether the frame lies in the addon.
    pub fn owns(&self, frame: &Frame) -> bool {
        frame
            .obj
            .as_deref()
            .is_some_and(|object| self.owns_object(object))
    }

    /// Whether it is the addon, by the path of a loaded object.
    pub fn owns_object(&self, object: &str) -> bool {
        match self {
            Addon::Any => current(object)
                .rsplit_once('.')
                .is_some_and(|(_, extension)| extension == "node"),
            Addon::At(path) => current(object) == path,
        }
    }

    /// What the addon has to do with the error; nothing when it is not its own.
    pub fn role(&self, error: &Error) -> Option<Role> {
        self.part(error).map(|(role, _)| role)
    }

    /// The role, and the stack up to the outermost frame in the addon.
    fn part<'r>(&self, error: &'r Error) -> Option<(Role, &'r [Frame])> {
        let upto = |stack: &'r [Frame]| {
            stack
                .iter()
                .rposition(|frame| self.owns(frame))
                .map(|last| &stack[..=last])
        };
        upto(&error.stack)
            .map(|frames| (Role::Direct, frames))
            .or_else(|| {
                error
                    .aux
                    .iter()
                    .find_map(|aux| upto(&aux.stack))
                    .map(|frames| (Role::Indirect, frames))
            })
    }
}

/// The records that belong to the addon, joined by kind and by the addon's part of the stack, in the
/// order in which they first appear.
pub fn sites<'r>(report: &'r Report, addon: &Addon) -> Vec<Site<'r>> {
    let mut sites: Vec<Site<'r>> = Vec::new();
    let mut known: BTreeMap<(&Kind, Role, Vec<String>), usize> = BTreeMap::new();
    for error in &report.errors {
        let Some((role, frames)) = addon.part(error) else {
            continue;
        };
        let key = (&error.kind, role, frames.iter().map(place).collect());
        let at = *known.entry(key).or_insert_with(|| {
            sites.push(Site {
                kind: &error.kind,
                role,
                frames,
                records: 0,
                occurrences: 0,
                leaked: Leaked::default(),
                first: error,
            });
            sites.len() - 1
        });
        let site = &mut sites[at];
        let leaked = error.leaked.unwrap_or_default();
        site.records += 1;
        site.occurrences += report.occurrences(error);
        site.leaked.bytes += leaked.bytes;
        site.leaked.blocks += leaked.blocks;
    }
    sites
}

/// The path without the ending that it gets when the file was replaced while it was loaded.
fn current(object: &str) -> &str {
    object.trim_end_matches(" (deleted)")
}

/// What stays the same when `dlopen` moves the object: no address, unless there is nothing else.
fn place(frame: &Frame) -> String {
    match (&frame.function, &frame.obj) {
        (Some(function), object) => format!(
            "{} {function} {:?}",
            object.as_deref().unwrap_or_default(),
            frame.line
        ),
        // A stripped object: pages keep the low bits of an address wherever they are mapped.
        (None, Some(object)) => format!("{object} +{:#x}", frame.ip & 0xfff),
        // Generated code: every copy has its own address.
        (None, None) => "???".to_owned(),
    }
}
