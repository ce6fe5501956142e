'use strict';
// Hands the tests of a body to a runner. One body, three thin files: each calls `register` with the
// `describe` and `test` of its runner. Tests that the manifest does not name are not registered.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { isMainThread, threadId } = require('node:worker_threads');
const { makeContext } = require('./context.cjs');
const { emit } = require('./events.cjs');
const { fileIdOf, prefixOf, readJob, testId, testLimitMs } = require('./job.cjs');

/** How each runner takes a test with a limit. */
const REGISTER = {
  jest: (test, name, run, timeout) => test(name, run, timeout),
  vitest: (test, name, run, timeout) => test(name, { timeout }, run),
  'vitest-shared': (test, name, run, timeout) => test(name, { timeout }, run),
  'node-test': (test, name, run, timeout) => test(name, { timeout }, run),
};

/** Runners whose point is that tests run in worker threads of theirs. */
const IN_WORKERS = new Set(['jest', 'vitest', 'vitest-shared']);

/** The job's tests of one body, in the body's order; a name that the body lacks is an error. */
function chosenTests(body, prefix, job) {
  const wanted = new Set(job.tests.filter((id) => id.startsWith(`${prefix} > `)));
  if (wanted.size === 0) {
    throw new Error(`no test of ${prefix} stands in the job's manifest: leave the file out`);
  }
  const chosen = body.tests.filter((test) => wanted.delete(testId(prefix, test.name)));
  if (wanted.size > 0) {
    throw new Error(`${prefix} has no such test: ${[...wanted].join(', ')}`);
  }
  return chosen;
}

/**
 * Jest starts a file again when its worker thread died, up to three times, and a later success hides
 * the death. A file runs once in a job: the second start is an error, which Jest then reports.
 */
function refuseSecondStart(prefix) {
  const mark = path.join(os.tmpdir(), `started-${prefix.replaceAll('/', '-')}`);
  try {
    fs.writeFileSync(mark, String(threadId), { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const message = `${prefix}: the worker thread that ran this file died, and the runner started it again`;
    emit('note', { message });
    throw new Error(message, { cause: error });
  }
}

async function runTest({ test, id, fileId, job, base, limit }) {
  emit('test-start', { test: id, file: fileId, thread: threadId });
  if (IN_WORKERS.has(job.runner) && isMainThread) {
    throw new Error(`${job.runner} ran ${id} on the main thread: worker threads are not tested so`);
  }
  const { ctx, finish } = makeContext({ id, job, base });
  // A promise that nothing will settle does not keep the event loop alive, and neither do node:test's own
  // limits: without this, all tests after it would be cancelled.
  const alive = setTimeout(() => {}, limit + 1000);
  try {
    await test.run(ctx);
  } catch (error) {
    await finish(true);
    throw error;
  } finally {
    clearTimeout(alive);
  }
  await finish(false);
}

/**
 * @param {string} file the runner's file, `<part>.jest.cjs` and so on
 * @param {{ describe: Function, test: Function }} runner
 */
function register(file, { describe, test }) {
  const job = readJob();
  const fileId = fileIdOf(file);
  const prefix = prefixOf(fileId);
  refuseSecondStart(prefix);
  const body = require(file.replace(/\.(jest|vitest|node)\.[cm]js$/, '.body.cjs'));
  const chosen = chosenTests(body, prefix, job);
  describe(prefix, () => {
    for (const one of chosen) {
      const id = testId(prefix, one.name);
      const limit = one.timeoutMs ?? testLimitMs(job);
      // Runners look at a function's length (a callback?), so it takes no parameter.
      const run = () => runTest({ test: one, id, fileId, job, limit, base: path.dirname(file) });
      REGISTER[job.runner](test, one.name, run, limit);
    }
  });
}

module.exports = { chosenTests, register };
