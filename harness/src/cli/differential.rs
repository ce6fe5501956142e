//! `threadproof repro`, and the process of a differential job.

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    thread,
};

use super::{
    args::{DifferentialJobArgs, ReproArgs},
    print,
};
use crate::{
    differential::{
        Known, Pair,
        case::{Case, CaseError, describe, transcript},
        job::{self, Task},
    },
    error::Error,
    exec,
    exit::Exit,
};

/// Replays a case in new processes and prints what both implementations say.
pub(super) fn replay(path: &Path, args: &ReproArgs) -> Result<Exit, Error> {
    let case = Case::read(path).map_err(|error| match error {
        CaseError::Io { path, source } => Error::io("read", path)(source),
        CaseError::Format { .. } => Error::Usage {
            what: error.to_string(),
            help: "name a case.json of failures/ in a run directory".to_owned(),
        },
    })?;
    let (mut oracle, mut target) = (case.oracle, case.target);
    for implementation in [&mut oracle, &mut target] {
        if let Some(node) = args.runtime.first() {
            implementation.node = PathBuf::from(node);
        }
        implementation.stderr = std::env::temp_dir().join("threadproof-repro.log");
    }
    if let Some(module) = &args.module {
        target.module.clone_from(module);
    }
    let mut pair = Pair::new(oracle, target, Known::table());
    let mut run = |program| pair.run(program).map_err(Error::io("run", path));
    for (number, program) in case.before.iter().enumerate() {
        let trial = run(program)?;
        print::line(&format!("before, {number}: {}", describe(&trial.verdict)))?;
    }
    let trial = run(&case.program)?;
    print::line(transcript(&case.program, &trial).trim_end())?;
    print::line(&describe(&trial.verdict))?;
    Ok(if trial.verdict.is_failure() {
        Exit::Failure
    } else {
        Exit::Success
    })
}

/// The process of a differential job, which speaks the protocol of a runner.
pub(super) fn job(args: &DifferentialJobArgs) -> Result<Exit, Error> {
    let of_harness = |name: &str| -> Result<PathBuf, Error> {
        let missing = || Error::Usage {
            what: format!("{name} is not set"),
            help: "this command is started by `threadproof run --suite differential`".to_owned(),
        };
        std::env::var_os(name)
            .map(PathBuf::from)
            .ok_or_else(missing)
    };
    let task = Task {
        job: of_harness("THREADPROOF_JOB")?,
        events: of_harness("THREADPROOF_EVENTS")?,
        node: args.node.clone(),
        flags: args.node_flag.clone(),
        pass: args.pass.clone(),
        suites: args.interpreter_dir.clone(),
        failures: args.failures.clone(),
        programs: args.count,
        pairs: thread::available_parallelism()
            .map_or(1, NonZero::get)
            .try_into()
            .unwrap_or(1),
    };
    exec::no_cores();
    let ok = job::run(&task).map_err(Error::io("run", "the programs"))?;
    Ok(if ok { Exit::Success } else { Exit::Failure })
}
