//! `README.md` of a case: what happened, how often, and what to do next.

use std::fmt::Write as _;

use threadproof_stress::{Interval, say};

use super::{
    program::{End, Program, Root, Step, Thread},
    save::Case,
};

/// The page of a case.
pub(super) fn readme(case: &Case) -> String {
    let (low, high) = case.interval;
    let rate = say::interval(Interval { low, high });
    let lanes: Vec<String> = case.programs.iter().map(lanes).collect();
    let conditions = conditions(&case.programs[0]);
    format!(
        "# {signature}\n\n\
         {target} on Node {runtime}: **{outcome}**\n\n\
         ```\n{said}\n```\n\n\
         It showed in {hits} of {attempts} attempts ({rate} with 95 % confidence), each in a process of its own.{conditions}\n\n\
         {lanes}\n\n\
         ## Run it\n\n\
         ```\n\
         node repro.mjs                       # plain Node; another addon: node repro.mjs other.node\n\
         gdb -ex run --args node repro.mjs\n\
         valgrind --fair-sched=yes --keep-debuginfo=yes node --jitless repro.mjs\n\
         threadproof repro case.json --attempts {attempts}\n\
         ```\n\n\
         `repro.mjs` exits with 0 when nothing goes wrong. What only the guard of the harness sees, and the process survives, does \
         not show there: use `threadproof repro`.\n\n\
         ## Text for an issue\n\n\
         > {target} on Node {runtime}: {outcome}. {first}\n\
         > It shows in {hits} of {attempts} attempts ({rate}) with the script below, made small from a generated program of {steps} steps \
         by `threadproof fuzz`.\n",
        signature = case.signature,
        target = case.target,
        runtime = case.runtime,
        outcome = case.outcome,
        said = case.said,
        hits = case.hits,
        attempts = case.attempts,
        lanes = lanes.join("\n\n"),
        first = case.said.lines().next().unwrap_or_default(),
        steps = case.programs.iter().map(Program::size).sum::<usize>(),
    )
}

fn conditions(program: &Program) -> String {
    let schedule = program.schedule;
    let all = [
        (program.root == Root::Worker, "its first thread is a worker"),
        (schedule.one_core, "all threads share one core"),
        (
            schedule.gc_stress,
            "V8 collects garbage all the time (`--gc-interval=500`)",
        ),
        (schedule.one_pool_thread, "`UV_THREADPOOL_SIZE` is 1"),
    ];
    let met: Vec<&str> = all
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, text)| text)
        .collect();
    if met.is_empty() {
        String::new()
    } else {
        format!(" Conditions: {}.", met.join(", "))
    }
}

/// The threads of a program side by side.
fn lanes(program: &Program) -> String {
    let mut text = "```mermaid\nsequenceDiagram\n".to_owned();
    for thread in &program.threads {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  participant {}", thread.name);
    }
    if let Some(root) = program.threads.first() {
        thread(program, root, &mut text);
    }
    text + "```"
}

/// A thread, and those that it starts when it starts them.
fn thread(program: &Program, one: &Thread, text: &mut String) {
    for step in &one.steps {
        match step {
            Step::Spawn { thread: name, .. } => {
                let _ = writeln!(text, "  {}->>{name}: starts", one.name);
                let child = program.threads.iter().find(|other| other.name == *name);
                // Only later ones: nobody starts the one that started it.
                if let Some(child) =
                    child.filter(|child| child.name > one.name || one.name == "main")
                {
                    thread(program, child, text);
                }
            }
            Step::Join { thread: name } => {
                let _ = writeln!(text, "  {name}-->>{}: has ended", one.name);
            }
            other => {
                let _ = writeln!(text, "  Note over {}: {}", one.name, words(other));
            }
        }
    }
    if one.end != End::Return {
        let _ = writeln!(text, "  Note over {}: ends by {}", one.name, end(one.end));
    }
}

/// A step in a few words, which have no sign that the diagram would read.
fn words(step: &Step) -> String {
    let mut words = step.name().to_owned();
    if let Some(inside) = step.inside().filter(|inside| !inside.is_empty()) {
        let inner: Vec<String> = inside.iter().map(self::words).collect();
        let _ = write!(words, " (inside: {})", inner.join(", "));
    }
    words
}

fn end(end: End) -> String {
    let inside = |inside: bool| if inside { " in a callback" } else { "" };
    match end {
        End::Return => "itself".to_owned(),
        End::Exit { inside: is } => format!("process.exit(){}", inside(is)),
        End::Throw { inside: is } => format!("an error that nobody catches{}", inside(is)),
        End::Terminated { at } => format!("terminate(), at {at:?}").to_lowercase(),
    }
}
