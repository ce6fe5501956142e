//! Those who show a run: one renderer for each format, all fed with the same events.
//!
//! Files of the run directory are rewritten as the run goes on, so that a run that is killed still
//! has its report. The terminal is written to stderr, GitHub's workflow commands to stdout.

use std::path::{Path, PathBuf};

use crate::{
    event::{Event, RenderError, Renderer},
    results::Results,
};

mod cases;
mod ctrf;
mod expected;
mod figures;
mod file;
mod forms;
mod gates;
mod github;
mod groups;
mod html;
mod json;
mod junit;
mod league;
mod lists;
mod live;
mod matrix;
mod rows;
mod sarif;
mod signatures;
mod stored;
mod summary;
mod table;
mod tap;
mod terminal;
mod told;
mod verdict;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod tests;

pub use figures::Figures;
pub use forms::{Form, add_figures, render, write_file};
pub use json::{event_schema, results_schema};
pub(crate) use rows::rows_table;
pub(crate) use stored::each_event;
pub use stored::{Begun, Stored};
pub use told::{Told, Took};
pub(crate) use words::native_crash;

/// What the renderers are told of the run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The run directory; it exists.
    pub dir: PathBuf,
    /// How much the terminal shows.
    pub verbosity: Verbosity,
}

/// How much the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// `-q`: failures and the final table only.
    Quiet,
    /// Progress too.
    #[default]
    Normal,
    /// `-v`: a line for each job.
    Verbose,
}

/// All renderers of a run.
pub struct Reporters {
    renderers: Vec<Box<dyn Renderer>>,
    /// Those that failed, in the order in which they did.
    errors: Vec<RenderError>,
}

impl Reporters {
    /// Opens the renderers of a run; an error when the run directory cannot be written at all.
    pub fn new(config: &Config) -> Result<Self, RenderError> {
        let file = |name, render: file::Render| file::ResultsFile::new(&config.dir, name, render);
        let told = |name, render| file::ResultsFile::with_told(&config.dir, name, render);
        let mut renderers: Vec<Box<dyn Renderer>> = vec![
            // The truth first: whatever fails later is in it.
            Box::new(json::EventLog::new(&config.dir)?),
            Box::new(file("results.json", json::results)),
            Box::new(file("junit.xml", junit::junit)),
            Box::new(file("summary.md", |results| Ok(summary::summary(results)))),
            Box::new(file("crashed.txt", |results| Ok(lists::crashed(results)))),
            Box::new(file("hung.txt", |results| Ok(lists::hung(results)))),
            Box::new(file("results.tap", |results| Ok(tap::tap(results)))),
            Box::new(told("ctrf.json", ctrf::ctrf)),
            Box::new(told("findings.sarif", |results, told| {
                sarif::sarif(results, told, &Figures::default())
            })),
            Box::new(told("report.html", |results, told| {
                html::page(results, told, &Figures::default())
            })),
        ];
        if let Some(github) = github::Github::detect() {
            renderers.push(Box::new(github));
        }
        // Last, so that the files are there when the terminal names them.
        renderers.push(Box::new(terminal::Terminal::stderr(
            config.dir.clone(),
            config.verbosity,
        )));
        Ok(Reporters {
            renderers,
            errors: Vec::new(),
        })
    }

    /// One renderer more.
    #[must_use]
    pub fn and(mut self, renderer: Box<dyn Renderer>) -> Self {
        self.renderers.push(renderer);
        self
    }

    /// The same where there may be none.
    #[must_use]
    pub fn and_maybe(self, renderer: Option<Box<dyn Renderer>>) -> Self {
        match renderer {
            Some(renderer) => self.and(renderer),
            None => self,
        }
    }

    /// These renderers beside the log of events.
    pub fn of(dir: &Path, others: Vec<Box<dyn Renderer>>) -> Result<Self, RenderError> {
        let mut renderers: Vec<Box<dyn Renderer>> = vec![Box::new(json::EventLog::new(dir)?)];
        renderers.extend(others);
        Ok(Reporters {
            renderers,
            errors: Vec::new(),
        })
    }

    /// Hands an event to all of them. One that fails is left out from then on; the run goes on, and
    /// [`Reporters::finish`] gives the error.
    pub fn event(&mut self, event: &Event, results: &Results) {
        let errors = &mut self.errors;
        self.renderers
            .retain_mut(|renderer| match renderer.event(event, results) {
                Ok(()) => true,
                Err(error) => {
                    errors.push(error);
                    false
                }
            });
    }

    /// The errors of the renderers that failed: none, or the report is not complete and the harness
    /// exits with [`Exit::Internal`](crate::exit::Exit::Internal).
    pub fn finish(self) -> Vec<RenderError> {
        self.errors
    }
}
