//! Ctrl-C and SIGTERM as a flag that everybody who waits looks at.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Whether the run was asked to end. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// A flag that SIGINT and SIGTERM set from now on, instead of ending the process.
    pub fn install() -> io::Result<Self> {
        let interrupt = Interrupt::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.0), number)?;
        }
        Ok(interrupt)
    }

    /// The signal that asked for the end.
    pub fn signal(&self) -> Option<i32> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => i32::try_from(signal).ok(),
        }
    }

    /// Whether the run was asked to end.
    pub fn is_set(&self) -> bool {
        self.signal().is_some()
    }

    /// Asks for the end, as the signal would.
    pub fn set(&self, signal: i32) {
        self.0.store(
            usize::try_from(signal).unwrap_or_default(),
            Ordering::Relaxed,
        );
    }
}
