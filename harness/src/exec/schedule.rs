//! What makes rare orders of events less rare: how a process with generated programs gets its turns.

use std::{ffi::OsString, path::Path, process::Command};

use serde_json::Value;

use super::launchers::behind;

/// V8 collects garbage after so many allocations.
const GC_INTERVAL: &str = "--gc-interval=500";

/// Flags of Node that the job's parameters ask for.
pub(super) fn flags(params: &Value) -> Vec<&'static str> {
    if asks(params, "gc_stress") {
        vec![GC_INTERVAL]
    } else {
        Vec::new()
    }
}

/// The command in the conditions that the job's parameters ask for.
pub(super) fn scheduled(mut command: Command, params: &Value) -> Command {
    if asks(params, "one_pool_thread") {
        command.env("UV_THREADPOOL_SIZE", "1");
    }
    if asks(params, "one_core") {
        // It becomes the process that it starts.
        let args = ["-c", "0"].map(OsString::from);
        return behind(Path::new("taskset"), args, &command);
    }
    command
}

fn asks(params: &Value, what: &str) -> bool {
    params["schedule"][what] == Value::Bool(true)
}
