//! What can go wrong, as `index.cjs` turns it into JavaScript errors.
//!
//! Three categories of our own, each with a stable code, and SQLite's:
//!
//! | category | code | when |
//! |---|---|---|
//! | thread affinity | `ERR_THREAD_AFFINITY` | a handle reached a thread that did not make it |
//! | lifecycle | `ERR_INVALID_STATE` | closed, finalized, busy: the object cannot do this now |
//! | deadline | `ERR_DEADLINE_EXCEEDED` | a statement took longer than it was given |
//! | resource | `ERR_RESOURCE` | out of memory, or a value longer than JavaScript can hold |
//! | SQLite's own | `ERR_SQLITE_ERROR` | with `errcode` and `errstr` as SQLite gives them |
//!
//! No entry point throws: it stores a [`Failure`] for its env and sets the status, and the
//! JavaScript layer builds the error in its own realm.

use std::any::Any;

use crate::affinity::ThreadKey;

/// Why an entry point did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// SQLite refused.
    Sqlite {
        /// Extended result code, <https://sqlite.org/rescode.html>.
        errcode: i32,
        /// `sqlite3_errmsg` at the time.
        message: String,
        /// `sqlite3_errstr` of the code.
        errstr: String,
    },
    /// Lifecycle: the object is in no state to do this.
    State(&'static str),
    /// An argument has the wrong type.
    ArgType(String),
    /// A value does not fit a JavaScript number.
    OutOfRange(String),
    /// A handle was used by a thread that did not make it.
    Affinity {
        /// What was used.
        what: &'static str,
        /// Its thread.
        owner: ThreadKey,
        /// The thread that came.
        caller: ThreadKey,
    },
    /// Memory or length limits of this process or of JavaScript.
    Resource(String),
    /// A bug of ours: a panic, caught at the entry point.
    Internal(String),
    /// A statement did not end in so many milliseconds.
    Deadline(u32),
    /// The env is ending or an exception is pending: say nothing and return.
    Quiet,
}

impl Failure {
    /// The number that stands in the status field of the shared buffer, never 0.
    pub fn kind(&self) -> i32 {
        match self {
            Self::Sqlite { .. } => 1,
            Self::State(_) => 2,
            Self::ArgType(_) => 3,
            Self::OutOfRange(_) => 4,
            Self::Affinity { .. } => 5,
            Self::Resource(_) => 6,
            Self::Internal(_) => 7,
            Self::Quiet => 8,
            Self::Deadline(_) => 9,
        }
    }

    /// What a caught panic said.
    pub fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Self::Internal(text)
    }

    /// The text that a person reads.
    pub fn message(&self) -> String {
        match self {
            Self::Sqlite { message, .. }
            | Self::ArgType(message)
            | Self::OutOfRange(message)
            | Self::Resource(message) => message.clone(),
            Self::State(message) => (*message).to_owned(),
            Self::Affinity {
                what,
                owner,
                caller,
            } => format!(
                "This {what} belongs to {} and was used by {}. Open the database again in the \
                 thread that needs it; handles never move between threads.",
                owner.describe(),
                caller.describe()
            ),
            Self::Internal(what) => {
                format!("@threadproof/sqlite panicked, which is a bug: please report it. {what}")
            }
            Self::Deadline(milliseconds) => {
                format!("The statement did not end within its deadline of {milliseconds} ms.")
            }
            Self::Quiet => "the thread is ending".to_owned(),
        }
    }
}

/// Shorthand of the entry points.
pub type Result<T> = std::result::Result<T, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_affinity_failure_names_both_threads() {
        let (owner, caller) = std::thread::spawn(|| {
            ThreadKey::name_current("worker 1 (test)");
            let owner = ThreadKey::current();
            let caller = std::thread::spawn(|| {
                ThreadKey::name_current("worker 2 (test)");
                ThreadKey::current()
            });
            (owner, caller.join().expect("the thread ends"))
        })
        .join()
        .expect("the thread ends");
        let message = Failure::Affinity {
            what: "database",
            owner,
            caller,
        }
        .message();
        assert!(message.contains("belongs to worker 1 (test)"), "{message}");
        assert!(message.contains("used by worker 2 (test)"), "{message}");
    }

    #[test]
    fn no_two_failures_share_a_kind_and_none_is_zero() {
        let here = ThreadKey::current();
        let mut kinds: Vec<_> = [
            Failure::Sqlite {
                errcode: 1,
                message: String::new(),
                errstr: String::new(),
            },
            Failure::State(""),
            Failure::ArgType(String::new()),
            Failure::OutOfRange(String::new()),
            Failure::Affinity {
                what: "",
                owner: here,
                caller: here,
            },
            Failure::Resource(String::new()),
            Failure::Internal(String::new()),
            Failure::Quiet,
            Failure::Deadline(1),
        ]
        .iter()
        .map(Failure::kind)
        .collect();
        kinds.sort_unstable();
        assert_eq!(kinds, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
