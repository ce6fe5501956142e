//! Results made small: the details of failures that look alike are left out, and the rest is compressed.
//!
//! A run of 5,000 attempts that all fail has 40 MB of JSON. All of its failures stay, because reports count them; what they say
//! beyond their kind stays of the first few of each signature in a cell.

use std::{
    collections::BTreeMap,
    io::{self, Read as _, Write as _},
};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};

use crate::results::{Failure, Results};

/// Failures of one signature in one cell that stay as they are.
const WHOLE: u32 = 3;

/// Makes results small.
pub(super) fn pack(results: &Results) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut encoder, &without_repetitions(results))?;
    encoder.flush()?;
    encoder.finish()
}

/// The results again, as text.
pub(super) fn unpack(packed: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    ZlibDecoder::new(packed).read_to_string(&mut text)?;
    Ok(text)
}

fn without_repetitions(results: &Results) -> Results {
    let mut seen = BTreeMap::new();
    let failures = results
        .failures
        .iter()
        .map(|failure| {
            let count: &mut u32 = seen.entry((&failure.cell, &failure.signature)).or_default();
            *count += 1;
            if *count > WHOLE {
                bare(failure)
            } else {
                failure.clone()
            }
        })
        .collect();
    Results {
        failures,
        ..results.clone()
    }
}

/// A failure with all that it is counted and grouped by, and no more.
fn bare(failure: &Failure) -> Failure {
    let mut bare = failure.clone();
    for test in &mut bare.tests {
        test.errors.clear();
        test.ms = None;
    }
    for finding in &mut bare.findings {
        finding.stacks.clear();
    }
    bare.native_crash = None;
    bare.file_errors.clear();
    bare
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compare,
        model::{Finding, Frame, Stack},
        report::fixtures::{everything, many},
    };

    fn again(results: &Results) -> Results {
        Results::from_json(&unpack(&pack(results).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_packed_is_whole_where_nothing_repeats() {
        let results = Results::of(&everything());
        assert!(!results.failures.is_empty());
        assert_eq!(again(&results), results);
    }

    #[test]
    fn a_packed_run_compares_with_itself_as_the_same() {
        let results = Results::of(&many(500, 20, 2, false));
        let again = again(&results);
        assert_eq!(again.failures.len(), results.failures.len());
        let comparison = compare::compare(&results, &again);
        assert_eq!(
            comparison.signatures,
            compare::compare(&results, &results).signatures
        );
        assert!(
            comparison
                .cells
                .iter()
                .all(|one| one.change == compare::Change::Same)
        );
        assert_eq!(
            comparison.signatures.values().map(|one| one.0).sum::<u32>(),
            250
        );
    }

    /// Failures with all that a native crash may bring, each with addresses of its own.
    fn rich(attempts: u32, of_cells: u32) -> Results {
        let mut results = Results::of(&many(attempts, of_cells, 1, true));
        for (at, failure) in results.failures.iter_mut().enumerate() {
            let frame = |depth: u64| Frame {
                object: Some("/usr/lib/node".into()),
                offset: (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (20 + depth),
                symbol: Some(format!("v8::internal::function_number_{depth}")),
                file: None,
                line: None,
            };
            let stack = Stack {
                title: "crashed here".to_owned(),
                thread: Some(4711),
                frames: (0..20).map(frame).collect(),
            };
            failure.findings.push(Finding {
                rule: "affinity/calls-from-owner".to_owned(),
                detector: "guard".to_owned(),
                message: "called from a thread that is not its own".to_owned(),
                call: None,
                object: None,
                count: 1,
                known: None,
                stacks: vec![stack.clone(), stack],
            });
        }
        results
    }

    #[test]
    fn the_first_of_each_kind_in_a_cell_stay_whole_and_all_are_counted() {
        let results = rich(100, 5);
        let again = again(&results);
        assert_eq!(again.failures.len(), 100);
        let mut seen = BTreeMap::new();
        for (before, after) in results.failures.iter().zip(&again.failures) {
            let count: &mut u32 = seen.entry((&before.cell, &before.signature)).or_default();
            *count += 1;
            assert_eq!(after == before, *count <= WHOLE, "{count}");
            let rules = |failure: &Failure| {
                failure
                    .findings
                    .iter()
                    .map(|one| one.rule.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(rules(after), rules(before));
        }
        assert!(seen.values().any(|count| *count > WHOLE), "{seen:?}");
    }

    #[test]
    fn a_run_of_5000_attempts_stays_small_whether_they_pass_or_fail() {
        let clean = pack(&Results::of(&many(5000, 200, 5001, true)))
            .unwrap()
            .len();
        let rich = rich(5000, 200);
        let text = serde_json::to_string(&rich).unwrap().len();
        let failed = pack(&rich).unwrap().len();
        println!("5,000 attempts: clean {clean} bytes; all failed {failed} bytes of {text}");
        assert!(clean < 40_000, "{clean}");
        assert!(failed < 600_000, "{failed}");
    }

    #[test]
    fn what_is_damaged_is_an_error() {
        let mut packed = pack(&Results::default()).unwrap();
        packed.truncate(packed.len() / 2);
        assert!(unpack(&packed).is_err());
    }
}
