//! Programs that prepare something: npm, cargo. Their output is followed, and they end with us.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use crossbeam_channel::{RecvTimeoutError, unbounded};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::{error::Error, interrupt::Interrupt};

/// How much of the beginning and of the end of the output an error shows, in lines.
const SHOWN: (usize, usize) = (12, 12);

/// What a program left.
pub(super) struct Output {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Output {
    /// What it said, for an error: npm names the cause first, compilers last.
    pub(super) fn said(&self) -> String {
        let said = if self.stderr.trim().is_empty() {
            &self.stdout
        } else {
            &self.stderr
        };
        let lines: Vec<&str> = said
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with("npm warn"))
            .collect();
        let (first, last) = SHOWN;
        if lines.len() <= first + last + 1 {
            return lines.join("\n");
        }
        let left_out = format!("… {} lines …", lines.len() - first - last);
        [
            lines[..first].join("\n"),
            left_out,
            lines[lines.len() - last..].join("\n"),
        ]
        .join("\n")
    }
}

/// Runs a program to its end; `progress` gets each line of its stderr.
pub(super) fn run(
    command: &mut Command,
    interrupt: &Interrupt,
    mut progress: impl FnMut(&str),
) -> Result<Output, Error> {
    let program = command.get_program().to_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(Error::io("start", &program))?;
    let group = Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX));
    let mut out = child.stdout.take();
    let err = child.stderr.take();
    let (send, receive) = unbounded();
    thread::scope(|scope| {
        let stdout = scope.spawn(move || {
            let mut bytes = Vec::new();
            // What was read before an error still serves.
            let _ = out.as_mut().map(|out| out.read_to_end(&mut bytes));
            String::from_utf8_lossy(&bytes).into_owned()
        });
        scope.spawn(move || {
            for line in err
                .into_iter()
                .flat_map(|err| BufReader::new(err).lines())
                .map_while(Result::ok)
            {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let mut stderr = String::new();
        loop {
            match receive.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => {
                    progress(line.trim());
                    stderr.push_str(&line);
                    stderr.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if interrupt.is_set() {
                // It may have ended by itself in this moment.
                let _ = killpg(group, Signal::SIGTERM);
            }
        }
        let status = child.wait().map_err(Error::io("wait for", &program))?;
        if let Some(signal) = interrupt.signal() {
            return Err(Error::Interrupted { signal });
        }
        let stdout = stdout.join().unwrap_or_default();
        Ok(Output {
            status,
            stdout,
            stderr,
        })
    })
}
