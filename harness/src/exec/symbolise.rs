//! Puts names to the native frames of an attempt, as long as the files that they lie in are those that ran.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    model::{Evidence, Frame},
    symbols::Symbols,
};

/// The guard's own frames stand above the place of a crash.
const GUARD: &str = "libthreadproof_guard";

/// Names all frames but those of `runtime`: reading the debug information of Node takes longer than the attempt, and
/// its exported names are known already.
pub(super) fn name_frames(symbols: &Mutex<Symbols>, evidence: &mut Evidence, runtime: &Path) {
    // Objects that were read before a panic are whole.
    let mut symbols = symbols.lock().unwrap_or_else(PoisonError::into_inner);
    let mut name = |frames: &mut Vec<Frame>| {
        let own = frames.iter().take_while(|frame| is_guard(frame)).count();
        frames.drain(..own);
        for frame in frames {
            if frame.object.as_deref() != Some(runtime) {
                put_name(&mut symbols, frame);
            }
        }
    };
    for finding in &mut evidence.findings {
        finding
            .stacks
            .iter_mut()
            .for_each(|stack| name(&mut stack.frames));
    }
    for stack in &mut evidence.stacks {
        // Calls of an addon lead through the guard, which is no part of the program.
        stack.frames.retain(|frame| !is_guard(frame));
        name(&mut stack.frames);
    }
    if let Some(crash) = &mut evidence.native_crash {
        name(&mut crash.frames);
        if let Some(last) = &mut crash.last_failed {
            name(&mut last.frames);
        }
    }
}

fn is_guard(frame: &Frame) -> bool {
    let file = frame.object.as_deref().and_then(Path::file_name);
    file.is_some_and(|file| file.to_string_lossy().starts_with(GUARD))
}

fn put_name(symbols: &mut Symbols, frame: &mut Frame) {
    let named = symbols.stack(std::slice::from_ref(frame));
    // Inlined calls come first: the place is theirs, the function is that of the code.
    let (Some(place), Some(function)) = (named.first(), named.last()) else {
        return;
    };
    frame.file.clone_from(&place.file);
    frame.line = place.line;
    if !function.function.contains("+0x") {
        frame.symbol = Some(function.function.clone());
    }
}
