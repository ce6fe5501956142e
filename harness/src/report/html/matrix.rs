//! The matrix: targets with their suites down, runtimes across.

use std::collections::{BTreeMap, BTreeSet};

use threadproof_stress::{Confidence, say, wilson};

use crate::{
    model::CellId,
    results::{CellResults, Results},
};

use super::{
    super::{signatures, words::Sum},
    Look,
    scale::coordinate,
};

/// Signatures and tests of a row that a search looks for.
const MOST_SEARCHED: usize = 12;

/// The matrix.
pub(super) struct Matrix<'r> {
    pub(super) runtimes: Vec<&'r str>,
    pub(super) groups: Vec<Group<'r>>,
    /// Why cells are not available; entries refer to them by number, from 1.
    pub(super) reasons: Vec<&'r str>,
    /// Whether the row of a cell differs between runtimes.
    differing: BTreeMap<(&'r str, String), bool>,
}

/// A target.
pub(super) struct Group<'r> {
    pub(super) target: &'r str,
    /// What it is, in a line.
    pub(super) title: &'r str,
    /// Over all suites, for each runtime.
    pub(super) sums: Vec<Entry>,
    pub(super) rows: Vec<Row>,
}

/// A suite of a target.
pub(super) struct Row {
    pub(super) suite: String,
    pub(super) entries: Vec<Entry>,
    pub(super) filter: Filter,
}

/// What filters look at.
#[derive(Default)]
pub(super) struct Filter {
    /// What the text is looked for in, in small letters.
    pub(super) text: String,
    /// Outcomes, separated by blanks.
    pub(super) outcomes: String,
    pub(super) differs: bool,
    pub(super) unclean: bool,
}

/// What stands in the matrix.
pub(super) enum Entry {
    Ran(Rate),
    /// The number of its reason.
    NotAvailable(usize),
    NotPlanned,
}

/// Attempts in figures.
pub(super) struct Rate {
    pub(super) look: Look,
    pub(super) fraction: String,
    /// Rate and interval.
    pub(super) text: String,
    /// For the bar: where the interval of the pass rate begins, how long it is, and the rate, all in percent.
    pub(super) bar: Option<Bar>,
    /// The anchor of the cell's own section, if it has one.
    pub(super) anchor: Option<usize>,
}

/// An interval as percentages.
pub(super) struct Bar {
    pub(super) low: String,
    pub(super) width: String,
    pub(super) rate: String,
}

impl Rate {
    fn of(look: Look, sum: Sum, anchor: Option<usize>) -> Self {
        let bar = (sum.judged > 0).then(|| {
            let interval = wilson(sum.tally(), Confidence::P95).complement();
            let percent = |value: f64| coordinate(value * 100.0);
            Bar {
                low: percent(interval.low),
                width: percent(interval.width()),
                rate: percent(f64::from(sum.clean) / f64::from(sum.judged)),
            }
        });
        Rate {
            look,
            fraction: sum.fraction(),
            text: if sum.judged > 0 {
                say::pass_rate(sum.tally())
            } else {
                "nothing judged".to_owned()
            },
            bar,
            anchor,
        }
    }
}

impl<'r> Matrix<'r> {
    /// The matrix of these results.
    pub(super) fn of(results: &'r Results) -> Self {
        let index = Index::of(results);
        let mut reasons: Vec<&'r str> = Vec::new();
        let mut differing = BTreeMap::new();
        let groups = index
            .targets
            .iter()
            .map(|target| {
                let rows: Vec<Row> = index
                    .suites
                    .iter()
                    .filter_map(|suite| {
                        let row = index.row(target, suite, &mut reasons)?;
                        differing.insert((*target, suite.clone()), row.filter.differs);
                        Some(row)
                    })
                    .collect();
                let sums: Vec<Entry> = index
                    .runtimes
                    .iter()
                    .map(|runtime| {
                        let cells = index
                            .cells
                            .iter()
                            .filter(|((of, on, _), _)| of == target && on == runtime);
                        let sum = Sum::of(cells.map(|(_, (_, cell))| *cell));
                        if sum.planned > 0 {
                            return Entry::Ran(Rate::of(Look::of_sum(sum), sum, None));
                        }
                        let missing = index
                            .missing
                            .iter()
                            .find(|((of, on, _), _)| of == target && on == runtime);
                        missing.map_or(Entry::NotPlanned, |(_, reason)| {
                            Entry::NotAvailable(number(&mut reasons, reason))
                        })
                    })
                    .collect();
                let plan = results.plan.iter().flat_map(|plan| &plan.targets);
                let mut title = plan
                    .filter(|one| one.id == *target)
                    .map(|one| one.title.as_str());
                Group {
                    target,
                    title: title.next().unwrap_or_default(),
                    sums,
                    rows,
                }
            })
            .collect();
        Matrix {
            runtimes: index.runtimes,
            groups,
            reasons,
            differing,
        }
    }

    /// What filters look at of a cell.
    pub(super) fn filter(&self, cell: &CellId, outcomes: String, more: &str) -> Filter {
        let key = (cell.target.as_str(), cell.suite.to_string());
        let differs = self
            .differing
            .iter()
            .any(|((target, suite), differs)| (*target, suite) == (key.0, &key.1) && *differs);
        Filter {
            text: format!("{cell} {more}").to_lowercase(),
            unclean: outcomes != "Clean",
            outcomes,
            differs,
        }
    }
}

/// Names of the outcomes that a cell has seen.
pub(super) fn outcomes<'c>(cells: impl IntoIterator<Item = &'c CellResults>) -> String {
    let mut kinds: Vec<_> = cells
        .into_iter()
        .flat_map(|cell| cell.outcomes.keys().copied())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let names: Vec<&str> = kinds
        .into_iter()
        .map(crate::model::OutcomeKind::as_str)
        .collect();
    names.join(" ")
}

/// Cells by their place, and the order of rows and columns.
struct Index<'r> {
    targets: Vec<&'r str>,
    runtimes: Vec<&'r str>,
    suites: Vec<String>,
    /// By target, runtime and suite: its number among the results, and itself.
    cells: BTreeMap<(&'r str, &'r str, String), (usize, &'r CellResults)>,
    missing: BTreeMap<(&'r str, &'r str, String), &'r str>,
    /// The signatures of a target and suite.
    signatures: BTreeMap<(&'r str, String), BTreeSet<&'r str>>,
}

fn key(cell: &CellId) -> (&str, &str, String) {
    (&cell.target, &cell.runtime, cell.suite.to_string())
}

impl<'r> Index<'r> {
    fn of(results: &'r Results) -> Self {
        let all = || {
            let ran = results.cells.iter().map(|cell| &cell.cell);
            ran.chain(results.not_available.iter().map(|one| &one.cell))
        };
        let plan = results.plan.as_ref();
        let (mut targets, mut runtimes, mut suites) = (Vec::new(), Vec::new(), Vec::new());
        // Those of the plan first, in its order.
        for cell in all() {
            for (list, id) in [
                (&mut targets, cell.target.as_str()),
                (&mut runtimes, &cell.runtime),
            ] {
                if !list.contains(&id) {
                    list.push(id);
                }
            }
            let suite = cell.suite.to_string();
            if !suites.contains(&suite) {
                suites.push(suite);
            }
        }
        let place = |at: Option<usize>| at.unwrap_or(usize::MAX);
        targets.sort_by_key(|id| {
            place(plan.and_then(|plan| plan.targets.iter().position(|one| one.id == **id)))
        });
        runtimes.sort_by_key(|id| {
            place(plan.and_then(|plan| plan.runtimes.iter().position(|one| one.id == **id)))
        });
        let numbered = (0..).zip(&results.cells);
        let mut signatures: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
        for failure in &results.failures {
            let (target, _, suite) = key(&failure.cell);
            let names = signatures.entry((target, suite)).or_default();
            if names.len() < MOST_SEARCHED {
                names.insert(signatures::name(failure));
            }
        }
        Index {
            signatures,
            targets,
            runtimes,
            suites,
            cells: numbered
                .map(|(at, cell)| (key(&cell.cell), (at, cell)))
                .collect(),
            missing: results
                .not_available
                .iter()
                .map(|one| (key(&one.cell), one.reason.as_str()))
                .collect(),
        }
    }

    /// What a search looks for in a row: its names, its signatures, and its tests that did not pass.
    fn searched(&self, target: &'r str, suite: &str, cells: &[&CellResults]) -> String {
        let names = self.signatures.get(&(target, suite.to_owned()));
        let tests: BTreeSet<&str> = cells
            .iter()
            .flat_map(|cell| &cell.tests)
            .filter(|test| test.passed < test.attempts())
            .map(|test| test.id.as_str())
            .take(MOST_SEARCHED)
            .collect();
        let mut text = format!("{target} × {suite}");
        for more in names.into_iter().flatten().chain(&tests) {
            text.push(' ');
            text.push_str(more);
        }
        text.to_lowercase()
    }

    /// The row of a suite; none where the target has nothing of it.
    fn row(&self, target: &'r str, suite: &str, reasons: &mut Vec<&'r str>) -> Option<Row> {
        let mut cells: Vec<&CellResults> = Vec::new();
        let mut looks: Vec<Look> = Vec::new();
        let entries: Vec<Entry> = self
            .runtimes
            .iter()
            .map(|runtime| {
                let place = (target, *runtime, suite.to_owned());
                if let Some((at, cell)) = self.cells.get(&place) {
                    let look = Look::of(cell.verdict);
                    cells.push(cell);
                    looks.push(look);
                    let anchor = (look.class != "pass").then_some(*at);
                    return Entry::Ran(Rate::of(look, Sum::of([*cell]), anchor));
                }
                self.missing
                    .get(&place)
                    .map_or(Entry::NotPlanned, |reason| {
                        Entry::NotAvailable(number(reasons, reason))
                    })
            })
            .collect();
        if entries
            .iter()
            .all(|entry| matches!(entry, Entry::NotPlanned))
        {
            return None;
        }
        Some(Row {
            suite: suite.to_owned(),
            filter: Filter {
                text: self.searched(target, suite, &cells),
                outcomes: outcomes(cells.iter().copied()),
                differs: looks.windows(2).any(|pair| pair[0] != pair[1]),
                unclean: looks.iter().any(|look| look.class != "pass"),
            },
            entries,
        })
    }
}

/// The number of a reason, which is added when it is new.
fn number<'r>(reasons: &mut Vec<&'r str>, reason: &'r str) -> usize {
    let known = reasons.iter().position(|known| *known == reason);
    known.unwrap_or_else(|| {
        reasons.push(reason);
        reasons.len() - 1
    }) + 1
}
