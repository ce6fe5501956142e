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
}

impl Tool {
    /// All of them.
    pub const ALL: [Tool; 4] = [Tool::Memcheck, Tool::Lsan, Tool::Blocks, Tool::Process];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Tool::Memcheck => "memcheck",
            Tool::Lsan => "lsan",
            Tool::Blocks => "blocks",
            Tool::Process => "process",
        }
    }

    /// What it starts Node by.
    pub fn launcher(self) -> Launcher {
        match self {
            Tool::Memcheck => Launcher::Memcheck,
            Tool::Lsan => Launcher::Lsan,
            Tool::Blocks => Launcher::Blocks,
            Tool::Process => Launcher::Native,
        }
    }

    /// Whether it says where something was allocated: then only what the target allocated counts, and else everything
    /// that the target leaves beyond the control.
    pub fn names_places(self) -> bool {
        matches!(self, Tool::Memcheck | Tool::Lsan)
    }

    /// Numbers of workers that lie on a line. A place is seen exactly, and Valgrind is slow; whole processes differ by a few
    /// blocks.
    pub fn scale(self) -> u32 {
        match self {
            Tool::Memcheck => 2,
            Tool::Lsan => 4,
            Tool::Blocks | Tool::Process => 10,
        }
    }

    /// How often each number of workers is run.
    pub fn repeats(self) -> u32 {
        match self {
            Tool::Memcheck | Tool::Lsan => 1,
            Tool::Blocks | Tool::Process => 2,
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
        Tool::Lsan => linux("LeakSanitizer is preloaded").or_else(|| {
            lsan_runtime().is_none().then(|| {
                "the C compiler has no liblsan.so: install gcc with its sanitizers (libgcc-12-dev or the like)"
                    .to_owned()
            })
        }),
        Tool::Blocks => linux("blocks are counted"),
        Tool::Process => (!cfg!(target_os = "linux"))
            .then(|| "descriptors and threads are counted on Linux only".to_owned()),
    }
}

/// The runtime library of LeakSanitizer that the C compiler brings.
pub fn lsan_runtime() -> Option<PathBuf> {
    let compiler = which::which("cc").ok()?;
    let said = Command::new(compiler)
        .arg("-print-file-name=liblsan.so")
        .output()
        .ok()?;
    let path = PathBuf::from(String::from_utf8(said.stdout).ok()?.trim());
    // A compiler that does not have it prints the bare name.
    path.is_absolute()
        .then(|| path.canonicalize().ok())
        .flatten()
}
