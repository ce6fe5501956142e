//! One job from its folder to its evidence.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{
    environment, launchers::Launchers, process::Process, schedule, shape_flags::shape_flags,
    stragglers, symbolise::name_frames, watch::Watch,
};
use crate::{
    audit,
    clock::{ms, now_ms},
    interrupt::Interrupt,
    judge::{Ledger, Rest, read_fatal},
    model::{
        Attempt, Ending, Engine, Evidence, ExitStatus, Job, JobId, Known, Launcher, Milestones,
        Phase, Runner, Runtime, Target, Usage,
    },
    shared::Shared,
    symbols::Symbols,
};

/// Time limits that are the same for all jobs; the limit of the whole is the job's own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the start to the first test.
    pub load: Duration,
    /// From the end of the last test, or the runner's last word, to the end of the process.
    pub exit: Duration,
}

/// What a worker tells the dispatcher.
#[derive(Debug)]
pub enum Message {
    /// A process was started.
    Started {
        /// Which job.
        job: Job,
        /// Which worker.
        slot: u32,
        /// Its process id.
        pid: u32,
    },
    /// A process said something.
    Progress {
        /// Which job.
        job: JobId,
        /// Where it stands.
        phase: Phase,
        /// Tests ended.
        ended: u32,
        /// Tests to run.
        of: u32,
        /// The test that started last and has not ended.
        test: Option<String>,
    },
    /// A process ended.
    Finished(Box<Finished>),
}

/// A job that is done.
#[derive(Debug)]
pub struct Finished {
    /// Which one.
    pub job: Job,
    /// How it went.
    pub attempt: Attempt,
    /// What is known of it.
    pub evidence: Evidence,
}

/// What all jobs of a run have in common.
#[derive(Debug)]
pub struct Executor {
    /// The run directory, absolute.
    pub run_dir: PathBuf,
    /// The folder that holds `suites/`: the working directory of the jobs.
    pub suites_dir: PathBuf,
    /// The folder that holds `lib/`, absolute.
    pub lib: PathBuf,
    /// The folder that holds the runners' packages, absolute.
    pub node_modules: PathBuf,
    /// All targets of the plan.
    pub targets: Vec<Target>,
    /// All runtimes of the plan.
    pub runtimes: Vec<Runtime>,
    /// Time limits.
    pub limits: Limits,
    /// Whether to stop.
    pub interrupt: Interrupt,
    /// How many programs a differential job generates.
    pub programs: u32,
    /// The guard library, preloaded into every Node that runs a target; not into differential jobs, which compare
    /// two implementations and start many processes.
    pub guard: Option<PathBuf>,
    /// Names of native frames.
    pub symbols: Mutex<Symbols>,
    /// What a test is told besides its name, by its id or that of its job: numbers of workers and the like.
    pub params: Shared<BTreeMap<String, serde_json::Value>>,
    /// What stands between the harness and Node, where a job asks for it.
    pub launchers: Launchers,
}

/// A job that somebody else starts.
#[derive(Debug)]
pub struct ByHand {
    /// Program, arguments, variables and working directory.
    pub command: Command,
    /// Its temporary folder, removed with this.
    _temp: tempfile::TempDir,
}

impl Executor {
    /// Runs a job to its end and tells of it on the way. Never fails: what goes wrong in the
    /// harness is evidence too, and makes the attempt inconclusive.
    pub fn execute(&self, job: Job, slot: u32, tell: &dyn Fn(Message)) {
        let relative = Path::new("jobs").join(job.id.as_str()).join("1");
        let started_at = now_ms();
        let (attempt, evidence) = match self.try_execute(&job, slot, &relative, tell) {
            Ok(done) => done,
            Err(error) => {
                let ending = Ending {
                    wait_status: None,
                    status: ExitStatus::NotStarted,
                    stop: None,
                };
                let rest = Rest {
                    ending: ending.clone(),
                    torn: false,
                    broken: None,
                    fatal: None,
                    stragglers: Vec::new(),
                    infra: Some(error.to_string()),
                };
                let attempt = Attempt {
                    number: 1,
                    pid: 0,
                    command: Vec::new(),
                    started_at,
                    duration_ms: now_ms() - started_at,
                    ending,
                    phase: Phase::Startup,
                    milestones: Milestones::default(),
                    usage: Usage::default(),
                    dir: relative,
                };
                (
                    attempt,
                    Ledger::new(&job.tests, started_at).into_evidence(rest),
                )
            }
        };
        tell(Message::Finished(Box::new(Finished {
            job,
            attempt,
            evidence,
        })));
    }

    fn try_execute(
        &self,
        job: &Job,
        slot: u32,
        relative: &Path,
        tell: &dyn Fn(Message),
    ) -> Result<(Attempt, Evidence), ExecError> {
        let dir = self.run_dir.join(relative);
        let files = self.lay_out(job, &dir)?;
        let mut command = self.command(job)?;
        files.tell(&mut command, job.seed);
        let mut command = self
            .launchers
            .launch(job.launcher, command, &dir)
            .map_err(|source| ExecError {
                doing: format!("start Node by {}", job.launcher.as_str()),
                source,
            })?;
        command
            .current_dir(self.dir_of(job)?)
            .stdin(Stdio::null())
            .stdout(files.stdout)
            .stderr(files.stderr);
        let words = words_of(&command);
        let started_at = now_ms();
        let started = Instant::now();
        let process = Process::start(&mut command).map_err(|source| ExecError {
            doing: format!("start {}", words.first().map_or("node", String::as_str)),
            source,
        })?;
        drop(command); // Closes our copies of stdout and stderr.
        tell(Message::Started {
            job: job.clone(),
            slot,
            pid: process.pid(),
        });

        let ledger = Ledger::new(&job.tests, started_at);
        let mut watch = Watch::new(files.events, ledger, started, self.silence(job));
        let (ended, stop) = self.follow(job, &process, &mut watch, &dir, tell)?;
        let duration_ms = ms(started.elapsed());
        watch.read();
        let stragglers = stragglers::collect(process.pid(), &files.job_path);
        watch.read();
        let ending = Ending {
            wait_status: Some(ended.raw),
            status: ended.status,
            stop,
        };
        let attempt = Attempt {
            number: 1,
            pid: process.pid(),
            command: words,
            started_at,
            duration_ms,
            ending: ending.clone(),
            phase: watch.ledger.phase(),
            milestones: watch.ledger.milestones().clone(),
            usage: ended.usage,
            dir: relative.to_owned(),
        };
        let rest = Rest {
            ending,
            torn: watch.torn(),
            broken: watch.broken,
            fatal: read_fatal(&files.stderr_path).map_err(|source| ExecError {
                doing: "read stderr.log".to_owned(),
                source,
            })?,
            stragglers,
            infra: None,
        };
        let mut evidence = watch.ledger.into_evidence(rest);
        name_frames(&self.symbols, &mut evidence, &self.runtime(job)?.path);
        if job.cell.suite.runner == Runner::Stress {
            let audited = audit::attempt(&dir).map_err(|source| ExecError {
                doing: "audit the databases of the run".to_owned(),
                source,
            })?;
            evidence.findings.extend(audited);
        }
        mark_known(&mut evidence, &self.target(job)?.known, &job.tests);
        Ok((attempt, evidence))
    }

    /// A job made ready for somebody else to start: without the guard, whose handler of crashes would stand between the
    /// fault and a debugger, and with the standard streams of this process.
    pub fn by_hand(&self, job: &Job) -> io::Result<ByHand> {
        let other = |error: ExecError| io::Error::new(error.source.kind(), error);
        let dir = self.run_dir.join("by-hand").join(job.id.as_str());
        let files = self.lay_out(job, &dir).map_err(other)?;
        let mut command = self.command(job).map_err(other)?;
        command
            .env_remove("LD_PRELOAD")
            .current_dir(self.dir_of(job).map_err(other)?);
        files.tell(&mut command, job.seed);
        Ok(ByHand {
            command,
            _temp: files.temp,
        })
    }

    /// How the runner is started: the table of `docs/protocol.md`.
    fn command(&self, job: &Job) -> Result<Command, ExecError> {
        let runtime = self.runtime(job)?;
        let params = self.params_of(job).unwrap_or_default();
        let mut command = match job.cell.suite.runner {
            Runner::Programs => Command::new(this_program()?),
            Runner::Jest
            | Runner::Vitest
            | Runner::VitestShared
            | Runner::NodeTest
            | Runner::Driver
            | Runner::Stress
            | Runner::Leak
            | Runner::Fuzz
            | Runner::Replicate => Command::new(&runtime.path),
        };
        environment::clean(&mut command);
        command.envs(&self.target(job)?.env);
        if job.cell.suite.runner != Runner::Programs {
            command.args(runtime.options());
        }
        // Valgrind translates generated code again and again.
        if job.launcher == Launcher::Memcheck {
            command.arg("--jitless");
        }
        if let Some(guard) = &self.guard
            && job.cell.suite.runner != Runner::Programs
            && runtime.engine == Engine::Node
        {
            command.env("LD_PRELOAD", preloaded(guard));
        }
        match job.cell.suite.runner {
            Runner::Jest => {
                command
                    .arg(self.node_modules.join("jest/bin/jest.js"))
                    .arg("--config")
                    .arg(self.lib.join("jest.config.cjs"))
                    .arg("--ci");
            }
            Runner::Vitest | Runner::VitestShared => {
                command
                    .arg(self.node_modules.join("vitest/vitest.mjs"))
                    .args(["run", "--config"])
                    .arg(self.lib.join("vitest.config.mjs"));
            }
            Runner::NodeTest => {
                command.arg(self.lib.join("node-test.mjs"));
            }
            Runner::Driver => {
                command.arg(self.lib.with_file_name("driver").join("main.cjs"));
            }
            Runner::Stress => {
                // Samples of memory are taken after a collection.
                command
                    .args(shape_flags(&params, &runtime.flags))
                    .arg("--expose-gc")
                    .arg(self.lib.with_file_name("stress").join("main.cjs"));
            }
            Runner::Leak => {
                command
                    .arg("--expose-gc")
                    .arg(self.lib.with_file_name("leak").join("main.cjs"));
            }
            Runner::Fuzz => {
                // Each of the many workers loads the same files.
                command.env("NODE_COMPILE_CACHE", self.run_dir.join("compile-cache"));
                command.args(schedule::flags(&params));
                command.arg(self.lib.with_file_name("fuzz").join("main.cjs"));
            }
            Runner::Replicate => {
                // Jest loads modules, as opposed to scripts, only so; the workers inherit it.
                if params["runner"] == "jest" {
                    command.arg("--experimental-vm-modules");
                }
                command.arg(self.lib.with_file_name("replicate").join("main.cjs"));
            }
            Runner::Programs => self.run_programs(job, runtime, &mut command)?,
        }
        if job.cell.suite.runner == Runner::VitestShared {
            command.env("THREADPROOF_ISOLATE", "0");
        }
        Ok(schedule::scheduled(command, &params))
    }

    /// This program is the runner itself; it starts Node, and is watched like any other.
    fn run_programs(
        &self,
        job: &Job,
        runtime: &Runtime,
        command: &mut Command,
    ) -> Result<(), ExecError> {
        command
            .arg("differential-job")
            .arg("--node")
            .arg(&runtime.path);
        for flag in &runtime.flags {
            command.arg(format!("--node-flag={flag}"));
        }
        for name in self.target(job)?.env.keys() {
            command.arg("--pass").arg(name);
        }
        command
            .args(["--count", &self.programs.to_string()])
            .arg("--interpreter-dir")
            .arg(&self.suites_dir)
            .arg("--failures")
            .arg(self.run_dir.join("failures"));
        Ok(())
    }

    /// Where a job runs: files of others where they are used to be run.
    fn dir_of(&self, job: &Job) -> Result<&Path, ExecError> {
        if job.cell.suite.runner == Runner::Replicate {
            return Ok(&self.target(job)?.dir);
        }
        Ok(&self.suites_dir)
    }

    pub(super) fn runtime(&self, job: &Job) -> Result<&Runtime, ExecError> {
        self.runtimes
            .iter()
            .find(|runtime| runtime.id == job.cell.runtime)
            .ok_or_else(|| unknown("runtime", &job.cell.runtime))
    }

    pub(super) fn target(&self, job: &Job) -> Result<&Target, ExecError> {
        self.targets
            .iter()
            .find(|target| target.id == job.cell.target)
            .ok_or_else(|| unknown("target", &job.cell.target))
    }
}

/// Says of findings that are known of the target why they are.
fn mark_known(evidence: &mut Evidence, known: &[Known], tests: &[String]) {
    for finding in &mut evidence.findings {
        let of_target = known.iter().find(|one| {
            one.rule == finding.rule && tests.iter().any(|test| test.contains(&one.test))
        });
        finding.known = of_target.map(|one| one.reason.clone());
    }
}

/// The guard before what the user preloads, if anything.
fn preloaded(guard: &Path) -> OsString {
    let mut list = guard.as_os_str().to_owned();
    if let Some(others) = std::env::var_os("LD_PRELOAD").filter(|others| !others.is_empty()) {
        list.push(":");
        list.push(others);
    }
    list
}

/// The harness failed at a job.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing}: {source}")]
pub(super) struct ExecError {
    pub(super) doing: String,
    pub(super) source: io::Error,
}

fn unknown(what: &str, id: &str) -> ExecError {
    ExecError {
        doing: format!("find {what} {id}"),
        source: io::ErrorKind::NotFound.into(),
    }
}

fn this_program() -> Result<PathBuf, ExecError> {
    std::env::current_exe().map_err(|source| ExecError {
        doing: "find this program itself".to_owned(),
        source,
    })
}

fn words_of(command: &Command) -> Vec<String> {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}
