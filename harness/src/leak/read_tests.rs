use super::*;

/// An attempt whose one worker finished its work, with a log of the sanitizer where there is one.
fn attempt(log: Option<&str>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(
        dir.path().join("events.ndjson"),
        "{\"v\":1,\"at\":1,\"type\":\"tally\",\"counts\":{\"finished\":1}}\n",
    )
    .expect("written");
    if let Some(log) = log {
        fs::write(dir.path().join(format!("{LSAN}.1")), log).expect("written");
    }
    dir
}

fn seen(log: Option<&str>) -> Seen {
    let dir = attempt(log);
    of(Tool::Lsan, &dir, 1)
}

const PLANTED: &str = "Direct leak of 360 byte(s) in 15 object(s) allocated from:
    #0 0x7f01  (/lib/liblsan.so.0+0xfb2f)
    #1 0x7f02  (/state/preload/keep-mapped-0123456789ab.so+0x1139)
";

#[test]
fn a_sanitizer_that_finds_only_what_was_planted_found_nothing() {
    assert_eq!(seen(Some(PLANTED)), Seen::default());
}

#[test]
fn a_sanitizer_that_does_not_find_what_was_planted_says_nothing() {
    let other = PLANTED.replace("keep-mapped", "other");
    for log in [None, Some(""), Some(other.as_str())] {
        let why = seen(log).inconclusive.expect("no verdict");
        assert!(why.contains("did not report"), "{log:?}: {why}");
    }
}

#[test]
fn a_worker_that_did_not_finish_makes_the_process_inconclusive() {
    let dir = attempt(Some(PLANTED));
    let seen = of(Tool::Lsan, &dir, 2);
    assert_eq!(
        seen.inconclusive.as_deref(),
        Some("1 of 2 workers finished their work")
    );
}
