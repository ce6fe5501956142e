//! `threadproof list`.

use serde_json::json;

use super::{
    args::{ListArgs, Place, What},
    history, print,
};
use crate::{
    catalogue::{load_targets, load_topics},
    error::Error,
    event::{Event, StepState},
    exit::Exit,
    interrupt::Interrupt,
    model::{Engine, Runner, RuntimeSource},
    plan::needed_by,
    prepare::{Permissions, Steps, cached_versions, ensure_packages, probed},
    tools,
};

pub(super) fn list(place: &Place, args: &ListArgs) -> Result<Exit, Error> {
    if let Some(What::Runs(runs)) = &args.what {
        return history::list_runs(place, runs, args.json);
    }
    let workspace = place.workspace()?;
    let wants = |what| args.what.as_ref().is_none_or(|wanted| *wanted == what);
    let mut sections: Vec<String> = Vec::new();
    let mut machine = serde_json::Map::new();
    if wants(What::Targets) {
        let targets = load_targets(&workspace)?;
        let lines = targets.iter().map(|target| {
            let default = if target.default {
                ""
            } else {
                " (only when named)"
            };
            let runtimes = target
                .runtimes
                .as_ref()
                .map(|needed| format!(", Node {needed}"));
            format!(
                "{}{default}: {}{}",
                target.id,
                target.title,
                runtimes.unwrap_or_default()
            )
        });
        sections.push(section("targets", lines));
        machine.insert("targets".to_owned(), json!(targets));
    }
    if wants(What::Runtimes) {
        let on_path = tools::find("node")
            .ok()
            .and_then(|node| probed(&workspace.state, &node, RuntimeSource::SearchPath, &[]).ok());
        let cached: Vec<String> = Engine::ALL
            .into_iter()
            .flat_map(|engine| {
                let of_engine = cached_versions(&workspace.state, engine);
                of_engine.into_iter().map(move |version| match engine {
                    Engine::Node => version.to_string(),
                    Engine::Bun | Engine::Deno => format!("{engine}@{version}"),
                })
            })
            .collect();
        let path = on_path
            .iter()
            .map(|node| format!("{} (on PATH)", node.version));
        let cached_lines = cached
            .iter()
            .map(|version| format!("{version} (in the cache)"));
        let any = std::iter::once(
            "any other version, and bun and deno, installed when it is asked for".to_owned(),
        );
        sections.push(section("runtimes", path.chain(cached_lines).chain(any)));
        machine.insert(
            "runtimes".to_owned(),
            json!({ "path": on_path, "cached": cached }),
        );
    }
    if wants(What::Suites) || args.what == Some(What::Tests) {
        ready_packages(&workspace)?;
        let catalogue = load_topics(&workspace)?;
        if wants(What::Suites) {
            let lines = catalogue.topics.iter().map(|topic| {
                let tests: usize = topic.files.iter().map(|file| file.tests.len()).sum();
                format!("{} ({tests} tests): {}", topic.topic, topic.summary)
            });
            sections.push(section("topics", lines));
            let lines = Runner::ALL.map(|runner| format!("{runner}: Node {}", needed_by(runner)));
            sections.push(section(
                "runners (a suite is topic/runner)",
                lines.into_iter(),
            ));
            machine.insert("topics".to_owned(), json!(catalogue.topics));
            machine.insert("runners".to_owned(), json!(Runner::ALL));
        } else {
            let tests: Vec<_> = catalogue
                .topics
                .iter()
                .flat_map(|topic| &topic.files)
                .flat_map(|file| &file.tests)
                .collect();
            sections.push(
                tests
                    .iter()
                    .map(|test| test.id.as_str())
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
            machine.insert("tests".to_owned(), json!(tests));
        }
    }
    if args.json {
        print::json(&machine)
    } else {
        print::line(&sections.join("\n\n"))
    }
}

fn section(title: &str, lines: impl Iterator<Item = String>) -> String {
    std::iter::once(format!("{title}:"))
        .chain(lines.map(|line| format!("  {line}")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The manifest is printed by a script that needs its packages.
fn ready_packages(workspace: &crate::workspace::Workspace) -> Result<(), Error> {
    let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
    let tell = |event| {
        if let Event::PrepareStep { step, state } = event
            && let StepState::Finished {
                result,
                cached: false,
                ..
            } = state
        {
            eprintln!("{step}: {result}");
        }
    };
    let permissions = Permissions::default();
    ensure_packages(Steps {
        workspace,
        permissions,
        interrupt: &interrupt,
        tell: &tell,
    })
}
