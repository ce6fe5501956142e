//! Whether the programs did anything: a comparison of programs that only fail would pass for ever.

use super::{known::Known, tally::Tally};

/// What must have returned and thrown, once there were enough programs for all of it.
const NEEDED: [&str; 33] = [
    "open",
    "backup",
    "settle promise",
    "call db exec",
    "call db prepare",
    "call db function",
    "call db aggregate",
    "call db createSession",
    "call db applyChangeset",
    "call db createTagStore",
    "call db setAuthorizer",
    "call db serialize",
    "call db deserialize",
    "call db location",
    "call db enableDefensive",
    "call db enableLoadExtension",
    "call db close",
    "call stmt run",
    "call stmt get",
    "call stmt all",
    "call stmt iterate",
    "call stmt columns",
    "call stmt stat",
    "call stmt setReadBigInts",
    "call stmt setReturnArrays",
    "call iter next",
    "call iter return",
    "call session changeset",
    "call session patchset",
    "call session close",
    "tag store all",
    "tag store get",
    "tag store run",
];

/// From so many programs on each of them must have returned.
const ENOUGH: u32 = 900;
/// From so many on each must have thrown too, the rarest errors included.
const PLENTY: u32 = 10_000;

/// What is wrong with what was executed.
pub(super) fn check(all: &Tally) -> Vec<String> {
    let mut errors = Vec::new();
    let [returned, threw, skipped] = all.sums();
    let total = returned + threw + skipped;
    if all.programs == 0 {
        return vec!["no program was run: select a theme beside this test".to_owned()];
    }
    if returned * 2 < total {
        errors.push(format!("only {returned} of {total} operations returned"));
    }
    if threw * 20 < total {
        errors.push(format!("only {threw} of {total} operations threw"));
    }
    if skipped * 4 > total {
        errors.push(format!(
            "{skipped} of {total} operations had nothing to work on"
        ));
    }
    if all.programs >= ENOUGH {
        for label in NEEDED {
            let [returned, threw, _] = all.coverage.get(label).copied().unwrap_or_default();
            if returned == 0 || threw == 0 && all.programs >= PLENTY {
                errors.push(format!(
                    "{label}: returned {returned} times, threw {threw} times"
                ));
            }
        }
    }
    errors
}

/// Explained differences that should have been seen and were not.
pub(super) fn unseen(all: &Tally) -> Option<String> {
    let mut unseen: Vec<&str> = Known::table()
        .rules()
        .iter()
        .filter(|rule| rule.testable && !all.explained.contains_key(&rule.id))
        .map(|rule| rule.id.as_str())
        .collect();
    // The rules of one difference stand together.
    unseen.dedup();
    (!unseen.is_empty()).then(|| {
        format!(
            "explained differences that no program showed: {}",
            unseen.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_only_throw_are_noticed() {
        let mut all = Tally {
            programs: 10,
            ..Tally::default()
        };
        all.coverage.insert("call db exec".to_owned(), [1, 99, 0]);
        assert_eq!(check(&all).len(), 1);
        all.coverage.insert("call db exec".to_owned(), [80, 20, 0]);
        assert!(check(&all).is_empty());
        all.coverage.insert("call db close".to_owned(), [0, 0, 60]);
        assert_eq!(check(&all), ["60 of 160 operations had nothing to work on"]);
    }

    #[test]
    fn an_operation_that_never_returned_is_noticed() {
        let mut all = Tally {
            programs: ENOUGH,
            ..Tally::default()
        };
        for label in NEEDED {
            all.coverage.insert(label.to_owned(), [9, 3, 0]);
        }
        assert!(check(&all).is_empty());
        all.coverage.insert("backup".to_owned(), [0, 3, 0]);
        assert_eq!(check(&all).len(), 1);
    }
}
