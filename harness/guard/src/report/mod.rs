//! What the guard says: findings, the balance of each env that ended, and notes about itself.

pub(crate) mod finding;
pub(crate) mod json;
pub(crate) mod render;
pub(crate) mod sink;

use crate::env::EnvState;
use json::Put;

/// Something that a person should read in the log.
pub(crate) fn note(message: &str) {
    sink::prepare();
    let mut out = Vec::new();
    if sink::is_file() {
        render::begin(&mut out, "note");
        out.put(b",\"message\":");
        json::string(&mut out, format!("threadproof-guard: {message}").as_bytes());
        out.put(b"}\n");
    } else {
        out.put(format!("threadproof-guard: {message}\n").as_bytes());
    }
    sink::write(&out);
}

/// What an env left behind.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) references: i64,
    pub(crate) hooks: i64,
    pub(crate) wraps: i64,
    pub(crate) descriptors: i64,
    pub(crate) threads: i64,
    pub(crate) blocks: i64,
    pub(crate) bytes: i64,
}

/// The balance of an env, for the harness only: a person reads the findings.
pub(crate) fn env_end(env: &EnvState, counts: &Counts) {
    if !sink::is_file() {
        return;
    }
    let mut out = Vec::new();
    render::begin(&mut out, "env-end");
    out.put(b",\"thread\":");
    json::signed(&mut out, env.tid.into());
    out.put(b",\"object\":");
    render::object(&mut out, env.object);
    out.put(b",\"counts\":{");
    let counts = [
        ("references", counts.references),
        ("hooks", counts.hooks),
        ("wraps", counts.wraps),
        ("descriptors", counts.descriptors),
        ("threads", counts.threads),
        ("blocks", counts.blocks),
        ("bytes", counts.bytes),
    ];
    for (index, (name, count)) in counts.into_iter().enumerate() {
        if index > 0 {
            out.put(b",");
        }
        json::string(&mut out, name.as_bytes());
        out.put(b":");
        json::signed(&mut out, count.max(0));
    }
    out.put(b"}}\n");
    sink::write(&out);
}
