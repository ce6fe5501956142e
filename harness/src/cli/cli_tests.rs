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
    let mut all: Vec<&clap::Arg> = Vec::new();
    let mut commands = vec![&command];
    while let Some(command) = commands.pop() {
        all.extend(command.get_arguments());
        // What the harness starts itself is told all by its harness.
        let visible = command.get_subcommands().filter(|one| !one.is_hide_set());
        commands.extend(visible);
    }
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
        &["list", "targets", "--last", "3"],
        &["list", "tests", "--target", "a"],
        &["list", "--target", "a"],
        &["list", "runs", "--last", "0"],
        &["prune"],
        &["prune", "--folders"],
        &["prune", "--keep", "0"],
        &["prune", "--older-than", "0s"],
        &["prune", "--older-than", "-1d"],
        &["prune", "--older-than", "30"],
        &[],
    ] {
        let all = std::iter::once(&"threadproof").chain(words);
        assert!(Args::try_parse_from(all).is_err(), "{words:?}");
    }
}

#[test]
fn flags_of_lists_and_of_prune_go_together() {
    for words in [
        &["list"][..],
        &["list", "--json"],
        &["list", "targets", "--json"],
        &["list", "runs", "--json", "--target", "a,b", "--last", "3"],
        &["list", "--json", "runs", "-t", "a"],
        &["prune", "--keep", "3"],
        &["prune", "--older-than", "30d", "--folders", "--dry-run"],
        &["prune", "--older-than", "2weeks", "--keep", "10"],
    ] {
        let all = std::iter::once(&"threadproof").chain(words);
        let parsed = Args::try_parse_from(all);
        assert!(parsed.is_ok(), "{words:?}: {parsed:?}");
    }
}

#[test]
fn what_is_said_now_of_places_wins_over_what_was_said_then() {
    let place = |words: &[&str]| {
        let all = ["threadproof", "list"].iter().chain(words);
        Args::try_parse_from(all).unwrap().place
    };
    let now = place(&["--root", "/now", "--history", "/now.db"]);
    let then = place(&[
        "--root",
        "/then",
        "--suites-dir",
        "/suites",
        "--history",
        "off",
    ]);
    let both = now.or(&then);
    let text = |path: &Option<std::path::PathBuf>| path.clone().unwrap().display().to_string();
    assert_eq!(text(&both.root), "/now");
    assert_eq!(text(&both.suites_dir), "/suites");
    assert_eq!(text(&both.history.history), "/now.db");
    assert!(both.targets_dir.is_none());
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
