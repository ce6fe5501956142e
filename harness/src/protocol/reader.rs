//! Reads an event file while it grows.

use std::io::{self, Read};

use serde::Deserialize;

use super::{Line, PROTOCOL_VERSION};

/// Cuts a growing stream of bytes into events.
///
/// After an error nothing more is read: what follows cannot be believed.
#[derive(Debug, Default)]
pub struct Reader {
    /// Bytes after the last line feed.
    rest: Vec<u8>,
    lines: u64,
    broken: bool,
}

/// Why a stream cannot be believed.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The file could not be read.
    #[error("cannot read the event file: {0}")]
    Io(#[from] io::Error),
    /// A whole line is not an event that this version knows.
    #[error("line {line} of the event file is not an event: {source}")]
    Format {
        /// From 1.
        line: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another version of the protocol.
    #[error(
        "line {line} of the event file speaks version {found} of the protocol, not {PROTOCOL_VERSION}"
    )]
    Version {
        /// From 1.
        line: u64,
        /// The version that it names.
        found: u32,
    },
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

impl Reader {
    /// Takes all bytes that `source` has now, and hands each whole line's event to `take`.
    pub fn drain(
        &mut self,
        mut source: impl Read,
        mut take: impl FnMut(Line),
    ) -> Result<(), StreamError> {
        if self.broken {
            return Ok(());
        }
        let before = self.rest.len();
        source.read_to_end(&mut self.rest)?;
        if self.rest.len() == before {
            return Ok(());
        }
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let rest = self.rest.split_off(end + 1);
        let whole = std::mem::replace(&mut self.rest, rest);
        for bytes in whole[..end].split(|byte| *byte == b'\n') {
            self.lines += 1;
            match parse(bytes, self.lines) {
                Ok(line) => take(line),
                Err(error) => {
                    self.broken = true;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Lines read so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether the last line has no end, as after a crash in the middle of a write.
    pub fn torn(&self) -> bool {
        !self.rest.is_empty()
    }
}

fn parse(bytes: &[u8], line: u64) -> Result<Line, StreamError> {
    // A version that is not ours may have other fields, so it is looked at first only when the
    // line cannot be read, or says so: one pass for lines that are in order.
    #[derive(Deserialize)]
    struct Versioned {
        v: u32,
        #[serde(flatten)]
        line: Line,
    }
    match serde_json::from_slice::<Versioned>(bytes) {
        Ok(Versioned {
            v: PROTOCOL_VERSION,
            line,
        }) => Ok(line),
        Ok(Versioned { v: found, .. }) => Err(StreamError::Version { line, found }),
        Err(source) => match serde_json::from_slice::<Version>(bytes) {
            Ok(Version { v: found }) if found != PROTOCOL_VERSION => {
                Err(StreamError::Version { line, found })
            }
            _ => Err(StreamError::Format { line, source }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ChildEvent;

    const NOTE: &str = "{\"v\":1,\"at\":1.5,\"type\":\"note\",\"message\":\"a\"}\n";

    fn drain(reader: &mut Reader, text: &str) -> Result<Vec<Line>, StreamError> {
        let mut lines = Vec::new();
        reader.drain(text.as_bytes(), |line| lines.push(line))?;
        Ok(lines)
    }

    #[test]
    fn a_line_that_arrives_in_pieces_is_one_event() {
        for cut in 1..NOTE.len() {
            let mut reader = Reader::default();
            assert_eq!(drain(&mut reader, &NOTE[..cut]).unwrap(), []);
            assert!(reader.torn());
            let lines = drain(&mut reader, &NOTE[cut..]).unwrap();
            assert_eq!(
                lines,
                [Line {
                    at: 1.5,
                    event: ChildEvent::Note {
                        message: "a".into()
                    }
                }]
            );
            assert!(!reader.torn());
        }
    }

    #[test]
    fn events_before_a_broken_line_count_and_those_after_it_do_not() {
        let mut reader = Reader::default();
        let mut lines = 0;
        let text = format!("{NOTE}{{\"v\":1,\"at\":1,\"type\":\"novel\"}}\n{NOTE}");
        let error = reader.drain(text.as_bytes(), |_| lines += 1).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
        assert_eq!(lines, 1);
        assert_eq!(drain(&mut reader, NOTE).unwrap(), []);
    }

    #[test]
    fn another_version_is_refused_as_such() {
        for text in [
            "{\"v\":2,\"at\":1.5,\"type\":\"note\",\"message\":\"a\"}\n",
            "{\"v\":2,\"kind\":\"unheard of\"}\n",
        ] {
            let error = drain(&mut Reader::default(), text).unwrap_err();
            assert!(
                matches!(error, StreamError::Version { line: 1, found: 2 }),
                "{error}"
            );
        }
    }

    #[test]
    fn every_event_of_the_protocol_page_is_understood() {
        let table = [
            r#""type":"run-start","runner":"jest","runnerVersion":"30.1.0","node":"24.1.0","pid":3"#,
            r#""type":"phase","phase":"load","thread":0"#,
            r#""type":"worker-start","thread":1,"parent":0"#,
            r#""type":"worker-exit","thread":1,"code":0"#,
            r#""type":"test-start","test":"a/b > c","file":"suites/a/b""#,
            r#""type":"test-end","test":"a/b > c","file":"suites/a/b","status":"failed","ms":1.5,"errors":[{"message":"m","stack":"s","code":"E"}]"#,
            r#""type":"file-end","file":"suites/a/b","ok":false,"errors":[{"message":"m"}]"#,
            r#""type":"run-end","passed":1,"failed":0,"skipped":0,"ok":true"#,
            r#""type":"note","message":"m""#,
            r#""type":"finding","rule":"a/b","detector":"guard","message":"m","call":"napi_wrap","object":"/x.node","count":1,"stacks":[{"title":"misused here","thread":7,"frames":[{"object":"/x.node","offset":16,"symbol":"f"},{"object":null,"offset":1,"symbol":null}]}]"#,
            r#""type":"native-crash","signal":11,"code":1,"address":"0x0","thread":7,"unloaded":null,"frames":[],"lastFailed":{"call":"napi_unwrap","status":1,"frames":[]}"#,
            r#""type":"env-end","thread":7,"object":"/x.node","counts":{"references":1}"#,
            r#""type":"process-exit","code":0"#,
        ];
        for fields in table {
            let text = format!("{{\"v\":1,\"at\":2.0,{fields}}}\n");
            let lines = drain(&mut Reader::default(), &text).unwrap();
            let kind = fields.split('"').nth(3).unwrap();
            assert!(
                lines[0].event.describe().starts_with(kind),
                "{:?}",
                lines[0]
            );
        }
    }
}
