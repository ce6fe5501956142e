//! What can go wrong with the file of the history.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

use super::VERSION;
use crate::error::Error;

/// What can go wrong with the file of the history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A newer threadproof has written it.
    #[error(
        "the history {} has version {found}; this threadproof knows version {VERSION} and older ones", file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: i64,
    },
    /// It is a database of somebody else's.
    #[error("{} is a database, but no history of threadproof", file.display())]
    NotOurs {
        /// The file.
        file: PathBuf,
    },
    /// It is no database, or is broken.
    #[error("the history {} is damaged: {why}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What it keeps of one run is broken; the others can be read.
    #[error("the history {} is damaged where it keeps the results of {run}: {why}", file.display())]
    DamagedRun {
        /// The file.
        file: PathBuf,
        /// The run's name.
        run: String,
        /// The command line that made it.
        command: String,
        /// What is wrong.
        why: String,
    },
    /// Other processes kept it to themselves for too long.
    #[error("the history {} is in use by another program, which did not let go of it", file.display())]
    Busy {
        /// The file.
        file: PathBuf,
    },
    /// The system does not let us.
    #[error("the history {} cannot be used: {why}", file.display())]
    Denied {
        /// The file.
        file: PathBuf,
        /// Why.
        why: String,
    },
}

impl HistoryError {
    /// For `map_err`: what SQLite says of a file.
    pub(super) fn of(file: impl Into<PathBuf>) -> impl FnOnce(rusqlite::Error) -> Self {
        let file = file.into();
        move |error| {
            let why = error.to_string();
            match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    HistoryError::Busy { file }
                }
                // The last two: a table is not there, or is not as we have made it; or SQLite does not mind what is read, but
                // it is not what we have written.
                Some(
                    ErrorCode::NotADatabase
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::ConstraintViolation
                    | ErrorCode::Unknown,
                )
                | None => HistoryError::Damaged { file, why },
                Some(_) => HistoryError::Denied { file, why },
            }
        }
    }

    /// For `map_err`: what the system says of a file.
    pub(super) fn io(file: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let file = file.into();
        move |error| HistoryError::Denied {
            file,
            why: error.to_string(),
        }
    }

    /// What to do next.
    pub fn help(&self) -> String {
        let help = match self {
            HistoryError::Newer { .. } => {
                "use the newer threadproof, or another file with --history"
            }
            HistoryError::DamagedRun { command, .. } => {
                return format!("the other runs can be read; run this one again: {command}");
            }
            HistoryError::NotOurs { .. } => "name a file of its own with --history",
            HistoryError::Damaged { .. } => {
                "move the file away, and what stands beside it with -wal and -shm in its name: the next run begins a new one; \
                 the folders of runs are not touched, and can be read by their names or paths"
            }
            HistoryError::Busy { .. } => "close the program that holds it",
            HistoryError::Denied { .. } => {
                "name a file that can be written with --history, or write none: --history off"
            }
        };
        help.to_owned()
    }
}

impl From<HistoryError> for Error {
    fn from(error: HistoryError) -> Self {
        Error::Usage {
            help: error.help(),
            what: error.to_string(),
        }
    }
}
