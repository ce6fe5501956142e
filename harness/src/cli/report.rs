//! `threadproof report`: renders a stored run again.

use std::io::{self, IsTerminal as _, Write as _};

use super::{
    args::{Format, Place, ReportArgs},
    history::{self, Named},
    print,
};
use crate::{
    error::Error,
    exit::Exit,
    report::{Form, render, write_file},
};

pub(super) fn report(place: &Place, args: &ReportArgs) -> Result<Exit, Error> {
    let named = history::find(place, &args.run)?;
    if let Named::Kept { name, dir, .. } = &named
        && !of_results_alone(args.format)
    {
        return Err(Error::Usage {
            what: format!(
                "the folder of {name} is gone ({}), and this form needs its events",
                dir.display()
            ),
            help: "the history keeps what --format terminal, md, league, junit, tap and json need"
                .to_owned(),
        });
    }
    let stored = named.read()?;
    let text = render(&stored, form(args.format, args.out.is_some()))
        .map_err(Error::io("render", &stored.dir))?;
    let Some(out) = &args.out else {
        return shown(&text);
    };
    write_file(out, &text).map_err(|error| Error::Usage {
        what: format!("--out {}: cannot be written: {error}", out.display()),
        help: "name a file in a folder that is there and can be written".to_owned(),
    })?;
    print::line(&out.to_string_lossy())
}

/// Whether nothing else than what a run came to is shown.
fn of_results_alone(format: Format) -> bool {
    match format {
        Format::Terminal
        | Format::Md
        | Format::League
        | Format::Junit
        | Format::Tap
        | Format::Json => true,
        Format::Html | Format::Ctrf | Format::Sarif => false,
    }
}

fn form(format: Format, to_file: bool) -> Form {
    match format {
        Format::Terminal => {
            let width = (!to_file && io::stdout().is_terminal())
                .then(|| comfy_table::Table::new().width())
                .flatten();
            Form::Terminal {
                width,
                plain: to_file,
            }
        }
        Format::Html => Form::Html,
        Format::Md => Form::Markdown,
        Format::League => Form::League,
        Format::Junit => Form::Junit,
        Format::Ctrf => Form::Ctrf,
        Format::Tap => Form::Tap,
        Format::Sarif => Form::Sarif,
        Format::Json => Form::Json,
    }
}

/// Prints it, in colours where stdout shows them.
fn shown(text: &str) -> Result<Exit, Error> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("write", "stdout")(error))
        }
        _ => Ok(Exit::Success),
    }
}
