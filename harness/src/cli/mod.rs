//! The command line: parses, resolves, runs a command, and decides the exit code. The only layer that
//! prints.
#![expect(
    clippy::print_stderr,
    reason = "this is the layer that talks to people"
)]

mod args;
mod bench;
mod blame;
mod compare;
mod config;
mod differential;
mod doctor;
mod former;
mod fuzz;
mod history;
mod init;
mod launcher;
mod leak;
mod list;
mod measured;
mod merge;
mod print;
mod prune;
mod replay;
mod replicate;
mod report;
mod repro;
mod run;
mod selfcheck;
mod stress;

#[cfg(test)]
mod cli_tests;

use std::ffi::OsString;

use clap::Parser;

use crate::{
    error::Error,
    exit::Exit,
    explain,
    report::{event_schema, results_schema},
    results::Failure,
};

use args::{Args, Command, ExplainArgs, Place, Schema, SchemaArgs};

/// Runs the command line and says how the process exits.
pub fn main(words: impl IntoIterator<Item = OsString>) -> Exit {
    let words: Vec<OsString> = words.into_iter().collect();
    let args = match Args::try_parse_from(&words) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers; the rest are mistakes. Nobody may be listening.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            };
        }
    };
    perform(&args.place, &args.command, &words).unwrap_or_else(|error| {
        show(&error);
        error.exit()
    })
}

/// Does what a command line asks for.
fn perform(place: &Place, command: &Command, words: &[OsString]) -> Result<Exit, Error> {
    match command {
        Command::Run(run) => run::run(place, run, words),
        Command::Selfcheck(selfcheck) => selfcheck::selfcheck(place, selfcheck, words),
        Command::Stress(stress) => stress::stress(place, stress, words),
        Command::Leak(leak) => leak::leak(place, leak, words),
        Command::Fuzz(fuzz) => fuzz::fuzz(place, fuzz, words),
        Command::Blame(blame) => blame::blame(place, blame),
        Command::Replicate(files) => replicate::replicate(place, files, words),
        Command::List(list) => list::list(place, list),
        Command::Doctor(doctor) => doctor::doctor(place, doctor),
        Command::Explain(explain) => explain_topic(explain),
        Command::Repro(repro) => repro::repro(place, repro, words),
        Command::Compare(compare) => compare::compare(place, compare),
        Command::Init(init) => init::init(place, init, words),
        Command::Merge(merge) => merge::merge(place, merge, words),
        Command::Report(report) => report::report(place, report),
        Command::Prune(prune) => prune::prune(place, prune),
        Command::DifferentialJob(job) => differential::job(job),
        Command::Schema(schema) => print_schema(schema),
    }
}

/// Runs the job of a stored failure once more, by the command that it was recorded with. What is said now of places wins over
/// what was said then.
fn run_again(place: &Place, failure: &Failure) -> Result<Exit, Error> {
    let words = recorded(&failure.repeat);
    let parsed = Args::try_parse_from(&words).map_err(|error| Error::Usage {
        what: format!("the stored failure cannot be repeated: {error}"),
        help: format!("by hand: {}", failure.repeat),
    })?;
    perform(&place.or(&parsed.place), &parsed.command, &words)
}

/// The words of a command that this program has recorded. It may have been called through Cargo.
fn recorded(command: &str) -> Vec<OsString> {
    let words = shlex::split(command).unwrap_or_default();
    let through_cargo = words.first().is_some_and(|word| word == "cargo");
    let own = words
        .iter()
        .position(|word| through_cargo && word == "--")
        .unwrap_or(0)
        + 1;
    std::iter::once("threadproof".to_owned())
        .chain(words.into_iter().skip(own))
        .map(OsString::from)
        .collect()
}

/// Tells a person what went wrong and what to do next.
fn show(error: &Error) {
    eprintln!("threadproof: {error}");
    if let Some(help) = error.help() {
        eprintln!("  what to do: {}", help.replace('\n', "\n  "));
    }
}

fn explain_topic(args: &ExplainArgs) -> Result<Exit, Error> {
    let Some(topic) = &args.topic else {
        return print::line(explain::topics().trim_end());
    };
    let page = explain::lookup(topic).ok_or_else(|| Error::NothingSelected {
        what: format!("nothing is known of {topic:?}"),
        help: "`threadproof explain` without a topic lists all that can be explained".to_owned(),
    })?;
    print::line(page.trim_end())
}

fn print_schema(args: &SchemaArgs) -> Result<Exit, Error> {
    let parse = |text: String| -> Result<serde_json::Value, Error> {
        serde_json::from_str(&text).map_err(|error| Error::io("make", "the schema")(error.into()))
    };
    match args.of {
        Some(Schema::Results) => print::line(results_schema().trim_end()),
        Some(Schema::Events) => print::line(event_schema().trim_end()),
        None => print::json(&serde_json::json!({
            "results": parse(results_schema())?,
            "events": parse(event_schema())?,
        })),
    }
}
