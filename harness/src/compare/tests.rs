use proptest::prelude::*;

use super::*;
use crate::{
    model::{OutcomeKind, Runner, Suite, Verdict},
    report::fixtures::everything,
    results::TestTally,
};

fn id(topic: &str) -> CellId {
    CellId {
        target: "ours".to_owned(),
        runtime: "node-24.1.0".to_owned(),
        suite: Suite {
            topic: topic.to_owned(),
            runner: Runner::Driver,
        },
    }
}

/// A run with cells that failed so often.
fn run(cells: &[(&str, u32, u32)]) -> Results {
    Results {
        cells: cells
            .iter()
            .map(|(topic, failed, judged)| CellResults {
                cell: id(topic),
                planned: *judged,
                judged: *judged,
                clean: judged - failed,
                outcomes: BTreeMap::new(),
                expected: BTreeMap::new(),
                verdict: Verdict::Pass,
                duration_ms: 0.0,
                tests: vec![TestTally {
                    id: format!("{topic} > one"),
                    ..TestTally::default()
                }],
                gate: None,
            })
            .collect(),
        ..Results::default()
    }
}

fn change(before: (u32, u32), after: (u32, u32)) -> Change {
    let runs = [
        run(&[("a", before.0, before.1)]),
        run(&[("a", after.0, after.1)]),
    ];
    compare(&runs[0], &runs[1]).cells[0].change
}

#[test]
fn what_is_no_chance_is_told_from_what_may_be() {
    assert_eq!(change((0, 20), (8, 20)), Change::Regressed);
    assert_eq!(change((0, 20), (1, 20)), Change::SpuriousRegressed);
    assert_eq!(change((8, 20), (0, 20)), Change::Fixed);
    assert_eq!(change((1, 20), (0, 20)), Change::SpuriousFixed);
    assert_eq!(change((2, 10), (4, 20)), Change::Same);
    assert_eq!(change((5, 5), (5, 5)), Change::Same);
}

#[test]
fn what_is_not_there_any_more_is_lost() {
    let before = run(&[("a", 0, 5), ("b", 0, 5)]);
    let mut after = run(&[("a", 0, 5), ("c", 0, 5)]);
    let comparison = compare(&before, &after);
    assert_eq!(comparison.cells[0].cell, id("b"));
    assert_eq!(comparison.cells[0].change, Change::Lost);
    assert_eq!(comparison.added, [id("c")]);
    after.cells[0].tests.clear();
    let comparison = compare(&run(&[("a", 0, 5)]), &after);
    assert_eq!(comparison.cells[0].change, Change::Lost);
    assert_eq!(comparison.cells[0].what, ["a > one"]);
}

#[test]
fn a_crash_that_nobody_knew_counts_once() {
    let all = Results::of(&everything());
    let is_crash = |signature: &str| {
        parts_of(signature).is_some_and(|(kind, _)| kind == OutcomeKind::CrashInTest)
    };
    let mut before = all.clone();
    before.failures.retain(|one| !is_crash(&one.signature));
    let comparison = compare(&before, &all);
    let new: Vec<_> = comparison
        .cells
        .iter()
        .filter(|one| one.change == Change::NewCrash)
        .collect();
    assert_eq!(new.len(), 1, "{comparison:?}");
    assert!(is_crash(&new[0].what[0]));
    // Known from elsewhere it is none.
    assert!(
        compare(&all, &all)
            .cells
            .iter()
            .all(|one| one.change == Change::Same)
    );
}

#[test]
fn a_comparison_in_words() {
    let before = run(&[
        ("better", 8, 20),
        ("worse", 0, 20),
        ("gone", 0, 5),
        ("luck", 0, 9),
        ("same", 1, 9),
    ]);
    let after = run(&[
        ("better", 0, 20),
        ("worse", 8, 20),
        ("luck", 1, 9),
        ("same", 1, 9),
        ("new", 0, 1),
    ]);
    let comparison = compare(&before, &after);
    insta::assert_snapshot!(format!(
        "{}\n\n{}",
        table(&comparison, None),
        markdown(&comparison)
    ));
}

proptest! {
    #[test]
    fn a_run_is_the_same_as_itself(failed in 0..30_u32, more in 0..30_u32) {
        let judged = failed + more;
        prop_assume!(judged > 0);
        prop_assert_eq!(change((failed, judged), (failed, judged)), Change::Same);
    }

    #[test]
    fn what_is_fixed_one_way_is_regressed_the_other(a in 0..30_u32, b in 0..30_u32, c in 0..30_u32, d in 0..30_u32) {
        prop_assume!(a + b > 0 && c + d > 0);
        let (before, after) = ((a, a + b), (c, c + d));
        let turned = match change(after, before) {
            Change::Fixed => Change::Regressed,
            Change::Regressed => Change::Fixed,
            Change::SpuriousFixed => Change::SpuriousRegressed,
            Change::SpuriousRegressed => Change::SpuriousFixed,
            other => other,
        };
        prop_assert_eq!(change(before, after), turned);
    }
}
