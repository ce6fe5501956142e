//! Those who show a run: one renderer for each format, all fed with the same events.

use std::path::PathBuf;

use crate::{
    event::{Event, RenderError, Renderer},
    results::Results,
};

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
}

impl Reporters {
    /// Opens the renderers of a run.
    pub fn new(_config: &Config) -> Result<Self, RenderError> {
        Ok(Reporters {
            renderers: Vec::new(),
        })
    }

    /// Hands an event to all of them; those that fail are left out from then on, and their errors
    /// are returned.
    pub fn event(&mut self, event: &Event, results: &Results) -> Vec<RenderError> {
        let mut errors = Vec::new();
        self.renderers
            .retain_mut(|renderer| match renderer.event(event, results) {
                Ok(()) => true,
                Err(error) => {
                    errors.push(error);
                    false
                }
            });
        errors
    }
}
