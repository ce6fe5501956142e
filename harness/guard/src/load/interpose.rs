//! The functions that the preloaded library takes the place of for the whole process. In a process that is not
//! Node they do nothing but call the real ones.

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{patch, real};
use crate::check::end;
use crate::crash;
use crate::resource::left;
use crate::shield::shield;
use crate::thread;

static NODE: AtomicBool = AtomicBool::new(false);
/// Changes in a child that was forked, which leaves everything alone.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Whether this process is Node, and the one that was started (not one that it forked and that is to become
/// something else).
pub(crate) fn in_node() -> bool {
    NODE.load(Ordering::Relaxed) && PROCESS.load(Ordering::Relaxed) == std::process::id()
}

#[cfg_attr(not(test), unsafe(link_section = ".init_array"))]
#[used]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    // SAFETY: a lookup by name.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"napi_module_register".as_ptr()) };
    PROCESS.store(std::process::id(), Ordering::Relaxed);
    NODE.store(!found.is_null(), Ordering::Relaxed);
}

#[cfg_attr(not(test), unsafe(link_section = ".fini_array"))]
#[used]
static FINISH: extern "C" fn() = finish;

extern "C" fn finish() {
    if in_node() && patch::is_active() {
        shield((), end::process);
    }
}

/// Where a call of `dlopen` goes on. A name without a folder is looked for where the *caller* says, which the
/// loader knows by the return address: such a call must be passed on as if nobody had been between.
extern "C" fn route(file: *const c_char) -> usize {
    // SAFETY: the caller's string, or null.
    let name = (!file.is_null()).then(|| unsafe { std::ffi::CStr::from_ptr(file) });
    let by_path = name
        .is_some_and(|name| name.to_bytes().contains(&b'/') && !name.to_bytes().contains(&b'$'));
    if by_path && in_node() {
        followed as *const () as usize
    } else {
        real::dlopen() as usize
    }
}

#[cfg(target_arch = "x86_64")]
#[cfg_attr(not(test), unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void {
    std::arch::naked_asm!(
        "push rdi",
        "push rsi",
        "sub rsp, 8",
        "call {route}",
        "add rsp, 8",
        "pop rsi",
        "pop rdi",
        "jmp rax",
        route = sym route,
    )
}

#[cfg(target_arch = "aarch64")]
#[cfg_attr(not(test), unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void {
    std::arch::naked_asm!(
        "stp x29, x30, [sp, -32]!",
        "stp x0, x1, [sp, 16]",
        "bl {route}",
        "mov x16, x0",
        "ldp x0, x1, [sp, 16]",
        "ldp x29, x30, [sp], 32",
        "br x16",
        route = sym route,
    )
}

/// Opens an object, and redirects what it asks of Node.
unsafe extern "C" fn followed(file: *const c_char, flags: c_int) -> *mut c_void {
    shield((), || {
        patch::activate();
        crash::prepare_thread(thread::current());
    });
    // SAFETY: the caller's own arguments are passed on.
    let handle = unsafe { real::dlopen()(file, flags) };
    if !handle.is_null() {
        shield((), || patch::after_load(handle));
    }
    handle
}

#[cfg_attr(not(test), unsafe(no_mangle))]
unsafe extern "C" fn dlclose(handle: *mut c_void) -> c_int {
    // SAFETY: the caller's own argument is passed on.
    let result = unsafe { real::dlclose()(handle) };
    if in_node() && patch::is_active() {
        shield((), patch::after_unload);
    }
    result
}

/// What a new thread is given.
struct Start {
    routine: real::Routine,
    argument: *mut c_void,
    /// The number of an addon's thread.
    number: u64,
}

#[cfg_attr(not(test), unsafe(no_mangle))]
unsafe extern "C" fn pthread_create(
    into: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    routine: real::Routine,
    argument: *mut c_void,
) -> c_int {
    if !in_node() {
        // SAFETY: the caller's own arguments are passed on.
        return unsafe { real::pthread_create()(into, attributes, routine, argument) };
    }
    let number = if thread::current().starting.get() {
        left::thread_started()
    } else {
        0
    };
    let start = Box::into_raw(Box::new(Start {
        routine,
        argument,
        number,
    }));
    // SAFETY: as above; the new thread takes `start`.
    let result = unsafe { real::pthread_create()(into, attributes, started, start.cast()) };
    if result != 0 {
        left::thread_ended(number);
        // SAFETY: no thread was made that could have taken it.
        drop(unsafe { Box::from_raw(start) });
    }
    result
}

/// Tells the end of a thread, also when an exception or `pthread_exit` ends it.
struct Ending(u64);

impl Drop for Ending {
    fn drop(&mut self) {
        left::thread_ended(self.0);
        shield((), end::thread);
        shield((), || crash::leave_thread(thread::current()));
    }
}

unsafe extern "C-unwind" fn started(start: *mut c_void) -> *mut c_void {
    // SAFETY: made by `pthread_create` for this thread alone.
    let Start {
        routine,
        argument,
        number,
    } = *unsafe { Box::from_raw(start.cast::<Start>()) };
    let _ending = Ending(number);
    shield((), || crash::prepare_thread(thread::current()));
    // SAFETY: what the caller of `pthread_create` wanted to be run.
    unsafe { routine(argument) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
unsafe extern "C" fn sigaction(
    signal: c_int,
    new: *const libc::sigaction,
    old: *mut libc::sigaction,
) -> c_int {
    if in_node() && crash::is_ours(signal) {
        // SAFETY: the caller's own arguments.
        return unsafe { crash::replace(signal, new, old) };
    }
    // SAFETY: the caller's own arguments are passed on.
    unsafe { real::sigaction()(signal, new, old) }
}

#[cfg_attr(not(test), unsafe(no_mangle))]
unsafe extern "C" fn signal(signal: c_int, handler: usize) -> usize {
    if !(in_node() && crash::is_ours(signal)) {
        // SAFETY: the caller's own arguments are passed on.
        return unsafe { real::signal()(signal, handler) };
    }
    // SAFETY: plain data, for which zero is a value.
    let (mut new, mut old) = unsafe {
        (
            std::mem::zeroed::<libc::sigaction>(),
            std::mem::zeroed::<libc::sigaction>(),
        )
    };
    new.sa_sigaction = handler;
    new.sa_flags = libc::SA_RESTART;
    // SAFETY: both structures outlive the call.
    if unsafe { crash::replace(signal, &raw const new, &raw mut old) } == 0 {
        old.sa_sigaction
    } else {
        libc::SIG_ERR
    }
}
