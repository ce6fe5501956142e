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
mod fuzz;
mod history;
mod init;
mod launcher;
mod leak;
mod list;
mod measured;
mod merge;
mod print;
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
    model::Runner,
    report::{event_schema, results_schema},
    results::Failure,
};

use args::{Args, Command, ExplainArgs, Schema, SchemaArgs};

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
    let done = match &args.command {
        Command::Run(run) => run::run(&args.place, run, &words),
        Command::Selfcheck(selfcheck) => selfcheck::selfcheck(&args.place, selfcheck, &words),
        Command::Stress(stress) => stress::stress(&args.place, stress, &words),
        Command::Leak(leak) => leak::leak(&args.place, leak, &words),
        Command::Fuzz(fuzz) => fuzz::fuzz(&args.place, fuzz, &words),
        Command::Blame(blame) => blame::blame(&args.place, blame),
        Command::Replicate(files) => replicate::replicate(&args.place, files, &words),
        Command::List(list) => list::list(&args.place, list),
        Command::Doctor(doctor) => doctor::doctor(&args.place, doctor),
        Command::Explain(explain) => explain_topic(explain),
        Command::Repro(repro) => repro::repro(&args.place, repro, &words),
        Command::Compare(compare) => compare::compare(&args.place, compare),
        Command::Init(init) => init::init(&args.place, init, &words),
        Command::Merge(merge) => merge::merge(&args.place, merge, &words),
        Command::Report(report) => report::report(&args.place, report),
        Command::DifferentialJob(job) => differential::job(job),
        Command::Schema(schema) => print_schema(schema),
    };
    done.unwrap_or_else(|error| {
        show(&error);
        error.exit()
    })
}

/// Runs the job of a stored failure once more, by the flags that select exactly it.
fn run_again(place: &args::Place, failure: &Failure) -> Result<Exit, Error> {
    if failure.cell.suite.runner == Runner::Replicate {
        return replicate_again(place, failure);
    }
    let runtime = failure.cell.runtime.split('+').next().unwrap_or_default();
    let repetition = failure.repetition.to_string();
    let seed = failure.seed.to_string();
    let suite = failure.cell.suite.to_string();
    let words: Vec<OsString> = [
        "threadproof",
        "run",
        "--target",
        &failure.cell.target,
        "--runtime",
        runtime,
        "--suite",
        &suite,
        "--seed",
        &seed,
        "--repeats",
        &repetition,
        "--job-id",
        failure.job.as_str(),
    ]
    .into_iter()
    .map(OsString::from)
    .collect();
    let parsed = Args::try_parse_from(&words).map_err(|error| Error::Usage {
        what: format!("the stored failure cannot be repeated: {error}"),
        help: format!("by hand: {}", failure.repeat),
    })?;
    match parsed.command {
        Command::Run(args) => run::run(place, &args, &words),
        _ => unreachable!("the words above are those of `run`"),
    }
}

/// A failure of `replicate`, by the command that it was recorded with.
fn replicate_again(place: &args::Place, failure: &Failure) -> Result<Exit, Error> {
    let broken = |why: String| Error::Usage {
        what: format!("the stored failure cannot be repeated: {why}"),
        help: format!("by hand: {}", failure.repeat),
    };
    let recorded = shlex::split(&failure.repeat).unwrap_or_default();
    // The program may be more than one word.
    let own = recorded.into_iter().skip_while(|word| word != "replicate");
    let words: Vec<OsString> = std::iter::once("threadproof".to_owned())
        .chain(own)
        .map(OsString::from)
        .collect();
    let parsed = Args::try_parse_from(&words).map_err(|error| broken(error.to_string()))?;
    match parsed.command {
        Command::Replicate(args) => replicate::replicate(place, &args, &words),
        _ => Err(broken("it is no command of replicate".to_owned())),
    }
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
