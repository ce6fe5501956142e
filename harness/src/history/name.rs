//! A run by what a person types: its name, a prefix that only it has, `latest`, or `latest~1`, the one before. Pure.

/// Why no run is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPicked {
    /// None has a name like it.
    None,
    /// Several have; the newest first.
    Several(Vec<String>),
    /// There are not so many runs.
    TooFewRuns {
        /// How many there are.
        runs: usize,
    },
}

/// The place of the run that is meant among the names of all, the newest first.
pub fn pick<S: AsRef<str>>(newest_first: &[S], wanted: &str) -> Result<usize, NotPicked> {
    if let Some(at) = newest_first.iter().position(|name| name.as_ref() == wanted) {
        return Ok(at);
    }
    if let Some(back) = steps_back(wanted) {
        return if back < newest_first.len() {
            Ok(back)
        } else {
            Err(NotPicked::TooFewRuns {
                runs: newest_first.len(),
            })
        };
    }
    let fitting: Vec<usize> = newest_first
        .iter()
        .enumerate()
        .filter(|(_, name)| !wanted.is_empty() && name.as_ref().starts_with(wanted))
        .map(|(at, _)| at)
        .collect();
    match fitting[..] {
        [] => Err(NotPicked::None),
        [at] => Ok(at),
        _ => Err(NotPicked::Several(
            fitting
                .into_iter()
                .map(|at| newest_first[at].as_ref().to_owned())
                .collect(),
        )),
    }
}

/// 0 of `latest`, 2 of `latest~2`.
fn steps_back(wanted: &str) -> Option<usize> {
    let rest = wanted.strip_prefix("latest")?;
    if rest.is_empty() {
        return Some(0);
    }
    let digits = rest.strip_prefix('~')?;
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = [
        "20261127-090000-7",
        "20261127-080000-71",
        "20261127-080000-7",
        "20261126-080000-7",
    ];

    #[test]
    fn runs_are_found_by_name_prefix_and_age() {
        for (wanted, at) in [
            ("latest", 0),
            ("latest~0", 0),
            ("latest~1", 1),
            ("latest~3", 3),
            ("20261126", 3),
            ("20261127-09", 0),
            // A whole name wins over those that it begins.
            ("20261127-080000-7", 2),
            ("20261127-080000-71", 1),
        ] {
            assert_eq!(pick(&NAMES, wanted), Ok(at), "{wanted}");
        }
    }

    #[test]
    fn what_means_none_or_several_is_refused() {
        let several = NAMES[1..3].iter().map(ToString::to_string).collect();
        assert_eq!(
            pick(&NAMES, "20261127-08"),
            Err(NotPicked::Several(several))
        );
        for wanted in ["", "2025", "latest~", "latest~x", "latest-1", "late"] {
            assert_eq!(pick(&NAMES, wanted), Err(NotPicked::None), "{wanted}");
        }
        for wanted in ["latest~4", "latest~99999999999999999999999"] {
            assert_eq!(
                pick(&NAMES, wanted),
                Err(NotPicked::TooFewRuns { runs: 4 }),
                "{wanted}"
            );
        }
        assert_eq!(
            pick::<&str>(&[], "latest"),
            Err(NotPicked::TooFewRuns { runs: 0 })
        );
    }
}
