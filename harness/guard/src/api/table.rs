//! All functions of Node-API with their signatures. A clause `before` or `after` says what is to be done beside
//! checking the arguments; functions with a wrapper of their own stand at the end.

use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::{Arg, Call, special};
use crate::check::{exceptions, references, scopes, tracked, work};
use crate::sys::{
    CallbackScope, Context, Deferred, Env, Finalize, HookHandle, Info, Out, Reference, Scope,
    Status, Threadsafe, Value, Work,
};

/// A function of Node-API: its name, its wrapper, and what Node itself has.
pub(crate) struct Function {
    pub(crate) name: &'static CStr,
    pub(crate) wrapper: *const c_void,
    pub(crate) real: &'static AtomicPtr<c_void>,
}

/// A name as a C string, made while compiling.
macro_rules! c_name {
    ($name:ident) => {
        match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
            Ok(name) => name,
            Err(_) => panic!("a name has no NUL inside"),
        }
    };
}

macro_rules! node_api {
    (
        checked { $(
            $name:ident($($arg:ident: $type:ty),*)
                $(before |$first:ident| $before:block)?
                $(after |$call:ident, $status:ident| $after:block)?;
        )* }
        special { $( $own:ident: fn($($own_type:ty),*) $(-> $result:ty)?; )* }
    ) => {
        /// What Node has under each name, as functions that can be called.
        #[allow(non_upper_case_globals, reason = "named as the functions are")]
        pub(crate) mod node {
            use super::*;

            pub(super) mod address {
                use super::*;
                $( pub(crate) static $name: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut()); )*
                $( pub(crate) static $own: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut()); )*
            }

            $( #[inline] #[allow(dead_code, reason = "one for each function, used or not")]
            pub(crate) unsafe fn $name(env: Env, $($arg: $type),*) -> Status {
                // SAFETY: the table has the function's signature, and its address was looked up by its name.
                unsafe {
                    let real: unsafe extern "C-unwind" fn(Env, $($type),*) -> Status =
                        std::mem::transmute(address::$name.load(Ordering::Relaxed));
                    real(env, $($arg),*)
                }
            } )*

            $( #[inline]
            pub(crate) fn $own() -> unsafe extern "C-unwind" fn($($own_type),*) $(-> $result)? {
                // SAFETY: as above.
                unsafe { std::mem::transmute(address::$own.load(Ordering::Relaxed)) }
            } )*
        }

        mod wrapper {
            use super::*;
            $( pub(super) unsafe extern "C-unwind" fn $name(env: Env, $($arg: $type),*) -> Status {
                let call = Call::enter(stringify!($name), env);
                $( Arg::before($arg, &call); )*
                call.checked();
                $( { let $first = &call; $before; } )?
                // SAFETY: the addon's own arguments are passed on.
                let status = unsafe { node::$name(env, $($arg),*) };
                $( Arg::after($arg, &call, status); )*
                call.returned(status);
                $( { let ($call, $status) = (&call, status); $after; } )?
                status
            } )*
        }

        /// All of them.
        pub(crate) fn functions() -> Vec<Function> {
            vec![
                $( Function {
                    name: const { c_name!($name) },
                    wrapper: wrapper::$name as *const c_void,
                    real: &node::address::$name,
                }, )*
                $( Function {
                    name: const { c_name!($own) },
                    wrapper: special::$own as *const c_void,
                    real: &node::address::$own,
                }, )*
            ]
        }
    };
}

type Text = *const c_char;
type Data = *mut c_void;

node_api! {
    checked {
        // Values
        napi_get_undefined(result: Out<Value>);
        napi_get_null(result: Out<Value>);
        napi_get_global(result: Out<Value>);
        napi_get_boolean(value: bool, result: Out<Value>);
        napi_create_object(result: Out<Value>);
        napi_create_array(result: Out<Value>);
        napi_create_array_with_length(length: usize, result: Out<Value>);
        napi_create_double(value: f64, result: Out<Value>);
        napi_create_int32(value: i32, result: Out<Value>);
        napi_create_uint32(value: u32, result: Out<Value>);
        napi_create_int64(value: i64, result: Out<Value>);
        napi_create_string_latin1(text: Text, length: usize, result: Out<Value>);
        napi_create_string_utf8(text: Text, length: usize, result: Out<Value>);
        napi_create_string_utf16(text: *const u16, length: usize, result: Out<Value>);
        node_api_create_external_string_latin1(text: *mut c_char, length: usize, finalize: Option<Finalize>, hint: Data, result: Out<Value>, copied: *mut bool);
        node_api_create_external_string_utf16(text: *mut u16, length: usize, finalize: Option<Finalize>, hint: Data, result: Out<Value>, copied: *mut bool);
        node_api_create_property_key_latin1(text: Text, length: usize, result: Out<Value>);
        node_api_create_property_key_utf8(text: Text, length: usize, result: Out<Value>);
        node_api_create_property_key_utf16(text: *const u16, length: usize, result: Out<Value>);
        napi_create_symbol(description: Value, result: Out<Value>);
        node_api_symbol_for(description: Text, length: usize, result: Out<Value>);
        napi_create_error(code: Value, message: Value, result: Out<Value>);
        napi_create_type_error(code: Value, message: Value, result: Out<Value>);
        napi_create_range_error(code: Value, message: Value, result: Out<Value>);
        node_api_create_syntax_error(code: Value, message: Value, result: Out<Value>);
        napi_typeof(value: Value, result: *mut i32);
        napi_get_value_double(value: Value, result: *mut f64);
        napi_get_value_int32(value: Value, result: *mut i32);
        napi_get_value_uint32(value: Value, result: *mut u32);
        napi_get_value_int64(value: Value, result: *mut i64);
        napi_get_value_bool(value: Value, result: *mut bool);
        napi_get_value_string_latin1(value: Value, buffer: *mut c_char, size: usize, result: *mut usize);
        napi_get_value_string_utf8(value: Value, buffer: *mut c_char, size: usize, result: *mut usize);
        napi_get_value_string_utf16(value: Value, buffer: *mut u16, size: usize, result: *mut usize);
        napi_coerce_to_bool(value: Value, result: Out<Value>);
        napi_coerce_to_number(value: Value, result: Out<Value>);
        napi_coerce_to_object(value: Value, result: Out<Value>);
        napi_coerce_to_string(value: Value, result: Out<Value>);
        napi_create_date(time: f64, result: Out<Value>);
        napi_is_date(value: Value, result: *mut bool);
        napi_get_date_value(value: Value, result: *mut f64);
        napi_create_bigint_int64(value: i64, result: Out<Value>);
        napi_create_bigint_uint64(value: u64, result: Out<Value>);
        napi_create_bigint_words(sign: i32, count: usize, words: *const u64, result: Out<Value>);
        napi_get_value_bigint_int64(value: Value, result: *mut i64, lossless: *mut bool);
        napi_get_value_bigint_uint64(value: Value, result: *mut u64, lossless: *mut bool);
        napi_get_value_bigint_words(value: Value, sign: *mut i32, count: *mut usize, words: *mut u64);

        // Objects
        napi_get_prototype(object: Value, result: Out<Value>);
        node_api_set_prototype(object: Value, value: Value);
        napi_get_property_names(object: Value, result: Out<Value>);
        napi_get_all_property_names(object: Value, mode: i32, filter: i32, conversion: i32, result: Out<Value>);
        napi_set_property(object: Value, key: Value, value: Value);
        napi_has_property(object: Value, key: Value, result: *mut bool);
        napi_get_property(object: Value, key: Value, result: Out<Value>);
        napi_delete_property(object: Value, key: Value, result: *mut bool);
        napi_has_own_property(object: Value, key: Value, result: *mut bool);
        napi_set_named_property(object: Value, name: Text, value: Value);
        napi_has_named_property(object: Value, name: Text, result: *mut bool);
        napi_get_named_property(object: Value, name: Text, result: Out<Value>);
        napi_set_element(object: Value, index: u32, value: Value);
        napi_has_element(object: Value, index: u32, result: *mut bool);
        napi_get_element(object: Value, index: u32, result: Out<Value>);
        napi_delete_element(object: Value, index: u32, result: *mut bool);
        napi_is_array(value: Value, result: *mut bool);
        napi_get_array_length(value: Value, result: *mut u32);
        napi_strict_equals(left: Value, right: Value, result: *mut bool);
        napi_instanceof(object: Value, constructor: Value, result: *mut bool);
        napi_object_freeze(object: Value);
        napi_object_seal(object: Value);
        node_api_create_object_with_properties(prototype: Value, names: *const Value, values: *const Value, count: usize, result: Out<Value>);
        napi_type_tag_object(value: Value, tag: *const c_void);
        napi_check_object_type_tag(value: Value, tag: *const c_void, result: *mut bool);

        // Functions and errors
        napi_call_function(receiver: Value, function: Value, argc: usize, argv: *const Value, result: Out<Value>);
        napi_new_instance(constructor: Value, argc: usize, argv: *const Value, result: Out<Value>);
        napi_make_callback(context: Context, receiver: Value, function: Value, argc: usize, argv: *const Value, result: Out<Value>);
        napi_get_new_target(info: Info, result: Out<Value>);
        napi_run_script(script: Value, result: Out<Value>);
        napi_throw(error: Value) after |call, status| { exceptions::thrown(call, status) };
        napi_throw_error(code: Text, message: Text) after |call, status| { exceptions::thrown(call, status) };
        napi_throw_type_error(code: Text, message: Text) after |call, status| { exceptions::thrown(call, status) };
        napi_throw_range_error(code: Text, message: Text) after |call, status| { exceptions::thrown(call, status) };
        node_api_throw_syntax_error(code: Text, message: Text) after |call, status| { exceptions::thrown(call, status) };
        napi_is_error(value: Value, result: *mut bool);
        napi_is_exception_pending(result: *mut bool);
        napi_get_and_clear_last_exception(result: Out<Value>) after |call, _status| { exceptions::cleared(call) };
        napi_get_last_error_info(result: *mut *const c_void);
        napi_fatal_exception(error: Value);

        // What an env keeps
        napi_create_external(data: Data, finalize: Option<Finalize>, hint: Data, result: Out<Value>);
        napi_get_value_external(value: Value, result: *mut Data);
        napi_wrap(object: Value, native: Data, finalize: Option<Finalize>, hint: Data, result: Out<Reference>)
            after |call, status| { references::wrapped(call, status, native, result) };
        napi_unwrap(object: Value, result: *mut Data);
        napi_remove_wrap(object: Value, result: *mut Data);
        napi_add_finalizer(object: Value, data: Data, finalize: Option<Finalize>, hint: Data, result: Out<Reference>)
            after |call, status| { references::finalizer_added(call, status, result) };
        node_api_post_finalizer(finalize: Option<Finalize>, data: Data, hint: Data);
        napi_create_reference(value: Value, count: u32, result: Out<Reference>)
            after |call, status| { references::made(call, status, value, result) };
        napi_delete_reference(reference: Reference)
            before |call| { tracked::closed(call, reference.0 as usize) };
        napi_reference_ref(reference: Reference, result: *mut u32);
        napi_reference_unref(reference: Reference, result: *mut u32);
        napi_get_reference_value(reference: Reference, result: Out<Value>);
        napi_open_handle_scope(result: Out<Scope>) after |call, status| { scopes::opened(call, status, result) };
        napi_close_handle_scope(scope: Scope) before |call| { scopes::closed(call, scope) };
        napi_open_escapable_handle_scope(result: Out<Scope>) after |call, status| { scopes::opened(call, status, result) };
        napi_close_escapable_handle_scope(scope: Scope) before |call| { scopes::closed(call, scope) };
        napi_escape_handle(scope: Scope, value: Value, result: Out<Value>) before |call| { scopes::used(call, scope) };
        napi_get_instance_data(result: *mut Data);
        napi_set_instance_data(data: Data, finalize: Option<Finalize>, hint: Data)
            after |call, status| { references::instance_data(call, status, data, finalize.is_some()) };
        napi_adjust_external_memory(change: i64, result: *mut i64);
        napi_get_version(result: *mut u32);
        napi_get_node_version(result: *mut *const c_void);
        napi_get_uv_event_loop(result: *mut Data);
        node_api_get_module_file_name(result: *mut Text);

        // Promises
        napi_create_promise(deferred: Out<Deferred>, result: Out<Value>)
            after |call, status| { tracked::made(call, status, tracked::Kind::Deferred, deferred.0.cast()) };
        napi_resolve_deferred(deferred: Deferred, value: Value)
            before |call| { tracked::closed(call, deferred.0 as usize) }
            after |call, status| { tracked::reopened(call, status, deferred.0 as usize) };
        napi_reject_deferred(deferred: Deferred, value: Value)
            before |call| { tracked::closed(call, deferred.0 as usize) }
            after |call, status| { tracked::reopened(call, status, deferred.0 as usize) };
        napi_is_promise(value: Value, result: *mut bool);

        // Memory
        napi_is_arraybuffer(value: Value, result: *mut bool);
        napi_create_arraybuffer(length: usize, data: *mut Data, result: Out<Value>);
        napi_create_external_arraybuffer(data: Data, length: usize, finalize: Option<Finalize>, hint: Data, result: Out<Value>);
        napi_get_arraybuffer_info(value: Value, data: *mut Data, length: *mut usize);
        napi_detach_arraybuffer(value: Value);
        napi_is_detached_arraybuffer(value: Value, result: *mut bool);
        node_api_is_sharedarraybuffer(value: Value, result: *mut bool);
        node_api_create_sharedarraybuffer(length: usize, data: *mut Data, result: Out<Value>);
        node_api_create_external_sharedarraybuffer(data: Data, length: usize, finalize: Data, hint: Data, result: Out<Value>);
        napi_is_typedarray(value: Value, result: *mut bool);
        napi_create_typedarray(kind: i32, length: usize, buffer: Value, offset: usize, result: Out<Value>);
        napi_get_typedarray_info(value: Value, kind: *mut i32, length: *mut usize, data: *mut Data, buffer: Out<Value>, offset: *mut usize);
        napi_create_dataview(length: usize, buffer: Value, offset: usize, result: Out<Value>);
        napi_is_dataview(value: Value, result: *mut bool);
        napi_get_dataview_info(value: Value, length: *mut usize, data: *mut Data, buffer: Out<Value>, offset: *mut usize);
        napi_create_buffer(length: usize, data: *mut Data, result: Out<Value>);
        napi_create_external_buffer(length: usize, data: Data, finalize: Option<Finalize>, hint: Data, result: Out<Value>);
        node_api_create_buffer_from_arraybuffer(buffer: Value, offset: usize, length: usize, result: Out<Value>);
        napi_create_buffer_copy(length: usize, data: *const c_void, copy: *mut Data, result: Out<Value>);
        napi_is_buffer(value: Value, result: *mut bool);
        napi_get_buffer_info(value: Value, data: *mut Data, length: *mut usize);

        // Asynchronous work
        napi_async_init(resource: Value, name: Value, result: Out<Context>)
            after |call, status| { tracked::made(call, status, tracked::Kind::Context, result.0.cast()) };
        napi_async_destroy(context: Context) before |call| { tracked::closed(call, context.0 as usize) };
        napi_open_callback_scope(resource: Value, context: Context, result: Out<CallbackScope>);
        napi_close_callback_scope(scope: CallbackScope);
        napi_delete_async_work(work: Work) before |call| { work::deleted(call, work) };
        napi_queue_async_work(work: Work);
        napi_cancel_async_work(work: Work);
        napi_ref_threadsafe_function(function: Threadsafe);
        napi_unref_threadsafe_function(function: Threadsafe);
        napi_add_async_cleanup_hook(hook: Data, data: Data, handle: Out<HookHandle>);
    }
    special {
        napi_get_cb_info: fn(Env, Info, *mut usize, *mut Value, *mut Value, *mut *mut c_void) -> Status;
        napi_create_function: fn(Env, Text, usize, Option<crate::sys::Callback>, Data, Out<Value>) -> Status;
        napi_define_class: fn(Env, Text, usize, Option<crate::sys::Callback>, Data, usize, *const crate::sys::Property, Out<Value>) -> Status;
        napi_define_properties: fn(Env, Value, usize, *const crate::sys::Property) -> Status;
        napi_add_env_cleanup_hook: fn(Env, Option<crate::sys::Hook>, Data) -> Status;
        napi_remove_env_cleanup_hook: fn(Env, Option<crate::sys::Hook>, Data) -> Status;
        napi_create_threadsafe_function: fn(Env, Value, Value, Value, usize, usize, Data, Option<Finalize>, Data, Data, Out<Threadsafe>) -> Status;
        napi_create_async_work: fn(Env, Value, Value, Option<crate::check::work::Execute>, Option<crate::check::work::Complete>, Data, Out<Work>) -> Status;
        napi_get_threadsafe_function_context: fn(Threadsafe, *mut Data) -> Status;
        napi_call_threadsafe_function: fn(Threadsafe, Data, i32) -> Status;
        napi_acquire_threadsafe_function: fn(Threadsafe) -> Status;
        napi_release_threadsafe_function: fn(Threadsafe, i32) -> Status;
        napi_fatal_error: fn(Text, usize, Text, usize);
        napi_module_register: fn(*mut crate::sys::Module);
    }
}
