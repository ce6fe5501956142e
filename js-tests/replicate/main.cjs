'use strict';
// The runner `replicate`: so many copies of a file that somebody else wrote, each in a worker of this one process, all
// released together to load it; then once more with fresh workers, as often as the job says. A test is
// `<file> > <name> [<iteration>.<copy>]`, and `(file)` is the copy itself: it passes when its worker ended by itself and in order.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { Worker, threadId } = require('node:worker_threads');
const { describeError, emit, emitProcessExit } = require('../lib/events.cjs');
const { readJob, waitLimitMs } = require('../lib/job.cjs');
const { CELLS, FAILED, PASSED, release, testOf } = require('./shared.cjs');
const vitest = require('./vitest.cjs');

const job = readJob();
const params = { ...job.params, startMs: waitLimitMs(job) };
const [label] = job.files;
/** For all copies: Jest's own workers share it, too. */
const jestCache = path.join(os.tmpdir(), 'jest-cache');
const counts = new Int32Array(new SharedArrayBuffer(8));
/** Runners that say when they are done with a file. */
const SAYS_DONE = { jest: 'Jest', 'node-test': 'node:test' };

function end(test, errors) {
  const status = errors.length === 0 ? 'passed' : 'failed';
  Atomics.add(counts, errors.length === 0 ? PASSED : FAILED, 1);
  emit('test-end', { test, file: label, status, errors });
}

/** What a copy has of its own: its temp dir and its number. */
function variables(iteration, number) {
  const dir = path.join(os.tmpdir(), `${iteration}.${number}`);
  fs.mkdirSync(dir);
  return {
    TMPDIR: dir,
    THREADPROOF_WORKER: String(number),
    THREADPROOF_ITERATION: String(iteration),
  };
}

/** One copy, resolved when its worker is gone. */
function copy(iteration, number, start) {
  const test = testOf(label, '(file)', iteration, number);
  const expected = job.tests.filter((id) => id.endsWith(` [${iteration}.${number}]`));
  const worker = new Worker(path.join(__dirname, 'worker.cjs'), {
    argv: [],
    env: { ...process.env, ...variables(iteration, number) },
    workerData: { ...params, label, iteration, number, start, counts, expected, jestCache },
  });
  emit('test-start', { test, file: label, thread: worker.threadId });
  const errors = [];
  let done = null;
  worker.on('message', (message) => {
    // The file itself may say something to its parent.
    if (message?.threadproof === 'done') done = message;
  });
  worker.on('error', (error) => errors.push(describeError(error)));
  return new Promise((resolve) => {
    worker.on('exit', (code) => {
      // One that never came would keep the others waiting.
      release(start, params.workers);
      errors.push(...(done?.errors ?? []));
      // node:test sets the exit code when a test fails, which is told of by the test.
      const told = done !== null && done.failed > 0;
      const says = SAYS_DONE[params.runner];
      if (errors.length === 0 && says && done === null) {
        const message = `the worker exited with ${code} before ${says} was done`;
        errors.push({ message: code === 0 ? message : `${message}: its log may say why` });
      } else if (errors.length === 0 && code !== 0 && !told) {
        errors.push({ message: `the worker exited with ${code}` });
      }
      end(test, errors);
      resolve();
    });
  });
}

/** All copies once, by Vitest, which has workers of its own. */
async function byVitest(iteration, start) {
  const tests = Array.from({ length: params.workers }, (_, at) =>
    testOf(label, '(file)', iteration, at + 1),
  );
  for (const test of tests) emit('test-start', { test, file: label, thread: threadId });
  const { errors, rest } = await vitest.iterate(params, {
    label,
    iteration,
    start,
    counts,
    expected: job.tests,
    variables: (number) => variables(iteration, number),
  });
  tests.forEach((test, at) => end(test, errors[at]));
  return rest;
}

/** What the maintainer wants once in the process; whatever it throws ends the process, which is then told of. */
async function setUp() {
  if (!params.setup) return undefined;
  const { default: own } = await import(pathToFileURL(params.setup));
  const tearDown = typeof own === 'function' ? await own() : undefined;
  return typeof tearDown === 'function' ? tearDown : undefined;
}

async function main() {
  emit('run-start', {
    runner: job.runner,
    runnerVersion: '1',
    node: process.versions.node,
    pid: process.pid,
  });
  emitProcessExit();
  const rest = [];
  const tearDown = await setUp();
  for (let iteration = 1; iteration <= params.iterations; iteration += 1) {
    const start = new Int32Array(new SharedArrayBuffer(4 * CELLS));
    if (params.runner === 'vitest') {
      rest.push(...(await byVitest(iteration, start)));
    } else {
      const numbers = Array.from({ length: params.workers }, (_, at) => at + 1);
      await Promise.all(numbers.map((number) => copy(iteration, number, start)));
    }
  }
  await tearDown?.();
  const [passed, failed] = counts;
  const ok = failed === 0 && rest.length === 0;
  emit('file-end', { file: label, ok: rest.length === 0, errors: rest });
  emit('run-end', { passed, failed, skipped: 0, ok });
  console.log(`${passed} passed, ${failed} failed`);
  if (!ok) process.exitCode = 1;
}

main();
