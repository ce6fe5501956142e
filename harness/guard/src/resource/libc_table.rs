//! The functions of the C and C++ libraries that an addon's slots are redirected for.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::api::table::Function;
use crate::thread;

use super::{blocks, left};

macro_rules! functions {
    ($( $name:ident($($arg:ident: $type:ty),*) $(-> $result:ty)? |$real:ident| $body:expr; )*) => {
        #[allow(non_snake_case, reason = "named as the functions are")]
        mod wrapper {
            use super::*;
            $( pub(super) unsafe extern "C-unwind" fn $name($($arg: $type),*) $(-> $result)? {
                let address = address::$name.load(Ordering::Relaxed);
                // SAFETY: the signature is the documented one, and the address was looked up by its name.
                let $real: unsafe extern "C-unwind" fn($($type),*) $(-> $result)? = unsafe { std::mem::transmute(address) };
                $body
            } )*
        }
        #[allow(non_upper_case_globals, reason = "named as the functions are")]
        mod address {
            use super::*;
            $( pub(super) static $name: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut()); )*
        }
        /// All of them.
        pub(crate) fn functions() -> Vec<Function> {
            vec![$( Function {
                name: const {
                    match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                        Ok(name) => name,
                        Err(_) => panic!("a name has no NUL inside"),
                    }
                },
                wrapper: wrapper::$name as *const c_void,
                real: &address::$name,
            }, )*]
        }
    };
}

type Data = *mut c_void;
type Text = *const c_char;

/// Calls the real function with the addon's own arguments.
macro_rules! real {
    ($($call:tt)*) => {
        // SAFETY: the addon's own arguments are passed on.
        unsafe { $($call)* }
    };
}

fn block(address: Data, size: usize) -> Data {
    blocks::made(address as usize, size);
    address
}

fn freed(address: Data) {
    let _ = blocks::take(address as usize);
}

/// The block moves, or stays when there is no memory for the new one.
fn moved(address: Data, size: usize, real: impl FnOnce() -> Data) -> Data {
    let before = blocks::take(address as usize);
    let result = real();
    if result.is_null() {
        if let Some(before) = before.filter(|_| size > 0) {
            blocks::put(address as usize, before);
        }
        return result;
    }
    block(result, size)
}

fn text(address: *mut c_char) -> *mut c_char {
    if !address.is_null() {
        // SAFETY: the function has just made this string.
        blocks::made(address as usize, unsafe { libc::strlen(address) } + 1);
    }
    address
}

fn descriptor(descriptor: c_int) -> c_int {
    left::opened(descriptor);
    descriptor
}

/// The two descriptors of a call that succeeded.
fn pair(result: c_int, pair: *const c_int) -> c_int {
    if result == 0 && !pair.is_null() {
        // SAFETY: the call has just written both.
        unsafe {
            left::opened(*pair);
            left::opened(*pair.add(1));
        }
    }
    result
}

fn stream(stream: *mut libc::FILE) -> *mut libc::FILE {
    if !stream.is_null() {
        // SAFETY: a stream that is open.
        left::opened(unsafe { libc::fileno(stream) });
    }
    stream
}

fn starting<R>(start: impl FnOnce() -> R) -> R {
    let thread = thread::current();
    thread.starting.set(true);
    let result = start();
    thread.starting.set(false);
    result
}

functions! {
    malloc(size: usize) -> Data |real| block(real!(real(size)), size);
    calloc(count: usize, size: usize) -> Data |real| block(real!(real(count, size)), count.saturating_mul(size));
    realloc(address: Data, size: usize) -> Data |real| moved(address, size, || real!(real(address, size)));
    reallocarray(address: Data, count: usize, size: usize) -> Data
        |real| moved(address, count.saturating_mul(size), || real!(real(address, count, size)));
    aligned_alloc(alignment: usize, size: usize) -> Data |real| block(real!(real(alignment, size)), size);
    memalign(alignment: usize, size: usize) -> Data |real| block(real!(real(alignment, size)), size);
    posix_memalign(place: *mut Data, alignment: usize, size: usize) -> c_int |real| {
        let result = real!(real(place, alignment, size));
        if result == 0 {
            // SAFETY: the call has just written there.
            block(unsafe { *place }, size);
        }
        result
    };
    strdup(from: Text) -> *mut c_char |real| text(real!(real(from)));
    strndup(from: Text, length: usize) -> *mut c_char |real| text(real!(real(from, length)));
    free(address: Data) |real| {
        freed(address);
        real!(real(address));
    };

    // new and delete, with sizes and alignments as the compiler calls them.
    _Znwm(size: usize) -> Data |real| block(real!(real(size)), size);
    _Znam(size: usize) -> Data |real| block(real!(real(size)), size);
    _ZnwmRKSt9nothrow_t(size: usize, tag: Data) -> Data |real| block(real!(real(size, tag)), size);
    _ZnamRKSt9nothrow_t(size: usize, tag: Data) -> Data |real| block(real!(real(size, tag)), size);
    _ZdlPv(address: Data) |real| { freed(address); real!(real(address)); };
    _ZdaPv(address: Data) |real| { freed(address); real!(real(address)); };
    _ZdlPvm(address: Data, size: usize) |real| { freed(address); real!(real(address, size)); };
    _ZdaPvm(address: Data, size: usize) |real| { freed(address); real!(real(address, size)); };

    // `open` takes its third argument only sometimes; it is in a register on all our platforms.
    open(path: Text, flags: c_int, mode: c_int) -> c_int |real| descriptor(real!(real(path, flags, mode)));
    open64(path: Text, flags: c_int, mode: c_int) -> c_int |real| descriptor(real!(real(path, flags, mode)));
    openat(dir: c_int, path: Text, flags: c_int, mode: c_int) -> c_int
        |real| descriptor(real!(real(dir, path, flags, mode)));
    openat64(dir: c_int, path: Text, flags: c_int, mode: c_int) -> c_int
        |real| descriptor(real!(real(dir, path, flags, mode)));
    __open_2(path: Text, flags: c_int) -> c_int |real| descriptor(real!(real(path, flags)));
    __open64_2(path: Text, flags: c_int) -> c_int |real| descriptor(real!(real(path, flags)));
    creat(path: Text, mode: c_int) -> c_int |real| descriptor(real!(real(path, mode)));
    dup(from: c_int) -> c_int |real| descriptor(real!(real(from)));
    dup2(from: c_int, to: c_int) -> c_int |real| { left::closed(to); descriptor(real!(real(from, to))) };
    dup3(from: c_int, to: c_int, flags: c_int) -> c_int
        |real| { left::closed(to); descriptor(real!(real(from, to, flags))) };
    socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int |real| descriptor(real!(real(domain, kind, protocol)));
    accept(from: c_int, address: Data, length: Data) -> c_int |real| descriptor(real!(real(from, address, length)));
    accept4(from: c_int, address: Data, length: Data, flags: c_int) -> c_int
        |real| descriptor(real!(real(from, address, length, flags)));
    epoll_create1(flags: c_int) -> c_int |real| descriptor(real!(real(flags)));
    eventfd(start: u32, flags: c_int) -> c_int |real| descriptor(real!(real(start, flags)));
    inotify_init1(flags: c_int) -> c_int |real| descriptor(real!(real(flags)));
    timerfd_create(clock: c_int, flags: c_int) -> c_int |real| descriptor(real!(real(clock, flags)));
    memfd_create(name: Text, flags: u32) -> c_int |real| descriptor(real!(real(name, flags)));
    mkstemp(path: *mut c_char) -> c_int |real| descriptor(real!(real(path)));
    pipe(both: *mut c_int) -> c_int |real| pair(real!(real(both)), both);
    pipe2(both: *mut c_int, flags: c_int) -> c_int |real| pair(real!(real(both, flags)), both);
    socketpair(domain: c_int, kind: c_int, protocol: c_int, both: *mut c_int) -> c_int
        |real| pair(real!(real(domain, kind, protocol, both)), both);
    close(open: c_int) -> c_int |real| { left::closed(open); real!(real(open)) };
    fopen(path: Text, mode: Text) -> *mut libc::FILE |real| stream(real!(real(path, mode)));
    fopen64(path: Text, mode: Text) -> *mut libc::FILE |real| stream(real!(real(path, mode)));
    tmpfile() -> *mut libc::FILE |real| stream(real!(real()));
    fclose(open: *mut libc::FILE) -> c_int |real| {
        // SAFETY: the addon's own stream.
        left::closed(unsafe { libc::fileno(open) });
        real!(real(open))
    };
    opendir(path: Text) -> *mut libc::DIR |real| {
        let dir = real!(real(path));
        if !dir.is_null() {
            // SAFETY: a directory that is open.
            left::opened(unsafe { libc::dirfd(dir) });
        }
        dir
    };
    closedir(open: *mut libc::DIR) -> c_int |real| {
        // SAFETY: the addon's own directory.
        left::closed(unsafe { libc::dirfd(open) });
        real!(real(open))
    };

    pthread_create(thread: Data, attributes: Data, routine: Data, argument: Data) -> c_int
        |real| starting(|| real!(real(thread, attributes, routine, argument)));
    // std::thread::_M_start_thread(std::unique_ptr<_State>, void (*)())
    _ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(
        this: Data, state: Data, depends: Data
    ) |real| starting(|| real!(real(this, state, depends)));
}
