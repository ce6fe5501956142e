//! Properties of the intervals, gates and plans; coverage by exact enumeration, not by sampling.

#![allow(clippy::cast_precision_loss)] // numbers of runs are far below 2^53

use proptest::prelude::*;
use threadproof_stress::{
    Confidence, Decision, Gate, Interval, Plan, Tally, clopper_pearson, lower_bound, upper_bound,
    wilson, wilson_lower, wilson_upper,
};

fn tally(k: u64, n: u64) -> Tally {
    Tally::new(k, n).expect("k of n")
}

fn level(percent: f64) -> Confidence {
    Confidence::from_percent(percent).expect("a level between 50 and 100")
}

fn tallies() -> impl Strategy<Value = Tally> {
    (1_u64..5000).prop_flat_map(|n| (0..=n).prop_map(move |k| tally(k, n)))
}

fn levels() -> impl Strategy<Value = Confidence> {
    (50.1_f64..99.99).prop_map(level)
}

fn rate(tally: Tally) -> f64 {
    tally.failure_rate().expect("something ran")
}

const KINDS: [fn(Tally, Confidence) -> Interval; 2] = [wilson, clopper_pearson];

proptest! {
    #[test]
    fn intervals_lie_within_0_and_1_and_contain_the_observed_rate(t in tallies(), c in levels()) {
        for interval in KINDS {
            let found = interval(t, c);
            prop_assert!(0.0 <= found.low && found.low <= found.high && found.high <= 1.0);
            prop_assert!(found.contains(rate(t)), "{found:?}");
        }
    }

    #[test]
    fn one_more_failure_moves_both_ends_up(t in tallies(), c in levels()) {
        prop_assume!(t.passes() > 0);
        let more = tally(t.failures() + 1, t.runs());
        for interval in KINDS {
            let (now, then) = (interval(t, c), interval(more, c));
            prop_assert!(now.low < then.low && now.high < then.high, "{now:?} {then:?}");
        }
    }

    #[test]
    fn the_same_rate_over_more_runs_narrows_the_interval(t in tallies(), c in levels(), times in 2_u64..5) {
        let more = tally(t.failures() * times, t.runs() * times);
        for interval in KINDS {
            prop_assert!(interval(more, c).width() < interval(t, c).width());
        }
    }

    #[test]
    fn more_confidence_widens_the_interval(t in tallies(), c in 50.1_f64..99.0) {
        for interval in KINDS {
            prop_assert!(interval(t, level(c)).width() < interval(t, level(c + 0.9)).width());
        }
    }

    #[test]
    fn a_one_sided_bound_is_the_end_of_a_two_sided_interval_with_twice_the_error(t in tallies(), c in 75.1_f64..99.9) {
        let two = level(100.0 - 2.0 * (100.0 - c));
        let (exact, score) = (clopper_pearson(t, two), wilson(t, two));
        prop_assert!((upper_bound(t, level(c)) - exact.high).abs() < 1e-9);
        prop_assert!((lower_bound(t, level(c)) - exact.low).abs() < 1e-9);
        prop_assert!((wilson_upper(t, level(c)) - score.high).abs() < 1e-9);
        prop_assert!((wilson_lower(t, level(c)) - score.low).abs() < 1e-9);
    }

    #[test]
    fn swapping_passes_and_failures_mirrors_the_interval(t in tallies(), c in levels()) {
        let mirrored = tally(t.passes(), t.runs());
        for interval in KINDS {
            let (a, b) = (interval(t, c), interval(mirrored, c).complement());
            prop_assert!((a.low - b.low).abs() < 1e-9 && (a.high - b.high).abs() < 1e-9);
        }
    }

    #[test]
    fn a_gate_prints_as_it_is_read(limit in 0.000_1_f64..99.9, confidence in 50.1_f64..99.99) {
        let gate = Gate::new(limit, level(confidence)).expect("a limit between 0 and 100");
        prop_assert_eq!(gate.to_string().parse::<Gate>(), Ok(gate));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = text.parse::<Gate>();
    }

    #[test]
    fn parts_of_gates_never_panic(text in "(rate|failure-rate| |<|=|≤|@|%|[0-9.]){0,8}") {
        if let Ok(gate) = text.parse::<Gate>() {
            prop_assert_eq!(gate.to_string().parse::<Gate>(), Ok(gate));
        }
    }

    #[test]
    fn a_plan_never_errs_more_than_its_gate_allows(limit in 0.5_f64..60.0, confidence in 60.0_f64..99.5, looks in 0_u64..5) {
        let gate = Gate::new(limit, level(confidence)).expect("a limit between 0 and 100");
        let plan = Plan::staged(gate, looks);
        prop_assert!(plan.error() <= gate.confidence().alpha());
        let single = Plan::single(gate, looks);
        prop_assert!(single.error() < gate.confidence().alpha());
        prop_assert!(single.most_runs() <= plan.most_runs());
    }

    /// Curtailment: a decision taken early is the one that the rest of the runs would have led to.
    #[test]
    fn no_later_run_overturns_a_decision(failed in prop::collection::vec(prop::bool::weighted(0.1), 60), looks in 0_u64..3) {
        let gate: Gate = "rate < 20% @ 90%".parse().expect("a gate");
        let plan = Plan::staged(gate, looks);
        let (early, used) = plan.judge(failed.iter().copied());
        if early == Decision::Met {
            let passed_a_look = plan.looks().iter().any(|look| {
                let runs = usize::try_from(look.runs).expect("small");
                failed[..runs.min(failed.len())].iter().filter(|f| **f).count() as u64 <= look.allowed
            });
            prop_assert!(passed_a_look);
        }
        prop_assert!(used.runs() <= plan.most_runs());
    }
}

/// P(X = k), exactly enough for n ≤ 40.
fn mass(k: u64, n: u64, p: f64) -> f64 {
    let choose = (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
    choose * p.powf(k as f64) * (1.0 - p).powf((n - k) as f64)
}

/// The probability that the interval contains the true rate, over all possible outcomes.
fn coverage(n: u64, p: f64, contains: impl Fn(Tally) -> bool) -> f64 {
    (0..=n)
        .filter(|k| contains(tally(*k, n)))
        .map(|k| mass(k, n, p))
        .sum()
}

#[test]
fn clopper_pearson_covers_at_least_what_it_says_for_every_rate() {
    let c = Confidence::P95;
    for n in [1, 2, 5, 10, 24, 40] {
        let mut least = (1.0_f64, 1.0_f64);
        for step in 1..400 {
            let p = f64::from(step) / 400.0;
            let two_sided = coverage(n, p, |t| clopper_pearson(t, c).contains(p));
            let one_sided = coverage(n, p, |t| p <= upper_bound(t, c));
            assert!(two_sided >= 0.95 - 1e-12, "n={n} p={p}: {two_sided}");
            assert!(one_sided >= 0.95 - 1e-12, "n={n} p={p}: {one_sided}");
            least = (least.0.min(two_sided), least.1.min(one_sided));
        }
        // An interval that always said "anything" would cover too: it must not be lavish.
        if n >= 5 {
            assert!(least.1 < 0.97, "n={n}: {least:?}");
        }
    }
}

/// The exact interval pays for its promise. (At other levels and next to either end Wilson's can be
/// the wider one: 1 of 26 at 98.7 %.)
#[test]
fn at_95_percent_the_exact_interval_is_wider_than_wilsons() {
    for n in 2..=300 {
        for k in 1..n {
            let (t, c) = (tally(k, n), Confidence::P95);
            assert!(
                clopper_pearson(t, c).width() > wilson(t, c).width(),
                "{k} of {n}"
            );
        }
    }
}

#[test]
fn wilson_covers_about_what_it_says_on_average_and_less_at_its_worst() {
    for n in [10, 24, 40] {
        let points: Vec<f64> = (1..400)
            .map(|step| {
                let p = f64::from(step) / 400.0;
                coverage(n, p, |t| wilson(t, Confidence::P95).contains(p))
            })
            .collect();
        let mean = points.iter().sum::<f64>() / points.len() as f64;
        assert!((0.945..0.965).contains(&mean), "n={n}: {mean}");
        // which is why gates do not use it
        assert!(points.iter().any(|point| *point < 0.94), "n={n}");
    }
}
