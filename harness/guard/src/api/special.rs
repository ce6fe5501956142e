//! The functions of Node-API whose arguments are changed on the way, or that have no env.

use std::ffi::{c_char, c_void};

use super::table::node;
use super::{Arg, Call};
use crate::check::{callbacks, exceptions, hooks, references, threadsafe, tracked, work};
use crate::load::register;
use crate::sys::{
    Callback, Env, Finalize, Hook, Info, Module, OK, Out, Property, Status, Threadsafe, Value, Work,
};

pub(crate) unsafe extern "C-unwind" fn napi_get_cb_info(
    env: Env,
    info: Info,
    count: *mut usize,
    arguments: *mut Value,
    this: *mut Value,
    data: *mut *mut c_void,
) -> Status {
    let call = Call::enter("napi_get_cb_info", env);
    call.checked();
    // SAFETY: the addon's own arguments are passed on.
    let status = unsafe { node::napi_get_cb_info()(env, info, count, arguments, this, data) };
    if status == OK && !data.is_null() {
        // SAFETY: Node has just written there.
        unsafe { *data = callbacks::data_of(call.thread, info, *data) };
    }
    call.returned(status);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_create_function(
    env: Env,
    name: *const c_char,
    length: usize,
    callback: Option<Callback>,
    data: *mut c_void,
    result: Out<Value>,
) -> Status {
    let call = Call::enter("napi_create_function", env);
    call.checked();
    let (ours, record) = callbacks::method(call.state, callback, data);
    // SAFETY: the addon's own arguments; the record lives as long as the env.
    let status = unsafe { node::napi_create_function()(env, name, length, ours, record, result) };
    result.after(&call, status);
    call.returned(status);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_define_class(
    env: Env,
    name: *const c_char,
    length: usize,
    constructor: Option<Callback>,
    data: *mut c_void,
    count: usize,
    properties: *const Property,
    result: Out<Value>,
) -> Status {
    let call = Call::enter("napi_define_class", env);
    call.checked();
    let (ours, record) = callbacks::method(call.state, constructor, data);
    // SAFETY: the addon passes this many descriptors, or none.
    let replaced = unsafe { callbacks::properties(call.state, count, properties) };
    let properties = replaced.as_ref().map_or(properties, Vec::as_ptr);
    // SAFETY: the addon's own arguments; the records live as long as the env, the descriptors during the call.
    let status = unsafe {
        node::napi_define_class()(env, name, length, ours, record, count, properties, result)
    };
    result.after(&call, status);
    call.returned(status);
    references::class_defined(&call, status, result);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_define_properties(
    env: Env,
    object: Value,
    count: usize,
    properties: *const Property,
) -> Status {
    let call = Call::enter("napi_define_properties", env);
    object.before(&call);
    call.checked();
    // SAFETY: the addon passes this many descriptors, or none.
    let replaced = unsafe { callbacks::properties(call.state, count, properties) };
    let properties = replaced.as_ref().map_or(properties, Vec::as_ptr);
    // SAFETY: as above.
    let status = unsafe { node::napi_define_properties()(env, object, count, properties) };
    object.after(&call, status);
    call.returned(status);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_add_env_cleanup_hook(
    env: Env,
    hook: Option<Hook>,
    argument: *mut c_void,
) -> Status {
    let call = Call::enter("napi_add_env_cleanup_hook", env);
    call.checked();
    let (ours, record) = hooks::added(&call, hook, argument);
    // SAFETY: the addon's own arguments; the record lives until the hook has run or was removed.
    let status = unsafe { node::napi_add_env_cleanup_hook()(env, ours, record) };
    call.returned(status);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_remove_env_cleanup_hook(
    env: Env,
    hook: Option<Hook>,
    argument: *mut c_void,
) -> Status {
    let call = Call::enter("napi_remove_env_cleanup_hook", env);
    call.checked();
    let (ours, record) = hooks::removed(&call, hook, argument);
    // SAFETY: the hook and its argument as they were added.
    let status = unsafe { node::napi_remove_env_cleanup_hook()(env, ours, record) };
    call.returned(status);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_create_async_work(
    env: Env,
    resource: Value,
    name: Value,
    execute: Option<work::Execute>,
    complete: Option<work::Complete>,
    data: *mut c_void,
    result: Out<Work>,
) -> Status {
    let call = Call::enter("napi_create_async_work", env);
    resource.before(&call);
    name.before(&call);
    call.checked();
    let given = work::record(&call, execute, complete, data);
    // SAFETY: the addon's own arguments; the record lives until the work was deleted.
    let status = unsafe {
        node::napi_create_async_work()(
            env,
            resource,
            name,
            given.execute,
            given.complete,
            given.data,
            result,
        )
    };
    work::made(&call, status, &given, result);
    call.returned(status);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_create_threadsafe_function(
    env: Env,
    function: Value,
    resource: Value,
    name: Value,
    queue: usize,
    threads: usize,
    finalize_data: *mut c_void,
    finalize: Option<Finalize>,
    context: *mut c_void,
    call_js: *mut c_void,
    result: Out<Threadsafe>,
) -> Status {
    let call = Call::enter("napi_create_threadsafe_function", env);
    for value in [function, resource, name] {
        value.before(&call);
    }
    call.checked();
    let record = threadsafe::record(finalize, finalize_data);
    // SAFETY: the addon's own arguments; the record lives until the finalizer takes it.
    let status = unsafe {
        node::napi_create_threadsafe_function()(
            env,
            function,
            resource,
            name,
            queue,
            threads,
            record.cast(),
            Some(threadsafe::finalized),
            context,
            call_js,
            result,
        )
    };
    threadsafe::made(&call, status, record, result);
    tracked::made(&call, status, tracked::Kind::Threadsafe, result.0.cast());
    call.returned(status);
    status
}

pub(crate) unsafe extern "C-unwind" fn napi_get_threadsafe_function_context(
    function: Threadsafe,
    result: *mut *mut c_void,
) -> Status {
    threadsafe::used("napi_get_threadsafe_function_context", function);
    // SAFETY: the addon's own arguments are passed on.
    unsafe { node::napi_get_threadsafe_function_context()(function, result) }
}

pub(crate) unsafe extern "C-unwind" fn napi_call_threadsafe_function(
    function: Threadsafe,
    data: *mut c_void,
    mode: i32,
) -> Status {
    threadsafe::used("napi_call_threadsafe_function", function);
    // SAFETY: the addon's own arguments are passed on.
    unsafe { node::napi_call_threadsafe_function()(function, data, mode) }
}

pub(crate) unsafe extern "C-unwind" fn napi_acquire_threadsafe_function(
    function: Threadsafe,
) -> Status {
    threadsafe::used("napi_acquire_threadsafe_function", function);
    // SAFETY: the addon's own argument is passed on.
    unsafe { node::napi_acquire_threadsafe_function()(function) }
}

pub(crate) unsafe extern "C-unwind" fn napi_release_threadsafe_function(
    function: Threadsafe,
    mode: i32,
) -> Status {
    threadsafe::used("napi_release_threadsafe_function", function);
    // SAFETY: the addon's own arguments are passed on.
    unsafe { node::napi_release_threadsafe_function()(function, mode) }
}

pub(crate) unsafe extern "C-unwind" fn napi_fatal_error(
    location: *const c_char,
    location_length: usize,
    message: *const c_char,
    message_length: usize,
) {
    exceptions::fatal();
    // SAFETY: the addon's own arguments are passed on; Node does not return from it.
    unsafe { node::napi_fatal_error()(location, location_length, message, message_length) };
}

pub(crate) unsafe extern "C-unwind" fn napi_module_register(module: *mut Module) {
    let module = register::module(module);
    // SAFETY: the module of the addon, or a copy that is never freed.
    unsafe { node::napi_module_register()(module) };
}
