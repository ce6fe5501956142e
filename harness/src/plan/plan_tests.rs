//! Properties of plans, and the cells that cannot run.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{
    catalogue::{CatalogueTest, File},
    exit::Exit,
    model::{Profile, SupportsWhen},
};

fn target(id: &str, runtimes: Option<&str>) -> Target {
    Target {
        id: id.into(),
        title: id.into(),
        profile: Profile::None,
        source: None,
        adapter: None,
        supports: vec!["common".into()],
        supports_when: vec![SupportsWhen {
            capability: "late".into(),
            runtimes: ">=24".into(),
            reason: None,
        }],
        env: BTreeMap::new(),
        runtimes: runtimes.map(str::to_owned),
        reason: runtimes.map(|_| "it came later".to_owned()),
        known_leaks: Vec::new(),
        known: Vec::new(),
        build: Vec::new(),
        binary: None,
        default: true,
        dir: "/t".into(),
        module: None,
    }
}

fn runtime(version: &str) -> Runtime {
    Runtime::node(version)
}

fn catalogue() -> Catalogue {
    let test = |id: &str, needs: &[&str]| CatalogueTest {
        id: id.into(),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
    };
    let file = |name: &str, tests| File {
        file: format!("suites/{name}"),
        tests,
    };
    let topic = |name: &str, files| Topic {
        topic: name.into(),
        kind: TopicKind::Bodies,
        summary: String::new(),
        files,
    };
    Catalogue::new(vec![
        topic(
            "a",
            vec![
                file(
                    "a/x",
                    vec![test("a/x > one", &[]), test("a/x > two [2]", &["late"])],
                ),
                file("a/y", vec![test("a/y > three", &["common"])]),
            ],
        ),
        topic(
            "b",
            vec![file("b/z", vec![test("b/z > rare", &["never", "late"])])],
        ),
    ])
}

struct Given {
    targets: Vec<Target>,
    runtimes: Vec<Runtime>,
    selectors: Vec<String>,
    tests: Vec<String>,
    repeats: u32,
    shard: Option<Shard>,
    seed: u64,
    only: Option<String>,
}

impl Default for Given {
    fn default() -> Self {
        Given {
            targets: vec![target("t", None), target("u", Some(">=22.13"))],
            runtimes: vec![runtime("20.20.2"), runtime("22.23.3"), runtime("24.21.0")],
            selectors: Vec::new(),
            tests: Vec::new(),
            repeats: 2,
            shard: None,
            seed: 17,
            only: None,
        }
    }
}

impl Given {
    fn plan(&self) -> Result<Plan, Error> {
        let catalogue = catalogue();
        let tests = Patterns::new(&self.tests)?;
        plan(&Inputs {
            targets: &self.targets,
            runtimes: &self.runtimes,
            suites: &select_suites(&catalogue, &self.selectors, &tests)?,
            catalogue: &catalogue,
            tests: &tests,
            repeats: self.repeats,
            shard: self.shard,
            seed: Seed(self.seed),
            timeout_ms: 1000,
            repeat_prefix: "threadproof run",
            only: self.only.as_deref(),
            programs: 100,
        })
    }
}

#[test]
fn cells_that_cannot_run_are_named_with_their_reason() {
    let plan = Given::default().plan().unwrap();
    let reasons: BTreeSet<String> = plan
        .not_available
        .iter()
        .map(|one| format!("{}: {}", one.cell, one.reason))
        .collect();
    let reasons: Vec<String> = reasons.into_iter().collect();
    insta::assert_snapshot!(reasons.join("\n"));
}

#[test]
fn every_cell_that_was_asked_for_is_planned_or_not_available() {
    let plan = Given::default().plan().unwrap();
    assert_eq!(plan.cells.len() + plan.not_available.len(), 2 * 3 * 2 * 4);
}

#[test]
fn a_capability_of_later_versions_adds_its_tests_there() {
    let given = Given {
        selectors: vec!["a/jest".into()],
        ..Given::default()
    };
    let plan = given.plan().unwrap();
    let tests_on = |runtime: &str| {
        let job = plan
            .jobs
            .iter()
            .find(|job| job.cell.runtime == runtime)
            .unwrap();
        (job.tests.len(), job.files.len())
    };
    assert_eq!(tests_on("node-22.23.3"), (2, 2));
    assert_eq!(tests_on("node-24.21.0"), (3, 2));
    let left_out = plan
        .not_applicable
        .iter()
        .find(|one| one.runtime == "node-22.23.3")
        .unwrap();
    assert_eq!(
        (left_out.count, left_out.lacking.as_slice()),
        (1, ["late".to_owned()].as_slice())
    );
}

#[test]
fn the_id_of_a_job_is_the_same_on_every_machine() {
    let given = Given {
        selectors: vec!["a/jest".into()],
        repeats: 1,
        ..Given::default()
    };
    let ids: Vec<String> = given
        .plan()
        .unwrap()
        .jobs
        .iter()
        .map(|job| job.id.to_string())
        .collect();
    insta::assert_snapshot!(ids.join("\n"));
}

#[test]
fn the_command_of_a_job_selects_exactly_that_job() {
    let given = Given {
        repeats: 3,
        ..Given::default()
    };
    for job in given.plan().unwrap().jobs {
        assert!(
            job.repeat
                .contains(&format!("--repeats {}", job.repetition)),
            "{}",
            job.repeat
        );
        let again = Given {
            targets: given
                .targets
                .iter()
                .filter(|one| one.id == job.cell.target)
                .cloned()
                .collect(),
            runtimes: given
                .runtimes
                .iter()
                .filter(|one| one.id == job.cell.runtime)
                .cloned()
                .collect(),
            selectors: vec![job.cell.suite.to_string()],
            repeats: job.repetition,
            only: Some(job.id.to_string()),
            ..Given::default()
        };
        let plan = again.plan().unwrap();
        assert_eq!(plan.jobs, [job]);
    }
}

#[test]
fn a_selector_that_matches_nothing_is_an_error_that_lists_what_exists() {
    let mut texts = Vec::new();
    for given in [
        Given {
            selectors: vec!["a".into(), "jset".into()],
            ..Given::default()
        },
        Given {
            selectors: vec!["c/jest".into()],
            ..Given::default()
        },
        Given {
            selectors: vec!["a".into()],
            tests: vec!["rare".into()],
            ..Given::default()
        },
        Given {
            only: Some("ffffffffff".into()),
            ..Given::default()
        },
    ] {
        let error = given.plan().unwrap_err();
        assert_eq!(error.exit(), Exit::NothingSelected);
        texts.push(format!("{error}\n{}", error.help().unwrap()));
    }
    let error = select_targets(&Given::default().targets, &["nobody".into()]).unwrap_err();
    texts.push(format!("{error}\n{}", error.help().unwrap()));
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn patterns_are_parts_of_ids_or_globs_over_whole_ids() {
    for (pattern, expected) in [
        ("two", 1),
        ("a/x", 2),
        ("a/x > *", 2),
        ("*[2]", 1),
        ("? > *", 0),
        ("*e", 3),
        ("one", 1),
    ] {
        let patterns = Patterns::new(&[pattern.to_owned()]).unwrap();
        let catalogue = catalogue();
        let files = catalogue.topics.iter().flat_map(|topic| &topic.files);
        let found = files
            .flat_map(|file| &file.tests)
            .filter(|test| patterns.matches(&test.id))
            .count();
        assert_eq!(found, expected, "{pattern}");
    }
}

#[test]
fn words_are_quoted_where_a_shell_needs_it() {
    assert_eq!(quote("a/b-1.2"), "a/b-1.2");
    assert_eq!(quote("it's > a"), r"'it'\''s > a'");
}

proptest! {
    #[test]
    fn every_job_is_in_exactly_one_shard_and_shards_are_even(repeats in 1u32..8, n in 1u32..9) {
        let whole = Given { repeats, ..Given::default() }.plan().unwrap();
        let mut seen = BTreeMap::new();
        let mut sizes = BTreeSet::new();
        for k in 1..=n {
            let shard = Shard::new(k, n);
            let part = Given { repeats, shard, ..Given::default() }.plan().unwrap();
            sizes.insert(part.jobs.len());
            for job in part.jobs {
                *seen.entry(job.id).or_insert(0) += 1;
            }
        }
        prop_assert!(seen.values().all(|times| *times == 1));
        prop_assert_eq!(seen.len(), whole.jobs.len());
        prop_assert!(sizes.last().unwrap() - sizes.first().unwrap() <= 1);
    }

    #[test]
    fn ids_and_seeds_are_unique_and_depend_on_nothing_else(repeats in 1u32..6, seed: u64) {
        let plan = Given { repeats, seed, ..Given::default() }.plan().unwrap();
        let ids: BTreeSet<_> = plan.jobs.iter().map(|job| job.id.clone()).collect();
        let seeds: BTreeSet<_> = plan.jobs.iter().map(|job| job.seed).collect();
        prop_assert_eq!(ids.len(), plan.jobs.len());
        prop_assert_eq!(seeds.len(), plan.jobs.len());
        // A smaller run has the same jobs with the same seeds.
        let small = Given { repeats: 1, seed, runtimes: vec![runtime("24.21.0")], ..Given::default() };
        for job in small.plan().unwrap().jobs {
            prop_assert!(plan.jobs.iter().any(|other| (&other.id, other.seed) == (&job.id, job.seed)));
        }
    }

    #[test]
    fn a_shard_is_what_its_text_says(k in 0u32..9, n in 0u32..9) {
        let parsed: Result<Shard, _> = format!("{k}/{n}").parse();
        prop_assert_eq!(parsed.ok().map(Shard::parts), (k >= 1 && k <= n).then_some((k, n)));
    }
}

#[test]
fn each_case_of_a_scenario_is_a_process_of_its_own() {
    let case = |id: &str| CatalogueTest {
        id: id.into(),
        needs: Vec::new(),
    };
    let file = |name: &str, tests| File {
        file: format!("driver/scenarios/{name}"),
        tests,
    };
    // A family of rules may have the name of a topic of bodies.
    let topic = |kind, files| Topic {
        topic: "a".into(),
        kind,
        summary: String::new(),
        files,
    };
    let catalogue = Catalogue::new(vec![
        topic(
            TopicKind::Bodies,
            vec![file(
                "a/body",
                vec![case("a/body > one"), case("a/body > two")],
            )],
        ),
        topic(
            TopicKind::Scenarios,
            vec![
                file("a/r", vec![case("a/r > one"), case("a/r > two")]),
                file("a/s", vec![case("a/s > three")]),
            ],
        ),
    ]);
    let planned = |selector: &str| {
        let tests = Patterns::default();
        plan(&Inputs {
            targets: &[target("t", None)],
            runtimes: &[runtime("24.21.0")],
            suites: &select_suites(&catalogue, &[selector.to_owned()], &tests).unwrap(),
            catalogue: &catalogue,
            tests: &tests,
            repeats: 1,
            shard: None,
            seed: Seed(1),
            timeout_ms: 1000,
            repeat_prefix: "threadproof run",
            only: None,
            programs: 1,
        })
        .unwrap()
    };
    let ran = |plan: &Plan| -> Vec<(String, String)> {
        let jobs = plan.jobs.iter();
        jobs.map(|job| (job.files.join(" "), job.tests.join(" ")))
            .collect()
    };
    let cases = [
        ("a/r", "a/r > one"),
        ("a/r", "a/r > two"),
        ("a/s", "a/s > three"),
    ]
    .map(|(file, test)| (format!("driver/scenarios/{file}"), test.to_owned()));
    let plan = planned("driver");
    assert_eq!(ran(&plan), cases);
    assert_eq!(
        (plan.cells.len(), plan.cells[0].jobs, plan.cells[0].tests),
        (1, 3, 3)
    );
    assert_eq!(
        planned("a").cells.len(),
        5,
        "four runners of bodies, and the driver"
    );
    assert_eq!(planned("a/driver").jobs.len(), 3);
    assert_eq!(ran(&planned("a/jest")).len(), 1);
}
