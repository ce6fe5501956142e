use std::path::PathBuf;

use super::*;
use crate::model::Profile;

fn target(id: &str) -> Target {
    Target {
        title: id.to_owned(),
        supports: vec!["generic:state".to_owned()],
        dir: "/targets".into(),
        ..Target::new(id, Profile::Generic)
    }
}

/// `ours` and `other` under some tools, beside the control; `rebuilt` are compiled for `ThreadSanitizer`.
fn planned(tools: &[Tool], rebuilt: &[&str]) -> LeakPlan {
    planned_with(tools, rebuilt, &[], false)
}

fn planned_with(tools: &[Tool], rebuilt: &[&str], wanted: &[String], deep: bool) -> LeakPlan {
    let runtime = Runtime::node("24.1.0");
    let of_tsan = rebuilt
        .iter()
        .map(|id| ((*id).to_owned(), PathBuf::from("/built.node")))
        .collect();
    let launchers = Launchers {
        rebuilt: BTreeMap::from([(Launcher::Tsan, of_tsan)]),
        ..Launchers::default()
    };
    plan(&Request {
        programs: &threadproof_valgrind::programs(),
        wanted,
        tools,
        targets: &[target("ours"), target("other")],
        control: Some(&target("empty")),
        runtimes: &[runtime],
        launchers: &launchers,
        workers: None,
        runs: None,
        deep,
        seed: Seed(1),
        timeout_ms: 1,
        repeat_prefix: "threadproof leak",
        only: None,
    })
}

fn targets_of(plan: &LeakPlan) -> Vec<&str> {
    let mut ids: Vec<&str> = plan.jobs.iter().map(|job| &*job.cell.target).collect();
    ids.dedup();
    ids
}

#[test]
fn what_is_not_rebuilt_is_not_available_and_has_no_job() {
    let plan = planned(&[Tool::Tsan], &["ours", "empty"]);
    assert_eq!(targets_of(&plan), ["ours", "empty"]);
    let [other] = plan.not_available.as_slice() else {
        panic!("{:?}", plan.not_available);
    };
    assert_eq!(other.cell.target, "other");
    assert!(other.reason.contains("not rebuilt"), "{}", other.reason);
}

#[test]
fn without_anything_to_compare_the_control_does_not_run() {
    let plan = planned(&[Tool::Tsan], &["empty"]);
    assert!(plan.jobs.is_empty());
    assert_eq!(plan.not_available.len(), 2);
}

#[test]
fn workers_begin_together_where_a_tool_wants_overlap() {
    for (tool, together) in [(Tool::Tsan, true), (Tool::Lsan, false)] {
        let plan = planned(&[tool], &["ours", "other", "empty"]);
        assert!(!plan.params.is_empty());
        assert!(
            plan.params
                .values()
                .all(|params| params["together"] == together)
        );
    }
}

/// The programs that `ours` runs under one tool.
fn programs_of(wanted: &[&str], deep: bool) -> Vec<String> {
    let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
    let plan = planned_with(&[Tool::Blocks], &[], &wanted, deep);
    let ours = plan.cells.iter().filter(|one| one.cell.target == "ours");
    ours.map(|one| one.cell.suite.topic.clone()).collect()
}

#[test]
fn what_can_be_together_is_run_in_one_unless_each_is_wanted() {
    // The target has `generic:state`, and no program that is terminated.
    assert_eq!(programs_of(&[], false), ["all"]);
    assert_eq!(programs_of(&[], true), ["env-churn", "state"]);
    assert_eq!(programs_of(&["state"], false), ["state"]);
    assert_eq!(programs_of(&["all", "state"], true), ["all", "state"]);
}
