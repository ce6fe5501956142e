//! Compiles small libraries that are preloaded into Node, from `harness/preload/`.

use std::{fs, path::PathBuf, process::Command};

use super::{Done, Steps, command, lock};
use crate::error::Error;

const FLAGS: [&str; 7] = [
    "-shared",
    "-fPIC",
    "-O2",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
];

/// The library, compiled if it is not there yet.
pub fn ensure_preload(steps: Steps<'_>, name: &str) -> Result<PathBuf, Error> {
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
        let hash = blake3::hash(&text).to_hex();
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
        line.args(FLAGS).arg("-o").arg(&made).arg(&source);
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
