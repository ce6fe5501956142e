//! Many writers at once, from the first moment of a file on.

use std::{sync::Barrier, thread};

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
                    let results = Results {
                        // Half of the names are those of others, too.
                        run: format!("run-{}", (writer / 2) * RUNS + number),
                        ..all.clone()
                    };
                    let facts = Facts {
                        dir: dir_of(writer),
                        kind: "run".to_owned(),
                        started_ms: f64::from(number),
                        repeats: false,
                    };
                    // A connection of its own each time, as processes have.
                    let mut history = History::open(file).unwrap();
                    history
                        .record(&RunRow::of(&results, &facts), &results)
                        .unwrap();
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

fn dir_of(writer: u32) -> std::path::PathBuf {
    format!("/runs/{writer}").into()
}
