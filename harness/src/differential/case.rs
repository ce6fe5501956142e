//! A difference that was found, as a case that can be replayed: `case.json` for `threadproof repro`, and
//! `repro.mjs`, which needs nothing but Node and the module.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{child::Implementation, compare::Verdict, pair::Trial, program::Program, render};

/// Version of `case.json`. A reader refuses a version that it does not know.
pub const CASE_VERSION: u32 = 1;
/// What tells these cases from others.
pub const CASE_KIND: &str = "differential";

/// The interpreter's files, as they import each other.
const SOURCES: [&str; 5] = [
    "interpreter.cjs",
    "context.cjs",
    "values.cjs",
    "describe.cjs",
    "autopsy.cjs",
];
/// What is made into `repro.mjs`.
const TEMPLATE: &str = "repro.mjs";

/// A difference that was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// [`CASE_VERSION`].
    pub version: u32,
    /// [`CASE_KIND`].
    pub kind: String,
    /// What the program was generated for.
    pub theme: String,
    /// The seed of the program as it was generated.
    pub seed: crate::model::Seed,
    /// Which of its theme's programs it was.
    pub index: u32,
    /// Programs that the same processes must have run before; mostly none.
    #[serde(default)]
    pub before: Vec<Program>,
    /// The program, as small as it got.
    pub program: Program,
    /// The builtin.
    pub oracle: Implementation,
    /// The target.
    pub target: Implementation,
    /// The difference, for people.
    pub difference: String,
    /// Whether new processes show it, after the programs of `before`.
    pub repeatable: bool,
}

/// A case that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file system failed.
    #[error("cannot use {path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no case of ours.
    #[error("{path} is no case that this threadproof can replay: {why}")]
    Format {
        /// Which file.
        path: PathBuf,
        /// What it lacks.
        why: String,
    },
}

/// The text of a difference: where, what the builtin says, what the target says.
pub fn describe(verdict: &Verdict) -> String {
    let short = |value: &Option<Value>| {
        let text = value
            .as_ref()
            .map_or("nothing".to_owned(), Value::to_string);
        if text.chars().count() > 400 {
            format!("{} …", text.chars().take(400).collect::<String>())
        } else {
            text
        }
    };
    match verdict {
        Verdict::Same => "no difference".to_owned(),
        Verdict::Explained(ids) => format!("explained: {}", ids.join(", ")),
        Verdict::Differs(leaf) => format!(
            "operation {} ({}), at {:?}\n  node:sqlite: {}\n  the target:  {}",
            leaf.op,
            leaf.label,
            leaf.at,
            short(&leaf.oracle),
            short(&leaf.target)
        ),
        Verdict::TargetEnded(how) => format!("the target: {how}"),
        Verdict::OracleEnded(how) => format!("node:sqlite: {how}; the target went on"),
        Verdict::Broken(how) => format!("the interpreter of programs failed: {how}"),
    }
}

impl Case {
    /// Reads a case, or the one in a folder.
    pub fn read(path: &Path) -> Result<Case, CaseError> {
        let path = if path.is_dir() {
            path.join("case.json")
        } else {
            path.to_owned()
        };
        let io = |source| CaseError::Io {
            path: path.clone(),
            source,
        };
        let format = |why: String| CaseError::Format {
            path: path.clone(),
            why,
        };
        let text = fs::read_to_string(&path).map_err(io)?;
        let value: Value =
            serde_json::from_str(&text).map_err(|error| format(error.to_string()))?;
        if value["kind"] != CASE_KIND || value["version"] != json!(CASE_VERSION) {
            return Err(format(format!(
                "kind {}, version {}; expected {CASE_KIND:?}, version {CASE_VERSION}",
                value["kind"], value["version"]
            )));
        }
        serde_json::from_value(value).map_err(|error| format(error.to_string()))
    }

    /// Writes the case's folder, and gives it.
    pub fn save(&self, failures: &Path, signature: &str) -> Result<PathBuf, CaseError> {
        let dir = failures.join(signature);
        let io = |source| CaseError::Io {
            path: dir.clone(),
            source,
        };
        fs::create_dir_all(&dir).map_err(io)?;
        let json = serde_json::to_string_pretty(self).expect("a case is plain data");
        fs::write(dir.join("case.json"), json + "\n").map_err(io)?;
        fs::write(dir.join("repro.mjs"), self.script().map_err(io)?).map_err(io)?;
        fs::write(dir.join("README.md"), self.page()).map_err(io)?;
        Ok(dir)
    }

    /// The template with the interpreter's files and the program in it.
    fn script(&self) -> io::Result<String> {
        let folder = self.oracle.script.parent().unwrap_or(Path::new("."));
        let mut sources = serde_json::Map::new();
        for name in SOURCES {
            let text = fs::read_to_string(folder.join(name))?;
            sources.insert(name.to_owned(), text.into());
        }
        let case = json!({
            "before": self.before,
            "program": self.program,
            "module": self.target.module,
            "env": self.target.env,
            "difference": self.difference,
        });
        let template = fs::read_to_string(folder.join(TEMPLATE))?;
        Ok(template
            .replace("/* case */ null", &format!("{case:#}"))
            .replace("/* sources */ null", &Value::Object(sources).to_string()))
    }

    fn page(&self) -> String {
        let alone = if self.repeatable {
            ""
        } else {
            "\nNew processes did not show it.\n"
        };
        let mut before = String::new();
        for program in &self.before {
            before += "Before it, in the same processes:\n\n```\n";
            before += &render::program(program);
            before += "\n```\n\n";
        }
        format!(
            "# A difference from node:sqlite\n\n```\n{}\n```\n{alone}\n{before}The program ({}, number {}, seed {}):\n\n\
             ```\n{}\n```\n\nReplay it: `threadproof repro` on this folder, or `node repro.mjs` with Node 26.10.\n",
            self.difference,
            self.theme,
            self.index,
            self.seed,
            render::program(&self.program)
        )
    }
}

/// What both said to each operation, for people who replay a case.
pub fn transcript(program: &Program, trial: &Trial) -> String {
    let (oracle, target) = (trial.oracle.read(), trial.target.read());
    let line = |outcomes: &Option<super::answer::Outcomes>, at: usize| {
        outcomes
            .as_ref()
            .and_then(|read| read.outcomes.get(at).map(Value::to_string))
            .unwrap_or_else(|| "nothing".to_owned())
    };
    let mut lines = Vec::new();
    for (at, rendered) in render::program(program)
        .lines()
        .map(str::to_owned)
        .chain(std::iter::once("at the end".to_owned()))
        .enumerate()
    {
        let (theirs, ours) = (line(&oracle, at), line(&target, at));
        lines.push(rendered);
        if theirs == ours {
            lines.push(format!("      {theirs}"));
        } else {
            lines.push(format!("    node:sqlite  {theirs}"));
            lines.push(format!("    the target   {ours}"));
        }
    }
    lines.join("\n")
}
