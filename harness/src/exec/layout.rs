//! The folder of an attempt: what the process is told, and where it writes.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde::Serialize;

use super::launch::{ExecError, Executor};
use crate::{
    audit,
    model::{Job, JobId, Profile, Runner, Seed},
    plan::supports_on,
    protocol::PROTOCOL_VERSION,
};

/// `THREADPROOF_JOB`, as `docs/protocol.md` describes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JobFile<'a> {
    version: u32,
    id: &'a JobId,
    target: JobTarget<'a>,
    topic: &'a str,
    runner: Runner,
    files: &'a [String],
    tests: &'a [String],
    seed: Seed,
    timeout_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<serde_json::Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JobTarget<'a> {
    id: &'a str,
    dir: &'a Path,
    profile: Profile,
    adapter: Option<&'a Path>,
    module: Option<&'a str>,
    binary: Option<&'a Path>,
    supports: Vec<String>,
}

/// The files of an attempt.
pub(super) struct Files {
    pub(super) stdout: File,
    pub(super) stderr: File,
    pub(super) stderr_path: PathBuf,
    pub(super) events: File,
    pub(super) events_path: PathBuf,
    pub(super) job_path: PathBuf,
    pub(super) temp: tempfile::TempDir,
    /// Where databases are kept that are audited when the process has ended.
    data: Option<PathBuf>,
}

impl Files {
    /// Tells the process where its files are.
    pub(super) fn tell(&self, command: &mut Command, seed: Seed) {
        command
            .env("THREADPROOF_EVENTS", &self.events_path)
            .env("THREADPROOF_JOB", &self.job_path)
            .env("THREADPROOF_SEED", seed.to_string())
            .env("TMPDIR", self.temp.path());
        if let Some(data) = &self.data {
            command.env("THREADPROOF_DATA", data);
        }
    }
}

impl Executor {
    /// What a job is told.
    pub(super) fn params_of(&self, job: &Job) -> Option<serde_json::Value> {
        let params = self.params.lock();
        let of_job = params.get(job.id.as_str());
        of_job.or_else(|| params.get(&job.tests[0])).cloned()
    }

    /// How long a process may say nothing, where its test says all the time how far it is.
    pub(super) fn silence(&self, job: &Job) -> Option<Duration> {
        let params = self.params_of(job)?;
        params["silenceMs"].as_u64().map(Duration::from_millis)
    }

    /// Makes the folder and files of an attempt.
    pub(super) fn lay_out(&self, job: &Job, dir: &Path) -> Result<Files, ExecError> {
        let make = |path: &Path| {
            File::create(path).map_err(|source| ExecError {
                doing: format!("create {}", path.display()),
                source,
            })
        };
        fs::create_dir_all(dir).map_err(|source| ExecError {
            doing: format!("create {}", dir.display()),
            source,
        })?;
        let (stderr_path, events_path, job_path) = (
            dir.join("stderr.log"),
            dir.join("events.ndjson"),
            dir.join("job.json"),
        );
        make(&events_path)?;
        let events = File::open(&events_path).map_err(|source| ExecError {
            doing: format!("open {}", events_path.display()),
            source,
        })?;
        let target = self.target(job)?;
        let file = JobFile {
            version: PROTOCOL_VERSION,
            id: &job.id,
            target: JobTarget {
                id: &target.id,
                dir: &target.dir,
                profile: target.profile,
                adapter: target.adapter.as_deref(),
                module: target.module.as_deref(),
                binary: self.launchers.binary(job.launcher, target),
                supports: supports_on(target, &self.runtime(job)?.version),
            },
            topic: &job.cell.suite.topic,
            runner: job.cell.suite.runner,
            files: &job.files,
            tests: &job.tests,
            seed: job.seed,
            timeout_ms: job.timeout_ms,
            params: self.params_of(job),
        };
        serde_json::to_writer_pretty(make(&job_path)?, &file).map_err(|error| ExecError {
            doing: "write job.json".to_owned(),
            source: error.into(),
        })?;
        let audited = matches!(job.cell.suite.runner, Runner::Stress | Runner::Fuzz);
        let data = audited.then(|| dir.join(audit::DATA));
        if let Some(data) = &data {
            fs::create_dir_all(data).map_err(|source| ExecError {
                doing: format!("create {}", data.display()),
                source,
            })?;
        }
        let temp = tempfile::Builder::new()
            .prefix("threadproof-")
            .tempdir()
            .map_err(|source| ExecError {
                doing: "create a temp dir".to_owned(),
                source,
            })?;
        Ok(Files {
            stdout: make(&dir.join("stdout.log"))?,
            stderr: make(&stderr_path)?,
            stderr_path,
            events,
            events_path,
            job_path,
            temp,
            data,
        })
    }
}
