//! The table of differences that have a reason: `differences.toml`, which `docs/differences.md`
//! explains to people.

use serde::{Deserialize, Deserializer};

use super::compare::Leaf;

const TABLE: &str = include_str!("differences.toml");

/// The builtin's process died or hung where the target's went on: nothing can be compared then.
pub(super) const BUILTIN_ENDS: &str = "builtin-ends";

/// The table.
#[derive(Clone, Debug)]
pub struct Known {
    rules: &'static [Rule],
}

#[derive(Debug, Deserialize)]
struct File {
    version: u32,
    #[serde(default)]
    difference: Vec<Rule>,
}

/// What statements of SQLite's own, which it runs for others, have to do with a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Own {
    /// One of both is the report of such a statement.
    Report,
    /// A subscriber did something after such a report.
    Acted,
}

/// A difference and how it is recognised. Patterns hold for the whole text; `*` stands for any part.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which stands in `docs/differences.md` too.
    pub id: String,
    /// Why it is so.
    pub reason: String,
    /// Whether programs can show it; others stand here to be explained.
    #[serde(default = "yes")]
    pub testable: bool,
    /// Pattern of the operation's label.
    #[serde(default)]
    op: String,
    /// Pattern of the place in its outcome.
    #[serde(default)]
    at: String,
    /// Pattern of what the builtin says, as JSON.
    #[serde(default)]
    oracle: String,
    /// Pattern of what the target says, as JSON, or several of which one holds.
    #[serde(default, deserialize_with = "one_or_more")]
    target: Vec<String>,
    /// Pattern that holds for one of both.
    #[serde(default)]
    either: Option<String>,
    /// Pattern of what the operation came to on the target.
    #[serde(default = "anything")]
    ended: String,
    /// Pattern of what happened during it on the builtin.
    #[serde(default = "anything")]
    traced: String,
    /// Pattern of the operation itself, as JSON, or several of which one holds.
    #[serde(default, deserialize_with = "one_or_more")]
    asked: Vec<String>,
    /// Pattern of one of the operations before it: its label, and what it came to on the builtin.
    #[serde(default)]
    after: Option<String>,
    /// What the statements of SQLite's own have to do with it.
    #[serde(default)]
    own: Option<Own>,
    /// Whether what the operation came to may differ with what happened during it.
    #[serde(default)]
    outcome: bool,
    /// Whether nothing after it can be compared.
    #[serde(default)]
    stops: bool,
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Patterns {
        One(String),
        More(Vec<String>),
    }
    Ok(match Patterns::deserialize(deserializer)? {
        Patterns::One(pattern) => vec![pattern],
        Patterns::More(patterns) => patterns,
    })
}

fn yes() -> bool {
    true
}

fn anything() -> String {
    "*".to_owned()
}

impl Known {
    /// The table of this build.
    pub fn table() -> Known {
        use std::sync::OnceLock;
        static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
        let rules = RULES.get_or_init(|| {
            let file: File = toml::from_str(TABLE).expect("the table is part of this program");
            assert_eq!(file.version, 1, "the table is part of this program");
            file.difference
        });
        Known { rules }
    }

    /// An empty table: where nothing may differ.
    pub fn none() -> Known {
        Known { rules: &[] }
    }

    /// All differences.
    pub fn rules(&self) -> &'static [Rule] {
        self.rules
    }

    /// The number of the rule that explains a difference, and whether comparing stops there.
    pub(super) fn find(&self, leaf: &Leaf) -> Option<(usize, bool)> {
        let json = |value: &Option<serde_json::Value>| {
            value.as_ref().map_or(String::new(), ToString::to_string)
        };
        let (oracle, target) = (json(&leaf.oracle), json(&leaf.target));
        let explains = |rule: &Rule| {
            rule.testable
                && matches(&rule.op, &leaf.label)
                && matches(&rule.at, &leaf.at)
                && matches(&rule.oracle, &oracle)
                && rule.target.iter().any(|pattern| matches(pattern, &target))
                && matches(&rule.ended, &json(&leaf.ended))
                && matches(&rule.traced, &json(&leaf.traced))
                && (rule.asked.is_empty()
                    || rule
                        .asked
                        .iter()
                        .any(|pattern| matches(pattern, &leaf.asked)))
                && rule
                    .after
                    .as_ref()
                    .is_none_or(|after| leaf.before.iter().any(|before| matches(after, before)))
                && match rule.own {
                    None => true,
                    Some(Own::Report) => leaf.reports_own(),
                    Some(Own::Acted) => leaf.acted_on_own(),
                }
                && rule
                    .either
                    .as_ref()
                    .is_none_or(|either| matches(either, &oracle) || matches(either, &target))
        };
        let at = self.rules.iter().position(explains)?;
        Some((at, self.rules[at].stops))
    }

    /// The number of the rule that explains a difference in what happened, with which what came of the
    /// operation may differ too.
    pub(super) fn find_with_outcome(&self, leaf: &Leaf) -> Option<usize> {
        let (rule, stops) = self.find(leaf)?;
        (stops && self.rules[rule].outcome).then_some(rule)
    }

    pub(super) fn ids(&self, mut rules: Vec<usize>) -> Vec<&'static str> {
        rules.sort_unstable();
        let mut ids: Vec<&str> = rules
            .into_iter()
            .map(|rule| self.rules[rule].id.as_str())
            .collect();
        ids.dedup();
        ids
    }
}

/// Whether a pattern with `*` holds for a whole text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    if first.len() == pattern.len() {
        return rest.is_empty();
    }
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differential::program::Op;

    #[test]
    fn patterns_hold_for_the_whole_text() {
        for (pattern, text, holds) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("*b*", "abc", true),
            ("a*b*c", "a-c-b", false),
            ("aa*aa", "aaa", false),
        ] {
            assert_eq!(matches(pattern, text), holds, "{pattern} on {text}");
        }
    }

    #[test]
    fn the_table_and_the_document_name_the_same_differences() {
        let document = include_str!("../../../docs/differences.md");
        let documented: Vec<&str> = document
            .lines()
            .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
            .collect();
        let table = Known::table();
        let mut ids: Vec<&str> = table.rules().iter().map(|rule| rule.id.as_str()).collect();
        // A difference that is seen in several ways has a rule for each, one after the other.
        ids.dedup();
        assert_eq!(ids, documented);
    }

    #[test]
    fn a_rule_holds_for_its_own_difference_and_for_none_beside_it() {
        let json = |text: &str| serde_json::from_str(text).ok();
        let leaf = |label: &str, at: &str, oracle: &str, target: &str| Leaf {
            op: 0,
            label: label.to_owned(),
            at: at.to_owned(),
            oracle: json(oracle),
            target: json(target),
            ..Leaf::default()
        };
        let found = |leaf: Leaf| {
            let table = Known::table();
            table.find(&leaf).map(|(rule, _)| table.ids(vec![rule])[0])
        };
        let create = r#"["createModule",["function","createModule",0]]"#;
        let at = "r/levels/1/1/16";
        assert_eq!(
            found(leaf("describe db", at, "", create)),
            Some("create-module")
        );
        let other = r#"["createOther",["function","createOther",0]]"#;
        assert_eq!(found(leaf("describe db", at, "", other)), None);
        assert_eq!(found(leaf("describe stmt", at, "", create)), None);
        // What a user's callback threw may be lost by the builtin; what the module throws may not differ.
        let (returned, own) = (r#"{"r":["undefined"]}"#, r#"{"e":["ref","made#1 Error"]}"#);
        assert_eq!(
            found(leaf("open", "", returned, own)),
            Some("lost-exceptions")
        );
        // Asked once more, the authorizer gave another answer that is none.
        let (none, other) = (
            r#""TypeError: Authorizer callback must return an integer authorization code""#,
            r#""RangeError: Authorizer callback returned a invalid authorization code""#,
        );
        let again = leaf("call stmt run", "e/1/head", none, other);
        assert_eq!(found(again), Some("lost-exceptions"));
        let real = leaf("call stmt run", "e/1/head", r#""Error: x""#, other);
        assert_eq!(found(real), None);
        let module = r#"{"e":["error",{"head":"Error: x"}]}"#;
        assert_eq!(found(leaf("open", "", returned, module)), None);
        assert_eq!(found(leaf("open", "", own, returned)), None);
        let range = r#"{"e":["error",{"head":"RangeError: Value is too large to be represented as a JavaScript number: 1"}]}"#;
        assert_eq!(
            found(leaf("call stmt all", "", returned, range)),
            Some("lost-range-errors")
        );
        assert_eq!(found(leaf("call stmt all", "", r#"{"r":1}"#, range)), None);
        let (vacuum, other) = (
            r#"["called",0,["undefined"],18,"u",null,"vacuum_random",null]"#,
            r#"["called",0,["undefined"],21,null,null,null,null]"#,
        );
        assert_eq!(
            found(leaf("call db exec", "t/1", vacuum, other)),
            Some("vacuum-asks-otherwise")
        );
        assert_eq!(found(leaf("call db exec", "t/1", other, other)), None);
    }

    #[test]
    fn rules_look_at_the_program_and_at_what_came_before() {
        let found = |leaf: &Leaf| {
            let table = Known::table();
            table.find(leaf).map(|(rule, _)| table.ids(vec![rule])[0])
        };
        let failed = r#"{"e":["error",{"head":"Error: x","own":[["code","ERR_SQLITE_ERROR"]]}]}"#;
        let leaf = |label: &str| Leaf {
            label: label.to_owned(),
            oracle: Some(serde_json::json!({ "r": ["undefined"] })),
            target: serde_json::from_str(failed).ok(),
            ..Leaf::default()
        };
        let named = |name: &str| {
            let on = r#"{"kind":"db","at":0}"#;
            let op = format!(
                r#"{{"call":{{"on":{on},"method":"aggregate","args":[{name}],"keep":null}}}}"#
            );
            let op: Op = serde_json::from_str(&op).unwrap();
            Leaf {
                asked: serde_json::to_string(&op).unwrap(),
                ..leaf("call db aggregate")
            }
        };
        let class = named(r#"{"class":"DatabaseSync"}"#);
        assert_eq!(found(&class), Some("names-of-source-text"));
        let text = named(r#"{"str":"agg0"}"#);
        assert_eq!(found(&text), None);
        let after = |before: &str| Leaf {
            before: vec!["open {}".to_owned(), before.to_owned()],
            ..leaf("call db exec")
        };
        let lost = after(r#"call session changeset {"e":["error",{}]}"#);
        assert_eq!(found(&lost), Some("lost-errors"));
        assert_eq!(found(&after(r#"call session changeset {"r":1}"#)), None);
        assert_eq!(found(&after(r#"call db exec {"e":["error",{}]}"#)), None);
    }

    #[test]
    fn what_a_subscriber_does_is_explained_only_after_a_report_of_sqlites_own() {
        let report = |sql: &str| {
            serde_json::json!([
                "called",
                0,
                ["undefined"],
                [
                    "object",
                    "Object",
                    [
                        ["sql", sql],
                        ["database", ["ref", "db#0"]],
                        ["duration", "number"]
                    ]
                ],
                true
            ])
        };
        let done = |result: u8| serde_json::json!(["within", "call stmt get", { "r": result }]);
        let found = |sql: &str| {
            let leaf = Leaf {
                label: "call db exec".to_owned(),
                at: "t/1/2/r".to_owned(),
                oracle: Some(1.into()),
                target: Some(2.into()),
                traced: Some(serde_json::json!([report(sql), done(1)])),
                ..Leaf::default()
            };
            let table = Known::table();
            table
                .find_with_outcome(&leaf)
                .map(|rule| table.ids(vec![rule])[0])
        };
        assert_eq!(
            found("PRAGMA 'main'.table_xinfo('t')"),
            Some("reports-of-inner-statements")
        );
        assert_eq!(found("SELECT 1"), None);
    }

    #[test]
    fn no_rule_of_the_table_explains_everything() {
        for rule in Known::table().rules().iter().filter(|rule| rule.testable) {
            let id = &rule.id;
            assert!(!rule.op.is_empty(), "{id} says where");
            let vague = |pattern: &str| pattern.chars().all(|char| char == '*');
            let either = rule.either.as_deref().unwrap_or("*");
            assert!(
                !(rule.own.is_none()
                    && vague(&rule.oracle)
                    && rule.target.iter().all(|pattern| vague(pattern))
                    && vague(either)),
                "{id} says what"
            );
        }
    }
}
