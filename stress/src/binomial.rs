//! The binomial tails behind exact bounds, through the regularised incomplete beta function, which
//! keeps its accuracy where sums of terms do not.

use statrs::function::beta::beta_reg;

/// P(X ≤ k) for X ~ Bin(n, p).
pub(crate) fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    if p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    beta_reg((n - k) as f64, (k + 1) as f64, 1.0 - p)
}

/// P(X ≥ k) for X ~ Bin(n, p).
pub(crate) fn at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    beta_reg(k as f64, (n - k + 1) as f64, p)
}

/// P(X = 0), P(X = 1), …, P(X = `upto`) for X ~ Bin(n, p), 0 < p < 1.
///
/// By recurrence from P(X = 0): accurate while `n * p` is far below 700, which the few expected
/// failures between two looks of a plan always are.
pub(crate) fn masses(n: u64, p: f64, upto: usize) -> Vec<f64> {
    let odds = p / (1.0 - p);
    let mut mass = (n as f64 * (-p).ln_1p()).exp();
    let mut masses = Vec::with_capacity(upto + 1);
    for j in 0..=upto as u64 {
        masses.push(mass);
        mass = if j < n {
            mass * (n - j) as f64 / (j + 1) as f64 * odds
        } else {
            0.0
        };
    }
    masses
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, term by term.
    fn plainly(k: u64, n: u64, p: f64) -> f64 {
        let mut sum = 0.0;
        for j in 0..=k.min(n) {
            let mut term = 1.0;
            for i in 0..j {
                term *= (n - i) as f64 / (i + 1) as f64;
            }
            sum += term * p.powf(j as f64) * (1.0 - p).powf((n - j) as f64);
        }
        sum
    }

    #[test]
    fn the_tails_agree_with_the_definition() {
        for n in 1..=20 {
            for k in 0..=n {
                for p in [0.001, 0.05, 0.3, 0.5, 0.9] {
                    let below = at_most(k, n, p);
                    assert!((below - plainly(k, n, p)).abs() < 1e-12, "{k} {n} {p}");
                    let above = at_least(k, n, p);
                    let rest = if k == 0 { 0.0 } else { plainly(k - 1, n, p) };
                    assert!((above + rest - 1.0).abs() < 1e-12, "{k} {n} {p}");
                }
            }
        }
    }

    #[test]
    fn masses_sum_to_one_and_end_after_n() {
        let masses = masses(5, 0.3, 8);
        assert!((masses.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(masses[6..], [0.0, 0.0, 0.0]);
        assert!((masses[2] - 0.3087).abs() < 1e-12);
    }
}
