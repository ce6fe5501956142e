//! A page of `docs/explain/`: a title, then sections whose headings list their names.

use std::fmt;

/// Characters of a clause that fit beside its heading.
const LONGEST_GIST: usize = 90;

/// A page.
pub(super) struct Page<'t> {
    label: &'t str,
    text: &'t str,
}

/// A section: `## name, other name` and what follows.
pub(super) struct Section<'t> {
    pub(super) label: &'t str,
    pub(super) heading: &'t str,
    pub(super) body: &'t str,
}

impl<'t> Page<'t> {
    /// `label` names the page in front of its sections.
    pub(super) fn new(label: &'t str, text: &'t str) -> Self {
        Page { label, text }
    }

    /// The first heading.
    pub(super) fn title(&self) -> &'t str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }

    /// Whether its sections are named after messages instead of short names.
    pub(super) fn is_messages(&self) -> bool {
        self.label == super::FATAL
    }

    /// In the order of the page.
    pub(super) fn sections(&self) -> Vec<Section<'t>> {
        self.text
            .split("\n## ")
            .skip(1)
            .filter_map(|section| section.split_once('\n'))
            .map(|(heading, body)| Section {
                label: self.label,
                heading: heading.trim(),
                body: body.trim(),
            })
            .collect()
    }
}

impl<'t> Section<'t> {
    /// The names in the heading.
    pub(super) fn names(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.heading.split(", ")
    }

    /// The first clause, for lists; nothing when it is too long for one.
    pub(super) fn gist(&self) -> String {
        let paragraph = self.body.split("\n\n").next().unwrap_or_default();
        let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let end = [". ", ": ", "; ", " ("]
            .into_iter()
            .filter_map(|stop| line.find(stop))
            .min()
            .unwrap_or(line.len());
        let clause = line[..end].trim_end_matches('.');
        if clause.chars().count() > LONGEST_GIST {
            return String::new();
        }
        clause.to_owned()
    }
}

impl fmt::Display for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n\n{}", self.label, self.heading, self.body)
    }
}
