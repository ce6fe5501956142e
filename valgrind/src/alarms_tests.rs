use super::*;

/// As gcc 12's AddressSanitizer wrote it; frames of Node are left out.
const FREED: &str = "\
=================================================================
==25916==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020000490b0 at pc 0x7f79fb7062fd bp 0x7f799fa3e3b0 sp 0x7f799fa3e3a8
READ of size 8 at 0x6020000490b0 thread T8
    #0 0x7f79fb7062fc  (/w/use-after-dispose.node+0x12fc)
    #1 0x7f79fb706318  (/w/use-after-dispose.node+0x1318)
    #2 0x8da759  (/n/bin/node+0x8da759)

0x6020000490b0 is located 0 bytes inside of 8-byte region [0x6020000490b0,0x6020000490b8)
freed by thread T8 here:
    #0 0x7f79fc6b76a8  (/usr/lib/libasan.so.8.0.0+0xb76a8)
    #1 0x7f79fb7062ec  (/w/use-after-dispose.node+0x12ec)

previously allocated by thread T8 here:
    #0 0x7f79fc6b83b7  (/usr/lib/libasan.so.8.0.0+0xb83b7)
    #1 0x7f79fb706d69  (/w/use-after-dispose.node+0x1d69)

Thread T8 created by T0 here:
    #0 0x7f79fc649726  (/usr/lib/libasan.so.8.0.0+0x49726)

SUMMARY: AddressSanitizer: heap-use-after-free (/w/use-after-dispose.node+0x12fc) 
Shadow bytes around the buggy address:
  0x0c04800011c0: fa fa fd fa fa fa fd fd fa fa 00 fa fa fa fd fa
=>0x0c0480001210: fa fa 00 fa fa fa[fd]fa fa fa fd fd fa fa fd fa
Shadow byte legend (one shadow byte represents 8 application bytes):
  Addressable:           00
==25916==ABORTING
";

/// As gcc 12's ThreadSanitizer wrote it.
const RACE: &str = "\
==================
WARNING: ThreadSanitizer: data race (pid=10632)
  Write of size 8 at 0x7ff679892080 by thread T9 (mutexes: write M44):
    #0 0x7ff67988f2d1  (/w/static-state.node+0x12d0)
    #1 0x8aa901  (/n/bin/node+0x8aa900)

  Previous write of size 8 at 0x7ff679892080 by main thread:
    #0 0x7ff67988f2d1  (/w/static-state.node+0x12d1)
    #1 0x8aa901  (/n/bin/node+0x8aa900)

  Location is global '<null>' at 0x000000000000 (static-state.node+0x4080)

  Thread T9 'WorkerThread' (tid=10673, running) created by main thread at:
    #0 0x7ff67685e687  (/usr/lib/libtsan.so.2.0.0+0x5e686)

SUMMARY: ThreadSanitizer: data race (/w/static-state.node+0x12d0) 
==================
==================
WARNING: ThreadSanitizer: thread leak (pid=10632)
  Thread T9 'WorkerThread' (tid=10673, finished) created by main thread at:
    #0 0x7ff67685e687  (/usr/lib/libtsan.so.2.0.0+0x5e686)

SUMMARY: ThreadSanitizer: thread leak (/n/bin/node+0x1a1b871) 
==================
ThreadSanitizer: reported 2 warnings
";

fn read(log: &str) -> Vec<Alarm> {
    parse_alarms(log).expect("a log")
}

fn whats(alarm: &Alarm) -> Vec<&str> {
    alarm
        .stacks
        .iter()
        .map(|stack| stack.what.as_str())
        .collect()
}

#[test]
fn a_use_after_free_has_the_access_the_free_and_the_allocation() {
    let alarms = read(FREED);
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].kind, "heap-use-after-free");
    let expected = [
        "READ of size 8",
        "freed",
        "previously allocated",
        "Thread T8 created by T0 here",
    ];
    assert_eq!(whats(&alarms[0]), expected);
    let access = &alarms[0].stacks[0].frames;
    assert_eq!(access.len(), 3);
    assert_eq!(
        access[0].object.as_deref(),
        Some("/w/use-after-dispose.node")
    );
    assert_eq!(access[0].offset, 0x12fc);
}

#[test]
fn a_race_has_both_accesses_first() {
    let alarms = read(RACE);
    assert_eq!(alarms.len(), 2);
    assert_eq!(alarms[0].kind, "data race");
    let both = ["Write of size 8", "Previous write of size 8"];
    assert_eq!(whats(&alarms[0])[..2], both);
    assert_eq!(alarms[0].stacks[1].frames[0].offset, 0x12d1);
    assert_eq!(alarms[1].kind, "thread leak");
    assert_eq!(whats(&alarms[1]), ["Thread T9 'WorkerThread'"]);
}

#[test]
fn errors_without_an_access_are_named_as_their_summaries_name_them() {
    for (line, kind) in [
        (
            "ERROR: AddressSanitizer: attempting double-free on 0x602000000010 in thread T0:",
            "double-free",
        ),
        (
            "ERROR: AddressSanitizer: attempting free on address which was not malloc()-ed: 0x7 in thread T0",
            "bad-free",
        ),
        (
            "ERROR: AddressSanitizer: alloc-dealloc-mismatch (operator new vs free) on 0x602000000010",
            "alloc-dealloc-mismatch",
        ),
        (
            "ERROR: AddressSanitizer: negative-size-param: (size=-1)",
            "negative-size-param",
        ),
    ] {
        let alarms = read(&format!("==7=={line}\n    #0 0x1  (/w/a.node+0x1)\n"));
        assert_eq!(alarms[0].kind, kind);
        assert_eq!(whats(&alarms[0]), [""]);
    }
}

#[test]
fn a_crash_has_the_kind_of_access_and_no_hint() {
    let alarms = read(
        "==9==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x1 bp 0x2 sp 0x3 T0)
==9==The signal is caused by a READ memory access.
==9==Hint: address points to the zero page.
    #0 0x7f79fb7062fc  (/w/a.node+0x12fc)
",
    );
    assert_eq!(alarms[0].kind, "SEGV");
    assert_eq!(
        whats(&alarms[0]),
        ["The signal is caused by a READ memory access"]
    );
}

#[test]
fn a_report_that_is_cut_off_is_one_all_the_same() {
    let end = FREED.find("    #2").expect("a frame");
    let alarms = read(&FREED[..end]);
    assert_eq!(alarms[0].stacks.len(), 1);
    assert_eq!(alarms[0].stacks[0].frames.len(), 2);
    assert_eq!(read(&FREED[..200])[0].stacks, []);
}

#[test]
fn leaks_in_the_same_log_are_no_alarms_and_the_alarms_no_leaks() {
    let leaks = "
==25916==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 384 byte(s) in 16 object(s) allocated from:
    #0 0x7f26dbeb89cf  (/usr/lib/libasan.so.8.0.0+0xb89cf)
    #1 0x7f26dc689069  (/w/keep-mapped-0.so+0x1069)

SUMMARY: AddressSanitizer: 384 byte(s) leaked in 16 allocation(s).
";
    let log = format!("{FREED}{leaks}");
    assert_eq!(read(&log).len(), 1);
    let found = crate::parse_lsan(&log).expect("a log");
    assert_eq!((found.len(), found[0].blocks), (1, 16));
    assert_eq!(read(leaks), []);
}

#[test]
fn a_frame_that_cannot_be_read_is_an_error() {
    let log = FREED.replace("#1 0x7f79fb706318", "#1 somewhere");
    let error = parse_alarms(&log).expect_err("no log");
    assert!(error.to_string().starts_with("line 5 "), "{error}");
}
