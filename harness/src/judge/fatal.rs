//! Finds the line that names a fatal error in what a process wrote to stderr.
//!
//! For people and signatures only: the text never decides whether there was a crash. What is looked
//! for stands in `endings.toml`.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use super::endings;
use crate::model::Fatal;

/// How much of the end of stderr is read.
const TAIL: u64 = 64 * 1024;
/// How much of a line is kept, in characters.
const KEPT: usize = 400;

/// The most telling fatal message of `text`; of several of one kind the first, which caused the others.
pub fn find_fatal(text: &str) -> Option<Fatal> {
    let lines: Vec<&str> = text.lines().collect();
    endings::kinds().iter().find_map(|kind| {
        let has_mark = |line: &&str| kind.marks.iter().any(|mark| line.contains(mark));
        let at = lines.iter().position(has_mark)?;
        let mut found = lines[at].trim().to_owned();
        if kind.two_lines
            && let Some(next) = lines
                .get(at + 1)
                .map(|line| line.trim_start_matches('#').trim())
            && !next.is_empty()
        {
            found = format!("{found} {next}");
        }
        if found.chars().count() > KEPT {
            found = found.chars().take(KEPT).chain(['…']).collect();
        }
        Some(Fatal {
            text: found,
            kind: kind.name.clone(),
        })
    })
}

/// [`find_fatal`] in the last 64 KiB of a file.
pub fn read_fatal(path: &Path) -> io::Result<Option<Fatal>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(find_fatal(&String::from_utf8_lossy(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_crashes_are_found() {
        let table = [
            (
                "x\nFATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope\n----- Native stack trace -----",
                "v8-fatal",
                "FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope",
            ),
            (
                "#\n# Fatal error in ../deps/v8/src/api.cc, line 9\n# Check failed: x.\n#",
                "v8-check",
                "# Fatal error in ../deps/v8/src/api.cc, line 9 Check failed: x.",
            ),
            (
                "terminate called after throwing an instance of 'Napi::Error'\n  what():  closing",
                "cxx-terminate",
                "terminate called after throwing an instance of 'Napi::Error' what():  closing",
            ),
            (
                "\nthread '<unnamed>' (12) panicked at src/lib.rs:3:5:\nboom\nnote: run",
                "rust-panic",
                "thread '<unnamed>' (12) panicked at src/lib.rs:3:5: boom",
            ),
            (
                "node: ../src/a.cc:7: void f(): Assertion `x' failed.",
                "assertion",
                "node: ../src/a.cc:7: void f(): Assertion `x' failed.",
            ),
            (
                "malloc(): unaligned tcache chunk detected",
                "glibc-heap",
                "malloc(): unaligned tcache chunk detected",
            ),
            (
                "free(): invalid pointer",
                "glibc-heap",
                "free(): invalid pointer",
            ),
        ];
        for (text, kind, line) in table {
            let fatal = find_fatal(text).unwrap();
            assert_eq!((fatal.kind.as_str(), fatal.text.as_str()), (kind, line));
        }
    }

    #[test]
    fn ordinary_output_is_not_fatal() {
        assert_eq!(
            find_fatal("PASS a\nTests: 3 passed\n(node:1) Warning: x"),
            None
        );
    }

    #[test]
    fn a_message_behind_megabytes_of_output_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stderr.log");
        let noise = "FATAL ERROR: an old one\n".to_owned() + &"noise\n".repeat(100_000);
        std::fs::write(&path, noise + "free(): invalid size\n").unwrap();
        assert_eq!(
            read_fatal(&path).unwrap().unwrap().text,
            "free(): invalid size"
        );
    }
}
