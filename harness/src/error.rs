//! What can go wrong in the harness itself, and how it then exits: one total match.

use std::{io, path::PathBuf};

use crate::exit::Exit;

/// What can go wrong in the harness itself. What goes wrong in a job is not an error but evidence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flag, a variable or a file of the user's says something that cannot be.
    #[error("{what}")]
    Usage {
        /// What.
        what: String,
        /// What to do next.
        help: String,
    },
    /// The selection is empty, or one of its parts matches nothing.
    #[error("{what}")]
    NothingSelected {
        /// Which selector, and what there is instead.
        what: String,
        /// What to do next.
        help: String,
    },
    /// Something needed could not be prepared.
    #[error("{step}: {cause}")]
    Preparation {
        /// Which step.
        step: String,
        /// Why.
        cause: String,
        /// What to do next.
        help: String,
    },
    /// The machine failed us at something that we rely on.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// A verb.
        doing: &'static str,
        /// Its object.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Ended by Ctrl-C or SIGTERM.
    #[error("interrupted")]
    Interrupted {
        /// The signal.
        signal: i32,
    },
}

impl Error {
    /// How the harness exits.
    pub fn exit(&self) -> Exit {
        match self {
            Error::Usage { .. } => Exit::Usage,
            Error::NothingSelected { .. } => Exit::NothingSelected,
            Error::Preparation { .. } => Exit::Preparation,
            Error::Io { .. } => Exit::Internal,
            Error::Interrupted { signal } => Exit::of_signal(*signal),
        }
    }

    /// What to do next.
    pub fn help(&self) -> Option<&str> {
        match self {
            Error::Usage { help, .. }
            | Error::NothingSelected { help, .. }
            | Error::Preparation { help, .. } => (!help.is_empty()).then_some(help),
            Error::Io { .. } | Error::Interrupted { .. } => None,
        }
    }

    /// For `map_err`: a failed system call with its object.
    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io {
            doing,
            path,
            source,
        }
    }

    /// For `map_err`: a step of the preparation.
    pub fn preparation(
        step: &str,
        cause: impl std::fmt::Display,
        help: impl Into<String>,
    ) -> Error {
        Error::Preparation {
            step: step.to_owned(),
            cause: cause.to_string(),
            help: help.into(),
        }
    }
}
