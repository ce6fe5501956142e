//! Whose frames they are.

use std::path::Path;

use super::NamedFrame;

/// The frames of a stack that belong to the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution<'f> {
    /// The target's frames, the innermost first.
    pub target: Vec<&'f NamedFrame>,
    /// Whether the innermost frame of all is the target's: it faulted in its own code, not in something
    /// that it had called.
    pub in_target: bool,
}

impl<'f> Attribution<'f> {
    /// The innermost of the target's frames: where to look first.
    pub fn culprit(&self) -> Option<&'f NamedFrame> {
        self.target.first().copied()
    }

    /// The names of the target's functions, as [`crate::judge::signature`] wants them.
    pub fn functions(&self) -> Vec<&'f str> {
        self.target
            .iter()
            .map(|frame| frame.function.as_str())
            .collect()
    }
}

/// Finds the target's frames by the path of their object. The paths are compared as they stand, so
/// `targets` must name every path under which the target's files were loaded.
pub fn attribute<'f>(frames: &'f [NamedFrame], targets: &[impl AsRef<Path>]) -> Attribution<'f> {
    let is_target = |frame: &NamedFrame| {
        // The kernel appends this to the name of a file that was removed while mapped.
        let object = frame.object.as_deref().map(Path::to_string_lossy);
        let object = object.as_deref().unwrap_or_default();
        let object = Path::new(object.strip_suffix(" (deleted)").unwrap_or(object));
        targets.iter().any(|target| target.as_ref() == object)
    };
    Attribution {
        target: frames.iter().filter(|frame| is_target(frame)).collect(),
        in_target: frames.first().is_some_and(is_target),
    }
}
