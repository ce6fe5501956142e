//! Versions of Node: what a person types, and what targets and runners need.

use semver::{Version, VersionReq};

/// A version requirement as `target.toml` writes it: comparators that must all hold, separated by
/// commas or spaces; alternatives separated by `||`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement(Vec<VersionReq>);

impl Requirement {
    /// Parses a requirement such as `>=22.13` or `>=20.19 <21 || >=22.12`.
    pub fn parse(text: &str) -> Result<Self, semver::Error> {
        let alternative = |part: &str| {
            // npm separates comparators by spaces, and allows them after an operator too.
            let mut joined = String::new();
            for word in part.split([' ', ',']).filter(|word| !word.is_empty()) {
                let after_operator = joined.ends_with(['<', '>', '=', '^', '~']);
                if !joined.is_empty() && !after_operator {
                    joined.push(',');
                }
                joined.push_str(word);
            }
            VersionReq::parse(&joined)
        };
        text.split("||")
            .map(alternative)
            .collect::<Result<_, _>>()
            .map(Requirement)
    }

    /// Whether a version meets it.
    pub fn matches(&self, version: &Version) -> bool {
        self.0.iter().any(|one| one.matches(version))
    }
}

/// Whether `version` meets `requirement`; a text that is no version or requirement meets nothing.
pub fn meets(version: &str, requirement: &str) -> bool {
    match (Version::parse(version), Requirement::parse(requirement)) {
        (Ok(version), Ok(requirement)) => requirement.matches(&version),
        _ => false,
    }
}

/// What a person asks for with `24`, `22.13`, `24.21.0`, `v24`, `node-24.21.0` or a range.
pub fn wanted(text: &str) -> Option<Requirement> {
    let text = text.trim();
    let number = text.strip_prefix("node-").unwrap_or(text);
    let number = number.strip_prefix('v').unwrap_or(number);
    if number.is_empty() {
        return None;
    }
    if number
        .chars()
        .all(|char| char.is_ascii_digit() || char == '.')
    {
        // Cargo would read 22.13 as "22.13 or later of 22"; a person means that very minor.
        let operator = if number.split('.').count() == 3 {
            '='
        } else {
            '~'
        };
        return Requirement::parse(&format!("{operator}{number}")).ok();
    }
    if !number.starts_with(['<', '>', '=', '^', '~']) {
        return None;
    }
    Requirement::parse(number).ok()
}

/// The newest of `versions` that meets a requirement; prereleases never do unless named.
pub fn newest<'a>(
    versions: impl IntoIterator<Item = &'a str>,
    wanted: &Requirement,
) -> Option<Version> {
    versions
        .into_iter()
        .filter_map(|version| Version::parse(version).ok())
        .filter(|version| wanted.matches(version))
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_selects_what_they_mean() {
        let all = [
            "22.12.0",
            "22.13.0",
            "22.13.1",
            "22.14.0",
            "24.0.0-rc.1",
            "24.9.0",
            "24.21.0",
            "26.1.0",
        ];
        for (text, version) in [
            ("24", Some("24.21.0")),
            ("v24", Some("24.21.0")),
            ("22.13", Some("22.13.1")),
            ("22.13.0", Some("22.13.0")),
            ("node-24.9.0", Some("24.9.0")),
            (">=22 <24", Some("22.14.0")),
            (">= 22, < 24", Some("22.14.0")),
            ("<22.13 || =26.1.0", Some("26.1.0")),
            ("23", None),
            ("24.10", None),
        ] {
            let found = newest(all, &wanted(text).unwrap());
            assert_eq!(
                found.map(|version| version.to_string()).as_deref(),
                version,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", "lts", "24.x.y.z", "/usr/bin/node", "24,", ">="] {
            assert_eq!(wanted(text), None, "{text}");
        }
    }
}
