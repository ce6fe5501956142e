//! The oracle: generated programs on node:sqlite and on a target, each in a process of its own, compared
//! in all that can be observed. The interpreter of programs is `js-tests/differential/`.
//!
//! `program` (the language) ← `generate` (themes) · `child`, `pair` (processes) · `answer`, `compare`, `known`
//! (pure) · `shrink` · `case`, `render` (for people) · `hunt`, `job` (the process of a job).

mod answer;
pub mod case;
mod child;
mod compare;
mod events;
pub mod generate;
mod hunt;
pub mod job;
mod known;
mod middle;
mod pair;
pub mod program;
mod render;
mod shrink;
mod tally;
mod vacuity;

use std::path::Path;

use crate::{
    catalogue::{CatalogueTest, File, Topic},
    model::{DIFFERENTIAL, TopicKind},
};

pub use answer::Coverage;
pub use child::{Implementation, script_in};
pub use compare::Verdict;
pub use hunt::Hunter;
pub use known::Known;
pub use pair::{Pair, Trial};
pub use shrink::Budget;
pub use tally::{Finding, Tally};

use generate::Theme;

/// The file that the tests are said to stand in.
const TOPIC_FILE: &str = "differential/programs";
/// What a target has that can be compared.
const CAPABILITY: &str = "node-sqlite-26";

/// The topic, where the suites' folder holds the interpreter.
pub fn topic(suites: &Path) -> Option<Topic> {
    if !child::script_in(suites).is_file() {
        return None;
    }
    let tests = Theme::ALL.iter().map(|theme| theme.test());
    let tests = tests.chain(std::iter::once(format!("{TOPIC_FILE} > coverage")));
    Some(Topic {
        topic: DIFFERENTIAL.to_owned(),
        kind: TopicKind::Programs,
        summary: "generated programs behave as on node:sqlite".to_owned(),
        files: vec![File {
            file: TOPIC_FILE.to_owned(),
            tests: tests
                .map(|id| CatalogueTest {
                    id,
                    needs: vec![CAPABILITY.to_owned()],
                })
                .collect(),
        }],
    })
}

impl Theme {
    /// The id of its test.
    fn test(self) -> String {
        format!("{TOPIC_FILE} > {}", self.title())
    }

    /// How many of a job's programs are its own, one at least: those that mix all are twice as many.
    fn share(self, programs: u32) -> u32 {
        let weight = |theme| if theme == Theme::Everything { 2 } else { 1 };
        let all: u32 = Theme::ALL.into_iter().map(weight).sum();
        (programs * weight(self)).div_ceil(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_the_themes_are_not_less_than_what_was_asked_for() {
        for programs in [1, 12, 1000, 20_000, 20_001] {
            let sum: u32 = Theme::ALL
                .into_iter()
                .map(|theme| theme.share(programs))
                .sum();
            assert!(sum >= programs && sum < programs + 13, "{programs}: {sum}");
        }
    }
}
