//! Follows a process to its end.

use std::{
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    asked, hang,
    launch::{ExecError, Executor, Message},
    process::{Ended, Process},
    watch::Watch,
};
use crate::model::{Job, Stop};

/// How long a process may live after SIGTERM.
const TERM_GRACE: Duration = Duration::from_secs(2);
/// The same when the run was interrupted and a person waits.
const INTERRUPT_GRACE: Duration = Duration::from_millis(300);
/// How long threads may take to say where they are.
const ANSWER: Duration = Duration::from_secs(2);
/// How often a running process is looked at. Its end is noticed at once.
const LOOK: Duration = Duration::from_millis(50);
/// How often its progress is told at most.
const TELL: Duration = Duration::from_millis(200);

impl Executor {
    /// Follows the process to its end, which the harness brings about when time is up.
    pub(super) fn follow(
        &self,
        job: &Job,
        process: &Process,
        watch: &mut Watch,
        dir: &Path,
        tell: &dyn Fn(Message),
    ) -> Result<(Ended, Option<Stop>), ExecError> {
        let failed = |source| ExecError {
            doing: "wait for the process".to_owned(),
            source,
        };
        let timeout = Duration::from_millis(job.timeout_ms);
        let mut told: Option<Instant> = None;
        let mut news = false;
        loop {
            if let Some(ended) = process.wait(LOOK).map_err(failed)? {
                return Ok((ended, None));
            }
            news |= watch.read();
            if news && told.is_none_or(|told| told.elapsed() >= TELL) {
                news = false;
                told = Some(Instant::now());
                tell(Message::Progress {
                    job: job.id.clone(),
                    phase: watch.ledger.phase(),
                    ended: watch.ledger.ended(),
                    of: u32::try_from(job.tests.len()).unwrap_or(u32::MAX),
                    test: watch
                        .ledger
                        .progress()
                        .or_else(|| watch.ledger.open().next_back())
                        .map(str::to_owned),
                });
            }
            if self.interrupt.is_set() {
                let (ended, _) = process.end(INTERRUPT_GRACE).map_err(failed)?;
                return Ok((ended, Some(Stop::Interrupted)));
            }
            if let Some(expired) = watch.expired(&self.limits, timeout) {
                let seen = hang::describe(process.pid(), &watch.ledger);
                // Only for people; the verdict stands without it.
                let _ = fs::write(dir.join("hang.txt"), seen);
                let (ended, killed) = match hear_stacks(process, watch).map_err(failed)? {
                    Some(ended) => (ended, false),
                    None => process.end(TERM_GRACE).map_err(failed)?,
                };
                let limit_ms = u64::try_from(expired.limit.as_millis()).unwrap_or(u64::MAX);
                return Ok((
                    ended,
                    Some(Stop::TimeLimit {
                        phase: expired.phase,
                        limit_ms,
                        killed,
                    }),
                ));
            }
        }
    }
}

/// Asks the threads of a process where they are and waits for their answers, but not for long: what hangs may not answer.
/// Gives how it ended, if it does meanwhile.
fn hear_stacks(process: &Process, watch: &mut Watch) -> io::Result<Option<Ended>> {
    let asked = asked::ask(process.pid());
    let until = Instant::now() + ANSWER;
    while watch.ledger.stacks() < asked && Instant::now() < until {
        if let Some(ended) = process.wait(LOOK)? {
            return Ok(Some(ended));
        }
        watch.read();
    }
    Ok(None)
}
