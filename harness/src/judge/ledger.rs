//! Joins the event stream with the manifest while a process runs.

use std::collections::{BTreeSet, HashMap};

use crate::{
    model::{
        Ending, EnvEnd, Evidence, Fatal, FileError, Finding, Frame, Milestones, NativeCrash, Phase,
        RunEnd, RunStart, Stack, Straggler, StreamHealth, TestRecord, TestState,
    },
    protocol::{ChildEvent, Line, Sample, Status},
};

/// What the events of one process said so far.
#[derive(Debug)]
pub struct Ledger {
    tests: Vec<TestRecord>,
    index: HashMap<String, usize>,
    /// Started and not ended, in the order of their start.
    open: Vec<usize>,
    ended: u32,
    expected: u32,
    phase: Phase,
    run_start: Option<RunStart>,
    run_end: Option<RunEnd>,
    process_exit: Option<i32>,
    exit_seen: bool,
    file_errors: Vec<FileError>,
    last_event: Option<String>,
    notes: Vec<String>,
    findings: Vec<Finding>,
    native_crash: Option<NativeCrash>,
    stacks: Vec<Stack>,
    env_ends: Vec<EnvEnd>,
    workers: BTreeSet<i64>,
    events: u64,
    started_at: f64,
    milestones: Milestones,
    progress: Option<String>,
}

impl Ledger {
    /// A ledger for a process started at `started_at` (milliseconds since the epoch) that must run
    /// the tests of `manifest`.
    pub fn new(manifest: &[String], started_at: f64) -> Self {
        let record = |id: &String| TestRecord {
            id: id.clone(),
            file: None,
            expected: true,
            state: TestState::Missing,
            ends: 0,
            ms: None,
            errors: Vec::new(),
        };
        Ledger {
            tests: manifest.iter().map(record).collect(),
            index: manifest
                .iter()
                .enumerate()
                .map(|(at, id)| (id.clone(), at))
                .collect(),
            open: Vec::new(),
            ended: 0,
            expected: u32::try_from(manifest.len()).unwrap_or(u32::MAX),
            phase: Phase::Startup,
            run_start: None,
            run_end: None,
            process_exit: None,
            exit_seen: false,
            file_errors: Vec::new(),
            last_event: None,
            notes: Vec::new(),
            findings: Vec::new(),
            native_crash: None,
            stacks: Vec::new(),
            env_ends: Vec::new(),
            workers: BTreeSet::new(),
            events: 0,
            started_at,
            milestones: Milestones::default(),
            progress: None,
        }
    }

    /// How many threads have said where they are.
    pub fn stacks(&self) -> usize {
        self.stacks.len()
    }

    /// How far a test that takes long has come, in its own words.
    pub fn progress(&self) -> Option<&str> {
        self.progress.as_deref()
    }

    fn start(&mut self, runner: String, runner_version: String, node: String, at: Option<f64>) {
        self.phase = self.phase.max(Phase::Load);
        self.milestones.run_start_ms = at;
        self.run_start = Some(RunStart {
            runner,
            runner_version,
            node,
        });
    }

    /// Takes note of an event.
    pub fn apply(&mut self, line: Line) {
        self.events += 1;
        self.remember(&line.event);
        let elapsed = Some(line.at - self.started_at);
        match line.event {
            ChildEvent::RunStart {
                runner,
                runner_version,
                node,
            } => self.start(runner, runner_version, node, elapsed),
            // Tests come and go, so the suites' phases do too, until the last test is done.
            ChildEvent::Phase { phase, .. } if self.phase != Phase::Exit && !self.all_ended() => {
                let loading = self.milestones.first_test_ms.is_none();
                self.phase = if loading {
                    Phase::Load
                } else {
                    phase.max(Phase::Load)
                };
            }
            // Latencies, tallies and programs are many: they are read from the file when the process has ended.
            ChildEvent::Phase { .. }
            | ChildEvent::Latencies { .. }
            | ChildEvent::Tally { .. }
            | ChildEvent::Program { .. } => {}
            ChildEvent::WorkerStart { thread, .. } => {
                self.workers.insert(thread);
            }
            ChildEvent::WorkerExit { thread, .. } => {
                self.workers.remove(&thread);
            }
            ChildEvent::TestStart { test, file } => {
                if self.phase != Phase::Exit {
                    self.phase = Phase::Run;
                }
                self.milestones.first_test_ms = self.milestones.first_test_ms.or(elapsed);
                let at = self.at(test, file);
                if self.tests[at].state == TestState::Missing {
                    self.tests[at].state = TestState::Open;
                    self.open.push(at);
                }
            }
            ChildEvent::TestEnd {
                test,
                file,
                status,
                ms,
                errors,
            } => {
                let at = self.at(test, file);
                self.open.retain(|open| *open != at);
                let record = &mut self.tests[at];
                record.ends += 1;
                self.ended += u32::from(record.ends == 1 && record.expected);
                record.ms = ms.or(record.ms);
                record.errors.extend(errors);
                // A test that ended twice keeps its worst state: a retry never improves anything.
                let state = match status {
                    Status::Passed => TestState::Passed,
                    Status::Failed => TestState::Failed,
                    Status::Skipped => TestState::Skipped,
                };
                if record.state != TestState::Failed {
                    record.state = state;
                }
                if self.all_ended() && self.phase != Phase::Exit {
                    // Runners end their workers before they say their last word.
                    self.phase = Phase::Terminate;
                }
            }
            ChildEvent::FileEnd { file, ok, errors } => {
                if !ok && !errors.is_empty() {
                    self.file_errors.push(FileError { file, errors });
                }
            }
            ChildEvent::RunEnd {
                passed,
                failed,
                skipped,
                ok,
            } => {
                let end = RunEnd {
                    passed,
                    failed,
                    skipped,
                    ok,
                };
                self.end_run(end, elapsed);
            }
            ChildEvent::Note { message } => self.notes.push(message),
            ChildEvent::Finding(finding) => self.find(finding),
            ChildEvent::NativeCrash(crash) => self.crash(crash),
            ChildEvent::NativeStack { thread, frames } => self.stood(thread, frames),
            ChildEvent::EnvEnd(end) => self.env_ends.push(end),
            ChildEvent::Sample(sample) => self.sampled(&sample),
            ChildEvent::ProcessExit { code } => {
                self.phase = Phase::Exit;
                self.milestones.process_exit_ms = elapsed;
                self.process_exit = code;
                self.exit_seen = true;
            }
        }
    }

    fn sampled(&mut self, sample: &Sample) {
        let rate = sample.done / (sample.elapsed / 1000.0).max(0.001);
        self.progress = Some(format!("{} done, {rate:.1} per second", sample.done));
    }

    fn end_run(&mut self, end: RunEnd, elapsed: Option<f64>) {
        self.phase = Phase::Exit;
        self.milestones.run_end_ms = elapsed;
        self.run_end = Some(end);
    }

    fn remember(&mut self, event: &ChildEvent) {
        // An answer to a question of ours is not what the process did last.
        if !matches!(event, ChildEvent::NativeStack { .. }) {
            self.last_event = Some(event.describe());
        }
    }

    fn stood(&mut self, thread: i64, frames: Vec<Frame>) {
        self.stacks.push(Stack {
            title: "when the time was up".to_owned(),
            thread: Some(thread),
            frames,
        });
    }

    /// The first one is the cause; a handler that crashes itself comes later.
    fn crash(&mut self, crash: NativeCrash) {
        self.native_crash.get_or_insert(crash);
    }

    /// A place that goes on is told of again, with the count so far.
    fn find(&mut self, finding: Finding) {
        let place = |one: &Finding| {
            let top = one.stacks.first().and_then(|stack| stack.frames.first());
            (one.rule.clone(), one.call.clone(), top.cloned())
        };
        let wanted = place(&finding);
        match self.findings.iter_mut().find(|one| place(one) == wanted) {
            Some(known) => known.count = known.count.max(finding.count),
            None => self.findings.push(finding),
        }
    }

    fn at(&mut self, id: String, file: Option<String>) -> usize {
        let at = *self.index.entry(id).or_insert_with_key(|id| {
            self.tests.push(TestRecord {
                id: id.clone(),
                file: None,
                expected: false,
                state: TestState::Missing,
                ends: 0,
                ms: None,
                errors: Vec::new(),
            });
            self.tests.len() - 1
        });
        if self.tests[at].file.is_none() {
            self.tests[at].file = file;
        }
        at
    }

    /// The last phase reached.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether every test of the manifest has ended.
    pub fn all_ended(&self) -> bool {
        self.ended == self.expected
    }

    /// Whether a test has started.
    pub fn testing(&self) -> bool {
        self.milestones.first_test_ms.is_some()
    }

    /// Tests of the manifest that ended.
    pub fn ended(&self) -> u32 {
        self.ended
    }

    /// The tests that started and have not ended, in the order of their start.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.open.iter().map(|at| self.tests[*at].id.as_str())
    }

    /// Threads of the workers that started and have not ended.
    pub fn workers(&self) -> impl Iterator<Item = i64> {
        self.workers.iter().copied()
    }

    /// The last event, for people.
    pub fn last_event(&self) -> Option<&str> {
        self.last_event.as_deref()
    }

    /// When the process passed its milestones.
    pub fn milestones(&self) -> &Milestones {
        &self.milestones
    }

    /// All that is known once the process is gone.
    pub fn into_evidence(self, rest: Rest) -> Evidence {
        Evidence {
            ending: rest.ending,
            phase: self.phase,
            run_start: self.run_start,
            run_end: self.run_end,
            // `process.exitCode` may be unset, which means 0.
            process_exit: self.exit_seen.then(|| self.process_exit.unwrap_or(0)),
            tests: self.tests,
            file_errors: self.file_errors,
            stream: StreamHealth {
                events: self.events,
                torn: rest.torn,
                broken: rest.broken,
            },
            fatal: rest.fatal,
            stragglers: rest.stragglers,
            findings: self.findings,
            native_crash: self.native_crash,
            stacks: self.stacks,
            env_ends: self.env_ends,
            last_event: self.last_event,
            notes: self.notes,
            infra: rest.infra,
        }
    }
}

/// What the events do not tell.
#[derive(Debug)]
pub struct Rest {
    /// How the process ended.
    pub ending: Ending,
    /// Whether the last line of the event file is torn.
    pub torn: bool,
    /// Why the event file cannot be believed.
    pub broken: Option<String>,
    /// Fatal text of stderr.
    pub fatal: Option<Fatal>,
    /// Processes that were left.
    pub stragglers: Vec<Straggler>,
    /// Why the harness failed.
    pub infra: Option<String>,
}
