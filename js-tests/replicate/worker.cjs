'use strict';
// One copy: waits until all are here, then loads the file, as its runner does.

const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');
const { describeError } = require('../lib/events.cjs');
const { NOTHING, Teller, meet } = require('./shared.cjs');

const { file, jestCache, root, runner, runnerDir, start, startMs, workers } = workerData;

/** node:test in this thread, its tests told of as they end. */
function nodeTest() {
  const { run } = require('node:test');
  meet(start, workers, startMs);
  const open = [];
  const teller = new Teller(workerData);
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
    teller.end([...open, data.name], {
      passed: type === 'test:pass',
      ms: details?.duration_ms,
      errors: details?.error ? [describeError(details.error)] : [],
    });
  });
  stream.on('end', () => {
    const { failed, tests } = teller;
    parentPort.postMessage({ threadproof: 'done', failed, errors: tests === 0 ? [NOTHING] : [] });
  });
}

/** Jest in this thread; what it tells of its tests is in `jest-reporter.cjs`, which also waits for the others. */
async function jest() {
  const { runCLI } = createRequire(path.join(runnerDir, 'package.json'))('@jest/core');
  const argv = {
    $0: 'jest',
    _: [file],
    runTestsByPath: true,
    runInBand: true,
    // Snapshots are compared and never written.
    ci: true,
    updateSnapshot: false,
    collectCoverage: false,
    bail: 0,
    notify: false,
    watch: false,
    watchAll: false,
    watchman: false,
    cacheDirectory: jestCache,
    reporters: [path.join(__dirname, 'jest-reporter.cjs')],
  };
  const { globalConfig } = await runCLI(argv, [root]);
  if (globalConfig.forceExit) process.exit();
}

/** A script: what it throws, rejects with and exits with is its result. */
async function plain() {
  meet(start, workers, startMs);
  await import(pathToFileURL(file));
}

const RUNNERS = { jest, 'node-test': nodeTest, plain };
RUNNERS[runner]();
