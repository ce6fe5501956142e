//! From elements to [`Report`].

use crate::element::{self, Element};
use crate::model::{
    Aux, Completeness, Error, FatalSignal, Frame, Kind, Leaked, Report, State, Status, Suppressed,
};

/// The protocol that is understood. Protocol 5 (Valgrind 3.21) has the same records.
const PROTOCOLS: [&str; 2] = ["4", "5"];

/// Why a text is no report, not even a truncated one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// No text at all.
    #[error("the XML file is empty: valgrind did not start, or died before its first line")]
    Empty,
    /// Something else.
    #[error("this is not valgrind's XML ({found}): run valgrind with --xml=yes --xml-file=FILE")]
    NotValgrind {
        /// What it is instead.
        found: String,
    },
    /// Another version of the format.
    #[error("valgrind's XML protocol {0} is not understood: only 4 and 5 are")]
    Protocol(String),
    /// Another tool of Valgrind.
    #[error("the file was written by valgrind's tool `{0}`: only memcheck's files are understood")]
    Tool(String),
}

impl Report {
    /// Reads a file, as far as it goes. Bytes that are not UTF-8 are replaced.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let text = String::from_utf8_lossy(bytes);
        if text.trim().is_empty() {
            return Err(ParseError::Empty);
        }
        let document = element::read(&text);
        match document.root.as_deref() {
            Some("valgrindoutput") => {}
            Some(other) => {
                return Err(ParseError::NotValgrind {
                    found: format!("its root is <{other}>"),
                });
            }
            None if document.cut.is_some() && "<?xml".starts_with(first(&text, 5)) => {}
            None => {
                return Err(ParseError::NotValgrind {
                    found: format!("it begins with `{}`", first(text.trim_start(), 20)),
                });
            }
        }
        let mut report = Report {
            completeness: match document.cut {
                None => Completeness::Complete,
                Some(why) => Completeness::Truncated { why },
            },
            ..Report::default()
        };
        for element in &document.children {
            report.take(element)?;
        }
        Ok(report)
    }

    fn take(&mut self, element: &Element) -> Result<(), ParseError> {
        match element.name.as_str() {
            "protocolversion" if !PROTOCOLS.contains(&element.text.as_str()) => {
                return Err(ParseError::Protocol(element.text.clone()));
            }
            "protocoltool" | "tool" if element.text != "memcheck" => {
                return Err(ParseError::Tool(element.text.clone()));
            }
            "preamble" => self.preamble = texts(element, "line"),
            "pid" => self.pid = element.text.parse().ok(),
            "ppid" => self.ppid = element.text.parse().ok(),
            "args" => {
                let of = |side| element.child(side).map(command).unwrap_or_default();
                self.valgrind_args = of("vargv");
                self.program_args = of("argv");
            }
            "status" => self.states.push(state(element)),
            "error" => self.errors.push(error(element)),
            "fatal_signal" => self.fatal_signal = Some(fatal_signal(element)),
            // Both come again whenever Valgrind is asked for them; the last totals count.
            "errorcounts" => {
                self.counts = element
                    .all("pair")
                    .filter_map(|pair| {
                        Some((
                            hexadecimal(pair.text_of("unique")?)?,
                            pair.text_of("count")?.parse().ok()?,
                        ))
                    })
                    .collect();
            }
            "suppcounts" => {
                self.suppressed = element
                    .all("pair")
                    .filter_map(|pair| {
                        Some(Suppressed {
                            name: pair.text_of("name")?.to_owned(),
                            count: pair.text_of("count")?.parse().ok()?,
                        })
                    })
                    .collect();
            }
            // Client messages, the user's comment, the log file's qualifier: nothing to judge by.
            _ => {}
        }
        Ok(())
    }
}

fn first(text: &str, characters: usize) -> &str {
    match text.char_indices().nth(characters) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

fn texts(element: &Element, name: &str) -> Vec<String> {
    element.all(name).map(|child| child.text.clone()).collect()
}

/// `<exe>` and its `<arg>`s.
fn command(element: &Element) -> Vec<String> {
    element
        .children
        .iter()
        .map(|child| child.text.clone())
        .collect()
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

fn number<T: std::str::FromStr + Default>(element: &Element, name: &str) -> T {
    element
        .text_of(name)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

fn owned(element: &Element, name: &str) -> Option<String> {
    element.text_of(name).map(str::to_owned)
}

fn state(element: &Element) -> State {
    State {
        status: match element.text_of("state") {
            Some("RUNNING") => Status::Running,
            Some("FINISHED") => Status::Finished,
            other => Status::Other(other.unwrap_or_default().to_owned()),
        },
        time: owned(element, "time").unwrap_or_default(),
    }
}

fn error(element: &Element) -> Error {
    let mut error = Error {
        unique: element
            .text_of("unique")
            .and_then(hexadecimal)
            .unwrap_or_default(),
        tid: number(element, "tid"),
        thread_name: owned(element, "threadname"),
        kind: Kind::named(element.text_of("kind").unwrap_or_default()),
        what: String::new(),
        leaked: None,
        stack: Vec::new(),
        aux: Vec::new(),
    };
    // A stack belongs to the sentence before it, so the order of the children counts.
    for child in &element.children {
        match child.name.as_str() {
            "what" => error.what.clone_from(&child.text),
            "xwhat" => {
                error.what = owned(child, "text").unwrap_or_default();
                error.leaked = child.child("leakedbytes").map(|_| Leaked {
                    bytes: number(child, "leakedbytes"),
                    blocks: number(child, "leakedblocks"),
                });
            }
            "auxwhat" => error.aux.push(aux(child.text.clone())),
            "xauxwhat" => error
                .aux
                .push(aux(owned(child, "text").unwrap_or_default())),
            // `--track-origins=yes`
            "origin" => error.aux.push(Aux {
                what: owned(child, "what").unwrap_or_default(),
                stack: child.child("stack").map(stack).unwrap_or_default(),
            }),
            "stack" => match error.aux.last_mut() {
                Some(aux) => aux.stack = stack(child),
                None => error.stack = stack(child),
            },
            _ => {}
        }
    }
    error
}

fn aux(what: String) -> Aux {
    Aux {
        what,
        stack: Vec::new(),
    }
}

fn stack(element: &Element) -> Vec<Frame> {
    element
        .all("frame")
        .map(|frame| Frame {
            ip: frame
                .text_of("ip")
                .and_then(hexadecimal)
                .unwrap_or_default(),
            obj: owned(frame, "obj"),
            function: owned(frame, "fn"),
            dir: owned(frame, "dir"),
            file: owned(frame, "file"),
            line: frame.text_of("line").and_then(|line| line.parse().ok()),
        })
        .collect()
}

fn fatal_signal(element: &Element) -> FatalSignal {
    FatalSignal {
        signal: number(element, "signo"),
        name: owned(element, "signame").unwrap_or_default(),
        tid: number(element, "tid"),
        event: owned(element, "event"),
        address: element.text_of("siaddr").and_then(hexadecimal),
        stack: element.child("stack").map(stack).unwrap_or_default(),
    }
}
