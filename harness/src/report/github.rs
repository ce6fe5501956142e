//! GitHub Actions: annotations on stdout, where workflow commands belong, and the step summary.
//!
//! Limits, from GitHub's documentation of workflow commands and problem matchers: 10 error and 10
//! warning annotations a step, and 1 MiB of summary a step, beyond which *nothing* of it is shown.
//! What does not fit is counted where a person sees it.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, Write},
    path::PathBuf,
};

use crate::{
    event::{Event, RenderError, Renderer},
    results::Results,
};

use super::{
    groups::{Group, groups},
    summary, verdict, words,
};

/// Annotations of a kind that GitHub keeps of a step.
const MOST_ANNOTATIONS: usize = 10;
/// Bytes that GitHub keeps of a step's summary.
const MOST_SUMMARY: usize = 1024 * 1024;

/// The renderer. `W` is stdout but for tests.
pub(super) struct Github<W: Write> {
    out: W,
    summary: Option<PathBuf>,
}

impl Github<io::Stdout> {
    /// When this process runs in GitHub Actions.
    pub(super) fn detect() -> Option<Self> {
        Self::on(io::stdout(), |name| env::var_os(name))
    }
}

impl<W: Write> Github<W> {
    pub(super) fn on(out: W, variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        variable("GITHUB_ACTIONS")
            .filter(|value| value == "true")
            .map(|_| Github {
                out,
                summary: variable("GITHUB_STEP_SUMMARY")
                    .filter(|path| !path.is_empty())
                    .map(PathBuf::from),
            })
    }

    #[cfg(test)]
    pub(super) fn into_inner(self) -> W {
        self.out
    }

    fn annotate(&mut self, results: &Results) -> io::Result<()> {
        for line in annotations(results) {
            writeln!(self.out, "{line}")?;
        }
        self.out.flush()
    }

    fn summarise(&self, results: &Results) -> Result<(), RenderError> {
        let Some(path) = &self.summary else {
            return Ok(());
        };
        let append = || {
            let text = summary::summary(results);
            // Earlier commands of the same step may have written there.
            let used = fs::metadata(path).map_or(0, |file| file.len());
            let left = MOST_SUMMARY.saturating_sub(usize::try_from(used).unwrap_or(MOST_SUMMARY));
            fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)?
                .write_all(fitted(&text, left).as_bytes())
        };
        append().map_err(|source| RenderError {
            what: path.display().to_string(),
            source,
        })
    }
}

impl<W: Write> Renderer for Github<W> {
    fn name(&self) -> &'static str {
        "GitHub annotations and step summary"
    }

    fn event(&mut self, event: &Event, results: &Results) -> Result<(), RenderError> {
        match event {
            Event::RunStarted { .. }
            | Event::PrepareStep { .. }
            | Event::Planned { .. }
            | Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::JobStarted { .. }
            | Event::JobProgress { .. }
            | Event::JobFinished { .. }
            | Event::GateDecided { .. }
            | Event::Interrupted { .. } => Ok(()),
            // Only once: both can only be added to.
            Event::RunFinished { .. } => {
                self.annotate(results).map_err(|source| RenderError {
                    what: "annotations to stdout".to_owned(),
                    source,
                })?;
                self.summarise(results)
            }
        }
    }
}

/// The annotations of a run: an error for each kind of failure, a warning for each kind of attempt
/// that could not be judged, a notice with the whole.
fn annotations(results: &Results) -> Vec<String> {
    let (unjudged, failed): (Vec<_>, Vec<_>) = groups(results)
        .into_iter()
        // What is expected stands in the notice, with its issue.
        .filter(|group| !group.expected)
        .partition(|group| !group.kind().is_failure());
    let mut lines = Vec::new();
    if let Some(failed) = &results.preparation {
        lines.push(command(
            "error",
            &format!("threadproof: {} failed", failed.step),
            &format!("{}\n{}", failed.cause, failed.help),
        ));
    }
    lines.extend(limited("error", &failed, results));
    lines.extend(limited("warning", &unjudged, results));
    let (_, headline) = verdict::headline(results);
    let mut text = vec![headline];
    text.extend(verdict::meaning(results));
    lines.push(command("notice", "threadproof", &text.join("\n")));
    lines
}

fn limited(kind: &str, groups: &[Group<'_>], results: &Results) -> Vec<String> {
    let fits = groups.len() <= MOST_ANNOTATIONS;
    let shown = if fits {
        groups.len()
    } else {
        // The last place says what is left out.
        MOST_ANNOTATIONS - 1
    };
    let mut lines: Vec<String> = groups[..shown]
        .iter()
        .map(|group| annotation(kind, group, results))
        .collect();
    if !fits {
        lines.push(command(
            kind,
            "threadproof",
            &format!(
                "{} more kinds of failure are not annotated, because GitHub keeps {MOST_ANNOTATIONS} \
                 annotations of a step: see summary.md",
                groups.len() - shown
            ),
        ));
    }
    lines
}

fn annotation(kind: &str, group: &Group<'_>, results: &Results) -> String {
    let first = group.first;
    let (cell, _) = group.cells[0];
    let elsewhere = match group.cells.len() - 1 {
        0 => String::new(),
        more => format!(" and {}", words::counted(more, "other cell")),
    };
    let judged: u32 = group
        .cells
        .iter()
        .filter_map(|(cell, _)| words::cell_of(results, cell))
        .map(|cell| cell.judged)
        .sum();
    let mut text = vec![
        format!(
            "{} of {} in {cell}{elsewhere}: {}",
            group.count,
            words::counted(judged as usize, "attempt"),
            words::outcome(&first.outcome)
        ),
        format!("phase {}; {}", first.phase, words::ending(&first.ending)),
    ];
    text.extend(first.fatal.clone());
    text.extend(
        first
            .tests
            .iter()
            .take(3)
            .map(|test| words::test(test, 200)),
    );
    text.push(format!("repeat: {}", first.repeat));
    command(
        kind,
        &format!("threadproof: {}", group.kind()),
        &text.join("\n"),
    )
}

/// A workflow command, escaped as GitHub's own toolkit does it.
fn command(kind: &str, title: &str, message: &str) -> String {
    let data = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let title = data(title).replace(':', "%3A").replace(',', "%2C");
    format!("::{kind} title={title}::{}", data(message))
}

/// As much of a summary as fits, cut between two lines, with a note that it was cut.
fn fitted(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let note =
        "\n\n**Cut here: GitHub shows 1 MiB of summary a step. The whole is in summary.md.**\n";
    let Some(mut room) = most.checked_sub(note.len()) else {
        return String::new();
    };
    while !text.is_char_boundary(room) {
        room -= 1;
    }
    // Before a failure, because an open `<details>` or block of code would swallow the note.
    let before = |what: &str| text[..room].rfind(what);
    let end = before("\n<details>").or_else(|| before("\n")).unwrap_or(0);
    format!("{}{note}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflow_commands_are_escaped() {
        assert_eq!(
            command("error", "a: b, 50 %", "one\r\ntwo: 100 %, done"),
            "::error title=a%3A b%2C 50 %25::one%0D%0Atwo: 100 %25, done"
        );
    }

    #[test]
    fn a_summary_is_cut_between_lines_and_says_so() {
        let text = "line äöü\n".repeat(200_000);
        let cut = fitted(&text, MOST_SUMMARY);
        assert!(cut.len() <= MOST_SUMMARY && cut.len() > MOST_SUMMARY - 20);
        assert!(cut.contains("line äöü\n\n**Cut here"), "cut within a line");
        let failures = "<details>\n```text\nlong\n```\n</details>\n".repeat(50_000);
        let cut = fitted(&failures, MOST_SUMMARY);
        assert!(
            cut.contains("</details>\n\n**Cut here"),
            "cut within a failure"
        );
        assert_eq!(fitted("short", MOST_SUMMARY), "short");
        assert_eq!(fitted(&text, 10), "");
    }

    #[test]
    fn only_github_gets_them() {
        let on = |value: Option<&str>| {
            let value = value.map(OsString::from);
            Github::on(Vec::new(), |name| {
                (name == "GITHUB_ACTIONS").then(|| value.clone())?
            })
            .is_some()
        };
        assert!(on(Some("true")));
        assert!(!on(Some("false")));
        assert!(!on(None));
    }
}
