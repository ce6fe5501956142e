use super::*;
use crate::{report::fixtures::everything, results::Results};

fn part(name: &str, events: Vec<Event>) -> Part {
    Part {
        dir: name.into(),
        events,
        not_whole: None,
    }
}

/// The run with all outcomes, as `n` machines would have run it.
fn shards(n: u32) -> Vec<Part> {
    let events = everything();
    let finished = |event: &&Event| matches!(event, Event::JobFinished { .. });
    let jobs: Vec<&Event> = events.iter().filter(finished).collect();
    (1..=n)
        .map(|k| {
            let mine: Vec<&Event> = (1..=n)
                .cycle()
                .zip(&jobs)
                .filter(|(to, _)| *to == k)
                .map(|(_, job)| *job)
                .collect();
            let of = |event: &Event| -> Option<Event> {
                match event {
                    Event::Planned { plan } => Some(Event::Planned {
                        plan: planned(plan, &mine, &jobs, (k, n)),
                    }),
                    Event::JobFinished { .. } => mine.contains(&event).then(|| event.clone()),
                    other => Some(other.clone()),
                }
            };
            part(&format!("part {k}"), events.iter().filter_map(of).collect())
        })
        .collect()
}

/// The plan of a shard; jobs that were planned and never ran are the first one's.
fn planned(plan: &PlanSummary, mine: &[&Event], all: &[&Event], shard: (u32, u32)) -> PlanSummary {
    let count = |events: &[&Event], wanted: &PlannedCell| {
        let of = |event: &&&Event| matches!(event, Event::JobFinished { job, .. } if job.cell == wanted.cell);
        u32::try_from(events.iter().filter(of).count()).expect("a few")
    };
    let mut cells = plan.cells.clone();
    for cell in &mut cells {
        let lost = cell.jobs - count(all, cell);
        let first = if shard.0 == 1 { lost } else { 0 };
        cell.jobs = count(mine, cell) + first;
    }
    cells.retain(|cell| cell.jobs > 0);
    PlanSummary {
        jobs: cells.iter().map(|cell| cell.jobs).sum(),
        cells,
        shard: Some(shard),
        ..plan.clone()
    }
}

fn results(merged: &Merged) -> Results {
    Results::of(&merged.events)
}

#[test]
fn the_parts_come_to_what_the_whole_comes_to() {
    let whole = Results::of(&everything());
    for n in [1, 2, 4] {
        let merged = merge(&shards(n)).expect("they are of one run");
        let joined = results(&merged);
        assert!(merged.missing.is_empty(), "{:?}", merged.missing);
        // Cells whose jobs all went to later shards stand further down.
        let counts = |results: &Results| -> Vec<_> {
            let mut cells: Vec<_> = results.cells.iter().collect();
            cells.sort_by_key(|one| one.cell.clone());
            cells
                .into_iter()
                .map(|one| {
                    (
                        one.cell.clone(),
                        one.planned,
                        one.judged,
                        one.clean,
                        one.outcomes.clone(),
                        one.verdict,
                    )
                })
                .collect()
        };
        assert_eq!(counts(&joined), counts(&whole), "{n} parts");
        assert_eq!(joined.not_available, whole.not_available);
        assert_eq!(joined.not_applicable, whole.not_applicable);
        let mut signatures: Vec<_> = joined.failures.iter().map(|one| &one.signature).collect();
        let mut expected: Vec<_> = whole.failures.iter().map(|one| &one.signature).collect();
        signatures.sort();
        expected.sort();
        assert_eq!(signatures, expected);
    }
}

#[test]
fn a_part_counts_once_however_often_it_is_given() {
    let parts = shards(3);
    let once = merge(&parts).expect("one run");
    let mut again = parts.clone();
    again.extend(parts.clone());
    assert_eq!(results(&merge(&again).expect("one run")), results(&once));
    // What was merged is a whole run, and takes the place of its parts.
    let mut events: Vec<Event> = everything().into_iter().take(1).collect();
    events.extend(once.events.clone());
    let mut with_whole = vec![part("merged", events)];
    with_whole.extend(parts);
    assert_eq!(
        results(&merge(&with_whole).expect("one run")),
        results(&once)
    );
}

#[test]
fn what_is_missing_is_named() {
    let mut parts = shards(4);
    parts.remove(1);
    parts[0].not_whole = Some("it was killed".to_owned());
    let merged = merge(&parts).expect("one run");
    assert_eq!(
        merged.missing,
        [
            "part 1 is not whole: it was killed",
            "shard 2/4 is not among them"
        ]
    );
}

#[test]
fn parts_of_different_runs_are_refused() {
    let differ = |change: &dyn Fn(&mut Event)| {
        let mut parts = shards(2);
        parts[1].events.iter_mut().for_each(change);
        match merge(&parts) {
            Err(Refused::Differ { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    };
    let version = |event: &mut Event| {
        if let Event::RunStarted { version, .. } = event {
            version.push('x');
        }
    };
    assert_eq!(differ(&version), "the versions of threadproof");
    let seed = |event: &mut Event| {
        if let Event::RunStarted { seed, .. } = event {
            *seed = Seed(seed.0 + 1);
        }
    };
    assert_eq!(differ(&seed), "the seeds");
    let with_plan = |change: fn(&mut PlanSummary)| {
        move |event: &mut Event| {
            if let Event::Planned { plan } = event {
                change(plan);
            }
        }
    };
    assert_eq!(differ(&with_plan(|plan| plan.repeats += 1)), "the flags");
    assert_eq!(
        differ(&with_plan(|plan| plan.shard = Some((2, 3)))),
        "the numbers of shards"
    );
    let fewer = with_plan(|plan| {
        plan.targets.pop();
    });
    assert_eq!(differ(&fewer), "the targets");
    let nothing = part("nothing", Vec::new());
    assert!(matches!(merge(&[nothing]), Err(Refused::NoPlan(_))));
}
