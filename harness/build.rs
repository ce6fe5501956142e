//! Refuses to build a catalogue of rules with holes, and generates its table otherwise.

#[path = "src/rules/check/mod.rs"]
mod check;

use std::{env, fs, path::PathBuf};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    let root = root
        .canonicalize()
        .expect("the package lies in its workspace");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for watched in check::WATCHED {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }

    // Specimens are compiled for the machine that this program is made for.
    let target = env::var("TARGET").expect("cargo sets it");
    println!("cargo::rustc-env=THREADPROOF_BUILD_TARGET={target}");

    let sources = check::read(&root).unwrap_or_else(|error| panic!("{error}"));
    let checked = check::check(&sources);
    let table = check::generate(&checked, &root);
    fs::write(out.join("rules.rs"), table).expect("OUT_DIR is writable");

    if let Some(message) = check::refusal(&checked.problems) {
        panic!("{message}");
    }
}
