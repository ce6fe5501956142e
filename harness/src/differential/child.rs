//! One implementation in a process of its own, fed a program a line. It may die or hang at any time.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child as Process, ChildStdin, Command, Stdio},
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::answer::Answer;
use crate::model::ExitStatus;

/// More than any program takes; less than a person waits.
const PATIENCE: Duration = Duration::from_secs(15);
/// Until a process has loaded its module.
const START: Duration = Duration::from_mins(1);

/// How an implementation is started.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Implementation {
    /// The Node that it runs on.
    pub node: PathBuf,
    /// Flags of that Node.
    pub flags: Vec<String>,
    /// `js-tests/differential/child.cjs`.
    pub script: PathBuf,
    /// What is given to `require`.
    pub module: String,
    /// Variables, besides those that are there.
    pub env: BTreeMap<String, String>,
    /// Where its standard error goes, appended.
    pub stderr: PathBuf,
}

/// A running implementation.
#[derive(Debug)]
struct Running {
    process: Process,
    stdin: ChildStdin,
    lines: Receiver<String>,
    programs: u32,
    /// Its working directory, in which its programs make files.
    _dir: TempDir,
}

/// An implementation that is started when it is needed, and again when it died.
#[derive(Debug)]
pub(super) struct Child {
    implementation: Implementation,
    running: Option<Running>,
}

impl Child {
    /// Not started yet.
    pub(super) fn new(implementation: Implementation) -> Self {
        Child {
            implementation,
            running: None,
        }
    }

    /// Hands it a program. An implementation that cannot even be started is an error.
    pub(super) fn give(&mut self, line: &str) -> io::Result<()> {
        if self.running.is_none() {
            self.running = Some(self.start()?);
        }
        let running = self.running.as_mut().expect("it was just started");
        running.programs += 1;
        // A child that died is told by `take`, which finds no answer.
        let _ = running
            .stdin
            .write_all(line.as_bytes())
            .and_then(|()| running.stdin.write_all(b"\n"))
            .and_then(|()| running.stdin.flush());
        Ok(())
    }

    /// What came of the program that was given last.
    pub(super) fn take(&mut self) -> Answer {
        let running = self.running.as_mut().expect("a program was given");
        match running.lines.recv_timeout(PATIENCE) {
            Ok(line) => Answer::of_line(line),
            Err(RecvTimeoutError::Timeout) => {
                self.stop();
                Answer::Hung
            }
            Err(RecvTimeoutError::Disconnected) => Answer::Died(self.stop()),
        }
    }

    /// How many programs this process has run.
    pub(super) fn age(&self) -> u32 {
        self.running.as_ref().map_or(0, |running| running.programs)
    }

    /// Ends the process, if there is one; the next program gets a new one.
    pub(super) fn stop(&mut self) -> ExitStatus {
        let Some(mut running) = self.running.take() else {
            return ExitStatus::NotStarted;
        };
        drop(running.stdin);
        // Dead already, or hanging: in either case nothing is asked of it any more.
        let _ = running.process.kill();
        running
            .process
            .wait()
            .map_or(ExitStatus::NotStarted, decode)
    }

    fn start(&self) -> io::Result<Running> {
        let Implementation {
            node,
            flags,
            script,
            module,
            env,
            stderr,
        } = &self.implementation;
        let dir = tempfile::Builder::new().prefix("threadproof-").tempdir()?;
        let errors = File::options().create(true).append(true).open(stderr)?;
        let mut process = Command::new(node)
            .args(flags)
            .args(["--expose-gc", "--no-warnings"])
            .arg(script)
            .arg(module)
            .envs(env)
            .current_dir(dir.path())
            .env("TMPDIR", dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()?;
        let stdin = process.stdin.take().expect("stdin is piped");
        let stdout = process.stdout.take().expect("stdout is piped");
        let (tell, lines) = unbounded();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                let Ok(line) = line else { break };
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let mut running = Running {
            process,
            stdin,
            lines,
            programs: 0,
            _dir: dir,
        };
        let ready = running.lines.recv_timeout(START);
        if !matches!(&ready, Ok(line) if line.starts_with("{\"ready\"")) {
            let _ = running.process.kill();
            let _ = running.process.wait();
            return Err(io::Error::other(format!(
                "{module} could not be loaded: see {}",
                stderr.display()
            )));
        }
        Ok(running)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop();
    }
}

fn decode(status: std::process::ExitStatus) -> ExitStatus {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitStatus::Exited { code },
        (None, Some(signal)) => ExitStatus::Signalled {
            signal,
            core: status.core_dumped(),
        },
        (None, None) => ExitStatus::NotStarted,
    }
}

/// The interpreter beside the suites.
pub fn script_in(suites: &Path) -> PathBuf {
    suites.join("differential/child.cjs")
}
