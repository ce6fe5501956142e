//! Native stacks: taken with few frames, only of the addon's part, and kept once each.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::Mutex;

use crate::objects::{self, Frame, PathId};
use crate::shield::lock;

/// Frames of a stack at most.
pub(crate) const MOST: usize = 15;

unsafe extern "C-unwind" {
    fn _Unwind_Backtrace(
        step: unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        state: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIPInfo(context: *mut c_void, before: *mut c_int) -> usize;
}

/// A stack as it was taken.
#[derive(Clone, Copy)]
pub(crate) struct Stack {
    frames: [Frame; MOST],
    length: usize,
}

impl Stack {
    pub(crate) const EMPTY: Self = Self {
        frames: [Frame::NONE; MOST],
        length: 0,
    };

    pub(crate) fn frames(&self) -> &[Frame] {
        self.frames.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn of(address: usize) -> Self {
        let mut stack = Self::EMPTY;
        stack.push(place(address));
        stack
    }

    fn push(&mut self, frame: Frame) {
        if let Some(slot) = self.frames.get_mut(self.length) {
            *slot = frame;
            self.length += 1;
        }
    }
}

/// The frame of an address that is executed.
pub(crate) fn place(address: usize) -> Frame {
    objects::find(address).map_or(
        Frame {
            path: PathId::NONE,
            offset: address,
        },
        |place| place.frame,
    )
}

/// Calls `visit` with each address of the caller's stack, from the innermost frame out, until it says false.
/// Addresses of calls point into the call instruction. Safe in a signal handler.
pub(crate) fn walk(visit: &mut dyn FnMut(usize) -> bool) {
    unsafe extern "C" fn step(context: *mut c_void, state: *mut c_void) -> c_int {
        const GO_ON: c_int = 0;
        const STOP: c_int = 4;
        let mut before = 0;
        // SAFETY: the unwinder's own context, and the closure that `walk` passed.
        let (address, visit) = unsafe {
            (
                _Unwind_GetIPInfo(context, &raw mut before),
                &mut *state.cast::<&mut dyn FnMut(usize) -> bool>(),
            )
        };
        let address = if before == 0 {
            address.wrapping_sub(1)
        } else {
            address
        };
        if visit(address) { GO_ON } else { STOP }
    }
    let mut visit = visit;
    // SAFETY: `step` runs only during the call.
    unsafe { _Unwind_Backtrace(step, (&raw mut visit).cast()) };
}

/// The addon's part of the caller's stack: without the guard's own frames, up to where Node called it.
pub(crate) fn capture() -> Stack {
    let mut stack = Stack::EMPTY;
    walk(&mut |address| {
        let place = objects::find(address);
        let outside = place.is_some_and(|place| place.main || place.guard);
        if outside && (stack.length > 0 || place.is_some_and(|place| place.main)) {
            return false;
        }
        if !outside {
            stack.push(place.map_or(
                Frame {
                    path: PathId::NONE,
                    offset: address,
                },
                |place| place.frame,
            ));
        }
        stack.length < MOST
    });
    stack
}

/// A stack that was kept; 0 is the empty one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(crate) struct StackId(pub(crate) u32);

impl StackId {
    pub(crate) const NONE: Self = Self(0);
}

struct Kept {
    stacks: Vec<Stack>,
    ids: HashMap<Vec<Frame>, StackId>,
}

static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

/// Keeps a stack; equal ones are kept once.
pub(crate) fn keep(stack: &Stack) -> StackId {
    if stack.length == 0 {
        return StackId::NONE;
    }
    let mut kept = lock(&KEPT);
    let kept = kept.get_or_insert_with(|| Kept {
        stacks: vec![Stack::EMPTY],
        ids: HashMap::new(),
    });
    if let Some(id) = kept.ids.get(stack.frames()) {
        return *id;
    }
    let id = StackId(u32::try_from(kept.stacks.len()).unwrap_or(0));
    kept.stacks.push(*stack);
    kept.ids.insert(stack.frames().to_vec(), id);
    id
}

/// The frames of a kept stack.
pub(crate) fn kept(id: StackId) -> Stack {
    lock(&KEPT)
        .as_ref()
        .and_then(|kept| kept.stacks.get(id.0 as usize).copied())
        .unwrap_or(Stack::EMPTY)
}

/// A stack of addresses that were taken before; 0 ends them.
pub(crate) fn of_addresses(addresses: &[usize]) -> Stack {
    let mut stack = Stack::EMPTY;
    for &address in addresses.iter().take_while(|address| **address != 0) {
        stack.push(place(address));
    }
    stack
}
