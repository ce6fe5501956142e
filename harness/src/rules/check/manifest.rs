//! `specimen.toml`, and the rules that the table of endings names.

use serde::Deserialize;

/// A specimen as its folder describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Manifest {
    pub(crate) title: String,
    /// The rules that it violates.
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    /// What of the generic surface it exports.
    #[serde(default)]
    pub(crate) supports: Vec<String>,
    /// Public trackers where the fault was met.
    #[serde(default)]
    pub(crate) seen_in: String,
    /// Libraries to link.
    #[serde(default)]
    pub(crate) link: Vec<String>,
    #[serde(default)]
    pub(crate) language: Language,
    #[serde(default = "by_scenario")]
    pub(crate) detectors: Vec<Detector>,
    #[serde(default)]
    pub(crate) impossible: Vec<Impossible>,
    /// Set for an addon without a fault, which nothing may fire on.
    #[serde(default)]
    pub(crate) control: bool,
    /// What fires all the same.
    #[serde(default)]
    pub(crate) known: Vec<Known>,
    /// What `threadproof leak` must find of it.
    #[serde(default)]
    pub(crate) leak: Vec<Leak>,
}

/// What tools of `threadproof leak` must find, and not in the corrected twin: growth or a fault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leak {
    pub(crate) program: String,
    pub(crate) by: Option<u32>,
    pub(crate) fault: Option<String>,
    pub(crate) tools: Vec<String>,
}

/// A finding that is no fault of the specimen itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    pub(crate) rule: String,
    pub(crate) test: String,
    pub(crate) reason: String,
}

/// Runtimes on which a fault cannot show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Impossible {
    pub(crate) runtimes: String,
    pub(crate) reason: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Language {
    #[default]
    C,
    Rust,
}

impl Language {
    /// The file that a specimen must have.
    pub(crate) fn source(self, name: &str) -> String {
        match self {
            Language::C => format!("{name}.c"),
            Language::Rust => "Cargo.toml".to_owned(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Detector {
    Scenario,
    Guard,
}

fn by_scenario() -> Vec<Detector> {
    vec![Detector::Scenario]
}

/// Reads a manifest, or says the first thing that is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Manifest, String> {
    let manifest: Manifest =
        toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
    if manifest.title.trim().is_empty() {
        return Err("`title` is empty".to_owned());
    }
    if manifest.rules.is_empty() != manifest.control {
        return Err(
            "a specimen names the rules that it violates, or is a `control = true`, never both"
                .to_owned(),
        );
    }
    if manifest.detectors.is_empty() && !manifest.control {
        return Err("`detectors` is empty: nothing would ever find the fault".to_owned());
    }
    for Leak {
        program,
        by,
        fault,
        tools,
    } in &manifest.leak
    {
        if by.is_some() == fault.is_some() {
            return Err(format!(
                "`leak` by the program {program} is growth, with `by`, or a `fault`, never both"
            ));
        }
        if tools.is_empty() {
            return Err(format!(
                "`leak` by the program {program} has no `tools`: nobody would look for it"
            ));
        }
    }
    for Impossible { runtimes, reason } in &manifest.impossible {
        semver::VersionReq::parse(runtimes)
            .map_err(|error| format!("`runtimes = {runtimes:?}` is no requirement: {error}"))?;
        if reason.trim().is_empty() {
            return Err(format!("`impossible` on {runtimes} without a reason"));
        }
    }
    Ok(manifest)
}

/// Every rule that an entry of the table of endings means, once.
pub(crate) fn rules_of_endings(text: &str) -> Result<Vec<String>, String> {
    let table: toml::Table =
        toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
    let mut rules: Vec<String> = table
        .values()
        .filter_map(toml::Value::as_array)
        .flatten()
        .filter_map(|entry| entry.get("rules")?.as_array())
        .flatten()
        .filter_map(|rule| rule.as_str().map(str::to_owned))
        .collect();
    rules.sort();
    rules.dedup();
    Ok(rules)
}
