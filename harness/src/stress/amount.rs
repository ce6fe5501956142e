//! What a resource came to, in words: the same for the terminal and for the page.

/// Of these there is a number; all else is bytes.
const COUNTED: [&str; 2] = ["descriptors", "threads"];

/// What a slope comes to: for each worker, or, where workers last and each does far too much for that, over the whole of a
/// run of so many steps.
pub fn amount(resource: &str, slope: f64, steps: Option<f64>) -> String {
    let value = slope * steps.unwrap_or(1.0);
    // Zero has no sign.
    let value = if value.abs() < 5e-4 { 0.0 } else { value };
    if COUNTED.contains(&resource) {
        format!("{value:.3}")
    } else if steps.is_some() {
        format!("{:.2} MiB", value / (1024.0 * 1024.0))
    } else {
        format!("{:.2} KiB", value / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_has_kibibytes_and_a_long_run_mebibytes() {
        assert_eq!(amount("rss", 2048.0, None), "2.00 KiB");
        assert_eq!(amount("rss", 2.0, Some(1e6)), "1.91 MiB");
        assert_eq!(amount("descriptors", 1e-6, Some(2e6)), "2.000");
        assert_eq!(amount("threads", -1e-6, None), "0.000");
    }
}
