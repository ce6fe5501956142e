use std::fs;

use super::*;

/// A folder in which a run has begun.
fn begun(dir: &Path, run: &str, at: f64) -> PathBuf {
    fs::create_dir_all(dir).unwrap();
    let line = format!("{{\"v\":1,\"at\":{at},\"type\":\"run-started\",\"run\":{run:?}}}\n");
    fs::write(dir.join("events.ndjson"), line).unwrap();
    dir.to_owned()
}

fn entry(name: &str, run: &str, dir: &Path, at: f64) -> Entry {
    Entry {
        id: 1,
        name: name.to_owned(),
        run: run.to_owned(),
        dir: dir.to_owned(),
        started: time_of(at),
        command: String::new(),
    }
}

#[test]
fn a_folder_is_that_of_a_run_only_while_it_holds_that_run() {
    let temp = tempfile::tempdir().unwrap();
    let runs = temp.path().join("runs");
    let out = begun(&temp.path().join("out"), "a", 1.0);
    assert_eq!(folder(&out, "a", &runs), Some(out.clone()));
    // Used again, as --out may be.
    begun(&out, "b", 2.0);
    assert_eq!(folder(&out, "a", &runs), None);
    // Where runs are, when the tree has moved.
    let moved = begun(&runs.join("a"), "a", 1.0);
    assert_eq!(folder(&out, "a", &runs), Some(moved.clone()));
    begun(&moved, "another", 3.0);
    assert_eq!(folder(&out, "a", &runs), None);
}

#[test]
fn a_run_is_known_once_by_its_row_or_by_its_folder() {
    let temp = tempfile::tempdir().unwrap();
    let runs = temp.path().join("runs");
    let a = begun(&runs.join("a"), "a", 1000.0);
    begun(&runs.join("b"), "b", 2000.0);
    // The folder of a run that is recorded from elsewhere, and another run in a folder of a recorded name.
    begun(&runs.join("c"), "c", 3000.0);
    begun(&runs.join("d"), "other", 4000.0);
    fs::create_dir(runs.join("no-run")).unwrap();
    std::os::unix::fs::symlink("b", runs.join("latest")).unwrap();
    let recorded = vec![
        entry("d", "d", &runs.join("d"), 5000.0),
        entry("c", "c", Path::new("/elsewhere/c"), 3000.0),
        entry("a-2", "a", &a, 1000.0),
    ];
    let all = candidates(recorded, &runs);
    let all: Vec<(&str, bool)> = all
        .iter()
        .map(|one| {
            let is_folder = matches!(one.place, CandidatePlace::Folder(_));
            (one.name.as_str(), is_folder)
        })
        .collect();
    assert_eq!(
        all,
        [
            ("d", false),
            ("d", true),
            ("c", false),
            ("b", true),
            ("a-2", false)
        ]
    );
}

#[test]
fn a_package_without_its_version_is_meant_in_each() {
    for (target, named, meant) in [
        ("npm:a@1.0.0", "npm:a", true),
        ("npm:a@1.0.0", "npm:a@1.0.0", true),
        ("npm:ab@1.0.0", "npm:a", false),
        ("npm:a", "npm:a@1.0.0", false),
    ] {
        assert_eq!(is_meant(target, named), meant, "{target}, {named}");
    }
}
