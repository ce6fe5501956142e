//! The matrix of a run as rows and columns: target × runtime × runner down, topics across. Every
//! renderer that shows a table shows this one.

use crate::{
    model::{CellId, Runner},
    results::{CellResults, Results},
};

use super::words::Sum;

/// The table.
pub(super) struct Matrix<'r> {
    /// The columns between the row's name and its total, in the order of the plan.
    pub(super) topics: Vec<&'r str>,
    /// In the order of the plan: target, runtime, runner.
    pub(super) rows: Vec<Row<'r>>,
    /// Why cells are not available; entries refer to them by position.
    pub(super) reasons: Vec<&'r str>,
}

/// A row.
pub(super) struct Row<'r> {
    pub(super) target: &'r str,
    pub(super) runtime: &'r str,
    pub(super) runner: Runner,
    /// One for each topic.
    pub(super) entries: Vec<Entry<'r>>,
}

/// What stands in a row under a topic.
#[derive(Clone, Copy)]
pub(super) enum Entry<'r> {
    /// It was planned.
    Ran(&'r CellResults),
    /// It was asked for and cannot run here; the position of its reason.
    NotAvailable(usize),
    /// It was not asked for, or all its tests need what the target lacks.
    NotPlanned,
}

impl Row<'_> {
    /// Over all topics.
    pub(super) fn sum(&self) -> Sum {
        Sum::of(self.entries.iter().filter_map(|entry| match entry {
            Entry::Ran(cell) => Some(*cell),
            Entry::NotAvailable(_) | Entry::NotPlanned => None,
        }))
    }

    /// Whether nothing of it can run here.
    pub(super) fn not_available(&self) -> bool {
        self.sum().planned == 0
    }
}

impl<'r> Matrix<'r> {
    /// The table of these results.
    pub(super) fn of(results: &'r Results) -> Self {
        let mut topics: Vec<&str> = Vec::new();
        let mut keys: Vec<(&str, &str, Runner)> = Vec::new();
        for cell in cells(results) {
            if !topics.contains(&cell.suite.topic.as_str()) {
                topics.push(&cell.suite.topic);
            }
            let key = key(cell);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let position = |key: &(&str, &str, Runner)| {
            let plan = results.plan.as_ref();
            let target = plan.and_then(|plan| plan.targets.iter().position(|t| t.id == key.0));
            let runtime = plan.and_then(|plan| plan.runtimes.iter().position(|r| r.id == key.1));
            (
                target.unwrap_or(usize::MAX),
                runtime.unwrap_or(usize::MAX),
                key.2,
            )
        };
        keys.sort_by_key(|key| position(key));

        let mut reasons: Vec<&str> = Vec::new();
        let rows = keys
            .into_iter()
            .map(|(target, runtime, runner)| {
                let entries = topics
                    .iter()
                    .map(|topic| {
                        let here = |cell: &CellId| {
                            key(cell) == (target, runtime, runner) && cell.suite.topic == *topic
                        };
                        if let Some(cell) = results.cells.iter().find(|cell| here(&cell.cell)) {
                            return Entry::Ran(cell);
                        }
                        let missing = results.not_available.iter().find(|cell| here(&cell.cell));
                        missing.map_or(Entry::NotPlanned, |missing| {
                            Entry::NotAvailable(note(&mut reasons, &missing.reason))
                        })
                    })
                    .collect();
                Row {
                    target,
                    runtime,
                    runner,
                    entries,
                }
            })
            .collect();
        Matrix {
            topics,
            rows,
            reasons,
        }
    }
}

fn cells(results: &Results) -> impl Iterator<Item = &CellId> {
    results
        .cells
        .iter()
        .map(|cell| &cell.cell)
        .chain(results.not_available.iter().map(|cell| &cell.cell))
}

fn key(cell: &CellId) -> (&str, &str, Runner) {
    (&cell.target, &cell.runtime, cell.suite.runner)
}

/// The position of a reason, which is added when it is new.
fn note<'r>(reasons: &mut Vec<&'r str>, reason: &'r str) -> usize {
    reasons
        .iter()
        .position(|known| *known == reason)
        .unwrap_or_else(|| {
            reasons.push(reason);
            reasons.len() - 1
        })
}
