//! Whether each entry still holds at the end of a run. Pure.

use super::Expectation;
use crate::results::{CellResults, Results};

/// How an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// What it expects was seen.
    Seen,
    /// Nothing that it is about was run.
    NotRun,
    /// It was not seen, and need not be: it happens sometimes, or this is a part of a run, or something else went wrong.
    NotSeen,
    /// What should fail passes.
    UnexpectedPass,
    /// It is about tests that do not exist.
    Stale,
    /// Its day has come.
    Expired,
}

/// An entry at the end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'r> {
    /// From 1, in the order of the file.
    pub number: u32,
    /// The entry.
    pub entry: &'r Expectation,
    /// How it stands.
    pub state: State,
    /// Attempts that it explains.
    pub seen: u32,
    /// Attempts that it is about, or results of tests where it names some.
    pub of: u32,
}

impl Standing<'_> {
    /// Whether it no longer holds, so that somebody has to look at it.
    pub fn is_broken(&self) -> bool {
        match self.state {
            State::UnexpectedPass | State::Stale | State::Expired => true,
            State::Seen | State::NotRun | State::NotSeen => false,
        }
    }
}

/// How each entry of the run's plan stands.
pub fn standings(results: &Results) -> Vec<Standing<'_>> {
    let entries = results.plan.iter().flat_map(|plan| &plan.expectations);
    (1..)
        .zip(entries)
        .map(|(number, entry)| {
            let seen = results
                .failures
                .iter()
                .filter(|failure| failure.expected.contains(&number))
                .count();
            standing(
                results,
                number,
                entry,
                u32::try_from(seen).unwrap_or(u32::MAX),
            )
        })
        .collect()
}

fn standing<'r>(
    results: &'r Results,
    number: u32,
    entry: &'r Expectation,
    seen: u32,
) -> Standing<'r> {
    let about: Vec<&CellResults> = results
        .cells
        .iter()
        .filter(|one| {
            let version = results.version_of(&one.cell.runtime);
            entry.holds_in(&one.cell, version, &results.platform)
        })
        .collect();
    let about_test = entry.about();
    let (mut of, mut passed, mut tests) = (0, 0, 0);
    for cell in &about {
        if entry.test.is_none() {
            of += cell.judged;
            passed += cell.clean;
            continue;
        }
        for test in cell.tests.iter().filter(|test| about_test(&test.id)) {
            of += test.attempts();
            passed += test.passed;
            tests += 1;
        }
    }
    let plan = results.plan.as_ref();
    let (is_shard, is_selection) = plan.map_or((false, false), |plan| {
        (plan.shard.is_some(), plan.selection)
    });
    let judged = about.iter().any(|cell| cell.judged > 0);
    let state = if entry.expired {
        State::Expired
    } else if seen > 0 {
        State::Seen
    } else if judged && entry.test.is_some() && tests == 0 && !is_shard && !is_selection {
        State::Stale
    } else if of == 0 {
        State::NotRun
    } else if passed > 0 && !entry.flaky && !is_shard {
        State::UnexpectedPass
    } else {
        State::NotSeen
    };
    Standing {
        number,
        entry,
        state,
        seen,
        of,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        State::{Expired, NotRun, NotSeen, Seen, Stale, UnexpectedPass},
        *,
    };
    use crate::{event::Event, report::fixtures::everything};

    /// The run with all outcomes, of which this was expected.
    fn run(entries: &[Expectation], change: impl Fn(&mut crate::event::PlanSummary)) -> Results {
        let mut events = everything();
        for event in &mut events {
            if let Event::Planned { plan } = event {
                plan.expectations = entries.to_vec();
                plan.shard = None;
                change(plan);
            }
        }
        Results::of(&events)
    }

    fn states(results: &Results) -> Vec<State> {
        standings(results).iter().map(|one| one.state).collect()
    }

    /// An entry about a cell of the fixture in which everything was clean, and one about a cell in which something failed.
    fn cells() -> (Expectation, Expectation) {
        let results = run(&[], |_| ());
        let entry = |wanted: &dyn Fn(&&CellResults) -> bool| {
            let cell = &results
                .cells
                .iter()
                .find(wanted)
                .expect("there is one")
                .cell;
            Expectation {
                target: cell.target.clone(),
                runtime: Some(format!("={}", results.version_of(&cell.runtime))),
                suite: Some(cell.suite.to_string()),
                ..Expectation::default()
            }
        };
        (
            entry(&|one| one.judged > 0 && one.clean == one.judged),
            entry(&|one| one.judged > 0 && one.clean == 0),
        )
    }

    #[test]
    fn what_fails_is_seen_and_what_passes_is_no_longer_expected() {
        let (clean, failing) = cells();
        let flaky = Expectation {
            flaky: true,
            ..clean.clone()
        };
        let elsewhere = Expectation {
            target: "another".to_owned(),
            ..clean.clone()
        };
        let gone = Expectation {
            test: Some("of this name there is none".to_owned()),
            ..clean.clone()
        };
        let old = Expectation {
            expired: true,
            ..failing.clone()
        };
        let entries = [clean, failing, flaky, elsewhere, gone, old];
        let results = run(&entries, |_| ());
        assert_eq!(
            states(&results),
            [UnexpectedPass, Seen, NotSeen, NotRun, Stale, Expired]
        );
        let broken: Vec<bool> = standings(&results)
            .iter()
            .map(Standing::is_broken)
            .collect();
        assert_eq!(broken, [true, false, false, false, true, true]);
        // A shard has not seen all, and a selection has left tests out.
        let shard = run(&entries, |plan| plan.shard = Some((1, 2)));
        assert_eq!(
            states(&shard),
            [NotSeen, Seen, NotSeen, NotRun, NotRun, Expired]
        );
        let selection = run(&entries, |plan| plan.selection = true);
        assert_eq!(states(&selection)[4], NotRun);
    }

    #[test]
    fn an_entry_about_a_test_is_about_its_results_alone() {
        let (clean, failing) = cells();
        let results = run(&[], |_| ());
        let of = |entry: &Expectation| {
            let mut cells = results.cells.iter();
            cells
                .find(|one| {
                    let version = results.version_of(&one.cell.runtime);
                    entry.holds_in(&one.cell, version, &results.platform)
                })
                .expect("there is one")
        };
        let passing = of(&clean).tests.iter().find(|one| one.passed > 0);
        let test = passing.expect("something passed").id.clone();
        let named = Expectation {
            test: Some(test),
            ..clean.clone()
        };
        // Nothing of the cell passed, but what failed is something else.
        let other = Expectation {
            outcome: vec![crate::model::OutcomeKind::LeakGrowth],
            ..failing.clone()
        };
        let gone = Expectation {
            test: Some("of this name there is none".to_owned()),
            ..clean
        };
        let entries = [named, other, gone];
        let mut results = run(&entries, |_| ());
        assert_eq!(states(&results), [UnexpectedPass, NotSeen, Stale]);
        assert_eq!(standings(&results)[1].seen, 0);
        // Which tests there are is not known of a cell in which nothing was judged.
        for cell in &mut results.cells {
            (cell.judged, cell.clean) = (0, 0);
            cell.tests.clear();
        }
        assert_eq!(states(&results), [NotRun, NotRun, NotRun]);
    }
}
