use threadproof_stress::Plan;

use super::*;
use crate::{
    model::{Runner, Suite},
    protocol::Measures,
};

fn id(target: &str) -> CellId {
    CellId {
        target: target.to_owned(),
        runtime: "node-24".to_owned(),
        suite: Suite {
            topic: "churn".to_owned(),
            runner: Runner::Stress,
        },
    }
}

/// A run whose resident set grows by so many bytes and whose descriptors grow by so many a worker.
fn run(repetition: u32, failed: bool, bytes: f64, descriptors: f64) -> Ran {
    let samples = (0..60).map(|at| {
        let done = f64::from(at) * 20.0;
        Sample {
            elapsed: done,
            done,
            rss: 5e7 + bytes * done + f64::from((at * 7919) % 97) * 1000.0,
            heap_used: 4e6,
            external: 1e6,
            descriptors: Some(20.0 + descriptors * done),
            threads: Some(12.0),
            counters: std::collections::BTreeMap::new(),
        }
    });
    Ran {
        repetition,
        failed: Some(failed),
        seconds: 10.0,
        measures: Measures {
            samples: samples.collect(),
            latencies: BTreeMap::from([("terminate".to_owned(), vec![1.0, 2.0, 3.0])]),
            counts: BTreeMap::from([("ended:natural".to_owned(), 600), ("tasks".to_owned(), 9)]),
        },
        audit: Audit::default(),
    }
}

fn grows(stressed: &Stressed, target: &str) -> Vec<&'static str> {
    let cell = stressed.cells.iter().find(|cell| cell.target == target);
    let grown = cell.expect("the cell is there").grown.iter();
    grown
        .filter(|one| one.grows)
        .map(|one| one.resource)
        .collect()
}

#[test]
fn a_leak_of_memory_or_descriptors_is_growth() {
    let ran = BTreeMap::from([
        (id("leaky"), vec![run(1, false, 20_000.0, 0.0)]),
        (id("open"), vec![run(1, false, 0.0, 1.0)]),
        (id("clean"), vec![run(1, false, 0.0, 0.0)]),
    ]);
    let stressed = judge(&ran, None, None);
    assert_eq!(grows(&stressed, "leaky"), ["rss"]);
    assert_eq!(grows(&stressed, "open"), ["descriptors"]);
    assert_eq!(grows(&stressed, "clean"), [""; 0]);
    assert!(stressed.grew());
}

#[test]
fn where_workers_last_a_slope_is_for_steps() {
    let mut lasting = run(1, false, 20_000.0, 0.0);
    lasting.measures.counts.insert("steps".to_owned(), 1180);
    let ran = BTreeMap::from([(id("lasting"), vec![lasting])]);
    let rss = judge(&ran, None, None).cells[0].grown[0].clone();
    assert_eq!((rss.resource, rss.steps), ("rss", Some(826.0)));
}

#[test]
fn what_the_control_does_is_subtracted_and_the_control_is_not_judged() {
    let ran = BTreeMap::from([
        (id("ours"), vec![run(1, false, 20_000.0, 0.0)]),
        (id("empty"), vec![run(1, false, 20_000.0, 0.0)]),
    ]);
    let stressed = judge(&ran, Some("empty"), None);
    assert!(!stressed.grew(), "{stressed:?}");
    let ours = stressed
        .cells
        .iter()
        .find(|cell| !cell.control)
        .expect("ours");
    assert!(ours.grown.iter().all(|grown| grown.beyond_control));
}

#[test]
fn workers_are_counted_over_all_runs() {
    let ran = BTreeMap::from([(
        id("ours"),
        vec![run(1, false, 0.0, 0.0), run(2, true, 0.0, 0.0)],
    )]);
    let cell = &judge(&ran, None, None).cells[0];
    assert_eq!((cell.runs, cell.failed, cell.lifecycles), (2, 1, 1200));
    assert!((cell.per_second - 60.0).abs() < 1e-9);
    assert_eq!(cell.latencies["terminate"].count, 6);
}

#[test]
fn a_gate_is_decided_in_planned_order_and_never_met_by_too_few() {
    let plan = Plan::single("rate < 10% @ 95%".parse().expect("a gate"), 0);
    let gate = |runs: Vec<Ran>| {
        let ran = BTreeMap::from([(id("ours"), runs)]);
        judge(&ran, None, Some(&plan)).cells[0].gate
    };
    let clean = |n: u32| {
        (1..=n)
            .map(|at| run(at, false, 0.0, 0.0))
            .collect::<Vec<_>>()
    };
    assert_eq!(gate(clean(29)), Some(Gated::Met));
    assert_eq!(gate(clean(28)), Some(Gated::Inconclusive));
    let mut gap = clean(30);
    gap.remove(3);
    assert_eq!(gate(gap), Some(Gated::Inconclusive));
    let failing = (1..=12).map(|at| run(at, true, 0.0, 0.0)).collect();
    assert_eq!(gate(failing), Some(Gated::Violated));
}
