//! SQLite for Node, safe in any number of worker threads: the native half of `@threadproof/sqlite`.
//!
//! The JavaScript half (`index.cjs`) owns everything a user sees: classes, argument checks, error
//! classes, row objects. This half owns what must be native, as flat functions over opaque handles:
//!
//! * [`register`]: the one symbol that Node looks for; [`entry`]: the one guard around every entry point;
//! * [`env`]: the state of one env, its ordered shutdown, and whether it may still run JavaScript;
//! * [`db`], [`stmt`], [`exec`]: connections and their statements, each tied to its thread;
//! * [`function`], [`vtab`], [`hooks`], [`session`]: what SQLite calls back, by way of [`callback`];
//! * [`content`], [`backup`] behind its [`gate`]: whole databases; [`watch`]: what ends a long call early;
//! * [`bind`], [`rows`]: values in and rows out, through one shared buffer laid out in [`layout`];
//!   [`cells`] reads the values of a row where SQLite keeps them;
//! * [`vfs`]: waits for locks that end when the worker is terminated;
//! * [`usage`]: what all of it holds, as numbers;
//! * [`failure`]: what can go wrong, in categories with stable codes.
//!
//! Nothing here is process-wide but SQLite itself, counters, and compiled code as bytes ([`code`]): an
//! env never sees another env's state.

// Node-API's pointers are opaque here: they are passed on, and Node checks them.
#![allow(clippy::not_unsafe_ptr_arg_deref)]

pub mod affinity;
pub mod api;
pub mod backup;
pub mod bind;
pub mod callback;
pub mod cells;
pub mod code;
pub mod content;
pub mod db;
pub mod entry;
pub mod env;
pub mod exec;
pub mod failure;
pub mod function;
pub mod gate;
pub mod handle;
pub mod hooks;
pub mod js;
pub mod layout;
#[cfg(any(feature = "misuse", debug_assertions))]
pub mod misuse;
pub mod register;
pub mod rows;
pub mod session;
pub mod stmt;
pub mod text;
pub mod usage;
pub mod value;
pub mod vfs;
pub mod vtab;
pub mod watch;
