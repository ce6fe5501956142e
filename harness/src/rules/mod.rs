//! The catalogue of rules: what an addon must do to survive worker threads, and the planted faults that prove
//! that the harness notices when it does not.
//!
//! The catalogue is data: `docs/rules/<family>/<name>.md`, the scenario of the same id, and
//! `harness/specimens/*/specimen.toml`. The build script checks that it is whole and writes the tables.

#[cfg(test)]
mod check;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// A family of rules: the part of an id before the slash.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Such as `env`.
    pub name: &'static str,
    /// What its rules are about.
    pub gist: &'static str,
}

/// A rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `<family>/<name>`: stable, and the same for page and scenario.
    pub id: &'static str,
    /// What an addon must do, one or two sentences.
    pub requirement: &'static str,
    /// Where that is documented: a section of the Node-API or SQLite documentation.
    pub source: &'static str,
    /// The page, Markdown.
    pub page: &'static str,
    /// The file of the scenario, relative to the workspace.
    pub scenario: &'static str,
    /// What the scenario checks.
    pub summary: &'static str,
}

/// An addon with one planted fault and a corrected twin, or a control without any.
#[derive(Debug, PartialEq, Eq)]
pub struct Specimen {
    /// The name of its folder in `harness/specimens/`.
    pub name: &'static str,
    /// What the fault is.
    pub title: &'static str,
    /// Ids of the rules that it violates; none for a control.
    pub rules: &'static [&'static str],
    /// What of the generic surface it exports: a scenario runs on it when all its needs are here.
    pub supports: &'static [&'static str],
    /// Public trackers where the fault was met; may be empty.
    pub seen_in: &'static str,
    /// Libraries that it is linked with.
    pub link: &'static [&'static str],
    /// What it is written in.
    pub language: Language,
    /// Who must find the fault.
    pub detectors: &'static [Detector],
    /// Runtimes on which the fault cannot show.
    pub impossible: &'static [Impossible],
    /// Whether it has no fault: nothing may fire on it.
    pub control: bool,
    /// What fires all the same, with the reason: a fault of the library that it is written with.
    pub known: &'static [KnownFinding],
    /// What `threadproof leak` must find of it, and not of its twin.
    pub leaks: &'static [PlantedLeak],
}

/// Growth or a fault that tools of `threadproof leak` must find.
#[derive(Debug, PartialEq, Eq)]
pub struct PlantedLeak {
    /// The leak program that reaches it.
    pub program: &'static str,
    /// What each worker leaves, in blocks, or in what the tool counts.
    pub by: Option<u32>,
    /// What the tool calls the fault.
    pub fault: Option<&'static str>,
    /// The names of the tools.
    pub tools: &'static [&'static str],
}

/// A finding that is known of a control.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownFinding {
    /// The rule.
    pub rule: &'static str,
    /// A part of the ids of the cases in which it is seen.
    pub test: &'static str,
    /// Whose it is.
    pub reason: &'static str,
}

/// Runtimes on which a fault cannot show.
#[derive(Debug, PartialEq, Eq)]
pub struct Impossible {
    /// A requirement on the version of Node, such as `>=26`.
    pub runtimes: &'static str,
    /// Why it cannot.
    pub reason: &'static str,
}

/// What a specimen is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// One C file, compiled with `PLANTED` 1 and 0.
    C,
    /// A crate of the workspace, `specimen-<name>`, with the feature `planted`.
    Rust,
}

/// Who finds a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// A case of the rule's scenario fails, crashes or hangs.
    Scenario,
    /// The preloaded guard library reports a finding with the rule's id.
    Guard,
}

impl Rule {
    /// The part of the id before the slash.
    pub fn family(&self) -> &'static str {
        self.id
            .split_once('/')
            .map_or(self.id, |(family, _)| family)
    }

    /// The specimens that violate it, in the order of their names.
    pub fn specimens(&self) -> impl Iterator<Item = &'static Specimen> + use<> {
        let id = self.id;
        SPECIMENS
            .iter()
            .filter(move |specimen| specimen.rules.contains(&id))
    }
}

impl Specimen {
    /// Why the fault cannot show on a version of Node, if it cannot.
    pub fn impossible_on(&self, version: &semver::Version) -> Option<&'static str> {
        let matches = |one: &&Impossible| {
            semver::VersionReq::parse(one.runtimes)
                .expect("the build script parsed every requirement")
                .matches(version)
        };
        self.impossible.iter().find(matches).map(|one| one.reason)
    }
}

/// Every family, also those without rules.
pub fn families() -> &'static [Family] {
    FAMILIES
}

/// Every rule, in the order of the ids.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// Every specimen and control, in the order of the names.
pub fn specimens() -> &'static [Specimen] {
    SPECIMENS
}

/// The family of a name.
pub fn family(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.name == name)
}

/// The rules of a family, in the order of the ids.
pub fn rules_of(family: &str) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.family() == family)
}

/// The rule of an id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// The specimen of a name.
pub fn specimen(name: &str) -> Option<&'static Specimen> {
    SPECIMENS.iter().find(|specimen| specimen.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_knows_its_page_and_scenario() {
        for rule in rules() {
            assert!(rule.page.starts_with(&format!("# {}\n", rule.id)));
            assert_eq!(
                rule.scenario,
                format!("js-tests/driver/scenarios/{}.cjs", rule.id)
            );
            assert!(!rule.requirement.is_empty() && !rule.source.is_empty());
        }
    }

    #[test]
    fn rules_and_specimens_know_each_other() {
        let model = specimen("static-constructor").expect("it is the model");
        assert_eq!(model.rules, ["env/constructor-per-env"]);
        assert_eq!(model.language, Language::C);
        assert_eq!(model.detectors, [Detector::Scenario, Detector::Guard]);
        for specimen in specimens() {
            assert_eq!(specimen.control, specimen.rules.is_empty());
            for rule in specimen.rules.iter().filter_map(|id| rule(id)) {
                assert!(rule.specimens().any(|one| one == specimen));
            }
        }
    }

    #[test]
    fn ids_are_unique_and_belong_to_families() {
        assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
        assert!(SPECIMENS.is_sorted_by(|a, b| a.name < b.name));
        for rule in rules() {
            assert!(family(rule.family()).is_some(), "{}", rule.id);
        }
        let of_families: usize = families().iter().map(|f| rules_of(f.name).count()).sum();
        assert_eq!(of_families, rules().len());
    }

    #[test]
    fn what_is_impossible_is_so_on_the_versions_that_are_named() {
        let specimen = Specimen {
            name: "x",
            title: "x",
            rules: &[],
            supports: &[],
            seen_in: "",
            link: &[],
            language: Language::Rust,
            detectors: &[Detector::Guard],
            impossible: &[Impossible {
                runtimes: ">=26",
                reason: "the call is gone",
            }],
            control: false,
            known: &[],
            leaks: &[],
        };
        let version = |text: &str| semver::Version::parse(text).unwrap();
        assert_eq!(
            specimen.impossible_on(&version("26.10.0")),
            Some("the call is gone")
        );
        assert_eq!(specimen.impossible_on(&version("24.21.0")), None);
    }

    #[test]
    fn nothing_is_made_up() {
        assert_eq!(rule("env/nothing"), None);
        assert_eq!(specimen("nothing"), None);
        assert_eq!(family("nothing"), None);
        assert_eq!(rules_of("nothing").count(), 0);
    }
}
