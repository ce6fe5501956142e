//! Link arguments of the addon.

fn main() {
    napi_build::setup();
    // The unit tests link without Node, whose symbols they never call.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg=-Wl,--unresolved-symbols=ignore-all");
    }
}
