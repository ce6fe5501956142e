//! What the harness itself costs: events parsed per second, and a job with nothing to do against the same
//! process started by hand.
//!
//! `cargo bench -p threadproof` prints, beside Criterion's figures, the ratio of the two as
//! `a job takes … times the bare process`.
#![allow(missing_docs, reason = "Criterion's macros make undocumented items")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench is run by a person, and fails as a test does"
)]

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use threadproof::{
    exec::{Executor, Limits, Message},
    interrupt::Interrupt,
    judge::Ledger,
    model::{
        CellId, Job, JobId, Launcher, OutcomeKind, Profile, Runner, RuntimeSource, Seed, Suite,
        Target,
    },
    prepare::probe,
    protocol::Reader,
};

/// As many events as a big suite writes.
const TESTS: usize = 5_000;

/// Says what the harness expects of a runner, and nothing more.
const RUNNER: &str = r"
const fs = require('node:fs');
const emit = (type, rest) => fs.appendFileSync(process.env.THREADPROOF_EVENTS,
  JSON.stringify({ v: 1, at: Date.now(), type, ...rest }) + '\n');
emit('run-start', { runner: 'node-test', runnerVersion: '0', node: process.versions.node, pid: process.pid });
emit('test-start', { test: 'a/b > c' });
emit('test-end', { test: 'a/b > c', status: 'passed', ms: 0, errors: [] });
emit('run-end', { passed: 1, failed: 0, skipped: 0, ok: true });
emit('process-exit', { code: 0 });
";

fn events(criterion: &mut Criterion) {
    let manifest: Vec<String> = (0..TESTS)
        .map(|at| format!("topic/part > test {at}"))
        .collect();
    let mut text = String::new();
    for (at, test) in manifest.iter().enumerate() {
        let file = "suites/topic/part";
        writeln!(text, r#"{{"v":1,"at":{at}.5,"type":"test-start","test":"{test}","file":"{file}","thread":1}}"#).unwrap();
        writeln!(text, r#"{{"v":1,"at":{at}.7,"type":"test-end","test":"{test}","file":"{file}","status":"passed","ms":0.2,"errors":[]}}"#).unwrap();
    }
    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(2 * TESTS as u64));
    group.bench_function("read and enter", |bencher| {
        bencher.iter(|| {
            let mut ledger = Ledger::new(&manifest, 0.0);
            Reader::default()
                .drain(text.as_bytes(), |line| ledger.apply(line))
                .unwrap();
            assert!(ledger.all_ended());
            black_box(ledger)
        });
    });
    group.finish();
}

fn job(tests: Vec<String>, runtime: &str) -> Job {
    let suite = Suite {
        topic: "a".into(),
        runner: Runner::NodeTest,
    };
    let cell = CellId {
        target: "t".into(),
        runtime: runtime.to_owned(),
        suite,
    };
    Job {
        id: JobId::of(&cell, &tests, 1, Launcher::Native),
        cell,
        repetition: 1,
        seed: Seed(1),
        files: vec!["suites/a/b".into()],
        tests,
        timeout_ms: 60_000,
        launcher: Launcher::Native,
        repeat: String::new(),
    }
}

fn target(dir: &Path) -> Target {
    Target {
        id: "t".into(),
        title: String::new(),
        profile: Profile::None,
        source: None,
        adapter: None,
        supports: Vec::new(),
        supports_when: Vec::new(),
        env: std::collections::BTreeMap::new(),
        runtimes: None,
        reason: None,
        known_leaks: Vec::new(),
        known: Vec::new(),
        build: Vec::new(),
        binary: None,
        default: true,
        dir: dir.to_owned(),
        module: None,
    }
}

fn jobs(criterion: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("node-test.mjs");
    fs::write(&script, format!("import {{ createRequire }} from 'node:module'; const require = createRequire(import.meta.url);{RUNNER}")).unwrap();
    let node = which::which("node").expect("the bench needs Node");
    let runtime = probe(&node, RuntimeSource::SearchPath, &[]).unwrap();
    // The binary itself for both: what stands on the search path may be a script that starts it.
    let node = runtime.path.clone();
    let job = job(vec!["a/b > c".into()], &runtime.id);
    let executor = Executor {
        run_dir: dir.path().join("run"),
        suites_dir: dir.path().to_owned(),
        lib: dir.path().to_owned(),
        node_modules: dir.path().join("node_modules"),
        targets: vec![target(dir.path())],
        runtimes: vec![runtime],
        limits: Limits {
            load: Duration::from_mins(1),
            exit: Duration::from_mins(1),
        },
        interrupt: Interrupt::default(),
        programs: 1,
        guard: None,
        symbols: std::sync::Mutex::default(),
        params: threadproof::shared::Shared::default(),
        launchers: threadproof::exec::Launchers::default(),
    };
    let by_harness = || {
        executor.execute(job.clone(), 0, &|message| {
            if let Message::Finished(finished) = message {
                let outcome = threadproof::judge::classify(&finished.evidence);
                assert_eq!(outcome.kind(), OutcomeKind::Clean, "{outcome}");
            }
        });
    };
    let events = dir.path().join("events");
    let by_hand = || {
        let output = fs::File::create(dir.path().join("output")).unwrap();
        fs::File::create(&events).unwrap();
        let status = Command::new(&node)
            .arg(&script)
            // Jobs get a clean environment too; variables of Node's own can double its start.
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("CI", "1")
            .env("NO_COLOR", "1")
            .env("THREADPROOF_EVENTS", &events)
            .stdin(Stdio::null())
            .stderr(output.try_clone().unwrap())
            .stdout(output)
            .status()
            .unwrap();
        assert!(status.success());
    };
    let mut group = criterion.benchmark_group("a process with nothing to do");
    group.sample_size(20);
    group.bench_function("by hand", |bencher| bencher.iter(by_hand));
    group.bench_function("as a job", |bencher| bencher.iter(by_harness));
    group.finish();
    // In turns, so that whatever else the machine does hits both alike; the median of ratios.
    let time = |run: &dyn Fn()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let mut ratios: Vec<f64> = (0..40)
        .map(|_| time(&by_harness) / time(&by_hand))
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "a job takes {:.3} times the bare process (median of {})",
        ratios[ratios.len() / 2],
        ratios.len()
    );
}

criterion_group!(benches, events, jobs);
criterion_main!(benches);
