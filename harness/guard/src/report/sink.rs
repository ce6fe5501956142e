//! Where events go: one line with one write to the file that `THREADPROOF_EVENTS` names, or readable text to stderr.

use std::ffi::CString;
use std::sync::OnceLock;

static EVENTS: OnceLock<Option<CString>> = OnceLock::new();

/// Reads the environment; called once before the first event, so that a signal handler need not.
pub(crate) fn prepare() {
    EVENTS.get_or_init(|| {
        use std::os::unix::ffi::OsStringExt;
        let file = std::env::var_os("THREADPROOF_EVENTS").filter(|file| !file.is_empty())?;
        CString::new(file.into_vec()).ok()
    });
}

/// Whether events go to a file, as JSON.
pub(crate) fn is_file() -> bool {
    EVENTS.get().is_some_and(Option::is_some)
}

/// Appends to the file of events, or writes to stderr. Safe in a signal handler.
///
/// The file is opened for each event: a descriptor that stays open would be counted by who counts descriptors.
pub(crate) fn write(bytes: &[u8]) {
    // SAFETY: plain system calls on memory that outlives them; errno is given back as it was.
    unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        match EVENTS.get() {
            Some(Some(file)) => {
                let flags = libc::O_WRONLY | libc::O_APPEND | libc::O_CLOEXEC;
                let file = libc::open(file.as_ptr(), flags);
                if file >= 0 {
                    libc::write(file, bytes.as_ptr().cast(), bytes.len());
                    libc::close(file);
                } else {
                    let text =
                        b"threadproof-guard: cannot open the file that THREADPROOF_EVENTS names\n";
                    libc::write(2, text.as_ptr().cast(), text.len());
                }
            }
            _ => {
                libc::write(2, bytes.as_ptr().cast(), bytes.len());
            }
        }
        *errno = before;
    }
}
