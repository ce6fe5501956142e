//! The dispatcher: one thread that owns all state of a run and emits its events. Workers and steps of
//! the preparation only send messages to it.

use std::{
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{RecvTimeoutError, unbounded};

use crate::{
    clock::ms,
    event::{Event, RenderError},
    exec::{Executor, Message},
    exit::Exit,
    judge::classify,
    model::Job,
    report::Reporters,
    results::Results,
    run_dir::RunDir,
};

/// How often the dispatcher looks for an interruption when nothing else happens.
const LOOK: Duration = Duration::from_millis(50);

/// Owns all state of a run.
pub struct Dispatcher {
    dir: RunDir,
    reporters: Reporters,
    results: Results,
    started: Instant,
}

impl Dispatcher {
    /// A dispatcher for the run of this folder, shown by these reporters.
    pub fn new(dir: RunDir, reporters: Reporters) -> Self {
        Dispatcher {
            dir,
            reporters,
            results: Results::default(),
            started: Instant::now(),
        }
    }

    /// The run's folder.
    pub fn dir(&self) -> &RunDir {
        &self.dir
    }

    /// What the run has come to so far.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// Takes note of an event: results first, then all who show them.
    pub fn emit(&mut self, event: &Event) {
        self.results.apply(event);
        self.reporters.event(event, &self.results);
    }

    /// Ends the run; gives the errors of reports that could not be written.
    pub fn finish(mut self, exit: Exit) -> Vec<RenderError> {
        self.emit(&Event::RunFinished {
            exit,
            elapsed_ms: ms(self.started.elapsed()),
        });
        self.reporters.finish()
    }

    /// Runs `work` in a thread of its own and emits what it tells meanwhile.
    pub fn while_telling<T: Send>(
        &mut self,
        work: impl FnOnce(&(dyn Fn(Event) + Sync)) -> T + Send,
    ) -> T {
        let (tell, told) = unbounded();
        thread::scope(|scope| {
            let work = scope.spawn(move || {
                work(&|event| {
                    // The other end listens until this thread is done.
                    let _ = tell.send(event);
                })
            });
            for event in told {
                self.emit(&event);
            }
            work.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Runs all jobs, `parallel` at a time, until they are done or the run is interrupted.
    pub fn run_jobs(&mut self, executor: &Executor, jobs: Vec<Job>, parallel: u32) {
        self.run_jobs_unless(executor, jobs, parallel, &|_| false);
    }

    /// Tells of a signal, once.
    fn tell_interruption(&mut self, executor: &Executor, told: &mut bool) {
        if let Some(signal) = executor.interrupt.signal()
            && !std::mem::replace(told, true)
        {
            self.emit(&Event::Interrupted { signal });
        }
    }

    /// The same without the jobs that turn out, when it is their turn, not to be needed any more.
    pub fn run_jobs_unless(
        &mut self,
        executor: &Executor,
        jobs: Vec<Job>,
        parallel: u32,
        needless: &(dyn Fn(&Job) -> bool + Sync),
    ) {
        let (give, take) = unbounded();
        for job in jobs {
            give.send(job).expect("the other end is in this function");
        }
        drop(give);
        let (tell, told) = unbounded();
        thread::scope(|scope| {
            for slot in 0..parallel {
                let (take, tell) = (take.clone(), tell.clone());
                scope.spawn(move || {
                    for job in take {
                        if executor.interrupt.is_set() {
                            break;
                        }
                        if needless(&job) {
                            continue;
                        }
                        executor.execute(job, slot, &|message| {
                            // The dispatcher listens until the last of us is gone.
                            let _ = tell.send(message);
                        });
                    }
                });
            }
            drop(tell);
            let mut interrupted = false;
            loop {
                let message = match told.recv_timeout(LOOK) {
                    Ok(message) => Some(message),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                self.tell_interruption(executor, &mut interrupted);
                if let Some(message) = message {
                    self.emit(&event_of(message));
                }
            }
            // One that came before any job had begun has left nothing to hear from.
            self.tell_interruption(executor, &mut interrupted);
        });
    }
}

/// What a worker's message means for the run: here attempts are judged.
fn event_of(message: Message) -> Event {
    match message {
        Message::Started { job, slot, pid } => Event::JobStarted { job, slot, pid },
        Message::Progress {
            job,
            phase,
            ended,
            of,
            test,
        } => Event::JobProgress {
            job,
            phase,
            ended,
            of,
            test,
        },
        Message::Finished(finished) => {
            let outcome = classify(&finished.evidence);
            let crate::exec::Finished {
                job,
                attempt,
                evidence,
            } = *finished;
            Event::JobFinished {
                job,
                attempt,
                evidence,
                outcome,
            }
        }
    }
}
