//! Asks the threads of a process that does not get on where they are: the guard in it answers with their native stacks.

use std::{fs, path::Path};

/// Asks each thread of `pid`; gives how many of them will answer. None where nobody listens: the signal would end
/// the process.
#[cfg(target_os = "linux")]
pub(super) fn ask(pid: u32) -> usize {
    // The guard's number: `harness/guard/src/crash`.
    let signal = libc::SIGRTMAX() - 3;
    let process = Path::new("/proc").join(pid.to_string());
    let caught = fs::read_to_string(process.join("status"))
        .ok()
        .and_then(|status| catches(&status, signal));
    if caught != Some(true) {
        return 0;
    }
    let Ok(threads) = fs::read_dir(process.join("task")) else {
        return 0;
    };
    let ids = threads
        .flatten()
        .filter_map(|thread| thread.file_name().to_string_lossy().parse::<i32>().ok());
    let Ok(pid) = i32::try_from(pid) else {
        return 0;
    };
    ids.filter(|tid| {
        // SAFETY: a system call with three numbers; it fails for a thread that has ended meanwhile.
        unsafe { libc::syscall(libc::SYS_tgkill, pid, *tid, signal) == 0 }
    })
    .count()
}

/// Without signals to single threads nobody can be asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn ask(_pid: u32) -> usize {
    0
}

/// Whether a process catches a signal, by the mask in its status.
fn catches(status: &str, signal: i32) -> Option<bool> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    let bit = u32::try_from(signal).ok()?.checked_sub(1)?;
    Some(mask.checked_shr(bit)? & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_has_a_bit_for_each_signal_that_is_caught() {
        let status = "Name:\tnode\nSigCgt:\t1000000000000002\n";
        assert_eq!(catches(status, 2), Some(true));
        assert_eq!(catches(status, 61), Some(true));
        assert_eq!(catches(status, 1), Some(false));
        assert_eq!(catches(status, 64), Some(false));
        assert_eq!(catches("Name:\tnode\n", 2), None);
    }

    #[test]
    fn a_process_that_does_not_listen_is_left_alone() {
        let mut sleeps = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        assert_eq!(ask(sleeps.id()), 0);
        assert!(sleeps.try_wait().unwrap().is_none(), "it was ended");
        sleeps.kill().unwrap();
        sleeps.wait().unwrap();
    }
}
