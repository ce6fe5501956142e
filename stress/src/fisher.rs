//! Fisher's exact test: whether two rates differ by more than chance.

use statrs::function::factorial::ln_binomial;

use crate::Tally;

/// Tables that are as likely as the one that was seen may differ from it by this much in their logarithms.
const SAME: f64 = 1e-7;

/// The two-sided p-value that two tallies come from one rate: the sum over all tables with the same margins that are at most
/// as likely as the one that was seen (the sum that R's `fisher.test` takes). 1 where either has no attempts.
pub fn fisher(one: Tally, other: Tally) -> f64 {
    let (first, second) = (one.runs(), other.runs());
    let hits = one.failures() + other.failures();
    // The number of hits among the first, given all margins, is hypergeometric.
    let ln = |k: u64| {
        ln_binomial(first, k) + ln_binomial(second, hits - k) - ln_binomial(first + second, hits)
    };
    let low = hits.saturating_sub(second);
    let high = hits.min(first);
    let seen = ln(one.failures());
    let p: f64 = (low..=high)
        .map(ln)
        .filter(|likely| *likely <= seen + SAME)
        .map(f64::exp)
        .sum();
    p.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(a: (u64, u64), b: (u64, u64)) -> f64 {
        let tally = |(hits, all)| Tally::new(hits, all).expect("no more hits than attempts");
        fisher(tally(a), tally(b))
    }

    #[test]
    fn it_is_what_tables_say() {
        // Fisher's tea (1935): 3 of 4 and 1 of 4: 34/70. And 4 of 4 against 0 of 4: 2/70.
        assert!((p((3, 4), (1, 4)) - 34.0 / 70.0).abs() < 1e-9);
        assert!((p((4, 4), (0, 4)) - 2.0 / 70.0).abs() < 1e-9);
        // By hand: 1 of 10 against 0 of 10 is one half on either side.
        assert!((p((1, 10), (0, 10)) - 1.0).abs() < 1e-9);
        // 5 of 5 against 0 of 5: 2 of 252 tables.
        assert!((p((5, 5), (0, 5)) - 2.0 / 252.0).abs() < 1e-9);
        // 8 of 10 against 1 of 10: R's fisher.test gives 0.005477.
        assert!((p((8, 10), (1, 10)) - 0.005_477).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_said_where_nothing_was_tried() {
        assert!((p((0, 0), (3, 5)) - 1.0).abs() < 1e-9);
        assert!((p((0, 7), (0, 3)) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_order_does_not_matter() {
        for (a, b) in [((1, 9), (5, 7)), ((0, 20), (4, 20)), ((2, 2), (1, 30))] {
            assert!((p(a, b) - p(b, a)).abs() < 1e-12);
        }
    }
}
