//! Compiles specimens, each with its fault and without: C by the compiler of this machine, Rust by Cargo; C once more for
//! each sanitizer that is asked for. What is compiled is kept by the hash of all that went in.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::{Done, Steps, cargo, command, ensure_packages, lock};
use crate::{
    error::Error,
    model::{Launcher, SpecimenSource, Target, TargetSource},
};

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
            compile(steps, &step, id, dir, specimen, None)
        }
    })
}

/// Those of `targets` that can be compiled for a sanitizer, compiled for it, by their ids: what is one file of C.
pub fn ensure_rebuilt(
    steps: Steps<'_>,
    launcher: Launcher,
    targets: &[Target],
) -> Result<BTreeMap<String, PathBuf>, Error> {
    let mut rebuilt = BTreeMap::new();
    let Some(sanitizer) = launcher.sanitizer() else {
        return Ok(rebuilt);
    };
    let specimens: Vec<(&Target, &SpecimenSource)> = targets
        .iter()
        .filter_map(|target| match &target.source {
            Some(TargetSource::Specimen(specimen)) if !specimen.rust => Some((target, specimen)),
            _ => None,
        })
        .collect();
    if !specimens.is_empty() {
        // Their headers are one of the packages.
        ensure_packages(steps)?;
    }
    for (target, specimen) in specimens {
        let step = format!("specimen {} for {}", target.id, launcher.as_str());
        let file = steps.step(&step, "compile", |_| {
            let (id, dir) = (&target.id, &target.dir);
            compile(steps, &step, id, dir, specimen, Some(sanitizer))
        })?;
        rebuilt.insert(target.id.clone(), file);
    }
    Ok(rebuilt)
}

/// The compiler of specimens. That of sanitizers is the one whose runtimes are preloaded.
fn compiler(step: &str, sanitizer: Option<&str>) -> Result<PathBuf, Error> {
    let missing = |why: String| Error::preparation(step, why, crate::tools::help("cc"));
    if sanitizer.is_some() {
        return which::which("cc").map_err(|error| missing(error.to_string()));
    }
    let mut build = cc::Build::new();
    build
        .cargo_metadata(false)
        .cargo_warnings(false)
        .target(env!("THREADPROOF_BUILD_TARGET"))
        .host(env!("THREADPROOF_BUILD_TARGET"))
        .opt_level(1);
    let compiler = build
        .try_get_compiler()
        .map_err(|error| missing(error.to_string()))?;
    Ok(compiler.path().to_owned())
}

/// Frames can be followed without tables.
fn sanitize(sanitizer: &str) -> [String; 2] {
    [
        format!("-fsanitize={sanitizer}"),
        "-fno-omit-frame-pointer".to_owned(),
    ]
}

fn compile(
    steps: Steps<'_>,
    step: &str,
    id: &str,
    dir: &Path,
    specimen: &SpecimenSource,
    sanitizer: Option<&str>,
) -> Result<Done<PathBuf>, Error> {
    let source = dir.join(format!("{}.c", specimen.name));
    let own = dir.with_file_name("include");
    let headers = steps
        .workspace
        .root
        .join("js-tests/node_modules/node-api-headers");
    let planted = format!("-DPLANTED={}", u8::from(specimen.planted));
    let mut line = std::process::Command::new(compiler(step, sanitizer)?);
    line.args(FLAGS)
        .args(sanitizer.map(sanitize).into_iter().flatten())
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
