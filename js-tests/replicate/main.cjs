'use strict';
// The runner `replicate`: so many copies of a file that somebody else wrote, each in a worker of this one process, all
// released together to load it; then once more with fresh workers, as often as the job says. A test is
// `<file> > <name> [<iteration>.<copy>]`, and `(file)` is the copy itself: it passes when its worker ended by itself and in order.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { describeError, emit, emitProcessExit } = require('../lib/events.cjs');
const { readJob } = require('../lib/job.cjs');
const { CELLS, FAILED, PASSED, release, testOf } = require('./shared.cjs');

const job = readJob();
const { params } = job;
const [label] = job.files;
const counts = new Int32Array(new SharedArrayBuffer(8));

function end(test, errors) {
  const status = errors.length === 0 ? 'passed' : 'failed';
  Atomics.add(counts, errors.length === 0 ? PASSED : FAILED, 1);
  emit('test-end', { test, file: label, status, errors });
}

/** One copy, resolved when its worker is gone. */
function copy(iteration, number, start) {
  const dir = path.join(os.tmpdir(), `${iteration}.${number}`);
  fs.mkdirSync(dir);
  const test = testOf(label, '(file)', iteration, number);
  const worker = new Worker(path.join(__dirname, 'worker.cjs'), {
    argv: [],
    env: {
      ...process.env,
      TMPDIR: dir,
      THREADPROOF_WORKER: String(number),
      THREADPROOF_ITERATION: String(iteration),
    },
    workerData: { ...params, label, iteration, number, start, counts },
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
      // node:test sets the exit code when a test fails, which is told of by the test.
      const told = done !== null && done.failed > 0;
      if (errors.length === 0 && code !== 0 && !told) {
        errors.push({ message: `the worker exited with ${code}` });
      }
      if (errors.length === 0 && params.runner === 'node-test' && done === null) {
        errors.push({ message: 'the worker ended before node:test had' });
      }
      if (errors.length === 0 && done?.tests === 0) {
        errors.push({ message: 'the file has no test that is not skipped: nothing was tried' });
      }
      end(test, errors);
      resolve();
    });
  });
}

async function main() {
  emit('run-start', {
    runner: job.runner,
    runnerVersion: '1',
    node: process.versions.node,
    pid: process.pid,
  });
  emitProcessExit();
  for (let iteration = 1; iteration <= params.iterations; iteration += 1) {
    const start = new Int32Array(new SharedArrayBuffer(4 * CELLS));
    const numbers = Array.from({ length: params.workers }, (_, at) => at + 1);
    await Promise.all(numbers.map((number) => copy(iteration, number, start)));
  }
  const [passed, failed] = counts;
  emit('file-end', { file: label, ok: true, errors: [] });
  emit('run-end', { passed, failed, skipped: 0, ok: failed === 0 });
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

main();
