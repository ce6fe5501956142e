//! Programs as a job: several in one process, which are judged as one attempt, with the one that was under way when it went
//! wrong.

use std::{
    cell::RefCell,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::{Value, json};

use super::{
    audit::audit,
    lower::{Lowered, Surface, lower_all},
    program::Program,
};
use crate::{
    audit::{DATA, finding},
    exec::{Executor, Finished, Message},
    judge::{classify, known_by},
    model::{CellId, Evidence, Finding, Job, JobId, Launcher, Outcome, Runner, Seed, Suite},
    protocol::{ChildEvent, ProgramState, Reader},
};

/// The only test of these jobs.
pub(super) const TEST: &str = "fuzz/programs > one after the other";
/// How long a program may take to get on.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For threads to wait for each other, in milliseconds: what takes longer never comes.
    pub wait_ms: u64,
    /// For the process to say nothing, in milliseconds: then it hangs.
    pub silence_ms: u64,
}

impl Patience {
    /// Enough for a machine that has other things to do.
    pub const USUAL: Patience = Patience {
        wait_ms: 8_000,
        silence_ms: 12_000,
    };
    /// For making a program smaller that hangs: each attempt takes as long. What comes of it is looked at with more.
    pub const SHORT: Patience = Patience {
        wait_ms: 2_500,
        silence_ms: 3_500,
    };
}

/// A process with programs, in milliseconds; one that says nothing for long is ended before.
const PROCESS_MS: u64 = 600_000;

/// Where programs are run.
pub struct Bench<'a> {
    /// Runs jobs.
    pub executor: &'a Executor,
    /// Id of the target.
    pub target: String,
    /// Id of the runtime.
    pub runtime: String,
    /// The target's own binary, if it is known.
    pub binary: Option<PathBuf>,
    /// What the target can do.
    pub surface: Surface,
    /// Jobs so far, for their ids.
    pub jobs: AtomicU32,
    /// The command that searches again.
    pub repeat: String,
}

/// What came of some programs in one process.
pub struct Ran {
    /// The job with its attempt and evidence.
    pub finished: Finished,
    /// What it was judged to be.
    pub outcome: Outcome,
    /// The name of the fault, if there is one.
    pub signature: Option<String>,
    /// How many programs have ended as they should.
    pub passed: usize,
    /// The program that was under way when it went wrong, if one was.
    pub culprit: Option<usize>,
}

impl Ran {
    /// Whether something is wrong with the target.
    pub fn is_failure(&self) -> bool {
        self.signature.is_some()
    }
}

impl Bench<'_> {
    /// Runs programs, which have one root and one schedule, in a process. `topic` names the suite that it counts for.
    pub fn run(&self, programs: &[Program], topic: &str, seed: Seed, patience: Patience) -> Ran {
        let job = self.plan(programs, topic, seed, patience);
        let id = job.id.as_str().to_owned();
        let done = RefCell::new(None);
        self.executor.execute(job, 0, &|message| {
            if let Message::Finished(finished) = message {
                done.replace(Some(*finished));
            }
        });
        self.executor.params.lock().remove(&id);
        let mut finished = done.into_inner().expect("an attempt always finishes");
        let progress = self.progress(&finished);
        let wrong_data = self.audit(programs, &finished, &progress);
        let first_wrong = wrong_data.first().map(|(at, _)| *at);
        let findings = wrong_data.into_iter().map(|(_, finding)| finding);
        finished.evidence.findings.extend(findings);
        let outcome = classify(&finished.evidence);
        let wrong = !matches!(outcome, Outcome::Clean | Outcome::Infra { .. });
        let (attempt, evidence) = (&finished.attempt, &finished.evidence);
        let signature =
            wrong.then(|| known_by(attempt, evidence, &outcome, self.binary.as_deref()));
        Ran {
            culprit: first_wrong.or_else(|| progress.culprit(evidence)),
            passed: progress.passed,
            finished,
            outcome,
            signature,
        }
    }

    /// The job that runs programs, of which the executor is told.
    pub fn plan(&self, programs: &[Program], topic: &str, seed: Seed, patience: Patience) -> Job {
        let job = self.job(topic, seed);
        let params = params(programs, &self.surface, patience);
        let id = job.id.as_str().to_owned();
        self.executor.params.lock().insert(id, params);
        job
    }

    fn job(&self, topic: &str, seed: Seed) -> Job {
        let cell = CellId {
            target: self.target.clone(),
            runtime: self.runtime.clone(),
            suite: Suite {
                topic: topic.to_owned(),
                runner: Runner::Fuzz,
            },
        };
        let tests = vec![TEST.to_owned()];
        let repetition = self.jobs.fetch_add(1, Ordering::Relaxed) + 1;
        let id = JobId::of(&cell, &tests, repetition, Launcher::Native);
        Job {
            repeat: self.repeat.clone(),
            id,
            cell,
            repetition,
            seed,
            files: vec!["fuzz/programs".to_owned()],
            tests,
            timeout_ms: PROCESS_MS,
            launcher: Launcher::Native,
        }
    }

    /// Forgets what an attempt left on disk.
    pub fn forget(&self, ran: &Ran) {
        // Only room on the disk is lost with it.
        let _ = fs::remove_dir_all(self.executor.run_dir.join(&ran.finished.attempt.dir));
        if let Some(job) = self
            .executor
            .run_dir
            .join(&ran.finished.attempt.dir)
            .parent()
        {
            let _ = fs::remove_dir(job);
        }
    }

    /// What is wrong with the databases of the programs that passed, with the place of the program.
    fn audit(
        &self,
        programs: &[Program],
        finished: &Finished,
        progress: &Progress,
    ) -> Vec<(usize, Finding)> {
        let data = self.executor.run_dir.join(&finished.attempt.dir).join(DATA);
        let mut wrong = Vec::new();
        let lowered = lower_all(programs, &self.surface);
        for (at, one) in lowered.iter().enumerate().take(progress.passed) {
            let Some(expected) = &one.database else {
                continue;
            };
            let faults = audit(&data.join(at.to_string()), expected);
            wrong.extend(faults.into_iter().map(|fault| (at, finding(fault))));
        }
        wrong
    }

    /// Reads how far the programs came.
    fn progress(&self, finished: &Finished) -> Progress {
        let mut seen = Progress::default();
        let path = self
            .executor
            .run_dir
            .join(&finished.attempt.dir)
            .join("events.ndjson");
        let Ok(file) = fs::File::open(path) else {
            return seen;
        };
        // What is broken was noted as evidence already.
        let _ = Reader::default().drain(&file, |line| match line.event {
            ChildEvent::Program { index, state } => seen.program(index as usize, state),
            ChildEvent::Finding(_) => seen.finding(),
            _ => {}
        });
        seen
    }
}

/// How far programs came.
#[derive(Default)]
struct Progress {
    passed: usize,
    open: Option<usize>,
    last: Option<usize>,
    failed: Option<usize>,
    /// The program during which a detector saw something first.
    found: Option<usize>,
    finding: bool,
}

impl Progress {
    fn program(&mut self, index: usize, state: ProgramState) {
        match state {
            ProgramState::Started => {
                self.open = Some(index);
                self.last = Some(index);
            }
            ProgramState::Passed => {
                self.passed += 1;
                self.open = None;
            }
            ProgramState::Failed => {
                self.open = None;
                self.failed = Some(index);
            }
        }
    }

    fn finding(&mut self) {
        if !std::mem::replace(&mut self.finding, true) {
            self.found = self.open;
        }
    }

    /// The program that something went wrong in.
    fn culprit(&self, evidence: &Evidence) -> Option<usize> {
        let seen = self.failed.or(self.open);
        if evidence.findings.is_empty() || seen.is_some() {
            return seen;
        }
        self.found
    }
}

/// What the process is told.
fn params(programs: &[Program], surface: &Surface, patience: Patience) -> Value {
    let first = &programs[0];
    let lowered = lower_all(programs, surface);
    let lowered: Vec<Value> = lowered.iter().map(Lowered::to_json).collect();
    json!({
        "programs": lowered,
        "root": first.root,
        "schedule": first.schedule,
        "limitMs": patience.wait_ms,
        "silenceMs": patience.silence_ms,
    })
}
