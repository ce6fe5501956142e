//! Compiles specimens, each with its fault and without: C by the compiler of this machine, Rust by Cargo.
//! What is compiled is kept by the hash of all that went in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Done, Steps, cargo, command, lock};
use crate::{error::Error, model::SpecimenSource};

/// Warnings are errors in a specimen: its one fault is planted.
const FLAGS: [&str; 8] = [
    "-shared",
    "-fPIC",
    "-g",
    "-O1",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
];

/// The compiled specimen.
pub(super) fn ready(
    steps: Steps<'_>,
    id: &str,
    dir: &Path,
    specimen: &SpecimenSource,
) -> Result<PathBuf, Error> {
    let step = format!("specimen {id}");
    steps.step(&step, "compile", |progress| {
        if specimen.rust {
            build(steps, &step, id, specimen, progress)
        } else {
            compile(steps, &step, id, dir, specimen)
        }
    })
}

fn compile(
    steps: Steps<'_>,
    step: &str,
    id: &str,
    dir: &Path,
    specimen: &SpecimenSource,
) -> Result<Done<PathBuf>, Error> {
    let source = dir.join(format!("{}.c", specimen.name));
    let own = dir.with_file_name("include");
    let headers = steps
        .workspace
        .root
        .join("js-tests/node_modules/node-api-headers");
    let planted = format!("-DPLANTED={}", u8::from(specimen.planted));
    let mut build = cc::Build::new();
    build
        .cargo_metadata(false)
        .cargo_warnings(false)
        .target(env!("THREADPROOF_BUILD_TARGET"))
        .host(env!("THREADPROOF_BUILD_TARGET"))
        .opt_level(1);
    let compiler = build
        .try_get_compiler()
        .map_err(|error| Error::preparation(step, error.to_string(), crate::tools::help("cc")))?;
    let mut line = std::process::Command::new(compiler.path());
    line.args(FLAGS)
        .arg(&planted)
        .arg("-I")
        .arg(&own)
        .arg("-I")
        .arg(headers.join("include"));
    let mut hasher = blake3::Hasher::new_derive_key("threadproof 2026 specimen v1");
    let mut read = vec![source.clone(), headers.join("package.json")];
    let shared = fs::read_dir(&own).map_err(Error::io("read", &own))?;
    read.extend(shared.flatten().map(|entry| entry.path()));
    read.sort();
    for file in read {
        hasher.update(&fs::read(&file).map_err(Error::io("read", &file))?);
    }
    hasher.update(format!("{line:?} {:?}", specimen.link).as_bytes());
    let file = kept(steps, id, &hasher)?;
    if file.is_file() {
        return Ok(done(file, true));
    }
    let _lock = lock::take(&file.with_extension("lock"), steps.interrupt, &|_| {})?;
    // Under another name first: what has the right one is whole.
    let made = file.with_extension("partial");
    line.arg("-o")
        .arg(&made)
        .arg(&source)
        .args(specimen.link.iter().map(|name| format!("-l{name}")));
    let output = command::run(&mut line, steps.interrupt, |_| {})?;
    if !output.status.success() {
        return Err(Error::preparation(
            step,
            format!("{} does not compile\n{}", source.display(), output.said()),
            "correct the specimen",
        ));
    }
    fs::rename(&made, &file).map_err(Error::io("rename", &made))?;
    Ok(done(file, false))
}

fn build(
    steps: Steps<'_>,
    step: &str,
    id: &str,
    specimen: &SpecimenSource,
    progress: &dyn Fn(&str),
) -> Result<Done<PathBuf>, Error> {
    let package = format!("specimen-{}", specimen.name);
    let library = format!("lib{}.so", package.replace('-', "_"));
    let built = steps.workspace.cargo_target().join("release").join(library);
    // Both variants have one place in Cargo's folder, so nobody may build the other before it is copied.
    let folder = steps.workspace.state.join("specimens");
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let lock = folder.join(format!("{}.lock", specimen.name));
    let _lock = lock::take(&lock, steps.interrupt, progress)?;
    let mut args = vec!["-p", package.as_str()];
    if specimen.planted {
        args.extend(["--features", "planted"]);
    }
    let compiled = cargo::build(steps, step, &steps.workspace.root, &args, progress)?;
    let content = fs::read(&built).map_err(Error::io("read", &built))?;
    let mut hasher = blake3::Hasher::new_derive_key("threadproof 2026 specimen v1");
    hasher.update(&content);
    let file = kept(steps, id, &hasher)?;
    if !file.is_file() {
        let made = file.with_extension("partial");
        fs::write(&made, content).map_err(Error::io("write", &made))?;
        fs::rename(&made, &file).map_err(Error::io("rename", &made))?;
    }
    Ok(done(file, !compiled))
}

/// Where a specimen with this content is kept.
fn kept(steps: Steps<'_>, id: &str, hasher: &blake3::Hasher) -> Result<PathBuf, Error> {
    let hash = hasher.finalize().to_hex();
    let folder = steps.workspace.state.join("specimens").join(&hash[..16]);
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    Ok(folder.join(format!("{id}.node")))
}

fn done(file: PathBuf, cached: bool) -> Done<PathBuf> {
    Done {
        value: file,
        result: if cached { "up to date" } else { "compiled" }.to_owned(),
        cached,
    }
}
