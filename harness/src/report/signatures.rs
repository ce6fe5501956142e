//! Failures by signature: what the same fault did, wherever it was met.

use std::collections::BTreeMap;

use crate::{
    model::{CellId, OutcomeKind},
    results::{Failure, Results},
};

use super::groups::rank;

/// Failures that have one signature.
pub(super) struct Signature<'r> {
    /// Its name; that of its outcome in results of a version that had no signatures.
    pub(super) name: String,
    /// The first of them in the first of the cells: what is told of stands in its log.
    pub(super) first: &'r Failure,
    /// All of them, in the order in which they ended.
    pub(super) failures: Vec<&'r Failure>,
    /// The cells it was seen in, with how often, in the order of the plan.
    pub(super) cells: Vec<(&'r CellId, usize)>,
}

impl Signature<'_> {
    /// What kind of outcome its attempts have.
    pub(super) fn kind(&self) -> OutcomeKind {
        self.first.outcome.kind()
    }
}

/// The signatures of a run: worst kind first, then those that were seen most often.
pub(super) fn signatures(results: &Results) -> Vec<Signature<'_>> {
    let mut found: BTreeMap<&str, Vec<&Failure>> = BTreeMap::new();
    for failure in &results.failures {
        found.entry(name(failure)).or_default().push(failure);
    }
    let planned: BTreeMap<&CellId, usize> = results
        .cells
        .iter()
        .enumerate()
        .map(|(at, cell)| (&cell.cell, at))
        .collect();
    let mut signatures: Vec<Signature<'_>> = found
        .into_iter()
        .map(|(name, failures)| {
            let mut counts: BTreeMap<usize, (&CellId, usize)> = BTreeMap::new();
            for failure in &failures {
                let at = planned.get(&failure.cell).copied().unwrap_or(usize::MAX);
                counts.entry(at).or_insert((&failure.cell, 0)).1 += 1;
            }
            let cells: Vec<_> = counts.into_values().collect();
            let of_first_cell = |failure: &&&Failure| failure.cell == *cells[0].0;
            let first = failures.iter().find(of_first_cell).unwrap_or(&failures[0]);
            Signature {
                name: name.to_owned(),
                first,
                cells,
                failures,
            }
        })
        .collect();
    signatures.sort_by_key(|one| (rank(one.kind()), std::cmp::Reverse(one.failures.len())));
    signatures
}

/// By what a failure is known.
pub(super) fn name(failure: &Failure) -> &str {
    if failure.signature.is_empty() {
        failure.outcome.kind().as_str()
    } else {
        &failure.signature
    }
}
