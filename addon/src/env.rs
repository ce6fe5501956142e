//! The state of one env: its instance data, its live connections, and its end.
//!
//! Node makes one env for each time that the binary is initialised: for the main thread, for each
//! worker, and for a second copy loaded into the same thread. Everything that is not SQLite's own
//! hangs on this state, so nothing can reach another env's isolate.
//!
//! **The end.** Node runs cleanup hooks first and finalizers of tokens and of instance data
//! later (`node_api.h`: `napi_add_env_cleanup_hook`). The one hook here shuts down in order:
//! backups, then for each connection
//! its sessions, its statements with the iterators that read from them, and itself. Whatever finalizer comes
//! after that finds nothing left to do.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;

use crate::affinity::ThreadKey;
use crate::backup::Backup;
use crate::callback;
use crate::db::Db;
use crate::failure::{Failure, Result};
use crate::js;
use crate::layout;
use crate::rows::Buffers;

/// What belongs to one env. Shared by `Rc` with everything made in it, because finalizers may run
/// before or after that of the instance data.
#[derive(Debug)]
pub struct EnvState {
    raw: sys::napi_env,
    thread: ThreadKey,
    alive: Cell<bool>,
    arena: Cell<*mut u8>,
    references: RefCell<Option<References>>,
    databases: RefCell<Vec<*const Db>>,
    backups: RefCell<Vec<*const Backup>>,
    failure: RefCell<Option<Failure>>,
    #[allow(clippy::vec_box)] // moved in and out at each call: a pointer, not four vectors
    buffers: RefCell<Vec<Box<Buffers>>>,
    scratch: RefCell<Vec<u8>>,
    /// Refers weakly to an object that nobody has: once that is gone, garbage was collected.
    canary: Cell<sys::napi_ref>,
}

/// JavaScript values that `index.cjs` handed over and that must outlive the call.
#[derive(Debug)]
struct References {
    arena: sys::napi_ref,
    take: sys::napi_ref,
    probe: sys::napi_ref,
    view: sys::napi_ref,
}

thread_local! {
    /// The env that was last initialised on this thread and still lives: what SQLite's callbacks
    /// without an argument ask (see `vfs`). Any env of a thread ends with its isolate.
    static CURRENT: Cell<*const EnvState> = const { Cell::new(ptr::null()) };
}

impl EnvState {
    /// Makes the state of a new env: instance data and cleanup hook.
    pub fn install(raw: sys::napi_env) -> Result<Rc<Self>> {
        let state = Rc::new(Self {
            raw,
            thread: ThreadKey::current(),
            alive: Cell::new(true),
            arena: Cell::new(ptr::null_mut()),
            references: RefCell::new(None),
            databases: RefCell::new(Vec::new()),
            backups: RefCell::new(Vec::new()),
            failure: RefCell::new(None),
            buffers: RefCell::new(Vec::new()),
            scratch: RefCell::new(Vec::new()),
            canary: Cell::new(ptr::null_mut()),
        });
        let data = Rc::into_raw(Rc::clone(&state)).cast_mut().cast::<c_void>();
        // SAFETY: `data` is one strong count, released by the finalizer.
        let status = unsafe {
            sys::napi_set_instance_data(raw, data, Some(finalize_instance_data), ptr::null_mut())
        };
        if status != sys::Status::napi_ok {
            // SAFETY: Node did not take the count.
            drop(unsafe { Rc::from_raw(data.cast::<Self>()) });
            return Err(Failure::Quiet);
        }
        let hook = Rc::into_raw(Rc::clone(&state)).cast_mut().cast::<c_void>();
        // SAFETY: `hook` is one strong count, released by the hook, which runs once.
        let status = unsafe { sys::napi_add_env_cleanup_hook(raw, Some(cleanup_hook), hook) };
        if status != sys::Status::napi_ok {
            // SAFETY: the hook was not added.
            drop(unsafe { Rc::from_raw(hook.cast::<Self>()) });
            return Err(Failure::Quiet);
        }
        CURRENT.with(|current| current.set(Rc::as_ptr(&state)));
        Ok(state)
    }

    /// Takes what the JavaScript layer shares: the buffer, the function that fills the side
    /// array, the one that does nothing but show whether JavaScript may still run, and the one that makes a view of a buffer.
    pub fn share(
        &self,
        arena: sys::napi_value,
        take: sys::napi_value,
        probe: sys::napi_value,
        view: sys::napi_value,
    ) -> Result<()> {
        let mut data = ptr::null_mut();
        let mut len = 0;
        // SAFETY: out-parameters are locals; another type gives a status.
        let status =
            unsafe { sys::napi_get_arraybuffer_info(self.raw, arena, &raw mut data, &raw mut len) };
        if status != sys::Status::napi_ok || len != layout::ARENA_BYTES || data.is_null() {
            return Err(Failure::ArgType(format!(
                "an ArrayBuffer of {} bytes was expected",
                layout::ARENA_BYTES
            )));
        }
        if self.references.borrow().is_some() {
            return Err(Failure::State("the binding is initialised already"));
        }
        let references = References {
            arena: self.reference(arena)?,
            take: self.reference(take)?,
            probe: self.reference(probe)?,
            view: self.reference(view)?,
        };
        *self.references.borrow_mut() = Some(references);
        self.arena.set(data.cast());
        Ok(())
    }

    fn reference(&self, value: sys::napi_value) -> Result<sys::napi_ref> {
        let mut reference = ptr::null_mut();
        // SAFETY: the value is in scope; the out-parameter is a local.
        js::ok(unsafe { sys::napi_create_reference(self.raw, value, 1, &raw mut reference) })?;
        Ok(reference)
    }

    fn dereference(&self, pick: impl Fn(&References) -> sys::napi_ref) -> Result<sys::napi_value> {
        let references = self.references.borrow();
        let reference = pick(references.as_ref().ok_or(Failure::Quiet)?);
        let mut value = ptr::null_mut();
        // SAFETY: the reference is of this env and deleted only by the cleanup hook.
        js::ok(unsafe { sys::napi_get_reference_value(self.raw, reference, &raw mut value) })?;
        if value.is_null() {
            Err(Failure::Quiet)
        } else {
            Ok(value)
        }
    }

    /// The env as Node-API names it.
    #[inline]
    pub fn raw(&self) -> sys::napi_env {
        self.raw
    }

    /// The thread of this env.
    #[inline]
    pub fn thread(&self) -> ThreadKey {
        self.thread
    }

    /// Whether the cleanup hook has not run yet.
    #[inline]
    pub fn is_alive(&self) -> bool {
        self.alive.get()
    }

    /// The shared buffer; null until [`Self::share`].
    #[inline]
    pub fn arena(&self) -> *mut u8 {
        self.arena.get()
    }

    /// `take(at, …values)`: puts strings and large blobs into the side array.
    pub fn take_side(&self) -> Result<sys::napi_value> {
        self.dereference(|references| references.take)
    }

    /// A `Uint8Array` of all bytes of an `ArrayBuffer` or `SharedArrayBuffer`; `undefined` for
    /// anything else.
    pub fn view_of(&self, buffer: sys::napi_value) -> Result<sys::napi_value> {
        let view = self.dereference(|references| references.view)?;
        callback::call(self.raw, view, &[buffer])
    }

    /// Whether JavaScript may still run in this env. It asks V8 in the only way that Node-API has:
    /// by a call, of a function that does nothing. Once `terminate()` or `process.exit()` was asked
    /// for, any call fails, and so does one while an exception is pending.
    pub fn may_run_javascript(&self) -> bool {
        if !self.alive.get() {
            return false;
        }
        let mut scope = ptr::null_mut();
        // SAFETY: on the env's own thread, inside of a call from JavaScript.
        if unsafe { sys::napi_open_handle_scope(self.raw, &raw mut scope) } != sys::Status::napi_ok
        {
            return false;
        }
        let called = self
            .dereference(|references| references.probe)
            .and_then(|probe| callback::call(self.raw, probe, &[]));
        // SAFETY: the scope opened above.
        unsafe { sys::napi_close_handle_scope(self.raw, scope) };
        called.is_ok()
    }

    /// The same for the thread that asks, whatever its env; true where there is none.
    pub fn current_may_run_javascript() -> bool {
        CURRENT.with(|current| {
            // SAFETY: set from an `Rc` that the cleanup hook holds, and reset by that hook.
            unsafe { current.get().as_ref() }.is_none_or(Self::may_run_javascript)
        })
    }

    /// Remembers a failure until JavaScript asks for it.
    pub fn fail(&self, failure: Failure) {
        *self.failure.borrow_mut() = Some(failure);
    }

    /// The last failure, once.
    pub fn take_failure(&self) -> Option<Failure> {
        self.failure.borrow_mut().take()
    }

    /// Buffers for one call; nested calls get their own.
    pub fn take_buffers(&self) -> Box<Buffers> {
        self.buffers.borrow_mut().pop().unwrap_or_default()
    }

    /// Gives buffers back.
    pub fn give_buffers(&self, buffers: Box<Buffers>) {
        self.buffers.borrow_mut().push(buffers);
    }

    /// Whether garbage was collected since this last said so.
    pub fn has_collected(&self) -> bool {
        let canary = self.canary.get();
        let mut value = ptr::null_mut();
        // SAFETY: out-parameters are locals; the reference is this env's and replaced below.
        unsafe {
            if !canary.is_null()
                && sys::napi_get_reference_value(self.raw, canary, &raw mut value)
                    == sys::Status::napi_ok
                && !value.is_null()
            {
                return false;
            }
            sys::napi_delete_reference(self.raw, canary);
            let mut next = ptr::null_mut();
            if sys::napi_create_object(self.raw, &raw mut value) == sys::Status::napi_ok {
                sys::napi_create_reference(self.raw, value, 0, &raw mut next);
            }
            self.canary.set(next);
        }
        !canary.is_null()
    }

    /// Memory to read a string into. A nested call finds it empty and takes fresh memory.
    pub fn take_scratch(&self) -> Vec<u8> {
        self.scratch.take()
    }

    /// Gives that memory back, unless it has grown so much that keeping it would be a leak.
    pub fn give_scratch(&self, scratch: Vec<u8>) {
        const KEEP: usize = 1 << 20;
        if scratch.capacity() <= KEEP {
            self.scratch.replace(scratch);
        }
    }

    /// Adds an open connection to those that the end of the env closes.
    pub fn adopt(&self, db: *const Db) {
        self.databases.borrow_mut().push(db);
    }

    /// Removes a closed one.
    pub fn release(&self, db: *const Db) {
        let mut databases = self.databases.borrow_mut();
        if let Some(at) = databases.iter().position(|&d| ptr::eq(d, db)) {
            databases.swap_remove(at);
        }
    }

    /// Adds a backup to those that the end of the env ends.
    pub fn adopt_backup(&self, backup: *const Backup) {
        self.backups.borrow_mut().push(backup);
    }

    /// Removes one that has ended.
    pub fn release_backup(&self, backup: *const Backup) {
        self.backups.borrow_mut().retain(|&b| !ptr::eq(b, backup));
    }

    /// Ends everything, in order. Runs once, in the cleanup hook.
    fn shut_down(&self) {
        self.alive.set(false);
        for backup in self.backups.take() {
            // SAFETY: a backup removes itself from the list before it is freed.
            unsafe { &*backup }.finish(false);
        }
        // Closing takes a connection out of the list, so the list is emptied first.
        for db in self.databases.take() {
            // SAFETY: a connection removes itself from the list before it is freed.
            unsafe { &*db }.close();
        }
        CURRENT.with(|current| {
            if ptr::eq(current.get(), self) {
                current.set(ptr::null());
            }
        });
        self.arena.set(ptr::null_mut());
        // SAFETY: made by this env, deleted once; null is refused.
        unsafe { sys::napi_delete_reference(self.raw, self.canary.replace(ptr::null_mut())) };
        if let Some(references) = self.references.take() {
            for reference in [
                references.arena,
                references.take,
                references.probe,
                references.view,
            ] {
                // SAFETY: made by this env, deleted once. A failure leaves it to Node.
                unsafe { sys::napi_delete_reference(self.raw, reference) };
            }
        }
        ThreadKey::forget_current();
    }
}

/// The one cleanup hook of an env.
unsafe extern "C" fn cleanup_hook(data: *mut c_void) {
    // SAFETY: the strong count that `install` handed over; the hook runs once.
    let state = unsafe { Rc::from_raw(data.cast::<EnvState>()) };
    // A panic must not unwind into Node. Its message was printed; the rest of the end goes on.
    let _ = catch_unwind(AssertUnwindSafe(|| state.shut_down()));
}

/// Releases the instance data's hold on the state, after the hook.
unsafe extern "C" fn finalize_instance_data(
    _env: sys::napi_env,
    data: *mut c_void,
    _hint: *mut c_void,
) {
    // SAFETY: the strong count that `install` handed over; finalizers run once.
    let state = unsafe { Rc::from_raw(data.cast::<EnvState>()) };
    let _ = catch_unwind(AssertUnwindSafe(move || drop(state)));
}
