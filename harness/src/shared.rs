//! State that the dispatcher and the workers share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A value that several threads change, each by one call at a time.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<Mutex<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Shared(Arc::new(Mutex::new(value)))
    }
}

impl<T> Shared<T> {
    /// The value, for one change. What a panicking thread left is whole, since each change is one call.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
