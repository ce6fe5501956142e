'use strict';
// One copy: waits until all are here, then loads the file, as its runner does.

const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');
const { describeError, emit } = require('../lib/events.cjs');
const { FAILED, PASSED, meet, testOf } = require('./shared.cjs');

const { counts, file, iteration, label, number, runner, start, workers } = workerData;

/** node:test in this thread, its tests told of as they end. */
function nodeTest() {
  const { run } = require('node:test');
  meet(start, workers);
  const open = [];
  const seen = new Map();
  let failed = 0;
  const stream = run({ files: [file], isolation: 'none', concurrency: false });
  stream.on('data', ({ type, data }) => {
    if (type === 'test:start') {
      open.length = data.nesting;
      open.push(data.name);
    }
    if (type !== 'test:pass' && type !== 'test:fail') return;
    open.length = data.nesting;
    // A skipped test is no test: one that is skipped only beside others is then lost.
    if (data.skip || data.todo) return;
    // A suite fails with its tests, and by itself only in a hook.
    const { details } = data;
    const ofTests = details?.error?.failureType === 'subtestsFailed';
    if (details?.type === 'suite' && (type === 'test:pass' || ofTests)) return;
    const full = [...open, data.name].join(' > ');
    const times = (seen.get(full) ?? 0) + 1;
    seen.set(full, times);
    const name = times === 1 ? full : `${full} #${times}`;
    const passed = type === 'test:pass';
    if (!passed) failed += 1;
    Atomics.add(counts, passed ? PASSED : FAILED, 1);
    emit('test-end', {
      test: testOf(label, name, iteration, number),
      file: label,
      status: passed ? 'passed' : 'failed',
      ms: details?.duration_ms,
      errors: details?.error ? [describeError(details.error)] : [],
    });
  });
  stream.on('end', () => parentPort.postMessage({ threadproof: 'done', failed, tests: seen.size }));
}

/** A script: what it throws, rejects with and exits with is its result. */
async function plain() {
  meet(start, workers);
  await import(pathToFileURL(file));
}

if (runner === 'node-test') nodeTest();
else plain();
