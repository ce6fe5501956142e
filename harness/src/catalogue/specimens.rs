//! Specimens as targets: each with its fault, under its name, and without, as `<name>+fixed`.

use crate::{
    model::{Known, Profile, SpecimenSource, Target, TargetSource},
    rules::{Language, Specimen, specimens},
    workspace::Workspace,
};

use super::targets::os;

/// What the id of a corrected specimen ends in.
pub const FIXED: &str = "+fixed";

/// All of them, sorted by id. None is part of a run that names no target.
pub fn specimen_targets(workspace: &Workspace) -> Vec<Target> {
    specimens()
        .iter()
        .flat_map(|specimen| {
            // What is planted nowhere is a control: it has no twin.
            let variants: &[bool] = if specimen.control {
                &[false]
            } else {
                &[true, false]
            };
            variants
                .iter()
                .map(|planted| target(workspace, specimen, *planted))
        })
        .collect()
}

fn target(workspace: &Workspace, specimen: &Specimen, planted: bool) -> Target {
    let all = workspace.root.join("harness/specimens");
    let (id, title) = if planted || specimen.control {
        (specimen.name.to_owned(), specimen.title.to_owned())
    } else {
        (
            format!("{}{FIXED}", specimen.name),
            format!("{}, corrected", specimen.title),
        )
    };
    let mut supports: Vec<String> = specimen
        .supports
        .iter()
        .map(|name| format!("generic:{name}"))
        .collect();
    supports.push(format!("os:{}", os()));
    supports.sort();
    Target {
        title,
        source: Some(TargetSource::Specimen(SpecimenSource {
            name: specimen.name.to_owned(),
            planted,
            rust: specimen.language == Language::Rust,
            link: specimen
                .link
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        })),
        adapter: Some(all.join("adapter.cjs")),
        supports,
        known: specimen
            .known
            .iter()
            .map(|one| Known {
                rule: one.rule.to_owned(),
                test: one.test.to_owned(),
                reason: one.reason.to_owned(),
            })
            .collect(),
        dir: all.join(specimen.name),
        ..Target::new(id, Profile::Generic)
    }
}
