use threadproof_stress::shapes;

use super::*;
use crate::model::Profile;

fn target(id: &str, supports: &[&str]) -> Target {
    Target {
        title: id.to_owned(),
        supports: supports.iter().map(|name| (*name).to_owned()).collect(),
        dir: "/targets".into(),
        ..Target::new(id, Profile::Generic)
    }
}

fn runtime() -> Runtime {
    Runtime::node("24.1.0")
}

fn planned(names: &[&str], control: Option<&Target>, lasting: Option<Duration>) -> StressPlan {
    let shapes: Vec<Shape> = shapes()
        .into_iter()
        .filter(|shape| names.contains(&shape.name.as_str()))
        .collect();
    let targets = [target("ours", &["database"]), target("other", &[])];
    plan(
        &Request {
            shapes: &shapes,
            targets: &targets,
            control,
            runtimes: &[runtime()],
            lasting,
            seed: Seed(1),
            repeat_prefix: "threadproof stress",
            only: None,
        },
        &|need, target, _| match need {
            Need::Database => (!target.supports.contains(&"database".to_owned()))
                .then(|| format!("{} is no database", target.id)),
            Need::Interrupt | Need::Limits | Need::Mount => None,
        },
    )
}

#[test]
fn what_a_target_lacks_is_not_available_and_has_no_job() {
    let plan = planned(&["kill"], None, None);
    assert!(plan.jobs.iter().all(|job| job.cell.target == "ours"));
    assert_eq!(plan.not_available.len(), 1);
    assert_eq!(plan.not_available[0].reason, "other is no database");
}

#[test]
fn the_control_runs_only_what_is_compared_with_it() {
    let control = target("empty", &[]);
    let plan = planned(&["churn", "burst"], Some(&control), None);
    let of_control: Vec<&str> = plan
        .cells
        .iter()
        .filter(|cell| cell.cell.target == "empty")
        .map(|cell| cell.cell.suite.topic.as_str())
        .collect();
    assert_eq!(of_control, ["churn"]);
}

#[test]
fn each_repetition_of_all_cells_comes_before_the_next() {
    let plan = planned(&["churn", "kill"], None, None);
    let order: Vec<u32> = plan.jobs.iter().map(|job| job.repetition).collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert_eq!(order, sorted);
}

#[test]
fn a_job_has_time_for_all_its_workers_or_for_as_long_as_it_has_to_go_on() {
    let limit = |lasting| planned(&["churn"], None, lasting).jobs[0].timeout_ms;
    let lives = shapes().into_iter().find(|shape| shape.name == "churn");
    let lives = lives.expect("there is one").lifecycles;
    assert_eq!(limit(None), 240_000 + 500 * lives);
    assert_eq!(limit(Some(Duration::from_hours(1))), 240_000 + 7_200_000);
    // Each job is told so.
    let plan = planned(&["churn"], None, Some(Duration::from_secs(3)));
    let told = &plan.told[&plan.jobs[0].tests[0]];
    assert_eq!(
        (&told["forMs"], &told["workers"]),
        (&json!(3000), &json!(4))
    );
}
