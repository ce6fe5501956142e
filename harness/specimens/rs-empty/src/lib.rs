//! The least addon of napi-rs. It has no fault: nothing may fire on it.

/// Does nothing.
#[napi_derive::napi]
pub fn nothing() {}
