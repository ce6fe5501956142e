//! The registers of a thread at the moment of a signal.

/// Where it was executing.
///
/// # Safety
/// `context` is what the kernel gave to a signal handler.
pub(super) unsafe fn pc(context: *const libc::ucontext_t) -> usize {
    // SAFETY: the caller's promise.
    let machine = unsafe { &(*context).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    return usize::try_from(machine.gregs[libc::REG_RIP as usize].cast_unsigned()).unwrap_or(0);
    #[cfg(target_arch = "aarch64")]
    return usize::try_from(machine.pc).unwrap_or(0);
}

/// Where a function that was just called would return to, and the frame pointer.
///
/// # Safety
/// As above, and the thread jumped to an address without code, so that its stack is as the call left it.
pub(super) unsafe fn caller(context: *const libc::ucontext_t) -> (usize, usize) {
    // SAFETY: the caller's promise.
    let machine = unsafe { &(*context).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    {
        let at = |index: i32| {
            let value = machine
                .gregs
                .get(usize::try_from(index).unwrap_or(0))
                .copied()
                .unwrap_or(0);
            usize::try_from(value.cast_unsigned()).unwrap_or(0)
        };
        let stack = at(libc::REG_RSP);
        // SAFETY: the top of the stack holds the return address; a crash in here is told by the outer handler.
        let back = unsafe { std::ptr::read_volatile(stack as *const usize) };
        (back, at(libc::REG_RBP))
    }
    #[cfg(target_arch = "aarch64")]
    {
        let back = usize::try_from(machine.regs[30]).unwrap_or(0);
        (back, usize::try_from(machine.regs[29]).unwrap_or(0))
    }
}
