//! Cells in which not all was well, with their tests.

use std::collections::BTreeMap;

use crate::{
    model::TestState,
    results::{CellResults, Results, TestTally},
};

use super::{
    super::{
        signatures::{self, Signature},
        words::{self, Sum},
    },
    Look,
    matrix::{Filter, Matrix, outcomes},
};

/// Cells that are told in full.
const MOST_CELLS: usize = 200;
/// Tests that are listed for a cell.
const MOST_TESTS: usize = 40;
/// Tests that are listed on the page.
const ALL_TESTS: usize = 1000;
/// Characters of an error.
const MOST_TEXT: usize = 240;

/// The section.
pub(super) struct Cells<'r> {
    pub(super) told: Vec<Told<'r>>,
    /// The others: number, name, and how many of its attempts were clean.
    pub(super) rest: Vec<(usize, String, String)>,
}

/// A cell.
pub(super) struct Told<'r> {
    pub(super) number: usize,
    pub(super) look: Look,
    pub(super) name: String,
    pub(super) fraction: String,
    /// Outcomes with how often each was seen.
    pub(super) outcomes: Vec<(&'static str, u32)>,
    /// Its signatures: number, name, how often.
    pub(super) signatures: Vec<(usize, String, usize)>,
    pub(super) tests: Vec<Test<'r>>,
    pub(super) more: usize,
    pub(super) filter: Filter,
}

/// A test that did not pass in each attempt.
pub(super) struct Test<'r> {
    pub(super) id: &'r str,
    pub(super) tally: &'r TestTally,
    pub(super) said: String,
}

impl<'r> Cells<'r> {
    pub(super) fn of(
        results: &'r Results,
        signatures: &[Signature<'r>],
        matrix: &Matrix<'r>,
    ) -> Self {
        let numbers: BTreeMap<&str, usize> = signatures
            .iter()
            .zip(0..)
            .map(|(one, at)| (one.name.as_str(), at))
            .collect();
        let mut listed = 0;
        let mut wrong = (0..)
            .zip(&results.cells)
            .filter(|(_, cell)| Look::of(cell.verdict).class != "pass");
        let told = wrong
            .by_ref()
            .take(MOST_CELLS)
            .map(|(number, cell)| {
                let told = told(number, cell, results, &numbers, matrix, ALL_TESTS - listed);
                listed += told.tests.len();
                told
            })
            .collect();
        let rest = wrong
            .map(|(number, cell)| (number, cell.cell.to_string(), Sum::of([cell]).fraction()))
            .collect();
        Cells { told, rest }
    }
}

fn told<'r>(
    number: usize,
    cell: &'r CellResults,
    results: &'r Results,
    numbers: &BTreeMap<&str, usize>,
    matrix: &Matrix<'r>,
    room: usize,
) -> Told<'r> {
    let mut errors: BTreeMap<&str, &str> = BTreeMap::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for failure in results.failures.iter().filter(|one| one.cell == cell.cell) {
        *seen.entry(signatures::name(failure)).or_default() += 1;
        for test in failure
            .tests
            .iter()
            .filter(|test| test.state == TestState::Failed)
        {
            if let Some(error) = test.errors.first() {
                errors.entry(&test.id).or_insert(&error.message);
            }
        }
    }
    let wrong: Vec<&TestTally> = cell
        .tests
        .iter()
        .filter(|test| test.passed < test.attempts())
        .collect();
    let tests: Vec<_> = wrong
        .iter()
        .take(MOST_TESTS.min(room))
        .map(|tally| Test {
            id: &tally.id,
            tally,
            said: errors
                .get(tally.id.as_str())
                .map_or_else(String::new, |text| words::on_one_line(text, MOST_TEXT)),
        })
        .collect();
    let ids: Vec<&str> = tests.iter().map(|test| test.id).collect();
    Told {
        number,
        look: Look::of(cell.verdict),
        name: cell.cell.to_string(),
        fraction: Sum::of([cell]).fraction(),
        outcomes: cell
            .outcomes
            .iter()
            .map(|(kind, count)| (kind.as_str(), *count))
            .collect(),
        signatures: seen
            .into_iter()
            .filter_map(|(name, count)| Some((*numbers.get(name)?, name.to_owned(), count)))
            .collect(),
        more: wrong.len() - tests.len(),
        filter: matrix.filter(&cell.cell, outcomes([cell]), &ids.join(" ")),
        tests,
    }
}
