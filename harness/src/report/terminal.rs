//! What a person sees while a run goes on: progress on a terminal, plain lines elsewhere, always on
//! stderr; the table and the failures at the end.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anstream::AutoStream;
use owo_colors::OwoColorize as _;

use crate::{
    event::{Event, RenderError, Renderer, StepState},
    model::{Attempt, Job, Outcome},
    results::Results,
};

use super::{Verbosity, gates, live::Live, table, words};

/// The terminal's renderer. `W` is stderr but for tests.
pub(super) struct Terminal<W: Write> {
    out: W,
    /// Progress that is drawn over; absent where stderr is no terminal.
    live: Option<Live>,
    verbosity: Verbosity,
    dir: PathBuf,
    width: Option<u16>,
}

impl Terminal<AutoStream<io::Stderr>> {
    /// On stderr, coloured unless `NO_COLOR` is set or stderr is no terminal.
    pub(super) fn stderr(dir: PathBuf, verbosity: Verbosity) -> Self {
        let is_terminal = io::IsTerminal::is_terminal(&io::stderr());
        let live = (is_terminal && verbosity > Verbosity::Quiet).then(Live::new);
        Terminal {
            out: anstream::stderr(),
            live,
            verbosity,
            dir,
            width: comfy_table::Table::new().use_stderr().width(),
        }
    }
}

impl<W: Write> Terminal<W> {
    #[cfg(test)]
    pub(super) fn plain(out: W, dir: PathBuf, verbosity: Verbosity, width: Option<u16>) -> Self {
        Terminal {
            out,
            live: None,
            verbosity,
            dir,
            width,
        }
    }

    #[cfg(test)]
    pub(super) fn into_inner(self) -> W {
        self.out
    }

    /// Prints above whatever is drawn over.
    fn print(&mut self, text: &str) -> io::Result<()> {
        let out = &mut self.out;
        let mut print = || {
            out.write_all(text.as_bytes())?;
            if !text.ends_with('\n') {
                out.write_all(b"\n")?;
            }
            out.flush()
        };
        match &self.live {
            Some(live) => live.suspend(&mut print),
            None => print(),
        }
    }

    fn note(&mut self, text: &str) -> io::Result<()> {
        if self.verbosity > Verbosity::Quiet {
            self.print(text)
        } else {
            Ok(())
        }
    }

    fn step(&mut self, step: &str, state: &StepState) -> io::Result<()> {
        match state {
            StepState::Started { doing } => match &mut self.live {
                Some(live) => {
                    live.step(step, doing);
                    Ok(())
                }
                None => self.note(&format!("{step}: {doing} …")),
            },
            // Only where it can be drawn over: a log would fill with it.
            StepState::Progress { doing } => {
                if let Some(live) = &mut self.live {
                    live.step(step, doing);
                }
                Ok(())
            }
            StepState::Finished {
                result,
                cached,
                elapsed_ms,
            } => {
                if let Some(live) = &mut self.live {
                    live.step_done(step);
                }
                let time = if *cached {
                    "already there".to_owned()
                } else {
                    words::seconds(*elapsed_ms)
                };
                self.note(&format!("{} {step}: {result} ({time})", "ready".green()))
            }
            // Told in full at the end, where it is not scrolled away.
            StepState::Failed { .. } => {
                if let Some(live) = &mut self.live {
                    live.step_done(step);
                }
                self.print(&format!("{} {step}", "failed".red().bold()))
            }
        }
    }

    fn finished(
        &mut self,
        job: &Job,
        attempt: &Attempt,
        outcome: &Outcome,
        results: &Results,
    ) -> io::Result<()> {
        let sum = words::Sum::of(&results.cells);
        if let Some(live) = &mut self.live {
            live.finished(&job.id, sum.judged - sum.clean);
        }
        let time = words::seconds(attempt.duration_ms);
        let name = format!("{} #{}", job.cell, job.repetition);
        if *outcome != Outcome::Clean {
            let label = match outcome {
                Outcome::Infra { .. } => outcome.kind().yellow().bold().to_string(),
                _ => outcome.kind().red().bold().to_string(),
            };
            let ending = words::short_ending(&attempt.ending);
            self.note(&format!(
                "{label} {name}: {ending} in phase {} after {time}",
                attempt.phase
            ))?;
        } else if self.verbosity >= Verbosity::Verbose {
            self.print(&format!("{} {name} ({time})", "clean".green()))?;
        }
        // A log gets a line for each cell instead of one for each of its many attempts.
        match words::cell_of(results, &job.cell) {
            Some(cell) if self.live.is_none() && is_over(cell) => {
                let fraction = words::Sum::of([cell]).fraction();
                self.note(&format!("{fraction} clean: {}", job.cell))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn is_over(cell: &crate::results::CellResults) -> bool {
    cell.outcomes.values().sum::<u32>() >= cell.planned
}

impl<W: Write> Renderer for Terminal<W> {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn event(&mut self, event: &Event, results: &Results) -> Result<(), RenderError> {
        let written = match event {
            Event::RunStarted {
                run, seed, version, ..
            } => self.note(&format!("threadproof {version}: run {run}, seed {seed}")),
            Event::PrepareStep { step, state } => self.step(step, state),
            Event::Planned { plan } => {
                if let Some(live) = &mut self.live {
                    live.planned(plan.jobs, plan.parallel);
                }
                let shard = plan
                    .shard
                    .map_or_else(String::new, |(k, n)| format!(", shard {k} of {n}"));
                let gate = plan.gate.as_ref().map(gates::planned);
                self.note(&format!(
                    "{} in {}, {} at a time{shard}{}",
                    words::counted(plan.jobs as usize, "job"),
                    words::counted(plan.cells.len(), "cell"),
                    plan.parallel,
                    gate.map_or_else(String::new, |gate| format!("\n{gate}"))
                ))
            }
            // These stand below the table.
            Event::NotAvailable { .. }
            | Event::NotApplicable { .. }
            | Event::GateDecided { .. } => Ok(()),
            Event::JobStarted { job, slot, .. } => {
                if let Some(live) = &mut self.live {
                    live.started(job, *slot);
                }
                Ok(())
            }
            Event::JobProgress {
                job,
                phase,
                ended,
                of,
                test,
            } => {
                if let Some(live) = &mut self.live {
                    live.progress(job, *phase, *ended, *of, test.as_deref());
                }
                Ok(())
            }
            Event::JobFinished {
                job,
                attempt,
                outcome,
                evidence: _,
            } => self.finished(job, attempt, outcome, results),
            Event::Interrupted { signal } => self.print(&format!(
                "{} by {}: stopping what runs, then writing the report",
                "interrupted".yellow().bold(),
                crate::model::signal_name(*signal)
            )),
            Event::RunFinished { .. } => {
                // Gone before the table, or it would be drawn below it.
                if let Some(live) = self.live.take() {
                    live.clear();
                }
                self.print(&table::closing(results, &self.dir, self.width))
            }
        };
        match written {
            // Whoever closed stderr does not want to read it; the run and its files go on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|source| RenderError {
                what: "stderr".to_owned(),
                source,
            }),
        }
    }
}
