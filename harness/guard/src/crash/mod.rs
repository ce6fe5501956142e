//! The crash handler: a native backtrace of the thread that crashed, and then the end that the process would
//! have come to without it. And one for who asks where a thread is that does not get on.

mod event;
mod registers;

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};

use crate::load::real;
use crate::objects;
use crate::thread::{self, Thread};

const SIGNALS: [c_int; 6] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGABRT,
    libc::SIGTRAP,
    libc::SIGILL,
    libc::SIGFPE,
];

/// Asks a thread where it is: it writes its stack and goes on. The third of the real-time signals from the end; whoever
/// sends it looks first whether the process catches it.
fn ask() -> c_int {
    libc::SIGRTMAX() - 3
}

/// Enough for the unwinder and for a handler of Node's.
const STACK: usize = 128 * 1024;
/// Crashes that are written: when more threads crash, the first ones tell.
const MOST: u32 = 4;

static INSTALLED: AtomicBool = AtomicBool::new(false);
/// What others have installed, before and after us. Never freed: a handler may be reading.
static SAVED: [AtomicPtr<libc::sigaction>; SIGNALS.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; SIGNALS.len()];
/// The thread that writes a crash.
static WRITER: AtomicI32 = AtomicI32::new(0);
static WRITTEN: AtomicU32 = AtomicU32::new(0);

/// A crash as the kernel tells it.
pub(crate) struct Crash {
    signal: c_int,
    info: *const libc::siginfo_t,
    context: *const libc::ucontext_t,
    told: AtomicBool,
}

fn index(signal: c_int) -> Option<usize> {
    SIGNALS.iter().position(|ours| *ours == signal)
}

/// Whether the guard has taken this signal.
pub(crate) fn is_ours(signal: c_int) -> bool {
    INSTALLED.load(Ordering::Acquire) && index(signal).is_some()
}

fn saved(signal: c_int) -> libc::sigaction {
    let place = index(signal).and_then(|index| SAVED.get(index));
    let saved = place.map_or(std::ptr::null_mut(), |place| place.load(Ordering::Acquire));
    if saved.is_null() {
        // SAFETY: plain data; zero is SIG_DFL.
        unsafe { std::mem::zeroed() }
    } else {
        // SAFETY: leaked when it was stored.
        unsafe { *saved }
    }
}

fn save(signal: c_int, action: libc::sigaction) {
    if let Some(place) = index(signal).and_then(|index| SAVED.get(index)) {
        place.store(Box::into_raw(Box::new(action)), Ordering::Release);
    }
}

/// Takes the signals.
pub(crate) fn install() {
    for signal in SIGNALS {
        // SAFETY: plain data, filled before it is used.
        unsafe {
            let mut new: libc::sigaction = std::mem::zeroed();
            let mut old: libc::sigaction = std::mem::zeroed();
            new.sa_sigaction = handle as *const () as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
            real::sigaction()(signal, std::ptr::null(), &raw mut old);
            save(signal, old);
            real::sigaction()(signal, &raw const new, std::ptr::null_mut());
        }
    }
    install_ask();
    INSTALLED.store(true, Ordering::Release);
}

fn install_ask() {
    // SAFETY: plain data, filled before it is used; a handler that somebody else has stays.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = asked as *const () as usize;
        new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        real::sigaction()(ask(), std::ptr::null(), &raw mut old);
        if old.sa_sigaction == libc::SIG_DFL {
            real::sigaction()(ask(), &raw const new, std::ptr::null_mut());
        }
    }
}

unsafe extern "C" fn asked(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: this thread's own; whatever was interrupted finds it as it was.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    let crash = Crash {
        signal,
        info,
        context: context.cast(),
        told: AtomicBool::new(false),
    };
    as_writer(|this, again| {
        if !again {
            event::write_stack(&crash, this);
        }
    });
    // SAFETY: as above.
    unsafe { *errno = before };
}

/// Somebody installs a handler for a signal that the guard has: it is kept, and comes after ours.
///
/// # Safety
/// The pointers are those of `sigaction`.
pub(crate) unsafe fn replace(
    signal: c_int,
    new: *const libc::sigaction,
    old: *mut libc::sigaction,
) -> c_int {
    let crash = thread::current().chained.get();
    if !crash.is_null() && !new.is_null() {
        // The handler before ours gives up on the crash that it was given.
        // SAFETY: the crash is on the stack of this thread's handler; the pointers are the caller's.
        unsafe {
            tell(&*crash);
            return real::sigaction()(signal, new, old);
        }
    }
    // SAFETY: the caller's pointers, null where nothing is wanted.
    unsafe {
        if !old.is_null() {
            *old = saved(signal);
        }
        if !new.is_null() {
            save(signal, *new);
        }
    }
    0
}

/// Gives the thread a stack for the handler, so that a stack overflow can be told.
pub(crate) fn prepare_thread(thread: &Thread) {
    if thread.alternate_stack.get() != 0 {
        return;
    }
    // SAFETY: plain system calls; the memory is given back in `leave_thread`.
    unsafe {
        let mut known: libc::stack_t = std::mem::zeroed();
        if libc::sigaltstack(std::ptr::null(), &raw mut known) != 0
            || known.ss_flags & libc::SS_DISABLE == 0
        {
            return;
        }
        let memory = libc::mmap(
            std::ptr::null_mut(),
            STACK,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if memory == libc::MAP_FAILED {
            return;
        }
        let new = libc::stack_t {
            ss_sp: memory,
            ss_flags: 0,
            ss_size: STACK,
        };
        if libc::sigaltstack(&raw const new, std::ptr::null_mut()) == 0 {
            thread.alternate_stack.set(memory as usize);
        } else {
            libc::munmap(memory, STACK);
        }
    }
}

pub(crate) fn leave_thread(thread: &Thread) {
    let memory = thread.alternate_stack.replace(0);
    if memory == 0 {
        return;
    }
    // SAFETY: what `prepare_thread` made, unless somebody has put another stack in its place.
    unsafe {
        let mut known: libc::stack_t = std::mem::zeroed();
        libc::sigaltstack(std::ptr::null(), &raw mut known);
        if known.ss_sp as usize == memory {
            let none = libc::stack_t {
                ss_sp: std::ptr::null_mut(),
                ss_flags: libc::SS_DISABLE,
                ss_size: STACK,
            };
            libc::sigaltstack(&raw const none, std::ptr::null_mut());
        }
        libc::munmap(memory as *mut c_void, STACK);
    }
}

unsafe extern "C" fn handle(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let crash = Crash {
        signal,
        info,
        context: context.cast(),
        told: AtomicBool::new(false),
    };
    let saved = saved(signal);
    let has_handler = saved.sa_sigaction > 1;
    // SAFETY: the kernel's context.
    let pc = unsafe { registers::pc(crash.context) };
    // Code of no file may be WebAssembly, whose faults V8 handles: it says so by just returning.
    if !(has_handler && objects::find(pc).is_none()) {
        tell(&crash);
    }
    if has_handler {
        let thread = thread::current();
        let outer = thread.chained.replace(&raw const crash);
        // SAFETY: a handler that somebody has installed for this signal.
        unsafe {
            if saved.sa_flags & libc::SA_SIGINFO == 0 {
                std::mem::transmute::<usize, unsafe extern "C" fn(c_int)>(saved.sa_sigaction)(
                    signal,
                );
            } else {
                type Handler = unsafe extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);
                std::mem::transmute::<usize, Handler>(saved.sa_sigaction)(signal, info, context);
            }
        }
        thread.chained.set(outer);
        return;
    }
    // SAFETY: the end that the process would have come to.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        real::sigaction()(signal, &raw const default, std::ptr::null_mut());
        // A fault happens again at the same instruction. All others are sent again: a trap is over, and after
        // it comes another instruction, with another signal.
        let fault = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE].contains(&signal);
        if !fault || (*info).si_code <= 0 {
            libc::syscall(libc::SYS_tgkill, libc::getpid(), libc::gettid(), signal);
        }
    }
}

/// Writes the crash, once.
fn tell(crash: &Crash) {
    if crash.told.swap(true, Ordering::Relaxed) {
        return;
    }
    as_writer(|this, again| {
        // What the handler had found before it crashed itself is written.
        if again || WRITTEN.fetch_add(1, Ordering::Relaxed) < MOST {
            event::write(crash, this, again);
        }
    });
}

/// Writes as the only thread that does, told its id, and whether this thread is writing already: then the handler itself
/// has crashed. Gives up when another one does not get done.
fn as_writer(write: impl Fn(i32, bool)) {
    // SAFETY: always succeeds.
    let this = unsafe { libc::gettid() };
    for _ in 0..200 {
        match WRITER.compare_exchange(0, this, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                write(this, false);
                WRITER.store(0, Ordering::Release);
                return;
            }
            Err(writer) if writer == this => {
                write(this, true);
                return;
            }
            Err(_) => {
                let pause = libc::timespec {
                    tv_sec: 0,
                    tv_nsec: 10_000_000,
                };
                // SAFETY: only waits.
                unsafe { libc::nanosleep(&raw const pause, std::ptr::null_mut()) };
            }
        }
    }
}
