//! Progress that is drawn over: a line for each step of the preparation, then a bar with a line for
//! each job that runs.

use std::{collections::BTreeMap, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::model::{Job, JobId, Phase};

use super::words;

/// The lines at the bottom of the terminal.
pub(super) struct Live {
    lines: MultiProgress,
    steps: BTreeMap<String, ProgressBar>,
    bar: Option<ProgressBar>,
    slots: Vec<ProgressBar>,
    running: BTreeMap<JobId, (u32, String)>,
}

impl Live {
    pub(super) fn new() -> Self {
        // On stderr, with at most 20 frames a second.
        Live {
            lines: MultiProgress::new(),
            steps: BTreeMap::new(),
            bar: None,
            slots: Vec::new(),
            running: BTreeMap::new(),
        }
    }

    /// Runs `print` while nothing is drawn.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.lines.suspend(print)
    }

    /// A step of the preparation does this now.
    pub(super) fn step(&mut self, step: &str, doing: &str) {
        let lines = &self.lines;
        let line = self.steps.entry(step.to_owned()).or_insert_with(|| {
            let line = lines.add(ProgressBar::new_spinner());
            line.set_style(style("{spinner} {prefix}: {wide_msg} {elapsed}"));
            line.set_prefix(step.to_owned());
            line.enable_steady_tick(Duration::from_millis(100));
            line
        });
        line.set_message(words::first_line(doing, 200));
    }

    /// A step is over.
    pub(super) fn step_done(&mut self, step: &str) {
        if let Some(line) = self.steps.remove(step) {
            line.finish_and_clear();
            self.lines.remove(&line);
        }
    }

    /// These many jobs will run.
    pub(super) fn planned(&mut self, jobs: u32, parallel: u32) {
        self.slots = (0..parallel)
            .map(|_| {
                let line = self.lines.add(ProgressBar::new_spinner());
                line.set_style(style("  {wide_msg}"));
                line
            })
            .collect();
        let bar = self.lines.add(ProgressBar::new(u64::from(jobs)));
        bar.set_style(style(
            "{bar:30} {pos}/{len} jobs, {elapsed}, {eta} left{msg:.red}",
        ));
        bar.enable_steady_tick(Duration::from_millis(500));
        self.bar = Some(bar);
    }

    /// A job starts in a slot.
    pub(super) fn started(&mut self, job: &Job, slot: u32) {
        let name = format!("{} #{}", job.cell, job.repetition);
        self.show(slot, &name);
        self.running.insert(job.id.clone(), (slot, name));
    }

    /// A job goes on.
    pub(super) fn progress(
        &mut self,
        job: &JobId,
        phase: Phase,
        ended: u32,
        of: u32,
        test: Option<&str>,
    ) {
        if let Some((slot, name)) = self.running.get(job) {
            let test = test.map_or_else(String::new, |test| format!(" {test}"));
            self.show(*slot, &format!("{name} {ended}/{of} {phase}{test}"));
        }
    }

    /// A job is over; so many have failed so far.
    pub(super) fn finished(&mut self, job: &JobId, failed: u32) {
        if let Some((slot, _)) = self.running.remove(job) {
            self.show(slot, "");
        }
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if failed > 0 {
                bar.set_message(format!(", {failed} failed"));
            }
        }
    }

    /// Takes all lines away.
    pub(super) fn clear(self) {
        for line in self.steps.values().chain(&self.slots).chain(&self.bar) {
            line.finish_and_clear();
        }
        // What cannot be cleared was never drawn.
        let _ = self.lines.clear();
    }

    fn show(&self, slot: u32, text: &str) {
        if let Some(line) = self.slots.get(slot as usize) {
            line.set_message(text.to_owned());
            line.tick();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates of this file are right")
}
