//! What runs say, in words: the sentences and figures of every report.
//!
//! Bounds are rounded outwards, so that no printed figure claims more than the runs do, and a rate
//! that is not 0 % or 100 % never prints as such.

use std::fmt::Write as _;

use crate::interval::{Interval, lower_bound, upper_bound, wilson};
use crate::plan::{Decision, Plan, WhyInconclusive};
use crate::tally::{Confidence, Tally};

/// Where to round a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Towards 0: lower bounds.
    Down,
    /// Towards 100: upper bounds.
    Up,
    /// To the nearest, but never onto 0 or 100 from beside it.
    Nearest,
}

/// A rate between 0 and 1 as `11.8 %`: one decimal, more for rates close to either end.
pub fn percent(rate: f64, round: Round) -> String {
    let percent = rate * 100.0;
    let from_end = percent.min(100.0 - percent);
    if from_end <= 0.0 {
        return format!("{} %", if percent <= 0.0 { 0 } else { 100 });
    }
    // Two digits that count, for the distance to the nearer end.
    let mut decimals = 1;
    while decimals < 6 && from_end < 10_f64.powi(1 - decimals) {
        decimals += 1;
    }
    let unit = 10_f64.powi(decimals);
    // 3 % is 3.0 although 0.03 * 100 is 3.0000000000000004 or so.
    let scaled = percent * unit;
    let steps = match round {
        Round::Down => (scaled + 1e-9).floor(),
        Round::Up => (scaled - 1e-9).ceil(),
        Round::Nearest => scaled.round().clamp(1.0, 100.0 * unit - 1.0),
    };
    let digits = usize::try_from(decimals).expect("1 to 6");
    format!("{:.digits$} %", steps / unit)
}

/// `86.2–100 %`, rounded outwards.
pub fn interval(interval: Interval) -> String {
    let low = percent(interval.low, Round::Down);
    let high = percent(interval.high, Round::Up);
    format!("{}–{high}", low.trim_end_matches(" %"))
}

/// The pass rate and its Wilson interval: `95.8 % (79.7–99.3 %)`, or `–` when nothing ran.
pub fn pass_rate(tally: Tally) -> String {
    match tally.failure_rate() {
        None => "–".to_owned(),
        Some(rate) => format!(
            "{} ({})",
            percent(1.0 - rate, Round::Nearest),
            interval(wilson(tally, Confidence::P95).complement())
        ),
    }
}

/// What the runs say, and no more than that:
/// `0 of 24 runs failed: the failure rate is below 11.8 % with 95 % confidence`.
pub fn meaning(tally: Tally, what: &str, confidence: Confidence) -> String {
    let (failures, runs) = (tally.failures(), tally.runs());
    if runs == 0 {
        return format!("no {what} ended: nothing can be said about the failure rate");
    }
    let mut text = format!("{failures} of {runs} {what} failed: the failure rate is ");
    let level = confidence.percent();
    let written = if failures == 0 {
        let bound = percent(upper_bound(tally, confidence), Round::Up);
        write!(text, "below {bound} with {level} % confidence")
    } else if tally.passes() == 0 {
        let bound = percent(lower_bound(tally, confidence), Round::Down);
        write!(text, "above {bound} with {level} % confidence")
    } else {
        let range = interval(wilson(tally, confidence));
        write!(text, "{range} with {level} % confidence")
    };
    written.expect("writing to a string succeeds");
    text
}

/// What a decision means: one sentence, with what to do next where there is something to do.
pub fn decision(plan: &Plan, decision: Decision, tally: Tally) -> String {
    let gate = plan.gate();
    let counted = format!("{} of {} runs failed", tally.failures(), tally.runs());
    match decision {
        Decision::Met => format!("met: {counted}, which shows `{gate}`"),
        Decision::Violated => format!("violated: {counted}, which refutes `{gate}`"),
        Decision::Undecided { clean_runs_needed } => format!(
            "undecided: {counted}; `{gate}` needs at least {clean_runs_needed} more, all clean"
        ),
        Decision::Inconclusive(WhyInconclusive::TooManyFailures) => format!(
            "inconclusive: {counted}, too many to show `{gate}` within {} runs, too few to refute it; \
             find the failure, or allow more runs",
            plan.most_runs()
        ),
        Decision::Inconclusive(WhyInconclusive::BudgetEnded { clean_runs_needed }) => format!(
            "inconclusive: {counted}; the budget ended {clean_runs_needed} clean runs short of \
             showing `{gate}`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(k: u64, n: u64) -> Tally {
        Tally::new(k, n).unwrap()
    }

    #[test]
    fn percentages_round_outwards_and_never_onto_the_ends() {
        for (rate, round, text) in [
            (0.0, Round::Nearest, "0 %"),
            (1.0, Round::Nearest, "100 %"),
            (0.117_34, Round::Up, "11.8 %"),
            (0.117_34, Round::Down, "11.7 %"),
            (0.117_34, Round::Nearest, "11.7 %"),
            (0.03, Round::Up, "3.0 %"),
            (0.03, Round::Down, "3.0 %"),
            (0.999_95, Round::Nearest, "99.9950 %"),
            (0.999_95, Round::Down, "99.9950 %"),
            (0.000_012_34, Round::Up, "0.0013 %"),
            (1e-12, Round::Nearest, "0.000001 %"),
            (1e-12, Round::Down, "0.000000 %"),
        ] {
            assert_eq!(percent(rate, round), text, "{rate} {round:?}");
        }
    }

    #[test]
    fn a_pass_rate_comes_with_its_interval() {
        assert_eq!(pass_rate(tally(0, 24)), "100 % (86.2–100 %)");
        assert_eq!(pass_rate(tally(1, 24)), "95.8 % (79.7–99.27 %)");
        assert_eq!(pass_rate(tally(24, 24)), "0 % (0–13.8 %)");
        assert_eq!(pass_rate(Tally::default()), "–");
    }

    #[test]
    fn an_all_green_result_says_what_it_does_not_prove() {
        assert_eq!(
            meaning(tally(0, 24), "attempts", Confidence::P95),
            "0 of 24 attempts failed: the failure rate is below 11.8 % with 95 % confidence"
        );
        assert_eq!(
            meaning(tally(0, 100), "runs", Confidence::P95),
            "0 of 100 runs failed: the failure rate is below 3.0 % with 95 % confidence"
        );
        assert_eq!(
            meaning(tally(5, 5), "runs", Confidence::P95),
            "5 of 5 runs failed: the failure rate is above 54.9 % with 95 % confidence"
        );
        assert_eq!(
            meaning(tally(2, 100), "runs", Confidence::P95),
            "2 of 100 runs failed: the failure rate is 0.55–7.1 % with 95 % confidence"
        );
        assert_eq!(
            meaning(Tally::default(), "runs", Confidence::P95),
            "no runs ended: nothing can be said about the failure rate"
        );
    }

    #[test]
    fn each_decision_has_its_sentence() {
        let plan = Plan::single("rate < 1% @ 95%".parse().unwrap(), 0);
        let say = |k, n| decision(&plan, plan.conclude(tally(k, n)), tally(k, n));
        assert_eq!(
            say(0, 299),
            "met: 0 of 299 runs failed, which shows `failure-rate < 1% @ 95%`"
        );
        assert_eq!(
            say(1, 3),
            "violated: 1 of 3 runs failed, which refutes `failure-rate < 1% @ 95%`"
        );
        assert_eq!(
            say(1, 250),
            "inconclusive: 1 of 250 runs failed, too many to show `failure-rate < 1% @ 95%` within \
             299 runs, too few to refute it; find the failure, or allow more runs"
        );
        assert_eq!(
            say(0, 100),
            "inconclusive: 0 of 100 runs failed; the budget ended 199 clean runs short of showing \
             `failure-rate < 1% @ 95%`"
        );
        assert_eq!(
            decision(&plan, plan.decide(tally(0, 100)), tally(0, 100)),
            "undecided: 0 of 100 runs failed; `failure-rate < 1% @ 95%` needs at least 199 more, \
             all clean"
        );
    }
}
