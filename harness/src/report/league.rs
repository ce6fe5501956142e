//! A table of targets by versions of Node, for documentation: how many attempts of the scenarios were clean, and how each
//! failure shows itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use comfy_table::{Table, presets};

use crate::{
    model::{CellId, Target, TargetSource},
    results::{Failure, Results},
};

/// Tests of a failure that are named.
const NAMED: usize = 3;

/// As Markdown.
pub(super) fn league(results: &Results) -> String {
    let Some(plan) = &results.plan else {
        return "The run has no plan: nothing was run.\n".to_owned();
    };
    let mut text = format!(
        "# League\n\nMade from a run of threadproof {} on {}, seed {}:\n\n```text\n{}\n```\n\n\
         A cell has the clean attempts of those that were judged, each a process of its own, in the scenarios of the \
         [rules](rules/README.md) that apply to the target: only what its adapter offers can be tried, so cells of different targets do \
         not have the same tests. A failure is a fact about one version of a package on one machine, with the command that shows it \
         again; what it means for a package is for its maintainers to say.\n\n{}\n",
        results.threadproof,
        results.platform,
        results
            .seed
            .map_or_else(String::new, |seed| seed.to_string()),
        ours(&results.command),
        table(
            results,
            &plan.targets,
            &plan
                .runtimes
                .iter()
                .map(|one| one.id.clone())
                .collect::<Vec<_>>()
        ),
    );
    text.push_str("\n## Failures\n");
    for target in &plan.targets {
        let failures: Vec<&Failure> = results
            .failures
            .iter()
            .filter(|one| one.cell.target == target.id)
            .collect();
        if !failures.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n### {}\n\n{}\n", target.id, what(target));
            text.push_str(&of_target(results, &failures));
        }
    }
    text
}

fn table(results: &Results, targets: &[Target], runtimes: &[String]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let mut header = vec!["target".to_owned(), "what".to_owned()];
    header.extend(runtimes.iter().cloned());
    table.set_header(header);
    for target in targets {
        let mut row = vec![target.id.clone(), what(target)];
        row.extend(
            runtimes
                .iter()
                .map(|runtime| cell(results, &target.id, runtime)),
        );
        table.add_row(row);
    }
    table.trim_fmt()
}

/// What it is, with the version of a package.
fn what(target: &Target) -> String {
    match &target.source {
        Some(TargetSource::Npm(spec)) if !target.title.contains(spec.as_str()) => {
            format!("{} ({spec})", target.title)
        }
        _ => target.title.clone(),
    }
}

fn cell(results: &Results, target: &str, runtime: &str) -> String {
    let is_it = |id: &CellId| id.target == target && id.runtime == runtime;
    let cells = results.cells.iter().filter(|one| is_it(&one.cell));
    let (clean, judged) = cells.fold((0, 0), |(clean, judged), one| {
        (clean + one.clean, judged + one.judged)
    });
    if judged == 0 {
        return "n/a".to_owned();
    }
    let mark = if clean == judged { "✓" } else { "✗" };
    format!("{mark} {clean}/{judged}")
}

/// Each kind of failure once.
fn of_target(results: &Results, failures: &[&Failure]) -> String {
    let mut groups: BTreeMap<&str, Vec<&Failure>> = BTreeMap::new();
    for failure in failures {
        groups.entry(&failure.signature).or_default().push(failure);
    }
    let mut text = String::new();
    for (signature, group) in groups {
        // Where all of them passed, as under a detector, there is none.
        let tests: BTreeSet<&str> = group
            .iter()
            .flat_map(|one| &one.tests)
            .map(|test| test.id.as_str())
            .collect();
        let cells: BTreeSet<&CellId> = group.iter().map(|one| &one.cell).collect();
        let runtimes: BTreeSet<&str> = cells.iter().map(|cell| cell.runtime.as_str()).collect();
        let of: u32 = results
            .cells
            .iter()
            .filter(|one| cells.contains(&one.cell))
            .map(|one| one.judged)
            .sum();
        let _ = write!(
            text,
            "\n- `{signature}`: {} of {of} attempts of {}, on {}",
            group.len(),
            plural(cells.len(), "cell"),
            runtimes.into_iter().collect::<Vec<_>>().join(", "),
        );
        let first = group[0];
        if let Some(fatal) = &first.fatal {
            let _ = write!(
                text,
                "\n  - fatal: `{}`",
                fatal.lines().next().unwrap_or_default()
            );
        }
        let findings: BTreeSet<String> = first
            .findings
            .iter()
            .map(|one| format!("{}: {}", one.rule, one.message))
            .collect();
        for finding in findings {
            let _ = write!(text, "\n  - {finding}");
        }
        let mut named: Vec<&str> = tests.into_iter().collect();
        let more = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        if !named.is_empty() {
            let _ = write!(text, "\n  - in: {}", named.join("; "));
            if more > 0 {
                let _ = write!(text, "; and {more} more");
            }
        }
        let _ = writeln!(text, "\n  - again: `{}`", ours(&first.repeat));
    }
    text
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// A command without the place where threadproof lay.
fn ours(command: &str) -> String {
    command.split_once(" run ").map_or_else(
        || command.to_owned(),
        |(_, rest)| format!("threadproof run {rest}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures::{all_green, everything};

    #[test]
    fn a_league_has_each_kind_of_failure_once() {
        let results = Results::of(&everything());
        insta::assert_snapshot!(league(&results));
    }

    #[test]
    fn nothing_is_said_to_have_failed_where_nothing_has() {
        let text = league(&Results::of(&all_green()));
        assert!(!text.contains("###"), "{text}");
        assert!(text.contains('✓') && !text.contains('✗'), "{text}");
    }
}
