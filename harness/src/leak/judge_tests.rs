use super::*;
use crate::leak::Site;

fn seen(sites: &[(&str, f64)]) -> Seen {
    let one = |(name, count): &(&str, f64)| {
        let site = Site {
            count: *count,
            bytes: 10.0 * count,
        };
        ((*name).to_owned(), site)
    };
    Seen {
        sites: sites.iter().map(one).collect(),
        ..Seen::default()
    }
}

fn key(target: &str, tool: Tool) -> Key {
    (
        target.to_owned(),
        "node-24".to_owned(),
        tool,
        "all".to_owned(),
    )
}

fn judged(tool: Tool, ours: Series, control: Option<Series>) -> Judged {
    let mut series = BTreeMap::from([(key("ours", tool), ours)]);
    series.extend(control.map(|control| (key("empty", tool), control)));
    let known = |(target, ..): &Key, by: f64| {
        (target == "ours" && by < 0.2).then(|| "a known one".to_owned())
    };
    let leaks = judge(&series, Some("empty"), &known);
    assert_eq!(leaks.judged.len(), 1);
    leaks.judged.into_iter().next().expect("one")
}

#[test]
fn a_block_a_worker_is_a_leak_and_a_cache_is_none() {
    let series = |n: f64| seen(&[("leaky", 3.0 + n), ("cache", 7.0)]);
    let judged = judged(
        Tool::Memcheck,
        vec![(2, series(2.0)), (4, series(4.0)), (8, series(8.0))],
        None,
    );
    assert_eq!(judged.verdict, Verdict::Leaks);
    assert_eq!(judged.growing.len(), 1);
    assert_eq!(judged.growing[0].site, "leaky");
    assert!((judged.growing[0].per_worker - 1.0).abs() < 1e-9);
    assert!((judged.growing[0].bytes_per_worker - 10.0).abs() < 1e-9);
    assert_eq!(judged.constant, 1);
}

#[test]
fn what_the_control_leaves_too_is_subtracted() {
    let line = |by: f64, noise: [f64; 3]| -> Series {
        [10_u32, 20, 40]
            .iter()
            .zip(noise)
            .map(|(n, noise)| {
                (
                    *n,
                    seen(&[("heap blocks", 13_000.0 + by * f64::from(*n) + noise)]),
                )
            })
            .collect()
    };
    let control = line(2.0, [0.0, 1.0, -1.0]);
    let clean = judged(
        Tool::Blocks,
        line(2.0, [1.0, -1.0, 1.0]),
        Some(control.clone()),
    );
    assert_eq!(clean.verdict, Verdict::Clean, "{clean:?}");
    let leaky = judged(Tool::Blocks, line(3.0, [1.0, -1.0, 1.0]), Some(control));
    assert_eq!(leaky.verdict, Verdict::Leaks, "{leaky:?}");
    assert!(
        (leaky.growing[0].per_worker - 1.0).abs() < 0.15,
        "{leaky:?}"
    );
}

#[test]
fn without_its_control_a_count_says_nothing() {
    let line: Series = [10, 20, 40]
        .map(|n| (n, seen(&[("heap blocks", 5.0)])))
        .into();
    assert_eq!(
        judged(Tool::Blocks, line, None).verdict,
        Verdict::Inconclusive
    );
}

#[test]
fn work_that_was_not_done_is_inconclusive_and_never_clean() {
    let unfinished = Seen {
        inconclusive: Some("3 of 4 workers finished their work".to_owned()),
        ..Seen::default()
    };
    let series = vec![(2, seen(&[])), (4, unfinished), (8, seen(&[]))];
    let judged = judged(Tool::Memcheck, series, None);
    assert_eq!(judged.verdict, Verdict::Inconclusive);
    assert!(judged.inconclusive.is_some());
}

#[test]
fn a_wrong_access_counts_once_however_often_it_was_seen() {
    let wrong = Seen {
        faults: vec!["InvalidRead: at f".to_owned()],
        ..Seen::default()
    };
    let judged = judged(
        Tool::Memcheck,
        vec![(2, wrong.clone()), (4, wrong.clone()), (8, wrong)],
        None,
    );
    assert_eq!((judged.verdict, judged.faults.len()), (Verdict::Faults, 1));
}

#[test]
fn what_grows_by_chance_is_neither_clean_nor_a_leak() {
    let at = |count: f64| seen(&[("sometimes", count)]);
    let series = vec![(2, at(0.0)), (4, at(7.0)), (8, at(6.0))];
    assert_eq!(
        judged(Tool::Lsan, series, None).verdict,
        Verdict::Inconclusive
    );
}

#[test]
fn a_known_leak_is_told_and_a_greater_one_is_a_leak() {
    let line = |by: f64| -> Series {
        [4_u32, 8, 16]
            .map(|n| (n, seen(&[("place", by * f64::from(n))])))
            .into()
    };
    let small = judged(Tool::Lsan, line(0.1), None);
    assert_eq!(small.verdict, Verdict::Clean);
    assert_eq!(small.known.as_deref(), Some("a known one"));
    assert_eq!(small.growing.len(), 1);
    assert_eq!(judged(Tool::Lsan, line(0.3), None).verdict, Verdict::Leaks);
}
