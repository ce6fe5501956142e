//! Compiles small libraries that are preloaded into Node, from `harness/preload/`.

use std::{fs, path::PathBuf, process::Command};

use super::{Done, Steps, command, lock};
use crate::{error::Error, model::Launcher};

const FLAGS: [&str; 7] = [
    "-shared",
    "-fPIC",
    "-O2",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
];

/// The library, compiled if it is not there yet: with the sanitizer of `launcher`, if that has one which looks at what is
/// compiled for it.
pub fn ensure_preload(steps: Steps<'_>, name: &str, launcher: Launcher) -> Result<PathBuf, Error> {
    let sanitize = launcher
        .sanitizer()
        .map(|sanitizer| format!("-fsanitize={sanitizer}"));
    let step = format!("preload {name}");
    steps.step(&step, "compile", |_| {
        let source = steps
            .workspace
            .root
            .join("harness/preload")
            .join(format!("{name}.c"));
        let text = fs::read(&source).map_err(Error::io("read", &source))?;
        let folder = steps.workspace.state.join("preload");
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(&text)
            .update(sanitize.as_deref().unwrap_or_default().as_bytes());
        let hash = hasher.finalize().to_hex();
        let file = folder.join(format!("{name}-{}.so", &hash[..12]));
        let done = |cached| Done {
            value: file.clone(),
            result: if cached { "up to date" } else { "compiled" }.to_owned(),
            cached,
        };
        if file.is_file() {
            return Ok(done(true));
        }
        let _lock = lock::take(&file.with_extension("lock"), steps.interrupt, &|_| {})?;
        let compiler = which::which("cc").map_err(|_| {
            let cause = "there is no C compiler on the search path";
            Error::preparation(&step, cause, crate::tools::help("cc"))
        })?;
        // Under another name first: what has the right one is whole.
        let made = file.with_extension("partial");
        let mut line = Command::new(compiler);
        line.args(FLAGS)
            .args(&sanitize)
            .arg("-o")
            .arg(&made)
            .arg(&source);
        let output = command::run(&mut line, steps.interrupt, |_| {})?;
        if !output.status.success() {
            return Err(Error::preparation(
                &step,
                format!("{} does not compile\n{}", source.display(), output.said()),
                "leave the tool out that needs it, with --tool",
            ));
        }
        fs::rename(&made, &file).map_err(Error::io("rename", &made))?;
        Ok(done(false))
    })
}
