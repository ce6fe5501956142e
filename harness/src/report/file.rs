//! Files of the run directory: rewritten as the run goes on, never seen half-written, and not
//! so often that it costs.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    event::{Event, RenderError, Renderer, StepState},
    results::Results,
};

use super::Told;

/// How stale a file may be while nothing important happens.
const PACE: Duration = Duration::from_secs(2);
/// A file whose making takes long is made less often: all of them together may cost so little of the run.
const MOST_COST: u32 = 50;

/// Makes the content of a file.
pub(super) type Render = fn(&Results) -> std::io::Result<String>;
/// The same of what events tell beyond the results, too.
pub(super) type RenderTold = fn(&Results, &Told) -> std::io::Result<String>;

/// A file that is a pure function of what has happened.
pub(super) struct ResultsFile {
    name: &'static str,
    path: PathBuf,
    content: Content,
    written: Option<Instant>,
    /// How long the last writing took.
    cost: Duration,
    /// Whether something happened since.
    stale: bool,
}

enum Content {
    OfResults(Render),
    OfAll(RenderTold, Box<Told>),
}

/// How soon a file has to show an event.
#[derive(PartialEq, Eq)]
enum Urgency {
    /// At once: the run may be over before the next event.
    Now,
    /// When the file is next written.
    Soon,
    /// The event changes no result.
    Never,
}

impl ResultsFile {
    /// A file in the run directory.
    pub(super) fn new(dir: &Path, name: &'static str, render: Render) -> Self {
        ResultsFile {
            name,
            path: dir.join(name),
            content: Content::OfResults(render),
            written: None,
            cost: Duration::ZERO,
            stale: false,
        }
    }

    /// The same of what events tell beyond the results, too.
    pub(super) fn with_told(dir: &Path, name: &'static str, render: RenderTold) -> Self {
        ResultsFile {
            content: Content::OfAll(render, Box::default()),
            ..Self::new(dir, name, |_| Ok(String::new()))
        }
    }

    fn write(&mut self, results: &Results) -> Result<(), RenderError> {
        let started = Instant::now();
        let text = match &self.content {
            Content::OfResults(render) => render(results),
            Content::OfAll(render, told) => render(results, told),
        };
        text.and_then(|text| write_atomically(&self.path, text.as_bytes()))
            .map_err(|source| RenderError {
                what: self.path.display().to_string(),
                source,
            })?;
        self.cost = started.elapsed();
        self.written = Some(Instant::now());
        self.stale = false;
        Ok(())
    }
}

impl Renderer for ResultsFile {
    fn name(&self) -> &'static str {
        self.name
    }

    fn event(&mut self, event: &Event, results: &Results) -> Result<(), RenderError> {
        let urgency = urgency(event);
        self.stale |= urgency != Urgency::Never;
        if let Content::OfAll(_, told) = &mut self.content {
            told.apply(event);
        }
        let due = self
            .written
            .is_none_or(|at| at.elapsed() >= pace(self.cost));
        if self.stale && (urgency == Urgency::Now || due) {
            self.write(results)?;
        }
        Ok(())
    }
}

/// How stale a file may become whose last writing took so long.
fn pace(cost: Duration) -> Duration {
    PACE.max(cost * MOST_COST)
}

fn urgency(event: &Event) -> Urgency {
    match event {
        Event::RunStarted { .. }
        | Event::Planned { .. }
        | Event::GateDecided { .. }
        | Event::Interrupted { .. }
        | Event::RunFinished { .. } => Urgency::Now,
        Event::PrepareStep { state, .. } => match state {
            StepState::Failed { .. } => Urgency::Now,
            StepState::Started { .. } | StepState::Progress { .. } | StepState::Finished { .. } => {
                Urgency::Never
            }
        },
        Event::NotAvailable { .. } | Event::NotApplicable { .. } | Event::JobFinished { .. } => {
            Urgency::Soon
        }
        Event::JobStarted { .. } | Event::JobProgress { .. } => Urgency::Never,
    }
}

/// Writes a file so that a reader sees the old content or the new one, and nothing between.
pub(super) fn write_atomically(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".writing-")
        // The default of `tempfile` is private to the user; reports are uploaded by other ones.
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(dir)?;
    file.write_all(content)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Appends whole lines with one write each, so that a killed run leaves no half ones behind.
pub(super) struct Appender {
    path: PathBuf,
    file: fs::File,
}

impl Appender {
    /// A new and empty file.
    pub(super) fn create(path: PathBuf) -> Result<Self, RenderError> {
        let file = fs::OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .open(&path)
            .map_err(|source| RenderError {
                what: path.display().to_string(),
                source,
            })?;
        Ok(Appender { path, file })
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: &str) -> Result<(), RenderError> {
        self.file
            .write_all(format!("{line}\n").as_bytes())
            .map_err(|source| RenderError {
                what: self.path.display().to_string(),
                source,
            })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn what_takes_long_to_write_is_written_less_often() {
        assert_eq!(pace(Duration::from_millis(1)), PACE);
        assert_eq!(pace(Duration::from_millis(200)), Duration::from_secs(10));
    }

    #[test]
    fn a_file_is_not_written_for_each_of_many_attempts() {
        static WRITTEN: AtomicUsize = AtomicUsize::new(0);
        let dir = tempfile::tempdir().unwrap();
        let mut file = ResultsFile::with_told(dir.path(), "x", |_, told| {
            WRITTEN.fetch_add(1, Ordering::Relaxed);
            let attempts: usize = told.attempts.values().map(Vec::len).sum();
            Ok(attempts.to_string())
        });
        let results = Results::default();
        let started = Instant::now();
        for event in fixtures::many(5000, 200, 50, true) {
            file.event(&event, &results).unwrap();
        }
        let paces = started.elapsed().as_secs_f64() / PACE.as_secs_f64();
        // At the start, when it is planned, at the end, and as often as its pace allows.
        let written = WRITTEN.load(Ordering::Relaxed);
        let most = 4.0 + paces;
        assert!(
            f64::from(u32::try_from(written).unwrap()) <= most,
            "{written}, not {most}"
        );
        assert_eq!(fs::read_to_string(dir.path().join("x")).unwrap(), "5000");
    }
}
