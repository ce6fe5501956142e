//! What goes to stdout, where a reader that has gone away is no failure.

use std::io::{self, Write};

use serde::Serialize;

use crate::{error::Error, exit::Exit};

/// Prints text and a line feed.
pub(super) fn line(text: &str) -> Result<Exit, Error> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Success),
        Err(error) => Err(Error::io("write", "stdout")(error)),
    }
}

/// Prints JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Exit, Error> {
    let text = serde_json::to_string_pretty(value);
    line(&text.map_err(|error| Error::io("write", "stdout")(error.into()))?)
}
