'use strict';
// A process that runs one test and is its own runner: what it says of it, as docs/protocol.md has it.

const { threadId } = require('node:worker_threads');
const { describeError, emit, emitProcessExit } = require('./events.cjs');

/**
 * @param {string} runner its name in the protocol
 * @param {object} job of one test and one file
 * @param {(test: string) => Promise<void>} run rejects when the test fails
 */
async function runOneTest(runner, job, run) {
  const [test] = job.tests;
  const [file] = job.files;
  emit('run-start', {
    runner,
    runnerVersion: '1',
    node: process.versions.node,
    pid: process.pid,
  });
  emitProcessExit();
  const start = performance.now();
  const errors = [];
  emit('test-start', { test, file, thread: threadId });
  try {
    if (job.tests.length !== 1) throw new Error(`the runner ${runner} runs one test a process`);
    await run(test);
  } catch (error) {
    errors.push(describeError(error));
    console.error(error);
  }
  const status = errors.length === 0 ? 'passed' : 'failed';
  emit('test-end', { test, file, status, ms: performance.now() - start, errors });
  emit('file-end', { file, ok: true, errors: [] });
  const ok = errors.length === 0;
  emit('run-end', { passed: Number(ok), failed: Number(!ok), skipped: 0, ok });
  console.log(`${ok ? 'ok' : 'not ok'}: ${test}`);
  if (!ok) process.exitCode = 1;
}

module.exports = { runOneTest };
