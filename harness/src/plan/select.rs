//! What the flags select of what there is. A selector that matches nothing is an error: a misspelt
//! name must not pass as a green run.

use globset::{GlobBuilder, GlobMatcher};

use crate::{
    catalogue::Catalogue,
    error::Error,
    model::{Runner, Suite, Target, TopicKind},
};

/// The targets with these ids, or those that are default where none is named.
pub fn select_targets(all: &[Target], names: &[String]) -> Result<Vec<Target>, Error> {
    if let Some(name) = names
        .iter()
        .find(|name| all.iter().all(|target| target.id != **name))
    {
        let help = format!(
            "a package of the registry is npm:{name}, a folder or file ./{name}; targets that exist:\n  {}",
            ids(all).join("\n  ")
        );
        let what = format!("there is no target {name:?}");
        return Err(Error::NothingSelected { what, help });
    }
    let selected: Vec<Target> = all
        .iter()
        .filter(|target| {
            if names.is_empty() {
                target.default
            } else {
                names.contains(&target.id)
            }
        })
        .cloned()
        .collect();
    if selected.is_empty() {
        return Err(nothing(
            "no target is part of a run that names none".to_owned(),
            "targets",
            &ids(all),
        ));
    }
    Ok(selected)
}

fn ids(all: &[Target]) -> Vec<String> {
    all.iter().map(|target| target.id.clone()).collect()
}

/// The suites that match any of the selectors (`topic`, `runner`, `topic/runner`), or all of them where
/// there is none; those without any of the wanted tests are left out.
pub fn select_suites(
    catalogue: &Catalogue,
    selectors: &[String],
    tests: &Patterns,
) -> Result<Vec<Suite>, Error> {
    let suites = catalogue.topics.iter().flat_map(|topic| {
        topic.kind.runners().iter().map(|runner| Suite {
            topic: topic.topic.clone(),
            runner: *runner,
        })
    });
    let suites: Vec<Suite> = suites.collect();
    let unmatched = selectors
        .iter()
        .find(|selector| !suites.iter().any(|suite| suite_matches(suite, selector)));
    if let Some(selector) = unmatched {
        let mut there_is: Vec<String> = catalogue
            .topics
            .iter()
            .map(|topic| topic.topic.clone())
            .collect();
        there_is.dedup();
        // Shapes of load and leak programs have commands of their own.
        let runners = Runner::ALL.into_iter().filter(|runner| {
            let kind = runner.kind();
            !matches!(
                kind,
                TopicKind::Shapes | TopicKind::Leaks | TopicKind::Fuzz | TopicKind::Replicated
            )
        });
        there_is.extend(runners.map(|runner| runner.to_string()));
        let what = format!("there is no suite, topic or runner {selector:?}");
        return Err(nothing(what, "topics and runners", &there_is));
    }
    let chosen = |suite: &Suite| {
        selectors.is_empty()
            || selectors
                .iter()
                .any(|selector| suite_matches(suite, selector))
    };
    let mut selected: Vec<Suite> = suites.into_iter().filter(chosen).collect();
    let of_suite = |suite: &Suite| {
        let files = catalogue
            .topics
            .iter()
            .filter(|one| one.is_of(suite))
            .flat_map(|one| &one.files);
        files
            .flat_map(|file| &file.tests)
            .map(|test| test.id.as_str())
            .collect::<Vec<_>>()
    };
    for pattern in tests.texts() {
        let found = selected.iter().any(|suite| {
            of_suite(suite)
                .iter()
                .any(|id| tests.one_matches(pattern, id))
        });
        if !found {
            let mut ids: Vec<_> = selected.iter().flat_map(&of_suite).collect();
            ids.sort_unstable();
            ids.dedup();
            let what = format!("no test of the selected suites matches {pattern:?}");
            return Err(nothing(
                what,
                "tests",
                &ids.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            ));
        }
    }
    selected.retain(|suite| of_suite(suite).iter().any(|id| tests.matches(id)));
    if selected.is_empty() {
        return Err(nothing("there are no tests".to_owned(), "suites", &[]));
    }
    Ok(selected)
}

/// Whether a suite is meant by `topic`, `runner` or `topic/runner`.
pub fn suite_matches(suite: &Suite, selector: &str) -> bool {
    match selector.split_once('/') {
        Some((topic, runner)) => suite.topic == topic && suite.runner.as_str() == runner,
        None => suite.topic == selector || suite.runner.as_str() == selector,
    }
}

fn nothing(what: String, kind: &str, there_is: &[String]) -> Error {
    let help = if there_is.is_empty() {
        format!("there are no {kind} at all: look at --suites-dir and --targets-dir")
    } else {
        format!("{kind} that exist:\n  {}", there_is.join("\n  "))
    };
    Error::NothingSelected { what, help }
}

/// Patterns on the ids of tests; none match all.
#[derive(Clone, Debug, Default)]
pub struct Patterns(Vec<Pattern>);

#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    glob: Option<GlobMatcher>,
}

impl Patterns {
    /// A pattern with `*` or `?` must match a whole id; any other must occur in it.
    pub fn new(texts: &[String]) -> Result<Self, Error> {
        let pattern = |text: &String| {
            let glob = if text.contains(['*', '?']) {
                // Names of tests hold brackets and braces, which must mean themselves.
                let escaped: String = text
                    .chars()
                    .flat_map(|char| match char {
                        '[' | ']' | '{' | '}' => vec!['[', char, ']'],
                        other => vec![other],
                    })
                    .collect();
                let glob = GlobBuilder::new(&escaped)
                    .literal_separator(false)
                    .backslash_escape(false)
                    .build();
                Some(glob.map_err(|error| Error::Usage {
                    what: format!("--test {text:?}: {error}"),
                    help: "use a part of a test's id, or a pattern with * and ?".to_owned(),
                })?)
            } else {
                None
            };
            Ok(Pattern {
                text: text.clone(),
                glob: glob.map(|glob| glob.compile_matcher()),
            })
        };
        texts
            .iter()
            .map(pattern)
            .collect::<Result<_, _>>()
            .map(Patterns)
    }

    /// Whether an id is wanted.
    pub fn matches(&self, id: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(id))
    }

    /// The patterns as they were typed.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|pattern| pattern.text.as_str())
    }

    fn one_matches(&self, text: &str, id: &str) -> bool {
        self.0
            .iter()
            .any(|pattern| pattern.text == text && pattern.matches(id))
    }
}

impl Pattern {
    fn matches(&self, id: &str) -> bool {
        self.glob
            .as_ref()
            .map_or_else(|| id.contains(&self.text), |glob| glob.is_match(id))
    }
}
