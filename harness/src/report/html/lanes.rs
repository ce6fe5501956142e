//! The threads of a fuzz case side by side: a lane each, time downwards, arrows where one starts or awaits another.

use std::collections::BTreeMap;

use super::super::{
    figures::{self, Program, Step, Thread},
    words,
};

/// Width of a lane, in units of the SVG.
const LANE: usize = 172;
/// Height of a row.
const ROW: usize = 30;
/// Height of the names.
const HEAD: usize = 34;
/// Characters that fit in a box.
const FITS: usize = 23;
/// Rows that are drawn.
const MOST_ROWS: usize = 120;

/// A saved case.
pub(super) struct Case<'f> {
    pub(super) folder: &'f str,
    pub(super) target: &'f str,
    pub(super) runtime: &'f str,
    pub(super) signature: &'f str,
    pub(super) outcome: String,
    pub(super) said: &'f str,
    pub(super) hits: u32,
    pub(super) attempts: u32,
    pub(super) drawings: Vec<Drawing>,
}

/// A program as an SVG.
pub(super) struct Drawing {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Name, middle, and where its line begins and ends.
    pub(super) lanes: Vec<(String, usize, usize, usize)>,
    pub(super) boxes: Vec<Box>,
    pub(super) arrows: Vec<Arrow>,
    /// The same in words, for those who do not see it.
    pub(super) words: Vec<String>,
    pub(super) cut: bool,
}

/// A step.
pub(super) struct Box {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) middle: usize,
    pub(super) base: usize,
    pub(super) text: String,
    /// All of it.
    pub(super) full: String,
    /// `step`, or `end` where the thread is brought to its end.
    pub(super) class: &'static str,
}

/// From a lane to another.
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) y: usize,
    /// `start` or `join`.
    pub(super) class: &'static str,
    pub(super) text: usize,
}

impl<'f> Case<'f> {
    pub(super) fn of(case: &'f figures::Case) -> Self {
        Case {
            folder: &case.folder,
            target: &case.target,
            runtime: &case.runtime,
            signature: &case.signature,
            outcome: case.outcome.to_string(),
            said: &case.said,
            hits: case.hits,
            attempts: case.attempts,
            drawings: case.programs.iter().map(draw).collect(),
        }
    }
}

/// What is placed so far.
struct Sheet<'p> {
    program: &'p Program,
    /// The first row after each thread that was placed, by name, and the row in which it began.
    placed: BTreeMap<&'p str, (usize, usize)>,
    drawing: Drawing,
}

fn draw(program: &Program) -> Drawing {
    let mut sheet = Sheet {
        program,
        placed: BTreeMap::new(),
        drawing: Drawing {
            width: program.threads.len() * LANE,
            height: 0,
            lanes: Vec::new(),
            boxes: Vec::new(),
            arrows: Vec::new(),
            words: Vec::new(),
            cut: false,
        },
    };
    if let Some(root) = program.threads.first() {
        sheet.place(root, 0);
    }
    let mut last = 0;
    for (at, thread) in program.threads.iter().enumerate() {
        let (from, to) = sheet
            .placed
            .get(thread.name.as_str())
            .copied()
            .unwrap_or((0, 0));
        last = last.max(to);
        let lane = (thread.name.clone(), middle(at), y(from), y(to));
        sheet.drawing.lanes.push(lane);
    }
    sheet.drawing.height = y(last.min(MOST_ROWS)) + 8;
    sheet.drawing
}

fn middle(lane: usize) -> usize {
    lane * LANE + LANE / 2
}

fn y(row: usize) -> usize {
    HEAD + row.min(MOST_ROWS) * ROW
}

impl<'p> Sheet<'p> {
    fn lane(&self, name: &str) -> Option<usize> {
        self.program.threads.iter().position(|one| one.name == name)
    }

    /// Places a thread from a row on, and those that it starts when it starts them.
    fn place(&mut self, thread: &'p Thread, begin: usize) {
        let Some(lane) = self.lane(&thread.name) else {
            return;
        };
        // Placed before its steps, so that a thread that starts itself is not placed for ever.
        self.placed.insert(&thread.name, (begin, begin));
        let mut row = begin;
        for step in &thread.steps {
            let other = step.thread.as_deref();
            let other = other
                .and_then(|name| self.lane(name))
                .filter(|other| *other != lane);
            match (step.name.as_str(), other) {
                ("spawn", Some(other)) => {
                    self.arrow(lane, other, row, "start");
                    self.say(format!(
                        "{} starts {}",
                        thread.name, self.program.threads[other].name
                    ));
                    let child = &self.program.threads[other];
                    if !self.placed.contains_key(child.name.as_str()) {
                        self.place(child, row + 1);
                    }
                }
                ("join", Some(other)) => {
                    let name = self.program.threads[other].name.as_str();
                    let ended = self.placed.get(name).map_or(row, |(_, end)| *end);
                    row = row.max(ended);
                    self.arrow(other, lane, row, "join");
                    self.say(format!("{} awaits the end of {name}", thread.name));
                }
                _ => {
                    let text = told(step);
                    self.say(format!("{}: {text}", thread.name));
                    self.step(lane, row, text, "step");
                }
            }
            row += 1;
        }
        if let Some(end) = &thread.end
            && end.how != "return"
        {
            let at = end
                .at
                .as_ref()
                .map_or_else(String::new, |at| format!(" at {at}"));
            let inside = if end.inside { " in a callback" } else { "" };
            let text = format!("ends: {}{at}{inside}", end.how);
            self.say(format!("{} {text}", thread.name));
            self.step(lane, row, text, "end");
            row += 1;
        }
        self.placed.insert(&thread.name, (begin, row));
    }

    fn say(&mut self, text: String) {
        if self.drawing.words.len() < MOST_ROWS {
            self.drawing.words.push(text);
        }
    }

    fn step(&mut self, lane: usize, row: usize, full: String, class: &'static str) {
        if row >= MOST_ROWS {
            self.drawing.cut = true;
            return;
        }
        self.drawing.boxes.push(Box {
            x: lane * LANE + 6,
            y: y(row) + 3,
            middle: middle(lane),
            base: y(row) + 19,
            text: words::first_line(&full, FITS),
            full,
            class,
        });
    }

    fn arrow(&mut self, from: usize, to: usize, row: usize, class: &'static str) {
        if row >= MOST_ROWS {
            self.drawing.cut = true;
            return;
        }
        let middle_y = y(row) + ROW / 2;
        // The head ends before the line of its lane.
        let tip = if from < to {
            middle(to) - 5
        } else {
            middle(to) + 5
        };
        self.drawing.arrows.push(Arrow {
            from: middle(from),
            to: tip,
            y: middle_y,
            class,
            // Beside the one that acts: its own lane is free in this row.
            text: match (class == "join", from < to) {
                (false, true) => middle(from) + LANE / 4,
                (false, false) => middle(from) - LANE / 4,
                (true, true) => middle(to) - LANE / 4,
                (true, false) => middle(to) + LANE / 4,
            },
        });
    }
}

/// A step in words.
fn told(step: &Step) -> String {
    if step.inside.is_empty() {
        return match &step.thread {
            Some(thread) => format!("{} of {thread}", step.name),
            None => step.name.clone(),
        };
    }
    let inside: Vec<String> = step.inside.iter().map(told).collect();
    format!("{} {{ {} }}", step.name, inside.join(", "))
}
