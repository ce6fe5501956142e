//! The tools, and whether this machine has them.

use std::{fmt, path::PathBuf, process::Command};

use serde::Serialize;

use crate::model::Launcher;

/// What looks at a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Valgrind's memcheck: leaks by place, invalid accesses, values that were never set
    Memcheck,
    /// `LeakSanitizer`, preloaded: leaks by place
    Lsan,
    /// All heap blocks that are left when Node has torn everything down
    Blocks,
    /// Descriptors, threads and memory outside of JavaScript, as the system and V8 count them
    Process,
    /// `AddressSanitizer`, in targets that can be rebuilt with it: invalid accesses and leaks by place
    Asan,
    /// `ThreadSanitizer`, in targets that can be rebuilt with it: data races
    Tsan,
}

impl Tool {
    /// All of them.
    pub const ALL: [Tool; 6] = [
        Tool::Memcheck,
        Tool::Lsan,
        Tool::Blocks,
        Tool::Process,
        Tool::Asan,
        Tool::Tsan,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Tool::Memcheck => "memcheck",
            Tool::Lsan => "lsan",
            Tool::Blocks => "blocks",
            Tool::Process => "process",
            Tool::Asan => "asan",
            Tool::Tsan => "tsan",
        }
    }

    /// What it starts Node by.
    pub fn launcher(self) -> Launcher {
        match self {
            Tool::Memcheck => Launcher::Memcheck,
            Tool::Lsan => Launcher::Lsan,
            Tool::Blocks => Launcher::Blocks,
            Tool::Process => Launcher::Native,
            Tool::Asan => Launcher::Asan,
            Tool::Tsan => Launcher::Tsan,
        }
    }

    /// Whether it says where something is: then only what lies in the target's code counts, and else everything
    /// that the target leaves beyond the control.
    pub fn names_places(self) -> bool {
        match self {
            Tool::Memcheck | Tool::Lsan | Tool::Asan | Tool::Tsan => true,
            Tool::Blocks | Tool::Process => false,
        }
    }

    /// Whether it sees nothing but what was compiled for it.
    pub fn needs_rebuild(self) -> bool {
        match self {
            Tool::Asan | Tool::Tsan => true,
            Tool::Memcheck | Tool::Lsan | Tool::Blocks | Tool::Process => false,
        }
    }

    /// Whether workers that run at the same time have to begin each program together: without that the one may be done,
    /// and have passed a lock of Node's, before the other begins, and then nothing of theirs can race.
    pub fn wants_overlap(self) -> bool {
        self == Tool::Tsan
    }

    /// Numbers of workers that lie on a line. A place is seen exactly, and Valgrind is slow; whole processes differ by a few
    /// blocks. Races have no line: more workers are more chances.
    pub fn scale(self) -> u32 {
        match self {
            Tool::Memcheck | Tool::Tsan => 2,
            Tool::Lsan | Tool::Asan => 4,
            Tool::Process => 5,
            // A block more or less in a process is far from a block a worker.
            Tool::Blocks => 8,
        }
    }

    /// How often each number of workers is run.
    pub fn repeats(self) -> u32 {
        match self {
            Tool::Memcheck | Tool::Lsan | Tool::Asan | Tool::Tsan => 1,
            Tool::Blocks | Tool::Process => 2,
        }
    }

    /// Its runtime library, where the C compiler brings it.
    fn library(self) -> Option<&'static str> {
        match self {
            Tool::Lsan => Some("liblsan.so"),
            Tool::Asan => Some("libasan.so"),
            Tool::Tsan => Some("libtsan.so"),
            Tool::Memcheck | Tool::Blocks | Tool::Process => None,
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a tool cannot be used here, if it cannot.
pub fn unavailable(tool: Tool) -> Option<String> {
    let linux = |what: &str| {
        (!cfg!(all(target_os = "linux", target_env = "gnu")))
            .then(|| format!("{what} on Linux with glibc only"))
    };
    match tool {
        Tool::Memcheck => which::which("valgrind").err().map(|_| {
            format!(
                "there is no valgrind on the search path: {}",
                crate::tools::help("valgrind")
            )
        }),
        Tool::Lsan | Tool::Asan | Tool::Tsan => {
            linux("sanitizers are preloaded").or_else(|| sanitizer_runtime(tool).err())
        }
        Tool::Blocks => linux("blocks are counted"),
        Tool::Process => (!cfg!(target_os = "linux"))
            .then(|| "descriptors and threads are counted on Linux only".to_owned()),
    }
}

/// The runtime library of a sanitizer that the C compiler brings, or why there is none.
pub fn sanitizer_runtime(tool: Tool) -> Result<PathBuf, String> {
    let library = tool
        .library()
        .ok_or_else(|| format!("{tool} is no sanitizer"))?;
    let compiler = which::which("cc").map_err(|_| {
        format!(
            "there is no C compiler on the search path: {}",
            crate::tools::help("cc")
        )
    })?;
    let said = Command::new(compiler)
        .arg(format!("-print-file-name={library}"))
        .output()
        .map_err(|error| format!("the C compiler cannot be asked for {library}: {error}"))?;
    let path = PathBuf::from(String::from_utf8_lossy(&said.stdout).trim());
    // A compiler that does not have it prints the bare name.
    path.is_absolute()
        .then(|| path.canonicalize().ok())
        .flatten()
        .ok_or_else(|| {
            format!(
                "the C compiler has no {library}: install gcc with its sanitizers (libgcc-12-dev or the like)"
            )
        })
}
