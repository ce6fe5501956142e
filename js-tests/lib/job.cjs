'use strict';
// The job that this process was started for: `THREADPROOF_JOB` of docs/protocol.md, read and checked.

const fs = require('node:fs');
const path = require('node:path');

const VERSION = 1;

class JobError extends Error {
  constructor(message) {
    super(`${message}\nThese files are started by "threadproof run"; see docs/protocol.md.`);
    this.name = 'JobError';
  }
}

/** Checks the shape of a parsed job, so that a mistake is named here and not in a test. */
function checkJob(job, from) {
  const complain = (what) => {
    throw new JobError(`${from}: ${what}`);
  };
  if (job === null || typeof job !== 'object') complain('is not a JSON object');
  if (job.version !== VERSION) {
    complain(`has version ${job.version}, and this library reads version ${VERSION}`);
  }
  for (const field of ['id', 'topic', 'runner', 'seed']) {
    if (typeof job[field] !== 'string') complain(`"${field}" must be a string`);
  }
  for (const field of ['files', 'tests']) {
    const list = job[field];
    if (!Array.isArray(list) || list.some((item) => typeof item !== 'string')) {
      complain(`"${field}" must be a list of strings`);
    }
    if (list.length === 0) complain(`"${field}" is empty: there is nothing to run`);
  }
  if (!(Number.isFinite(job.timeoutMs) && job.timeoutMs > 0)) {
    complain('"timeoutMs" must be a positive number of milliseconds');
  }
  if (job.target === null || typeof job.target !== 'object') complain('"target" must be an object');
  if (!Array.isArray(job.target.supports)) complain('"target.supports" must be a list of strings');
  return job;
}

function readJob(env = process.env) {
  const file = env.THREADPROOF_JOB;
  if (!file) throw new JobError('THREADPROOF_JOB is not set');
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new JobError(`THREADPROOF_JOB cannot be read: ${error.message}`);
  }
  let job;
  try {
    job = JSON.parse(text);
  } catch (error) {
    throw new JobError(`${file} is not JSON: ${error.message}`);
  }
  return checkJob(job, file);
}

/** Absolute path of the adapter of the job's target. */
function adapterOf(job) {
  const { adapter, dir } = job.target;
  if (adapter) return path.resolve(dir ?? '.', adapter);
  if (dir) return path.join(dir, 'adapter.cjs');
  throw new JobError(`target "${job.target.id}" has neither "adapter" nor "dir"`);
}

/**
 * What one test may take. Less than the job's own limit, so that the runner can name the test that
 * hangs before the harness ends the process.
 */
const testLimitMs = (job) => Math.max(1, Math.floor(job.timeoutMs * 0.6));

/** What one worker or one wait may take: less than its test, so that it is named first. */
const waitLimitMs = (job) => Math.max(1, Math.floor(job.timeoutMs * 0.5));

const RUNNER_FILE = {
  jest: '.jest.cjs',
  vitest: '.vitest.mjs',
  'vitest-shared': '.vitest.mjs',
  'node-test': '.node.mjs',
};

/** Absolute paths of the files that hand the job's bodies to a runner. */
function runnerFiles(job, root = process.cwd()) {
  const suffix = RUNNER_FILE[job.runner];
  if (!suffix) {
    const known = Object.keys(RUNNER_FILE).join(', ');
    throw new JobError(`"${job.runner}" is no runner; there are ${known}`);
  }
  return job.files.map((file) => path.resolve(root, file + suffix));
}

/** `suites/<topic>/<part>` as the protocol writes it, of any file that belongs to that part. */
function fileIdOf(file, root = process.cwd()) {
  const relative = path.relative(root, file).split(path.sep).join('/');
  return relative.replace(/\.(body|jest|vitest|node)\.[cm]js$/, '');
}

/** `<topic>/<part>`: what the ids of a file's tests begin with. */
const prefixOf = (fileId) => fileId.split('/').slice(-2).join('/');

const testId = (prefix, name) => `${prefix} > ${name}`;

module.exports = {
  VERSION,
  JobError,
  adapterOf,
  checkJob,
  fileIdOf,
  prefixOf,
  readJob,
  runnerFiles,
  testId,
  testLimitMs,
  waitLimitMs,
};
