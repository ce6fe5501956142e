//! A child process in its own group: start, wait with usage, signal. The only place with system
//! calls that `std` and `nix` do not offer.

use std::{
    io,
    os::{
        fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd},
        unix::process::CommandExt,
    },
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::model::{ExitStatus, Usage};

/// Children that are running. Whoever reaps adopted orphans must not take the status of one of
/// these, so starting, waiting and reaping exclude each other.
static CHILDREN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Locks the list of running children.
pub(super) fn children() -> MutexGuard<'static, Vec<u32>> {
    // A panic elsewhere leaves a list of numbers, which stays true.
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes this process the parent of orphans below it, so that a job's stragglers can be found
/// whatever they did to hide. Without effect where the system cannot do it.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // Failure only means that orphans go to init, where they are found by their process group.
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// A running child, which leads its own process group.
#[derive(Debug)]
pub(super) struct Process {
    pid: u32,
    /// Becomes readable when the child ends; absent where the system has no such thing.
    handle: Option<OwnedFd>,
}

/// How a child ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The raw status.
    pub(super) raw: i32,
    /// The same, decoded.
    pub(super) status: ExitStatus,
    /// What it used.
    pub(super) usage: Usage,
}

impl Process {
    /// Starts `command` as the leader of a new process group.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let mut running = children();
        let child = command.process_group(0).spawn()?;
        let pid = child.id();
        running.push(pid);
        Ok(Process {
            pid,
            handle: open_handle(pid),
        })
    }

    /// Its id, which is also the id of its group.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the child ends, or for `time` at most. Where the system has no handle for
    /// processes, returns sooner, and the caller asks again.
    pub(super) fn wait(&self, time: Duration) -> io::Result<Option<Ended>> {
        if let Some(handle) = &self.handle {
            wait_readable(handle.as_fd(), time)?;
        } else {
            if let Some(ended) = self.reap()? {
                return Ok(Some(ended));
            }
            std::thread::sleep(time.min(Duration::from_millis(5)));
        }
        self.reap()
    }

    /// Takes the status of the child if it has ended.
    fn reap(&self) -> io::Result<Option<Ended>> {
        let mut running = children();
        let mut raw = 0;
        // SAFETY: an all-zero `rusage` is a valid value of that plain C struct.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        let pid = pid_t(self.pid);
        // SAFETY: both pointers are to live locals that the call only writes to; the pid is that of
        // our own child, which nobody else waits for while `CHILDREN` lists it.
        match unsafe { libc::wait4(pid, &raw mut raw, libc::WNOHANG, &raw mut usage) } {
            0 => Ok(None),
            -1 => Err(io::Error::last_os_error()),
            _ => {
                running.retain(|other| *other != self.pid);
                Ok(Some(Ended {
                    raw,
                    status: decode(raw),
                    usage: usage_of(&usage),
                }))
            }
        }
    }

    /// Sends a signal to the whole group. A group that is gone already is no error.
    pub(super) fn signal_group(&self, signal: Signal) {
        // The only other error, EPERM, means that members changed their user: nothing we can do.
        let _ = killpg(Pid::from_raw(pid_t(self.pid)), signal);
    }

    /// Ends the group: SIGTERM, `grace`, SIGKILL. Says how the child ended and whether it took
    /// SIGKILL.
    pub(super) fn end(&self, grace: Duration) -> io::Result<(Ended, bool)> {
        self.signal_group(Signal::SIGTERM);
        let start = Instant::now();
        while let Some(left) = grace.checked_sub(start.elapsed()) {
            if let Some(ended) = self.wait(left)? {
                // Others of the group may have ignored SIGTERM.
                self.signal_group(Signal::SIGKILL);
                return Ok((ended, false));
            }
        }
        self.signal_group(Signal::SIGKILL);
        loop {
            if let Some(ended) = self.wait(Duration::from_secs(1))? {
                return Ok((ended, true));
            }
        }
    }
}

fn pid_t(pid: u32) -> libc::pid_t {
    libc::pid_t::try_from(pid).expect("a process id came from a pid_t")
}

#[cfg(target_os = "linux")]
fn open_handle(pid: u32) -> Option<OwnedFd> {
    // SAFETY: `pidfd_open` takes two integers and touches no memory of ours.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid_t(pid), 0) };
    let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0)?;
    // SAFETY: the kernel has just given us this descriptor, and nobody else knows of it.
    Some(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(not(target_os = "linux"))]
fn open_handle(_pid: u32) -> Option<OwnedFd> {
    None
}

fn wait_readable(fd: BorrowedFd<'_>, time: Duration) -> io::Result<()> {
    // Rounded up, so that the last part of a millisecond is not waited for in a busy loop.
    let millis = u16::try_from(time.as_millis() + 1).unwrap_or(u16::MAX);
    match poll(
        &mut [PollFd::new(fd, PollFlags::POLLIN)],
        PollTimeout::from(millis),
    ) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// Decodes a wait status.
fn decode(raw: i32) -> ExitStatus {
    if libc::WIFSIGNALED(raw) {
        ExitStatus::Signalled {
            signal: libc::WTERMSIG(raw),
            core: libc::WCOREDUMP(raw),
        }
    } else {
        ExitStatus::Exited {
            code: libc::WEXITSTATUS(raw),
        }
    }
}

fn usage_of(usage: &libc::rusage) -> Usage {
    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds of CPU time fit by far"
    )]
    let ms = |time: libc::timeval| time.tv_sec as f64 * 1e3 + time.tv_usec as f64 / 1e3;
    let count = |value: libc::c_long| u64::try_from(value).unwrap_or_default();
    // Linux counts KiB, macOS bytes.
    let kib = if cfg!(target_vendor = "apple") {
        1024
    } else {
        1
    };
    Usage {
        user_ms: ms(usage.ru_utime),
        system_ms: ms(usage.ru_stime),
        max_rss_kib: count(usage.ru_maxrss) / kib,
        minor_faults: count(usage.ru_minflt),
        major_faults: count(usage.ru_majflt),
        voluntary_switches: count(usage.ru_nvcsw),
        involuntary_switches: count(usage.ru_nivcsw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(script: &str) -> Ended {
        let process = Process::start(Command::new("sh").args(["-c", script])).unwrap();
        loop {
            if let Some(ended) = process.wait(Duration::from_secs(5)).unwrap() {
                return ended;
            }
        }
    }

    #[test]
    fn raw_statuses_are_decoded() {
        assert_eq!(end_of("exit 7").status, ExitStatus::Exited { code: 7 });
        let aborted = end_of("kill -ABRT $$");
        assert!(matches!(
            aborted.status,
            ExitStatus::Signalled {
                signal: libc::SIGABRT,
                ..
            }
        ));
        assert_eq!(aborted.raw & 0x7f, libc::SIGABRT);
    }

    #[test]
    fn usage_is_that_of_the_child() {
        assert!(end_of("true").usage.max_rss_kib > 0);
    }

    #[test]
    fn a_group_that_ignores_sigterm_is_killed() {
        use std::{io::Read, process::Stdio};
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
        let (mut ready, writer) = std::io::pipe().unwrap();
        command.stdout(Stdio::from(writer));
        let process = Process::start(&mut command).unwrap();
        ready.read_exact(&mut [0; 6]).unwrap();
        let (ended, killed) = process.end(Duration::from_millis(20)).unwrap();
        assert!(killed);
        assert!(matches!(
            ended.status,
            ExitStatus::Signalled {
                signal: libc::SIGKILL,
                ..
            }
        ));
    }
}
