//! The initialisation of an addon: here an env becomes known, with its thread and its addon.

use std::ffi::c_void;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use crate::api::table::node;
use crate::check::callbacks::{Occasion, Running};
use crate::env::{self, CLEANED, EnvState};
use crate::objects::{self, PathId};
use crate::report;
use crate::shield::{lock, shield};
use crate::sys::{Env, Init, Module, Value};
use crate::thread;

/// Different init functions that can be followed at the same time.
const MOST: usize = 256;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Followed {
    function: usize,
    path: PathId,
}

static FOLLOWED: Mutex<[Option<Followed>; MOST]> = Mutex::new([None; MOST]);
/// Modules that a constructor function registered: the addon's own and our copy, which Node keeps for ever.
static MODULES: Mutex<Vec<(usize, usize, usize)>> = Mutex::new(Vec::new());

/// Node calls an init function with nothing that says which one it is, so each has a function of its own here.
unsafe extern "C-unwind" fn entry<const INDEX: usize>(env: Env, exports: Value) -> Value {
    let followed = lock(&FOLLOWED).get(INDEX).copied().flatten();
    match followed {
        // SAFETY: Node's own arguments, and the addon's own function.
        Some(followed) => unsafe { init(followed, env, exports) },
        None => exports,
    }
}

macro_rules! entries {
    ($($high:literal)*) => { [$( entries!(row $high 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15), )*] };
    (row $high:literal $($low:literal)*) => { [$( entry::<{ $high * 16 + $low }> as Init, )*] };
}

static ENTRIES: [[Init; 16]; 16] = entries!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);

/// The function that Node is to call instead of an init function.
pub(crate) fn follow(function: usize, path: PathId) -> Option<usize> {
    let wanted = Some(Followed { function, path });
    let mut all = lock(&FOLLOWED);
    let index = all
        .iter()
        .position(|one| *one == wanted)
        .or_else(|| all.iter().position(Option::is_none));
    let Some(index) = index else {
        drop(all);
        report::note("too many addons are loaded at once: one is not followed");
        return None;
    };
    all[index] = wanted;
    Some(ENTRIES[index / 16][index % 16] as usize)
}

/// The object was unloaded.
pub(crate) fn forget(path: PathId) {
    for one in lock(&FOLLOWED).iter_mut() {
        if one.is_some_and(|followed| followed.path == path) {
            *one = None;
        }
    }
}

/// What Node is to register instead of an addon's module.
pub(crate) fn module(module: *mut Module) -> *mut Module {
    shield(module, || {
        // SAFETY: the addon passes a module, which Node reads, too.
        let own = unsafe { *module };
        let Some(register) = own.register else {
            return module;
        };
        let function = register as usize;
        // It is just being loaded: its constructor functions run before `dlopen` returns.
        let path = objects::path_of(function);
        let Some(ours) = follow(function, path) else {
            return module;
        };
        // SAFETY: the address of one of our entries.
        let register = Some(unsafe { std::mem::transmute::<usize, Init>(ours) });
        let mut modules = lock(&MODULES);
        let key = (module as usize, function);
        if let Some(known) = modules.iter().find(|known| (known.0, known.1) == key) {
            let copy = known.2 as *mut Module;
            // SAFETY: made below and never freed; Node reads it when it initialises the addon, after this.
            unsafe { (*copy).register = register };
            return copy;
        }
        let copy: *mut Module = Box::leak(Box::new(Module { register, ..own }));
        modules.push((module as usize, function, copy as usize));
        copy
    })
}

/// Runs after all cleanup hooks of the addon, because it was added before them.
unsafe extern "C-unwind" fn cleaned(state: *mut c_void) {
    // SAFETY: an env's state is never freed.
    let state = unsafe { &*state.cast::<EnvState>() };
    state.life.store(CLEANED, Ordering::Release);
}

unsafe fn init(followed: Followed, env: Env, exports: Value) -> Value {
    let thread = thread::current();
    shield((), || {
        crate::crash::prepare_thread(thread);
        let state = env::register(env.0 as usize, followed.path, thread);
        let argument = std::ptr::from_ref(state).cast_mut().cast::<c_void>();
        // SAFETY: an env that has just begun; the state is never freed.
        let status = unsafe { node::napi_add_env_cleanup_hook()(env, Some(cleaned), argument) };
        if status != crate::sys::OK {
            report::note("an env refused a cleanup hook: what it leaves behind is judged late");
        }
    });
    let running = Running::new(Occasion::Init, env, followed.function);
    running.enter();
    // SAFETY: the addon's own function with what Node passed.
    unsafe { std::mem::transmute::<usize, Init>(followed.function)(env, exports) }
}
