//! A class whose constructor is kept for a factory function. The library lets a `FunctionRef` cross threads, so the
//! fault is safe Rust that compiles without a warning.

mod class;
mod kept;

use napi::bindgen_prelude::{FromNapiValue, JsObjectValue, Object};
use napi::{Env, JsValue, Property, PropertyAttributes, Result};
use napi_sys as sys;

/// Gives an instance of the class whose constructor is kept.
fn make(env: Env, _: sys::napi_callback_info) -> Result<sys::napi_value> {
    Ok(kept::constructor(&env)?.new_instance(())?.raw())
}

class::callback!(make_callback => make);

/// Defines the class in one env, and keeps its constructor.
#[napi_derive::napi(module_exports)]
pub fn register(mut exports: Object, env: Env) -> Result<()> {
    let class = env.define_class::<()>(
        "Counter",
        class::construct_callback,
        &[
            Property::new()
                .with_utf8_name("add")?
                .with_method(class::add_callback)
                .with_property_attributes(
                    PropertyAttributes::Writable | PropertyAttributes::Configurable,
                ),
            Property::new()
                .with_utf8_name("value")?
                .with_getter(class::value_callback),
        ],
    )?;
    // SAFETY: `class` is a function of this env, whose thread this is.
    let constructor = unsafe { kept::Constructor::from_napi_value(env.raw(), class.raw()) }?;
    kept::keep(env, constructor)?;
    exports.set_named_property("Counter", class)?;
    let make = env.create_function::<(), ()>("make", make_callback)?;
    exports.set_named_property("make", make)
}
