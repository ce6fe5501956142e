'use strict';
// The event stream of each runner on fixture suites that pass, fail, die and crash.

const assert = require('node:assert');
const { describe, test } = require('node:test');
const { nodes, runFixture, unable } = require('./support/fixtures.cjs');
const { summarise } = require('./support/run-job.cjs');

const RUNNERS = ['node-test', 'jest', 'vitest', 'vitest-shared'];
const IN_WORKERS = new Set(RUNNERS.slice(1));

const only = (events, type) => events.filter((event) => event.type === type);

/** Why each test of `failing/ways` fails; null for the one that passes. */
const FAILURES = {
  asserts: /got \{ a: 1 \}, expected \{ a: 2 \}/,
  'throws with a code': /thrown here/,
  'takes too long': /timed out|Exceeded timeout/,
  'a worker throws': /worker "worker" threw and exited with code 1: thrown in the worker/,
  'a worker exits with a code': /exited with code 3, expected 0/,
  'a worker says all is well and then exits with a code': /exited with code 4, expected 0/,
  'a worker dies before the gate': /exited with code 5 too early/,
  'a worker hangs': /worker "hanging" \(thread \d+\) still lives after 300 ms in phase run/,
  'nobody asks how a worker ended': /never asserted how its workers ended: forgotten/,
  'a nested worker is forgotten': /nobody asserted the end of: grandchild/,
  'a process ends with a code': /exits\.cjs ended with code 6/,
  passes: null,
};

function checkGood(runner, result) {
  const { events, job } = result;
  const found = summarise(result);
  assert.deepStrictEqual([found.code, found.signal], [0, null], result.stderr);
  assert.strictEqual(found.passed, 3);
  assert.ok(!job.tests.some((id) => id.includes('needs what no fixture')), 'not in the manifest');
  assert.deepStrictEqual(
    only(events, 'test-start')
      .map((event) => event.test)
      .sort(),
    [...job.tests].sort(),
  );
  for (const { thread } of only(events, 'test-start')) {
    assert.strictEqual(thread > 0, IN_WORKERS.has(runner), `thread ${thread} under ${runner}`);
  }
  assert.deepStrictEqual(
    only(events, 'file-end')
      .map(({ file, ok }) => [file, ok])
      .sort(),
    [
      ['suites/good/first', true],
      ['suites/good/second', true],
    ],
  );
  assert.deepStrictEqual(only(events, 'worker-start').length, 3);
  assert.deepStrictEqual(
    only(events, 'worker-exit').map(({ code }) => code),
    [0, 0, 0],
  );
  const [start] = events;
  assert.strictEqual(start.type, 'run-start');
  assert.strictEqual(start.runner, runner);
  const { passed, failed, skipped, ok } = found.runEnd;
  assert.deepStrictEqual([passed, failed, skipped, ok], [3, 0, 0, true]);
  assert.strictEqual(events.at(-1).type, 'process-exit');
  assert.strictEqual(events.at(-1).code, 0);
  for (const event of events) {
    assert.strictEqual(event.v, 1);
    assert.ok(event.at > 1e12, 'milliseconds since the epoch');
  }
}

function checkFailing(result) {
  const found = summarise(result);
  assert.strictEqual(found.code, 1);
  assert.deepStrictEqual(found.lost, []);
  assert.strictEqual(found.runEnd.failed, Object.keys(FAILURES).length - 1);
  assert.strictEqual(found.processExit.code, 1);
  for (const end of only(result.events, 'test-end')) {
    const why = FAILURES[end.test.split(' > ')[1]];
    assert.strictEqual(end.status, why ? 'failed' : 'passed', end.test);
    const [error] = end.errors;
    if (why) assert.match(`${error.message}\n${error.stack}`, why, end.test);
  }
  assert.ok(found.notes.some((note) => note.includes('still lives after 300 ms')));
}

function checkImportError(result) {
  const found = summarise(result);
  assert.strictEqual(found.code, 1);
  assert.strictEqual(found.badFiles.length, 1);
  assert.strictEqual(found.badFiles[0].file, 'suites/import-error/broken');
  assert.match(found.badFiles[0].errors[0].message, /broken at import/);
  assert.deepStrictEqual(found.lost, ['import-error/broken > never runs']);
  assert.strictEqual(found.runEnd.ok, false);
}

/** Runners differ in whom they blame; all of them must not call it a success. */
function checkStray(result) {
  const found = summarise(result);
  assert.strictEqual(found.code, 1);
  assert.strictEqual(found.runEnd.ok, false);
  const told = [...found.failed, ...found.badFiles].flatMap(({ errors }) => errors);
  assert.ok(
    told.some(({ message, stack }) => `${message}${stack}`.includes('nobody waits for this')),
    'the error itself is in the stream',
  );
}

function checkRunnerWorkerDies(runner, result) {
  const found = summarise(result);
  assert.notStrictEqual(found.code, 0);
  assert.ok(!found.runEnd?.ok, 'not a success');
  if (runner === 'node-test') assert.strictEqual(found.code, 11);
  if (runner !== 'jest') return;
  assert.strictEqual(found.badFiles[0].file, 'suites/runner-worker-dies/dies');
  assert.match(found.badFiles[0].errors[0].message, /died, and the runner started it again/);
}

function checkCrash(result) {
  const found = summarise(result);
  assert.deepStrictEqual([found.code, found.signal], [null, 'SIGABRT']);
  assert.strictEqual(found.runEnd, undefined);
  assert.strictEqual(found.processExit, undefined);
  const started = only(result.events, 'test-start').map((event) => event.test);
  assert.ok(started.includes('crash/aborts > aborts'), 'its start was written before the crash');
  assert.ok(found.lost.includes('crash/aborts > aborts'));
}

for (const { node, version } of nodes()) {
  describe(`Node ${version}`, () => {
    for (const runner of RUNNERS) {
      describe(runner, () => {
        const skip = unable(runner, version);
        const run = (topic) => runFixture({ node, topic, runner });
        test('tells a run that passes from start to exit', { skip }, () =>
          checkGood(runner, run('good')),
        );
        test('tells why each test failed', { skip }, () => checkFailing(run('failing')));
        test('tells a file that cannot be loaded', { skip }, () =>
          checkImportError(run('import-error')),
        );
        test('tells an error outside of tests', { skip }, () => checkStray(run('stray')));
        test('tells that its own thread has ended', { skip }, () =>
          checkRunnerWorkerDies(runner, run('runner-worker-dies')),
        );
        test('leaves the start of a test that crashes the process', { skip }, () =>
          checkCrash(run('crash')),
        );
      });
    }
    test('node-test passes the signal of a crash after the last test on', () => {
      const found = summarise(runFixture({ node, topic: 'crash-late', runner: 'node-test' }));
      assert.deepStrictEqual([found.code, found.signal], [null, 'SIGABRT']);
      assert.strictEqual(found.passed, 1);
      assert.strictEqual(found.runEnd.ok, true);
    });
    test('jest on the main thread fails every test', () => {
      const found = summarise(runFixture({ node, topic: 'good', runner: 'jest', more: ['-i'] }));
      assert.strictEqual(found.passed, 0);
      assert.strictEqual(found.code, 1);
      assert.match(found.failed[0].errors[0].stack, /on the main thread/);
    });
  });
}
