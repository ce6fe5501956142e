//! The crash handler: it tells where, and changes nothing about how the process ends.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod support;

use std::os::unix::process::ExitStatusExt;

use support::{guard, is_addon, node, probe, run};

/// How the same script ends without the guard.
fn signal_without(script: &str) -> Option<i32> {
    let status = node()
        .arg("-e")
        .arg(format!("const addon = process.argv[1]; {script}"))
        .arg(probe())
        .output()
        .expect("node is needed")
        .status;
    status.signal()
}

#[test]
fn a_crash_is_told_with_its_frames_and_keeps_its_signal() {
    for (function, signal) in [
        ("segfault", libc::SIGSEGV),
        ("aborts", libc::SIGABRT),
        ("traps", libc::SIGILL),
        ("overflow", libc::SIGSEGV),
    ] {
        let script = format!("require(addon).{function}(1)");
        let ran = run(probe(), &script);
        let crash = ran.crash();
        assert_eq!(
            crash["signal"],
            ran.status.signal().expect("it died of a signal"),
            "{crash}"
        );
        assert_eq!(ran.status.signal(), signal_without(&script), "{function}");
        if cfg!(target_arch = "x86_64") {
            assert_eq!(ran.status.signal(), Some(signal), "{function}");
        }
        let frames = crash["frames"].as_array().expect("frames");
        assert!(
            frames
                .iter()
                .take(5)
                .any(|frame| { frame["object"].as_str().is_some_and(is_addon) }),
            "{function}: {crash}"
        );
    }
}

#[test]
fn a_crash_in_a_worker_has_its_last_failed_call() {
    let ran = run(probe(), "await inWorker('probe.aborts(1)');");
    assert_eq!(ran.crash()["lastFailed"]["call"], "napi_get_value_bool");
    assert_eq!(ran.crash()["lastFailed"]["status"], 7);
    assert!(ran.crash()["unloaded"].is_null());
}

#[test]
fn a_stack_overflow_in_a_worker_is_told() {
    let ran = run(probe(), "await inWorker('probe.overflow()');");
    assert_eq!(ran.crash()["signal"], libc::SIGSEGV);
    assert_eq!(ran.status.signal(), Some(libc::SIGSEGV));
}

#[test]
fn faults_of_webassembly_are_left_to_node() {
    // Reads behind the end of the memory, which V8 turns from a fault into an error.
    let ran = run(
        probe(),
        "require(addon);
         const bytes = Uint8Array.from([0,97,115,109,1,0,0,0,1,6,1,96,1,127,1,127,3,2,1,0,5,3,1,0,1,7,5,1,1,114,
           0,0,10,9,1,7,0,32,0,40,2,0,11]);
         const { r } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
         for (let i = 0; i < 3; i++) {
           try { r(0x7ffffff0); throw new Error('no trap'); }
           catch (error) { if (!(error instanceof WebAssembly.RuntimeError)) throw error; }
         }",
    )
    .in_order();
    assert!(
        ran.events
            .iter()
            .all(|event| event["type"] != "native-crash")
    );
}

#[test]
fn without_a_file_of_events_it_is_told_on_stderr() {
    let output = node()
        .arg("-e")
        .arg("require(process.argv[1]).segfault()")
        .arg(probe())
        .env("LD_PRELOAD", guard())
        .env_remove("THREADPROOF_EVENTS")
        .output()
        .expect("node is needed");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("threadproof-guard: crash with signal 11"),
        "{stderr}"
    );
}

#[test]
fn processes_that_are_not_node_are_left_alone() {
    let output = std::process::Command::new("sh")
        .args(["-c", "kill -SEGV $$"])
        .env("LD_PRELOAD", guard())
        .env_remove("THREADPROOF_EVENTS")
        .output()
        .expect("a shell");
    assert_eq!(output.status.signal(), Some(libc::SIGSEGV));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_thread_that_is_asked_says_where_it_is_and_goes_on() {
    let signal = libc::SIGRTMAX() - 3;
    let ran = run(
        probe(),
        &format!(
            "require(addon); process.kill(process.pid, {signal}); await new Promise(setImmediate);"
        ),
    )
    .in_order();
    let stacks: Vec<_> = ran
        .events
        .iter()
        .filter(|event| event["type"] == "native-stack")
        .collect();
    assert_eq!(stacks.len(), 1, "{:?}", ran.events);
    let frames = stacks[0]["frames"].as_array().expect("frames");
    assert!(frames.len() > 3, "{}", stacks[0]);
    assert!(
        ran.events
            .iter()
            .all(|event| event["type"] != "native-crash")
    );
}
