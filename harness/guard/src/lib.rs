//! The guard library: preloaded into a stock Node, it checks the contract of Node-API on each call that an
//! addon makes, counts what the addon leaves behind, and writes a native backtrace when the process crashes.
//! What it checks, and under which rule it reports what, stands in `docs/guard.md`.
//!
//! It exists on Linux with glibc; elsewhere the library is empty.
#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
// Unit tests do not take the place of any function of the process, so most of the crate is unused in them.
#![cfg_attr(test, allow(dead_code))]

mod api;
mod check;
mod crash;
mod elf;
mod env;
mod load;
mod objects;
mod report;
mod resource;
mod shield;
mod stack;
mod sys;
mod thread;
