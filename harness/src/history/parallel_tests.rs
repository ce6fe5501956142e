//! Many writers at once, from the first moment of a file on.

use std::{path::Path, sync::Barrier, thread};

use super::{Asked, Facts, History, RunRow};
use crate::{report::fixtures::everything, results::Results};

const WRITERS: u32 = 8;
const RUNS: u32 = 5;

#[test]
fn many_writers_that_make_the_file_at_the_same_time_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("history.db");
    let all = Results::of(&everything());
    let start = Barrier::new(WRITERS as usize);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (all, file, start) = (&all, &file, &start);
            scope.spawn(move || {
                start.wait();
                for number in 0..RUNS {
                    // Half of the names are those of others, too.
                    record(file, all, writer, (writer / 2) * RUNS + number, number);
                }
            });
        }
    });
    let history = History::open(&file).unwrap();
    let asked = Asked {
        last: 1000,
        ..Asked::default()
    };
    let runs = history.runs(&asked).unwrap();
    assert_eq!(runs.len(), (WRITERS * RUNS) as usize);
    assert!(runs.iter().all(|run| run.cells.len() == all.cells.len()));
    for writer in 0..WRITERS {
        let of_writer = runs.iter().filter(|run| run.dir == dir_of(writer));
        assert_eq!(of_writer.count(), RUNS as usize);
    }
}

#[test]
fn runs_that_end_while_others_are_removed_are_kept() {
    const KEPT: usize = 3;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("history.db");
    let all = Results::of(&everything());
    let start = Barrier::new(WRITERS as usize + 2);
    let prune = |history: &mut History| {
        let entries = history.entries().unwrap();
        let old = entries.into_iter().skip(KEPT).collect();
        let removed = history.remove(old).unwrap();
        history.shrink().unwrap();
        removed
    };
    let mut removed = thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (all, file, start) = (&all, &file, &start);
            scope.spawn(move || {
                start.wait();
                for number in 0..RUNS {
                    let name = writer * RUNS + number;
                    record(file, all, writer, name, name);
                }
            });
        }
        let removers: Vec<_> = (0..2)
            .map(|_| {
                let (file, start) = (&file, &start);
                scope.spawn(move || {
                    start.wait();
                    let mut history = History::open(file).unwrap();
                    (0..10)
                        .flat_map(|_| prune(&mut history))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let removed = removers.into_iter().map(|one| one.join().unwrap());
        removed.flatten().collect::<Vec<_>>()
    });
    let mut history = History::open(&file).unwrap();
    removed.extend(prune(&mut history));
    let left = history.entries().unwrap();
    assert_eq!(left.len(), KEPT);
    // Each was removed by one alone, or is left.
    let all = removed.into_iter().chain(left);
    let mut names: Vec<String> = all.map(|one| one.name).collect();
    assert_eq!(names.len(), (WRITERS * RUNS) as usize);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), (WRITERS * RUNS) as usize);
}

/// Records a run as a process of its own does: by a connection of its own.
fn record(file: &Path, all: &Results, writer: u32, name: u32, started_ms: u32) {
    let results = Results {
        run: format!("run-{name}"),
        ..all.clone()
    };
    let facts = Facts {
        dir: dir_of(writer),
        kind: "run".to_owned(),
        started_ms: f64::from(started_ms),
        repeats: false,
    };
    let row = RunRow::of(&results, &facts);
    History::open(file).unwrap().record(&row, &results).unwrap();
}

fn dir_of(writer: u32) -> std::path::PathBuf {
    format!("/runs/{writer}").into()
}
