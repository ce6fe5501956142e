//! The types of Node-API as far as the wrappers look at them, which is hardly at all.

use std::ffi::{c_char, c_void};

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[repr(transparent)]
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) *mut c_void);
    )*};
}

opaque! {
    /// `napi_env`.
    Env;
    /// `napi_value`: a slot of the open handle scope.
    Value;
    /// `napi_ref`.
    Reference;
    /// `napi_deferred`.
    Deferred;
    /// `napi_handle_scope` and `napi_escapable_handle_scope`.
    Scope;
    /// `napi_callback_info`.
    Info;
    /// `napi_async_work`.
    Work;
    /// `napi_async_context`.
    Context;
    /// `napi_callback_scope`.
    CallbackScope;
    /// `napi_threadsafe_function`.
    Threadsafe;
    /// `napi_async_cleanup_hook_handle`.
    HookHandle;
}

/// Where a call puts its result; may be null where the documentation says so.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub(crate) struct Out<T>(pub(crate) *mut T);

/// `napi_status`.
pub(crate) type Status = i32;
pub(crate) const OK: Status = 0;
pub(crate) const INVALID_ARG: Status = 1;
pub(crate) const GENERIC_FAILURE: Status = 9;
pub(crate) const PENDING_EXCEPTION: Status = 10;
pub(crate) const CANNOT_RUN_JS: Status = 23;

pub(crate) const FUNCTION: i32 = 7;

pub(crate) type Callback = unsafe extern "C-unwind" fn(Env, Info) -> Value;
pub(crate) type Init = unsafe extern "C-unwind" fn(Env, Value) -> Value;
pub(crate) type Finalize = unsafe extern "C-unwind" fn(Env, *mut c_void, *mut c_void);
pub(crate) type Hook = unsafe extern "C-unwind" fn(*mut c_void);

/// `napi_property_descriptor`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Property {
    pub(crate) utf8name: *const c_char,
    pub(crate) name: Value,
    pub(crate) method: Option<Callback>,
    pub(crate) getter: Option<Callback>,
    pub(crate) setter: Option<Callback>,
    pub(crate) value: Value,
    pub(crate) attributes: i32,
    pub(crate) data: *mut c_void,
}

/// `napi_extended_error_info`, which lives in the env.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct ErrorInfo {
    pub(crate) message: *const c_char,
    pub(crate) engine_reserved: *mut c_void,
    pub(crate) engine_code: u32,
    pub(crate) code: Status,
}

/// `napi_module`, which an addon registers from a constructor function.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Module {
    pub(crate) version: i32,
    pub(crate) flags: u32,
    pub(crate) filename: *const c_char,
    pub(crate) register: Option<Init>,
    pub(crate) name: *const c_char,
    pub(crate) private: *mut c_void,
    pub(crate) reserved: [*mut c_void; 4],
}
