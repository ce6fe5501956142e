//! `threadproof report`: renders a stored run again.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use super::{
    args::{Format, Place, ReportArgs},
    print,
};
use crate::{
    error::Error,
    exit::Exit,
    report::{Form, Stored, render, write_file},
};

/// Runs that are named where one is not found.
const MOST_NAMED: usize = 5;

pub(super) fn report(place: &Place, args: &ReportArgs) -> Result<Exit, Error> {
    let dir = find_run(place, &args.run)?;
    let stored = Stored::read(&dir)?;
    if let Some(why) = stored.not_whole() {
        anstream::eprintln!("threadproof: {} is not whole: {why}", dir.display());
    }
    let text = render(&stored, form(args.format, args.out.is_some()))
        .map_err(Error::io("render", &dir))?;
    let Some(out) = &args.out else {
        return shown(&text);
    };
    write_file(out, &text).map_err(|error| Error::Usage {
        what: format!("--out {}: cannot be written: {error}", out.display()),
        help: "name a file in a folder that is there and can be written".to_owned(),
    })?;
    print::line(&out.to_string_lossy())
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

/// The folder of a run that was named: a folder itself, or the name of a run of this tree, such as `latest`.
pub(super) fn find_run(place: &Place, name: &str) -> Result<PathBuf, Error> {
    let named = Path::new(name);
    if named.components().count() > 1 || Stored::is_run(named) {
        return Ok(named.to_owned());
    }
    let runs = place.workspace()?.state.join("runs");
    let dir = runs.join(name);
    if Stored::is_run(&dir) {
        return Ok(dir);
    }
    // Their names begin with the time.
    let mut known: Vec<String> = std::fs::read_dir(&runs)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| Stored::is_run(&entry.path()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "latest")
        .collect();
    known.sort();
    let newest: Vec<&str> = known
        .iter()
        .rev()
        .take(MOST_NAMED)
        .map(String::as_str)
        .collect();
    Err(Error::NothingSelected {
        what: format!("there is no run {name:?} in {}", runs.display()),
        help: if newest.is_empty() {
            "name the folder of a run; none is kept here yet".to_owned()
        } else {
            format!(
                "name the folder of a run, `latest`, or one of: {}",
                newest.join(", ")
            )
        },
    })
}
