use super::*;
use crate::exec::{ASAN, LSAN, TSAN};

/// An attempt whose one worker finished its work, with a log of the sanitizer where there is one.
fn attempt(tool: &str, log: Option<&str>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(
        dir.path().join("events.ndjson"),
        "{\"v\":1,\"at\":1,\"type\":\"tally\",\"counts\":{\"finished\":1}}\n",
    )
    .expect("written");
    if let Some(log) = log {
        fs::write(dir.path().join(format!("{tool}.1")), log).expect("written");
    }
    dir
}

fn of(tool: Tool, dir: &tempfile::TempDir, workers: u32, not_well: Option<&str>) -> Seen {
    let binary = Some(Path::new("/w/target.node"));
    let not_well = not_well.map(str::to_owned);
    let symbols = &mut Symbols::default();
    read(tool, dir.path(), binary, workers, not_well, symbols).expect("read")
}

fn seen(tool: Tool, log: Option<&str>) -> Seen {
    let name = match tool {
        Tool::Lsan => LSAN,
        Tool::Asan => ASAN,
        _ => TSAN,
    };
    of(tool, &attempt(name, log), 1, None)
}

const LOST: &str = "Direct leak of 360 byte(s) in 15 object(s) allocated from:
    #0 0x7f01  (/lib/liblsan.so.0+0xfb2f)
    #1 0x7f02  (/state/preload/keep-mapped-0123456789ab.so+0x1139)
";

const OF_TARGET: &str = "
Direct leak of 48 byte(s) in 2 object(s) allocated from:
    #0 0x7f01  (/lib/libasan.so.8+0xfb2f)
    #1 0x7f03  (/w/target.node+0x12ec)
    #2 0x8da7  (/n/bin/node+0x8da759)
";

const FREED: &str = "
==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x602 at pc 0x7f7 bp 0x7f8 sp 0x7f9
READ of size 8 at 0x602 thread T8
    #0 0x8da7  (/n/bin/node+0x8da759)

0x602 is located 0 bytes inside of 8-byte region [0x602,0x60a)
freed by thread T8 here:
    #0 0x7f01  (/lib/libasan.so.8+0xb76a8)
    #1 0x7f03  (/w/target.node+0x12ec)

previously allocated by thread T8 here:
    #0 0x7f01  (/lib/libasan.so.8+0xb76a8)
    #1 0x7f03  (/w/target.node+0x11ec)
";

const PLANTED_RACE: &str = "WARNING: ThreadSanitizer: data race (pid=1)
  Write of size 4 at 0x7f by thread T2:
    #0 0x7f02  (/state/preload/planted-race-0123456789ab.so+0x122f)

  Previous write of size 4 at 0x7f by thread T1:
    #0 0x7f02  (/state/preload/planted-race-0123456789ab.so+0x122f)

SUMMARY: ThreadSanitizer: data race (/state/preload/planted-race-0123456789ab.so+0x122f)
";

/// Two records of one race, seen from both sides, and one of Node's own whose thread the target made.
const RACES: &str = "WARNING: ThreadSanitizer: data race (pid=1)
  Write of size 8 at 0x7b by thread T9:
    #0 0x7f03  (/w/target.node+0x12d0)

  Previous read of size 8 at 0x7b by main thread:
    #0 0x7f03  (/w/target.node+0x1300)

SUMMARY: ThreadSanitizer: data race (/w/target.node+0x12d0)
WARNING: ThreadSanitizer: data race (pid=1)
  Read of size 8 at 0x7b by main thread:
    #0 0x7f03  (/w/target.node+0x1300)

  Previous write of size 8 at 0x7b by thread T9:
    #0 0x7f03  (/w/target.node+0x12d0)

SUMMARY: ThreadSanitizer: data race (/w/target.node+0x12d0)
WARNING: ThreadSanitizer: data race (pid=1)
  Write of size 8 at 0x7b by thread T7:
    #0 0x8da7  (/n/bin/node+0x8da759)

  Previous write of size 8 at 0x7b by thread T6:
    #0 0x8da7  (/n/bin/node+0x8da759)

  Thread T7 (tid=1, running) created by main thread at:
    #0 0x7f03  (/w/target.node+0x1300)

SUMMARY: ThreadSanitizer: data race (/n/bin/node+0x8da759)
";

#[test]
fn a_sanitizer_that_finds_only_what_was_planted_found_nothing() {
    for (tool, planted) in [
        (Tool::Lsan, LOST),
        (Tool::Asan, LOST),
        (Tool::Tsan, PLANTED_RACE),
    ] {
        assert_eq!(seen(tool, Some(planted)), Seen::default(), "{tool}");
    }
}

#[test]
fn a_sanitizer_that_does_not_find_what_was_planted_says_nothing() {
    for (tool, planted) in [
        (Tool::Lsan, LOST),
        (Tool::Asan, LOST),
        (Tool::Tsan, PLANTED_RACE),
    ] {
        let other = planted
            .replace("keep-mapped", "other")
            .replace("planted-race", "other");
        for log in [None, Some(""), Some(other.as_str())] {
            let why = seen(tool, log).inconclusive.expect("no verdict");
            assert!(why.contains("did not report"), "{tool}: {log:?}: {why}");
        }
    }
}

#[test]
fn a_worker_that_did_not_finish_makes_the_process_inconclusive() {
    let log = format!("{LOST}{OF_TARGET}");
    let seen = of(Tool::Lsan, &attempt(LSAN, Some(&log)), 2, None);
    assert_eq!(
        seen.inconclusive.as_deref(),
        Some("1 of 2 workers finished their work")
    );
    assert!(seen.sites.is_empty(), "{seen:?}");
}

#[test]
fn asan_tells_leaks_as_lsan_does() {
    let log = format!("{LOST}{OF_TARGET}");
    let found = seen(Tool::Asan, Some(&log));
    assert_eq!(found, seen(Tool::Lsan, Some(&log)));
    let left = found.sites.get("target.node+0x12ec").expect("a place");
    assert!((left.count - 2.0).abs() < f64::EPSILON);
}

#[test]
fn what_asan_ended_a_process_for_is_a_fault_of_an_attempt_that_is_not_well() {
    let dir = attempt(ASAN, Some(FREED));
    let seen = of(Tool::Asan, &dir, 1, Some("the process itself was not well"));
    let expected =
        "heap-use-after-free: read of size 8: not by the target; freed: target.node+0x12ec";
    assert_eq!(seen.faults, [expected]);
    assert!(seen.inconclusive.is_some());
    // Who allocated what others use wrongly is not at fault.
    let others = FREED.replace("target.node+0x12ec", "other.node+0x12ec");
    let dir = attempt(ASAN, Some(&others));
    assert!(of(Tool::Asan, &dir, 1, None).faults.is_empty());
}

#[test]
fn a_race_is_the_same_from_both_sides_and_that_of_others_is_none_of_the_target() {
    let found = seen(Tool::Tsan, Some(&format!("{PLANTED_RACE}{RACES}")));
    assert_eq!(found.inconclusive, None);
    let expected =
        "data race: read of size 8: target.node+0x1300; write of size 8: target.node+0x12d0";
    assert_eq!(found.faults, [expected]);
}
