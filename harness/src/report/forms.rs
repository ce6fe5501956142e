//! The forms in which a stored run can be rendered again.

use std::{io, path::Path};

use super::{Stored, ctrf, file, html, json, junit, league, sarif, summary, table, tap};
use crate::error::Error;

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The table, what it means, and the failures.
    Terminal {
        /// Columns of the terminal, where there is one.
        width: Option<u16>,
        /// Without colours.
        plain: bool,
    },
    /// `report.html`.
    Html,
    /// `summary.md`.
    Markdown,
    /// Targets by versions of Node, for documentation.
    League,
    /// `junit.xml`.
    Junit,
    /// `ctrf.json`.
    Ctrf,
    /// `results.tap`.
    Tap,
    /// `findings.sarif`.
    Sarif,
    /// `results.json`.
    Json,
}

/// Renders a stored run.
pub fn render(stored: &Stored, form: Form) -> io::Result<String> {
    let Stored {
        dir,
        results,
        told,
        figures,
        cut: _,
    } = stored;
    match form {
        Form::Terminal { width, plain } => {
            let text = table::closing(results, dir, width);
            Ok(if plain {
                anstream::adapter::strip_str(&text).to_string()
            } else {
                text
            })
        }
        Form::Html => html::page(results, told, figures),
        Form::League => Ok(league::league(results)),
        Form::Markdown => Ok(summary::summary(results)),
        Form::Junit => junit::junit(results),
        Form::Ctrf => ctrf::ctrf(results, told),
        Form::Tap => Ok(tap::tap(results)),
        Form::Sarif => sarif::sarif(results, told, figures),
        Form::Json => json::results(results),
    }
}

/// Writes a file so that nobody sees half of it.
pub fn write_file(path: &Path, text: &str) -> io::Result<()> {
    file::write_atomically(path, text.as_bytes())
}

/// Writes those files of a run directory anew that show what was measured, once that stands beside its events.
pub fn add_figures(dir: &Path) -> Result<(), Error> {
    let stored = Stored::read(dir)?;
    for (name, form) in [("report.html", Form::Html), ("findings.sarif", Form::Sarif)] {
        let path = dir.join(name);
        render(&stored, form)
            .and_then(|text| write_file(&path, &text))
            .map_err(Error::io("write", &path))?;
    }
    Ok(())
}
