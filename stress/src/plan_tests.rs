//! Known sample sizes, the honesty of stopping early, and each decision.

use super::*;

fn gate(text: &str) -> Gate {
    text.parse().unwrap()
}

fn tally(k: u64, n: u64) -> Tally {
    Tally::new(k, n).unwrap()
}

/// Standard tables of attribute sampling (success-run theorem and its extension to c failures).
#[test]
fn known_sample_sizes() {
    for (text, allowed, runs) in [
        ("rate < 10% @ 90%", 0, 22),
        ("rate < 10% @ 95%", 0, 29),
        ("rate < 5% @ 95%", 0, 59),
        ("rate < 5% @ 95%", 1, 93),
        ("rate < 1% @ 95%", 0, 299),
        ("rate < 1% @ 95%", 1, 473),
        ("rate < 1% @ 95%", 2, 628),
        ("rate < 1% @ 99%", 0, 459),
        ("rate < 0.1% @ 95%", 0, 2995),
        ("rate < 50% @ 95%", 0, 5),
    ] {
        let plan = Plan::single(gate(text), allowed);
        assert_eq!(plan.looks(), [Look { runs, allowed }], "{text}");
        assert!(gate(text).is_shown_by(tally(allowed, runs)), "{text}");
        assert!(!gate(text).is_shown_by(tally(allowed, runs - 1)), "{text}");
    }
}

#[test]
fn peeking_inflates_the_error_and_a_staged_plan_does_not() {
    let gate = gate("rate < 1% @ 95%");
    let peeking = Plan {
        gate,
        looks: (0..5).map(|c| Plan::single(gate, c).last()).collect(),
    };
    assert!(peeking.error() > 0.10, "{}", peeking.error());
    for most_allowed in 0..6 {
        let staged = Plan::staged(gate, most_allowed);
        assert!(staged.error() <= 0.05, "{most_allowed}: {}", staged.error());
        // and gives nothing away: a plan much stricter than needed wastes runs
        assert!(staged.error() > 0.048, "{most_allowed}: {}", staged.error());
        assert!(staged.looks().windows(2).all(|w| w[0].runs < w[1].runs));
    }
}

/// All sequences of a small plan, each weighted by its probability: the error that `judge` really
/// makes is the one that `error` computes.
#[test]
fn the_computed_error_is_the_one_made() {
    let plan = Plan::staged(gate("rate < 40% @ 80%"), 2);
    let runs = plan.most_runs();
    assert!(runs <= 16, "{runs} runs are too many to enumerate");
    for rate in [0.4_f64, 0.5, 0.8] {
        let (mut met, mut violated) = (0.0, 0.0);
        for bits in 0_u32..1 << runs {
            let weight = (0..runs).fold(1.0, |weight, i| {
                weight * if bits >> i & 1 == 1 { rate } else { 1.0 - rate }
            });
            match plan.judge((0..runs).map(|i| bits >> i & 1 == 1)).0 {
                Decision::Met => met += weight,
                Decision::Violated => violated += weight,
                Decision::Undecided { .. } => panic!("judge concludes"),
                Decision::Inconclusive(_) => {}
            }
        }
        if rate <= 0.4 {
            assert!((met - plan.error()).abs() < 1e-12, "{met} {}", plan.error());
            assert!(violated <= 0.2, "{violated}");
            assert!(violated > 0.0);
        } else {
            assert!(met < plan.error());
        }
    }
}

#[test]
fn a_clean_series_is_met_at_the_last_run_and_not_before() {
    let plan = Plan::single(gate("rate < 1% @ 95%"), 0);
    assert_eq!(
        plan.decide(Tally::default()),
        Decision::Undecided {
            clean_runs_needed: 299
        }
    );
    assert_eq!(
        plan.decide(tally(0, 298)),
        Decision::Undecided {
            clean_runs_needed: 1
        }
    );
    assert_eq!(plan.decide(tally(0, 299)), Decision::Met);
    let (decision, used) = plan.judge(std::iter::repeat(false));
    assert_eq!((decision, used), (Decision::Met, tally(0, 299)));
}

#[test]
fn tolerated_failures_need_not_be_waited_for() {
    let plan = Plan::single(gate("rate < 1% @ 95%"), 2);
    assert_eq!(plan.runs_when_clean(), 626);
    assert_eq!(plan.decide(tally(0, 626)), Decision::Met);
    assert_eq!(
        plan.decide(tally(1, 626)),
        Decision::Undecided {
            clean_runs_needed: 1
        }
    );
}

#[test]
fn early_failures_violate_and_late_ones_only_leave_it_open() {
    let plan = Plan::single(gate("rate < 1% @ 95%"), 0);
    assert_eq!(plan.decide(tally(1, 3)), Decision::Violated);
    assert_eq!(
        plan.decide(tally(1, 200)),
        Decision::Inconclusive(WhyInconclusive::TooManyFailures)
    );
}

#[test]
fn a_staged_plan_gives_another_chance() {
    let plan = Plan::staged(gate("rate < 1% @ 95%"), 1);
    let [first, second] = plan.looks() else {
        panic!("two looks")
    };
    assert_eq!(
        plan.decide(tally(1, 200)),
        Decision::Undecided {
            clean_runs_needed: second.runs - 200
        }
    );
    assert_eq!(plan.decide(tally(0, first.runs)), Decision::Met);
    assert_eq!(plan.decide(tally(1, second.runs)), Decision::Met);
}

#[test]
fn a_budget_that_ends_is_inconclusive_with_what_was_missing() {
    let plan = Plan::single(gate("rate < 1% @ 95%"), 0);
    assert_eq!(
        plan.conclude(tally(0, 100)),
        Decision::Inconclusive(WhyInconclusive::BudgetEnded {
            clean_runs_needed: 199
        })
    );
}

#[test]
fn a_budget_buys_as_many_chances_as_fit() {
    let gate = gate("rate < 1% @ 95%");
    assert_eq!(Plan::within(gate, 299).unwrap(), Plan::single(gate, 0));
    let error = Plan::within(gate, 298).unwrap_err().to_string();
    assert!(error.contains("allow 299 runs"), "{error}");
    for budget in [400, 700, 1000, 5000] {
        let plan = Plan::within(gate, budget).unwrap();
        assert!(plan.most_runs() <= budget);
        assert!(plan.error() <= 0.05);
    }
    assert_eq!(Plan::within(gate, 5000).unwrap().looks().len(), 16);
}
