//! What `--runtime` asks for: `24`, `bun@1.4`, `/path/to/node`, `path`, each with options behind it: `24 --jitless`.

use std::path::PathBuf;

use crate::{
    error::Error,
    model::Engine,
    version::{self, Requirement},
};

/// The majors of a run that names no runtime.
const DEFAULT_MAJORS: [&str; 3] = ["22", "24", "26"];

/// What `--runtime` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeSpec {
    /// Which binary.
    pub binary: Binary,
    /// The options that it is started with.
    pub flags: Vec<String>,
}

/// Which binary is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binary {
    /// The newest published version that meets a requirement.
    Published {
        /// Whose.
        engine: Engine,
        /// The version as it was typed; empty for the newest.
        text: String,
        /// The same, parsed.
        wanted: Requirement,
    },
    /// The `node` on the search path.
    SearchPath {
        /// Left out where another runtime has its version.
        optional: bool,
    },
    /// This binary.
    File(PathBuf),
}

impl RuntimeSpec {
    /// Parses one word of `--runtime`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (name, flags) = match text.trim().split_once(" -") {
            Some((name, flags)) => (name.trim(), format!("-{flags}")),
            None => (text.trim(), String::new()),
        };
        Ok(RuntimeSpec {
            binary: binary(name)?,
            flags: flags.split_whitespace().map(str::to_owned).collect(),
        })
    }

    /// The same, where nothing but Node will do.
    pub fn parse_node(text: &str, command: &str) -> Result<Self, Error> {
        let spec = Self::parse(text)?;
        match spec.binary {
            Binary::Published { engine, .. } if engine != Engine::Node => Err(Error::Usage {
                what: format!(
                    "`{command}` runs on Node alone, and --runtime {text:?} is {}",
                    engine.name()
                ),
                help: "`run --suite driver` runs on Bun and Deno too: docs/runtimes.md".to_owned(),
            }),
            Binary::Published { .. } | Binary::SearchPath { .. } | Binary::File(_) => Ok(spec),
        }
    }

    /// What a run takes that names no runtime.
    pub fn defaults() -> Vec<Self> {
        let published = DEFAULT_MAJORS.iter().map(|major| Binary::Published {
            engine: Engine::Node,
            text: (*major).to_owned(),
            wanted: version::wanted(major).expect("the default majors are versions"),
        });
        published
            .chain([Binary::SearchPath { optional: true }])
            .map(|binary| RuntimeSpec {
                binary,
                flags: Vec::new(),
            })
            .collect()
    }

    /// Whether it is left out where another has the same version.
    pub(super) fn is_optional(&self) -> bool {
        matches!(self.binary, Binary::SearchPath { optional: true })
    }

    pub(super) fn step(&self) -> String {
        let mut step = match &self.binary {
            Binary::Published { engine, text, .. } => format!("{engine} {text}").trim().to_owned(),
            Binary::SearchPath { .. } => "node on PATH".to_owned(),
            Binary::File(path) => format!("runtime {}", path.display()),
        };
        for flag in &self.flags {
            step.push(' ');
            step.push_str(flag);
        }
        step
    }
}

fn binary(name: &str) -> Result<Binary, Error> {
    if name == "path" {
        return Ok(Binary::SearchPath { optional: false });
    }
    if name.contains('/') {
        return Ok(Binary::File(PathBuf::from(name)));
    }
    let (engine, text) = Engine::ALL
        .into_iter()
        .filter(|engine| *engine != Engine::Node)
        .find_map(|engine| {
            let rest = name.strip_prefix(engine.as_str())?;
            let version = rest.strip_prefix(['@', '-']);
            (rest.is_empty() || version.is_some()).then(|| (engine, version.unwrap_or_default()))
        })
        .unwrap_or((Engine::Node, name));
    // The newest, where an engine is named and no version.
    let range = if engine != Engine::Node && text.is_empty() {
        ">=0"
    } else {
        text
    };
    let wanted = version::wanted(range).ok_or_else(|| Error::Usage {
        what: format!("--runtime {name:?} is neither a version nor a path"),
        help: "write 24, 22.13, 24.21.0, a range such as \">=22.13 <23\", bun, bun@1.4, deno@2, /path/to/node, or \
               path for the node on PATH; options behind it: \"24 --jitless\""
            .to_owned(),
    })?;
    Ok(Binary::Published {
        engine,
        text: text.to_owned(),
        wanted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_is_an_engine_a_version_and_options() {
        for (text, engine, version, flags) in [
            ("24", Engine::Node, "24", &[][..]),
            (">=22 <24", Engine::Node, ">=22 <24", &[]),
            ("24 --jitless", Engine::Node, "24", &["--jitless"]),
            (
                "24 --permission --allow-addons",
                Engine::Node,
                "24",
                &["--permission", "--allow-addons"],
            ),
            ("bun", Engine::Bun, "", &[]),
            ("bun@1.4", Engine::Bun, "1.4", &[]),
            ("bun-1.4.5 --smol", Engine::Bun, "1.4.5", &["--smol"]),
            ("deno@2", Engine::Deno, "2", &[]),
        ] {
            let spec = RuntimeSpec::parse(text).unwrap();
            let Binary::Published {
                engine: found,
                text: number,
                ..
            } = &spec.binary
            else {
                panic!("{text}: {spec:?}");
            };
            assert_eq!((*found, number.as_str()), (engine, version), "{text}");
            assert_eq!(spec.flags, flags, "{text}");
        }
        let file = RuntimeSpec::parse("/opt/a-b/node --jitless").unwrap();
        assert_eq!(file.binary, Binary::File("/opt/a-b/node".into()));
        assert_eq!(file.step(), "runtime /opt/a-b/node --jitless");
        for wrong in ["bunny", "lts", "bun@new", ""] {
            assert!(RuntimeSpec::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_runs_on_node_alone_says_so() {
        assert!(RuntimeSpec::parse_node("24", "stress").is_ok());
        let error = RuntimeSpec::parse_node("bun", "stress").unwrap_err();
        assert!(error.to_string().contains("Node alone"), "{error}");
    }
}
