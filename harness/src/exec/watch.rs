//! Follows a running process: its events, its phases, its time limits.

use std::{
    fs::File,
    time::{Duration, Instant},
};

use crate::{
    exec::launch::Limits,
    judge::Ledger,
    model::Phase,
    protocol::{Reader, StreamError},
};

/// Follows the event file of one process.
pub(super) struct Watch {
    file: File,
    reader: Reader,
    pub(super) ledger: Ledger,
    /// Why nothing more is read.
    pub(super) broken: Option<String>,
    started: Instant,
    /// When something was read last.
    last: Instant,
    /// How long it may say nothing while a test runs.
    silence: Option<Duration>,
    /// When the end of the last test, or the runner's last word, was seen.
    done: Option<Instant>,
}

/// A limit that has passed.
pub(super) struct Expired {
    pub(super) phase: Phase,
    pub(super) limit: Duration,
}

impl Watch {
    pub(super) fn new(
        file: File,
        ledger: Ledger,
        started: Instant,
        silence: Option<Duration>,
    ) -> Self {
        Watch {
            file,
            reader: Reader::default(),
            ledger,
            broken: None,
            started,
            last: started,
            silence,
            done: None,
        }
    }

    /// Reads what has been written since the last time; says whether there was anything.
    pub(super) fn read(&mut self) -> bool {
        let before = self.reader.lines();
        let ledger = &mut self.ledger;
        match self.reader.drain(&self.file, |line| ledger.apply(line)) {
            Ok(()) => {}
            Err(
                error @ (StreamError::Io(_)
                | StreamError::Format { .. }
                | StreamError::Version { .. }),
            ) => {
                self.broken = Some(error.to_string());
            }
        }
        // After the last test a runner only has to end its workers and itself.
        if self.ledger.phase() == Phase::Exit || self.ledger.all_ended() {
            self.done.get_or_insert_with(Instant::now);
        }
        let news = self.reader.lines() > before;
        if news {
            self.last = Instant::now();
        }
        news
    }

    /// Whether the last line is torn.
    pub(super) fn torn(&self) -> bool {
        self.reader.torn()
    }

    /// The limit that the process has passed, if any: for getting to its first test, for getting
    /// through them all, for going away after the last of them, for saying nothing meanwhile.
    pub(super) fn expired(&self, limits: &Limits, timeout: Duration) -> Option<Expired> {
        let phase = self.ledger.phase();
        let (since, limit) = match self.done {
            Some(done) => (done, limits.exit.min(self.silence.unwrap_or(limits.exit))),
            None if self.ledger.testing() => match self.silence {
                Some(silence) if self.last.elapsed() >= silence => (self.last, silence),
                _ => (self.started, timeout),
            },
            None => (self.started, limits.load.min(timeout)),
        };
        (since.elapsed() >= limit).then_some(Expired { phase, limit })
    }
}
