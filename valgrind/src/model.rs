//! What a memcheck run found, as its XML says it.

use std::collections::BTreeMap;
use std::fmt;

/// The content of one XML file: one process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Valgrind's own words: version, command.
    pub preamble: Vec<String>,
    /// Process id.
    pub pid: Option<u32>,
    /// Its parent's.
    pub ppid: Option<u32>,
    /// Valgrind's executable and arguments.
    pub valgrind_args: Vec<String>,
    /// The program and its arguments.
    pub program_args: Vec<String>,
    /// When it ran and finished. A process that died under Valgrind may lack the second.
    pub states: Vec<State>,
    /// What it found, in order; leaks come after [`Status::Finished`].
    pub errors: Vec<Error>,
    /// The signal that ended the program, when one did.
    pub fatal_signal: Option<FatalSignal>,
    /// How often each error occurred, by [`Error::unique`]. Leaks are not counted here.
    pub counts: BTreeMap<u64, u64>,
    /// The suppressions that were used. Valgrind leaves them out under `-q`.
    pub suppressed: Vec<Suppressed>,
    /// Whether all of it is there.
    pub completeness: Completeness,
}

/// Whether a file was read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Completeness {
    /// The root element is closed.
    Complete,
    /// It stops in the middle; everything after the last complete record is lost. Such a run
    /// is inconclusive, however few errors there are.
    Truncated {
        /// What the reader met.
        why: String,
    },
    /// Nothing was read.
    #[default]
    Nothing,
}

/// A change of state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Which one.
    pub status: Status,
    /// Valgrind's clock: `00:00:00:00.302` (days first).
    pub time: String,
}

/// The states of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The program begins.
    Running,
    /// The program ended; what follows are leaks and totals.
    Finished,
    /// A state that this reader does not know.
    Other(String),
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Its number in this file; the key of [`Report::counts`].
    pub unique: u64,
    /// Valgrind's number of the thread; 1 is the main thread.
    pub tid: u32,
    /// The thread's name, when it has one.
    pub thread_name: Option<String>,
    /// What kind of error.
    pub kind: Kind,
    /// Valgrind's sentence.
    pub what: String,
    /// How much a leak record stands for.
    pub leaked: Option<Leaked>,
    /// Where it happened, or where the leaked block was allocated; innermost frame first.
    pub stack: Vec<Frame>,
    /// More about it, each with its own stack: where the block was freed, where it came from.
    pub aux: Vec<Aux>,
}

/// Kinds of memcheck errors.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "memcheck's own names, in the order of its documentation"
)]
pub enum Kind {
    UninitValue,
    UninitCondition,
    CoreMemError,
    InvalidRead,
    InvalidWrite,
    InvalidJump,
    SyscallParam,
    ClientCheck,
    InvalidFree,
    MismatchedFree,
    Overlap,
    FishyValue,
    InvalidMemPool,
    LeakDefinitelyLost,
    LeakIndirectlyLost,
    LeakPossiblyLost,
    LeakStillReachable,
    /// A kind that this reader does not know, by its name.
    Other(String),
}

/// How much a leak record stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leaked {
    /// Bytes, blocks lost through it included.
    pub bytes: u64,
    /// Blocks.
    pub blocks: u64,
}

/// A sentence that belongs to a record, with its stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aux {
    /// Valgrind's sentence.
    pub what: String,
    /// Its stack; empty when it has none.
    pub stack: Vec<Frame>,
}

/// A frame of a stack. Only the address is certain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// Instruction pointer.
    pub ip: u64,
    /// The object it lies in. Absent for generated code, and for unloaded objects unless Valgrind
    /// ran with `--keep-debuginfo=yes`.
    pub obj: Option<String>,
    /// The function.
    pub function: Option<String>,
    /// The folder of its source.
    pub dir: Option<String>,
    /// Its source file.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
}

/// The signal that ended the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FatalSignal {
    /// Its number.
    pub signal: i32,
    /// Its name: `SIGSEGV`.
    pub name: String,
    /// Valgrind's number of the thread.
    pub tid: u32,
    /// What happened, as `Access not within mapped region`; absent for `abort()`.
    pub event: Option<String>,
    /// The address that was touched.
    pub address: Option<u64>,
    /// Where.
    pub stack: Vec<Frame>,
}

/// A suppression and how often it hid a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Its name in the file of suppressions.
    pub name: String,
    /// How often it was used.
    pub count: u64,
}

impl Report {
    /// Whether the program ended and all records are there: without this, no error means nothing.
    pub fn is_conclusive(&self) -> bool {
        self.completeness == Completeness::Complete
            && self
                .states
                .iter()
                .any(|state| state.status == Status::Finished)
    }

    /// How often an error occurred: leaks once, others as counted, at least once.
    pub fn occurrences(&self, error: &Error) -> u64 {
        self.counts.get(&error.unique).copied().unwrap_or(1)
    }
}

impl Kind {
    const NAMES: [(&'static str, Kind); 17] = [
        ("UninitValue", Kind::UninitValue),
        ("UninitCondition", Kind::UninitCondition),
        ("CoreMemError", Kind::CoreMemError),
        ("InvalidRead", Kind::InvalidRead),
        ("InvalidWrite", Kind::InvalidWrite),
        ("InvalidJump", Kind::InvalidJump),
        ("SyscallParam", Kind::SyscallParam),
        ("ClientCheck", Kind::ClientCheck),
        ("InvalidFree", Kind::InvalidFree),
        ("MismatchedFree", Kind::MismatchedFree),
        ("Overlap", Kind::Overlap),
        ("FishyValue", Kind::FishyValue),
        ("InvalidMemPool", Kind::InvalidMemPool),
        ("Leak_DefinitelyLost", Kind::LeakDefinitelyLost),
        ("Leak_IndirectlyLost", Kind::LeakIndirectlyLost),
        ("Leak_PossiblyLost", Kind::LeakPossiblyLost),
        ("Leak_StillReachable", Kind::LeakStillReachable),
    ];

    /// By memcheck's name.
    pub fn named(name: &str) -> Self {
        Self::NAMES
            .into_iter()
            .find(|(known, _)| *known == name)
            .map_or_else(|| Kind::Other(name.to_owned()), |(_, kind)| kind)
    }

    /// Memcheck's name.
    pub fn as_str(&self) -> &str {
        match self {
            Kind::Other(name) => name,
            known => Self::NAMES
                .iter()
                .find(|(_, kind)| kind == known)
                .map_or("", |(name, _)| name),
        }
    }

    /// Whether it is about memory that was not released. *Still reachable* and *possibly lost* are
    /// no verdict by themselves: compare runs with different numbers of workers.
    pub fn is_leak(&self) -> bool {
        matches!(
            self,
            Kind::LeakDefinitelyLost
                | Kind::LeakIndirectlyLost
                | Kind::LeakPossiblyLost
                | Kind::LeakStillReachable
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Frame {
    /// `lose (addon.c:6)`, `napi_create_reference (node)`, `??? (addon.node)`, `0x1FFE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = self
            .obj
            .as_deref()
            .map(|path| path.rsplit('/').next().unwrap_or(path));
        match (&self.function, object) {
            (None, None) => return write!(f, "{:#X}", self.ip),
            (function, _) => f.write_str(function.as_deref().unwrap_or("???"))?,
        }
        match (&self.file, self.line, object) {
            (Some(file), Some(line), _) => write!(f, " ({file}:{line})"),
            (Some(file), None, _) => write!(f, " ({file})"),
            (None, _, Some(object)) => write!(f, " ({object})"),
            (None, _, None) => Ok(()),
        }
    }
}
