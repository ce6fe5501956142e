//! A lock between runs that share a cache, held through a file.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    time::Duration,
};

use crate::{error::Error, interrupt::Interrupt};

/// Held until dropped, also when the process dies.
pub(super) struct Lock(#[expect(dead_code, reason = "dropping it frees the lock")] File);

/// Takes the lock; says so once when it has to wait.
pub(super) fn take(
    path: &Path,
    interrupt: &Interrupt,
    progress: &dyn Fn(&str),
) -> Result<Lock, Error> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
    }
    let file = File::create(path).map_err(Error::io("create", path))?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => {
                if let Some(signal) = interrupt.signal() {
                    return Err(Error::Interrupted { signal });
                }
                if !std::mem::replace(&mut told, true) {
                    progress("waiting for another run that prepares the same");
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", path)(source)),
        }
    }
}
