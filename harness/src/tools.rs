//! Programs of the machine that the harness relies on.

use std::path::PathBuf;

/// Finds a program on the search path.
pub fn find(program: &str) -> Result<PathBuf, String> {
    which::which(program).map_err(|_| format!("there is no {program:?} on the search path"))
}

/// How to get a program.
pub fn help(program: &str) -> &'static str {
    match program {
        "node" | "npm" => {
            "install Node.js 20.19 or later with its npm, from nodejs.org or a version manager \
             (fnm, nvm, volta), and put it on PATH"
        }
        "cargo" => "install Rust from rustup.rs",
        "cc" => {
            "install a C compiler: build-essential on Debian and Ubuntu, gcc on Fedora, \
             xcode-select --install on macOS"
        }
        "gdb" => "install gdb with the system's packages, for native frames of hangs",
        "prlimit" => "install util-linux, for the scenarios of exhaustion/",
        "valgrind" => "install valgrind with the system's packages, for leak jobs",
        _ => "install it and put it on PATH",
    }
}

/// Why limits of a process cannot be set on this machine, if they cannot.
pub(crate) fn no_limits() -> Option<String> {
    (!cfg!(target_os = "linux") || which::which("prlimit").is_err())
        .then(|| "limits of a process are set by prlimit (util-linux), on Linux".to_owned())
}
