//! The event of a crash, put together without allocating and without a lock.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Crash, registers};
use crate::objects::{self, Frame, PathId};
use crate::report::json::{self, Fixed, Put};
use crate::report::{render, sink};
use crate::stack;
use crate::thread;

const FRAMES: usize = 48;

/// Only the thread that is the writer touches it.
struct Scratch {
    frames: UnsafeCell<[Frame; FRAMES]>,
    text: UnsafeCell<[u8; 96 * 1024]>,
}

// SAFETY: see `Scratch`; `super::WRITER` lets one thread in.
unsafe impl Sync for Scratch {}

static SCRATCH: Scratch = Scratch {
    frames: UnsafeCell::new([Frame::NONE; FRAMES]),
    text: UnsafeCell::new([0; 96 * 1024]),
};
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn push(address: usize) -> bool {
    let index = COUNT.load(Ordering::Relaxed);
    // SAFETY: this thread is the writer.
    let frames = unsafe { &mut *SCRATCH.frames.get() };
    let Some(slot) = frames.get_mut(index) else {
        return false;
    };
    *slot = stack::place(address);
    COUNT.store(index + 1, Ordering::Relaxed);
    index + 1 < FRAMES
}

/// Whether an address belongs to an object that is there. One that is just being unloaded may be gone already,
/// while the loader has not come back from unloading it.
fn has_code(address: usize) -> bool {
    // SAFETY: fails for an address that is not mapped, and does nothing for one that is.
    let mapped = unsafe {
        let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap_or(4096);
        libc::msync((address & !(page - 1)) as *mut _, 1, libc::MS_ASYNC) == 0
    };
    mapped && objects::find(address).is_some_and(|place| place.loaded)
}

fn collect(crash: &Crash, pc: usize) {
    COUNT.store(0, Ordering::Relaxed);
    push(pc);
    if has_code(pc) {
        let mut reached = false;
        stack::walk(&mut |address| {
            if reached {
                return push(address);
            }
            reached = address == pc;
            true
        });
        if reached {
            return;
        }
    }
    // There is nothing to unwind with: the address has no code any more, or never had.
    // SAFETY: the kernel's context.
    let (mut back, mut frame) = unsafe { registers::caller(crash.context) };
    for _ in 0..FRAMES {
        if objects::find(back.wrapping_sub(1)).is_none() || !push(back.wrapping_sub(1)) {
            return;
        }
        if frame == 0 || !frame.is_multiple_of(8) {
            return;
        }
        // SAFETY: may be no frame pointer at all; then the crash in here ends the collecting.
        let [outer, next] = unsafe { std::ptr::read_volatile(frame as *const [usize; 2]) };
        if outer <= frame {
            return;
        }
        (frame, back) = (outer, next);
    }
}

/// Writes where a thread is that was asked. Nobody asks without a file of events.
pub(super) fn write_stack(asked: &Crash, tid: i32) {
    if !sink::is_file() {
        return;
    }
    // SAFETY: the kernel's context.
    let pc = unsafe { registers::pc(asked.context) };
    collect(asked, pc);
    let count = COUNT.load(Ordering::Relaxed).min(FRAMES);
    // SAFETY: this thread is the writer.
    let (frames, text) = unsafe {
        (
            &(&(*SCRATCH.frames.get()))[..count],
            &mut *SCRATCH.text.get(),
        )
    };
    let mut out = Fixed::new(text);
    render::begin(&mut out, "native-stack");
    out.put(b",\"thread\":");
    json::signed(&mut out, tid.into());
    out.put(b",\"frames\":");
    render::frames(&mut out, frames, &|_| None);
    out.put(b"}\n");
    sink::write(out.written());
}

/// Writes the event. `again` says that the handler crashed itself, after it had collected some frames.
pub(super) fn write(crash: &Crash, tid: i32, again: bool) {
    // SAFETY: the kernel's context and information.
    let (pc, code, address) = unsafe {
        (
            registers::pc(crash.context),
            (*crash.info).si_code,
            (*crash.info).si_addr() as usize,
        )
    };
    if !again {
        collect(crash, pc);
    }
    let count = COUNT.load(Ordering::Relaxed).min(FRAMES);
    // SAFETY: this thread is the writer.
    let (frames, text) = unsafe {
        (
            &(&(*SCRATCH.frames.get()))[..count],
            &mut *SCRATCH.text.get(),
        )
    };
    let address = if code > 0 { address } else { 0 };
    let unloaded = if again {
        None
    } else {
        objects::find(pc)
            .filter(|_| !has_code(pc))
            .map(|place| place.frame.path)
    };
    let mut out = Fixed::new(text);
    if sink::is_file() {
        line(&mut out, crash, tid, code, address, unloaded, frames);
    } else {
        readable(&mut out, crash, tid, unloaded, frames);
    }
    sink::write(out.written());
}

fn line(
    out: &mut Fixed<'_>,
    crash: &Crash,
    tid: i32,
    code: i32,
    address: usize,
    unloaded: Option<PathId>,
    frames: &[Frame],
) {
    render::begin(out, "native-crash");
    out.put(b",\"signal\":");
    json::signed(out, crash.signal.into());
    out.put(b",\"code\":");
    json::signed(out, code.into());
    out.put(b",\"address\":\"");
    json::hexadecimal(out, address as u64);
    out.put(b"\",\"thread\":");
    json::signed(out, tid.into());
    out.put(b",\"unloaded\":");
    render::object(out, unloaded.unwrap_or(PathId::NONE));
    out.put(b",\"frames\":");
    render::frames(out, frames, &|_| None);
    out.put(b",\"lastFailed\":");
    match thread::current().failed.get() {
        Some(failed) => {
            out.put(b"{\"call\":");
            json::string(out, failed.call.as_bytes());
            out.put(b",\"status\":");
            json::signed(out, failed.status.into());
            out.put(b",\"frames\":");
            let stack = stack::of_addresses(&failed.addresses);
            render::frames(out, stack.frames(), &|_| None);
            out.put(b"}");
        }
        None => out.put(b"null"),
    }
    out.put(b"}\n");
}

fn readable(
    out: &mut Fixed<'_>,
    crash: &Crash,
    tid: i32,
    unloaded: Option<PathId>,
    frames: &[Frame],
) {
    out.put(b"threadproof-guard: crash with signal ");
    json::signed(out, crash.signal.into());
    out.put(b" on thread ");
    json::signed(out, tid.into());
    if let Some(path) = unloaded.and_then(PathId::path) {
        out.put(b", in code that was unloaded: ");
        out.put(path.to_bytes());
    }
    out.put(b"\n");
    list(out, frames);
    if let Some(failed) = thread::current().failed.get() {
        out.put(b"  last failed call of the thread: ");
        out.put(failed.call.as_bytes());
        out.put(b", status ");
        json::signed(out, failed.status.into());
        out.put(b"\n");
        list(out, stack::of_addresses(&failed.addresses).frames());
    }
}

fn list(out: &mut Fixed<'_>, frames: &[Frame]) {
    for frame in frames {
        out.put(b"    ");
        out.put(
            frame
                .path
                .path()
                .map_or(b"?".as_slice(), std::ffi::CStr::to_bytes),
        );
        out.put(b"+");
        json::hexadecimal(out, frame.offset as u64);
        out.put(b"\n");
    }
}
