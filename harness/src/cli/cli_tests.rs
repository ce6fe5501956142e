//! What people read: help, and mistakes in flags.

use clap::{CommandFactory, Parser};

use super::{args::Args, recorded};

#[test]
fn help_of_run_fits_a_screen_and_names_every_flag() {
    let mut command = Args::command().term_width(100);
    let run = command.find_subcommand_mut("run").unwrap();
    insta::assert_snapshot!(run.render_help().to_string());
}

#[test]
fn every_flag_has_its_variable() {
    let command = Args::command();
    let all = command.get_arguments().chain(
        command
            .get_subcommands()
            // What the harness starts itself is told all by its harness.
            .filter(|command| !command.is_hide_set())
            .flat_map(clap::Command::get_arguments),
    );
    for arg in all {
        let Some(long) = arg
            .get_long()
            .filter(|long| !matches!(*long, "help" | "version"))
        else {
            continue;
        };
        let variable = format!("THREADPROOF_{}", long.to_uppercase().replace('-', "_"));
        assert_eq!(
            arg.get_env().and_then(|env| env.to_str()),
            Some(variable.as_str()),
            "--{long}"
        );
    }
}

#[test]
fn mistakes_in_flags_are_refused() {
    for words in [
        &["run", "--repeats", "0"][..],
        &["run", "--shard", "3/2"],
        &["run", "--shard", "0/2"],
        &["run", "--seed", "-1"],
        &["run", "--timeout", "soon"],
        &["run", "--jobs", "0"],
        &["run", "-q", "-v"],
        &["run", "--shard", "1/2", "--job-id", "a"],
        &["list", "everything"],
        &[],
    ] {
        let all = std::iter::once(&"threadproof").chain(words);
        assert!(Args::try_parse_from(all).is_err(), "{words:?}");
    }
}

#[test]
fn a_recorded_command_is_repeated_word_by_word_however_it_was_called() {
    let own = "run --target a --runtime '24 --jitless' --job-id 7";
    for program in ["/opt/threadproof", "cargo run --release -p threadproof --"] {
        let words = recorded(&format!("{program} {own}"));
        assert_eq!(
            words,
            [
                "threadproof",
                "run",
                "--target",
                "a",
                "--runtime",
                "24 --jitless",
                "--job-id",
                "7"
            ],
            "{program}"
        );
    }
}
