//! Builds or installs a target, as its `target.toml` says.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{Done, Steps, cargo, command, lock, registry, specimens};
use crate::{
    error::Error,
    model::{Target, TargetSource},
};

/// Makes a target ready to be loaded. `headers` are for a package that has to be compiled.
pub(super) fn ready(
    steps: Steps<'_>,
    mut target: Target,
    headers: Option<&Path>,
) -> Result<Target, Error> {
    if let Some(TargetSource::Npm(spec)) = target.source.clone() {
        let spec = exact(steps, &mut target, spec)?;
        target.module = Some(
            install(steps, &target, &spec, headers)?
                .to_string_lossy()
                .into_owned(),
        );
    }
    if let Some(TargetSource::Specimen(specimen)) = &target.source {
        target.binary = Some(specimens::ready(steps, &target.id, &target.dir, specimen)?);
    }
    if !target.build.is_empty() {
        build(steps, &target)?;
    }
    Ok(target)
}

/// Runs the target's own build each time: it knows best what is up to date.
fn build(steps: Steps<'_>, target: &Target) -> Result<(), Error> {
    let step = format!("build {}", target.id);
    let line = target.build.join(" ");
    steps.step(&step, &line, |progress| {
        let missing = || target.binary.as_ref().filter(|binary| !binary.is_file());
        if steps.permissions.no_build {
            return match missing() {
                None => Ok(Done {
                    value: (),
                    result: "as it was built last".into(),
                    cached: true,
                }),
                Some(binary) => Err(Error::preparation(
                    &step,
                    format!(
                        "{} is not there, and --no-build forbids to build it",
                        binary.display()
                    ),
                    "run it once without --no-build",
                )),
            };
        }
        let folder = match &target.source {
            Some(TargetSource::Path(path)) => target.dir.join(path),
            _ => target.dir.clone(),
        };
        let (program, args) = target.build.split_first().ok_or_else(|| {
            Error::preparation(
                &step,
                "the build has no command",
                "write one in target.toml",
            )
        })?;
        let program_path = which::which(program).map_err(|_| {
            let cause = format!("there is no {program:?} on the search path");
            Error::preparation(&step, cause, crate::tools::help(program))
        })?;
        let mut build = Command::new(program_path);
        cargo::without_own_settings(&mut build);
        build.args(args).current_dir(&folder);
        let mut compiled = false;
        let output = command::run(&mut build, steps.interrupt, |line| {
            compiled |= line.starts_with("Compiling");
            progress(line);
        })?;
        if !output.status.success() {
            return Err(Error::preparation(
                &step,
                format!("`{line}` failed ({})\n{}", output.status, output.said()),
                format!("correct it, or run it by hand in {}", folder.display()),
            ));
        }
        if let Some(binary) = missing() {
            return Err(Error::preparation(
                &step,
                format!("`{line}` did not make {}", binary.display()),
                "correct `artifact` in target.toml",
            ));
        }
        let cached = !compiled && program == "cargo";
        let result = if cached { "up to date" } else { "built" };
        Ok(Done {
            value: (),
            result: result.to_owned(),
            cached,
        })
    })
}

/// The package with the version that it is installed in. A target that was named without one is named with it from now on, so
/// that whoever repeats it has the same.
fn exact(steps: Steps<'_>, target: &mut Target, spec: String) -> Result<String, Error> {
    let (name, version) = parts(&spec);
    if semver::Version::parse(version).is_ok() {
        return Ok(spec);
    }
    let step = format!("version of {}", target.id);
    let found = steps.step(&step, &format!("npm view {spec}"), |_| {
        if steps.permissions.offline {
            return Err(Error::preparation(
                &step,
                format!("the version of {spec} is not known, and --offline forbids to ask for it"),
                "name an exact version: npm:name@1.2.3",
            ));
        }
        let version = registry::resolve(steps, &step, name, version)?;
        Ok(Done {
            result: version.clone(),
            value: version,
            cached: false,
        })
    })?;
    let exact = format!("{name}@{found}");
    target.title = format!("{exact} of the npm registry");
    target.id = format!("npm:{exact}");
    target.source = Some(TargetSource::Npm(exact.clone()));
    Ok(exact)
}

/// Name and version of a package; `latest` where none is named.
fn parts(spec: &str) -> (&str, &str) {
    // A scoped name begins with an at sign.
    let at = spec[1..].find('@').map(|at| at + 1);
    at.map_or((spec, "latest"), |at| (&spec[..at], &spec[at + 1..]))
}

/// Installs a target's package into the cache; gives the folder of the package.
fn install(
    steps: Steps<'_>,
    target: &Target,
    spec: &str,
    headers: Option<&Path>,
) -> Result<PathBuf, Error> {
    let step = format!("install {}", target.id);
    let (name, version) = parts(spec);
    let folder = steps
        .workspace
        .state
        .join("packages")
        .join(spec.replace('/', "+"));
    let module = folder.join("node_modules").join(name);
    steps.step(&step, &format!("npm install {spec}"), |progress| {
        let done = |cached| Done {
            value: module.clone(),
            result: spec.to_owned(),
            cached,
        };
        if module.is_dir() {
            return Ok(done(true));
        }
        if steps.permissions.offline {
            return Err(Error::preparation(
                &step,
                format!("{spec} is not in the cache, and --offline forbids to download it"),
                "run it once without --offline",
            ));
        }
        // Not an extension: what follows the last dot is a part of the version.
        let lock = folder.with_file_name(format!("{}.lock", spec.replace('/', "+")));
        let _lock = lock::take(&lock, steps.interrupt, progress)?;
        if !module.is_dir() {
            let keep = registry::Keep::Tree { headers };
            registry::install(steps, &step, name, version, &folder, keep, progress)?;
        }
        Ok(done(false))
    })
}
