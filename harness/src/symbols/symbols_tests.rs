//! A small library is compiled, loaded nowhere, and its functions are found by their offsets.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::*;

const SOURCE: &str = "\
volatile int sink;
static inline __attribute__((always_inline)) void inner(int x) {
  sink = x;
}
void outer(int x) {
  inner(x);
}
void _ZN5addon4makeEi(int x) {
  sink = x + 1;
}
";

/// The library, compiled with these options.
fn library(dir: &Path, options: &[&str]) -> PathBuf {
    let source = dir.join("small.c");
    std::fs::write(&source, SOURCE).unwrap();
    let library = dir.join("small.node");
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1"])
        .args(options)
        .arg("-o")
        .args([&library, &source])
        .status()
        .expect("there is a C compiler");
    assert!(status.success());
    library
}

/// The offset of an exported function, from the table that the dynamic linker uses.
fn offset_of(library: &Path, name: &str) -> u64 {
    use object::{Object as _, ObjectSymbol as _};
    let bytes = std::fs::read(library).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    file.dynamic_symbols()
        .find(|symbol| symbol.name() == Ok(name))
        .unwrap_or_else(|| panic!("{name} is exported"))
        .address()
}

fn address(library: &Path, offset: u64, symbol: Option<&str>) -> Frame {
    Frame {
        object: Some(library.to_owned()),
        offset,
        symbol: symbol.map(str::to_owned),
        file: None,
        line: None,
    }
}

fn functions(frames: &[NamedFrame]) -> Vec<&str> {
    frames.iter().map(|frame| frame.function.as_str()).collect()
}

#[test]
fn debug_information_gives_functions_files_and_lines() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path(), &["-g"]);
    let mut symbols = Symbols::new();
    let start = offset_of(&library, "_ZN5addon4makeEi");
    let frames = symbols.stack(&[address(&library, start, None)]);
    assert_eq!(functions(&frames), ["addon::make(int)"]);
    // The head of the function or its body: whether something stands between is the compiler's choice.
    let line = frames[0].line.unwrap();
    assert!((8..=9).contains(&line), "{line}");
    let file = dir.path().join("small.c");
    assert_eq!(frames[0].file.as_deref(), file.to_str());
    assert_eq!(
        frames[0].to_string(),
        format!("addon::make(int) at {}:{line}", file.display())
    );
}

#[test]
fn inlined_calls_are_frames() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path(), &["-g"]);
    let mut symbols = Symbols::new();
    let start = offset_of(&library, "outer");
    let inlined: Vec<NamedFrame> = (start..start + 32)
        .map(|offset| symbols.stack(&[address(&library, offset, None)]))
        .find(|frames| frames.len() == 2)
        .expect("some instruction of `outer` belongs to `inner`");
    assert_eq!(functions(&inlined), ["inner", "outer"]);
    assert_eq!((inlined[0].line, inlined[1].line), (Some(3), Some(6)));
    assert_eq!((inlined[0].inlined, inlined[1].inlined), (true, false));
}

#[test]
fn without_debug_information_the_symbol_table_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path(), &["-g0"]);
    let start = offset_of(&library, "_ZN5addon4makeEi");
    let frames = Symbols::new().stack(&[address(&library, start, Some("other"))]);
    assert_eq!(functions(&frames), ["addon::make(int)"]);
    assert_eq!(frames[0].to_string(), "addon::make(int) in small.node");
}

#[test]
fn without_a_file_the_process_is_believed() {
    let gone = Path::new("/gone/small.node");
    let table = [
        (Some("make"), "make", "make in small.node"),
        (
            Some("_ZN5addon4makeEi"),
            "addon::make(int)",
            "addon::make(int) in small.node",
        ),
        (
            Some("_ZN5addon4make17h0123456789abcdefE"),
            "addon::make",
            "addon::make in small.node",
        ),
        (None, "small.node+0x1092", "small.node+0x1092"),
    ];
    for (symbol, function, shown) in table {
        let frames = Symbols::new().stack(&[address(gone, 0x1092, symbol)]);
        assert_eq!(functions(&frames), [function]);
        assert_eq!(frames[0].to_string(), shown);
    }
    let nowhere = Frame {
        object: None,
        offset: 0x10,
        symbol: None,
        file: None,
        line: None,
    };
    let frames = Symbols::new().stack(&[nowhere]);
    assert_eq!(functions(&frames), ["+0x10"]);
}

#[test]
fn a_file_that_is_no_object_has_no_names() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("text.node");
    std::fs::write(&file, "not an object").unwrap();
    let frames = Symbols::new().stack(&[address(&file, 1, Some("guess"))]);
    assert_eq!(functions(&frames), ["guess"]);
}

#[test]
fn an_object_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    let library = library(dir.path(), &["-g"]);
    let start = offset_of(&library, "outer");
    let mut symbols = Symbols::new();
    let one = [address(&library, start, None)];
    let before = symbols.stack(&one);
    std::fs::remove_file(&library).unwrap();
    assert_eq!(symbols.stack(&one), before);
    assert_ne!(Symbols::new().stack(&one), before);
}

#[test]
fn frames_are_attributed_by_their_object() {
    let at = |object, symbol| address(Path::new(object), 1, Some(symbol));
    let stack = [
        at("/lib/libc.so.6", "free"),
        at("/a/addon.node (deleted)", "dispose"),
        at("/node", "uv_run"),
        at("/a/addon.node", "start"),
        at("/b/addon.node", "other"),
    ];
    let frames = Symbols::new().stack(&stack);
    let found = attribute(&frames, &["/a/addon.node"]);
    assert_eq!(found.functions(), ["dispose", "start"]);
    assert_eq!(found.culprit().unwrap().function, "dispose");
    assert!(!found.in_target);
    assert!(attribute(&frames, &["/lib/libc.so.6"]).in_target);
    let nobody = attribute(&frames, &["/c/addon.node"]);
    assert_eq!((nobody.culprit(), nobody.in_target), (None, false));
}

/// It is used by the threads that run children.
#[test]
fn it_may_be_sent_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Symbols>();
}
