//! A connection that two threads use by turns, without a lock on the common path.
//!
//! A connection here has no mutex, so a step of a backup in the pool and a call on the connection's
//! own thread must never meet. The thread that owns the connection is also the one that queues
//! steps. When it wants the connection it holds back a step that has not begun, and waits for one
//! that has; a step that was held back is queued again by JavaScript on a later turn.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// None is asked for.
    Idle,
    /// Asked for, and not begun.
    Queued,
    /// The pool is at it.
    Running,
    /// Held back before it began.
    Held,
}

/// Keeps one backup's steps apart from the thread that owns the connection.
#[derive(Debug)]
pub struct Gate {
    turn: Mutex<Turn>,
    ended: Condvar,
}

/// Locks; a thread that panicked left nothing half done behind these mutexes.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gate {
    /// A gate with no step behind it.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            turn: Mutex::new(Turn::Idle),
            ended: Condvar::new(),
        })
    }

    /// By the owner: from now on no step begins until it is queued again.
    pub fn hold(&self) {
        let mut turn = lock(&self.turn);
        while *turn == Turn::Running {
            turn = self
                .ended
                .wait(turn)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if *turn == Turn::Queued {
            *turn = Turn::Held;
        }
    }

    /// By the owner: asks for a step.
    pub fn queue(&self) {
        *lock(&self.turn) = Turn::Queued;
    }

    /// By the pool: whether the step may be made.
    pub fn begin(&self) -> bool {
        let mut turn = lock(&self.turn);
        if *turn == Turn::Queued {
            *turn = Turn::Running;
            true
        } else {
            false
        }
    }

    /// By the pool: the step was made.
    pub fn end(&self) {
        *lock(&self.turn) = Turn::Idle;
        self.ended.notify_all();
    }
}

/// The backups that read from one connection.
#[derive(Debug, Default)]
pub struct Steps {
    any: Cell<bool>,
    gates: RefCell<Vec<Arc<Gate>>>,
    /// Held by the step that is being made: two backups of one connection take turns.
    source: Arc<Mutex<()>>,
}

impl Steps {
    /// From now until this thread goes back to its event loop, no step is made.
    #[inline]
    pub fn hold(&self) {
        if self.any.get() {
            for gate in self.gates.borrow().iter() {
                gate.hold();
            }
        }
    }

    /// What a step holds while it is made.
    pub fn source(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.source)
    }

    /// Adds a backup.
    pub fn add(&self, gate: &Arc<Gate>) {
        self.gates.borrow_mut().push(Arc::clone(gate));
        self.any.set(true);
    }

    /// Removes one that has ended.
    pub fn remove(&self, gate: &Arc<Gate>) {
        let mut gates = self.gates.borrow_mut();
        gates.retain(|other| !Arc::ptr_eq(other, gate));
        self.any.set(!gates.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_has_not_begun_is_held_back() {
        let gate = Gate::new();
        gate.queue();
        gate.hold();
        assert!(!gate.begin(), "held back");
        gate.queue();
        assert!(gate.begin(), "asked for again");
        gate.end();
        assert!(!gate.begin(), "nothing is queued");
    }

    #[test]
    fn the_owner_waits_for_a_step_that_has_begun() {
        let gate = Gate::new();
        gate.queue();
        assert!(gate.begin());
        let ended = Arc::new(Mutex::new(false));
        let worker = std::thread::spawn({
            let (gate, ended) = (Arc::clone(&gate), Arc::clone(&ended));
            move || {
                *lock(&ended) = true;
                gate.end();
            }
        });
        gate.hold();
        assert!(*lock(&ended), "it came back only after the end");
        worker.join().expect("the thread ends");
    }
}
