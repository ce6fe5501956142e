//! The environment of the processes under test: the user's, without what would distort a run.

use std::{env, ffi::OsString, path::Path, process::Command};

/// Variables of Node, of the runners and of whoever started us, that would change what is measured.
/// `npm run` and `cargo run` both leave theirs behind.
const DROPPED: [&str; 9] = [
    "NODE_",
    "npm_",
    "NPM_",
    "JEST_",
    "VITEST",
    "THREADPROOF_",
    "CARGO",
    "RUST",
    "FORCE_COLOR",
];

/// Removes what would distort from the environment of `command`, and makes its output plain.
pub(super) fn clean(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if DROPPED.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    if env::var_os("CARGO").is_some()
        && let Some(value) = env::var_os("LD_LIBRARY_PATH")
    {
        match without_toolchain(&value) {
            Some(value) => command.env("LD_LIBRARY_PATH", value),
            None => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
    command.env("NO_COLOR", "1").env("CI", "1");
}

/// The search path of libraries without the folders that `cargo run` puts before the user's own.
fn without_toolchain(value: &OsString) -> Option<OsString> {
    let of_toolchain = |path: &Path| {
        let has = |name: &str| path.components().any(|part| part.as_os_str() == name);
        has("rustlib") || has("toolchains") || path.ends_with("deps") || path.join("deps").is_dir()
    };
    let kept: Vec<_> = env::split_paths(value)
        .filter(|path| !path.as_os_str().is_empty() && !of_toolchain(path))
        .collect();
    (!kept.is_empty())
        .then(|| env::join_paths(kept).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_toolchain_are_dropped_and_the_user_s_own_are_kept() {
        let all =
            OsString::from("/w/target/release/deps:/h/.rustup/toolchains/x/lib:/opt/mine/lib");
        assert_eq!(without_toolchain(&all), Some("/opt/mine/lib".into()));
        assert_eq!(without_toolchain(&"/w/target/debug/deps".into()), None);
    }
}
