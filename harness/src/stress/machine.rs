//! What of the needs of shapes this machine has.

use std::{fs, process::Command, sync::OnceLock};

use threadproof_stress::Need;

use crate::{
    model::{Runtime, Target},
    plan::supports_on,
    tools::no_limits,
};

/// The capability of targets that are databases.
const DATABASE: &str = "database";

/// The capability of targets whose calls end when their worker is terminated.
const INTERRUPT: &str = "interrupt";

/// Why a shape cannot run, if it cannot.
pub fn lacking(need: Need, target: &Target, runtime: &Runtime) -> Option<String> {
    let supports = supports_on(target, &runtime.version);
    let has = |capability: &str| supports.iter().any(|name| name == capability);
    match need {
        Need::Database => (!has(DATABASE)).then(|| format!("{} is no database", target.id)),
        // What is no database holds no locks.
        Need::Interrupt => (has(DATABASE) && !has(INTERRUPT)).then(|| {
            format!(
                "a call of {} does not end with its worker: an outer worker that ends in a transaction would \
                 wait for the inner one, and that for the lock",
                target.id
            )
        }),
        Need::Limits => no_limits(),
        Need::Mount => {
            static MOUNT: OnceLock<Result<(), String>> = OnceLock::new();
            MOUNT.get_or_init(mount).clone().err()
        }
    }
}

/// Tries it: root alone does not say that it is allowed.
fn mount() -> Result<(), String> {
    let not = |why: &dyn std::fmt::Display| format!("a tmpfs cannot be mounted here: {why}");
    if !cfg!(target_os = "linux") {
        return Err(not(&"that is Linux's"));
    }
    let dir = tempfile::tempdir().map_err(|error| not(&error))?;
    let run = |command: &mut Command| -> Result<(), String> {
        let done = command.output().map_err(|error| not(&error))?;
        if done.status.success() {
            return Ok(());
        }
        Err(not(&String::from_utf8_lossy(&done.stderr).trim()))
    };
    run(Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(dir.path()))?;
    let written = fs::write(dir.path().join("file"), "x").map_err(|error| not(&error));
    run(Command::new("umount").arg(dir.path()))?;
    written
}
