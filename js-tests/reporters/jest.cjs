'use strict';
// The protocol's events from Jest. Runs on the main thread; `test-start` is written by lib/body.cjs in
// the worker, since what Jest tells the reporter of a start is lost when the process dies.

const { describeError, emit, emitProcessExit } = require('../lib/events.cjs');
const { fileIdOf, readJob } = require('../lib/job.cjs');

const STATUS = { passed: 'passed', failed: 'failed' };
const statusOf = (result) => STATUS[result.status] ?? 'skipped';

const errorsOf = (result) =>
  (result.failureMessages ?? []).map((text, index) => {
    const { code } = result.failureDetails?.[index] ?? {};
    const described = describeError({ message: text.split('\n')[0], stack: text });
    return code === undefined ? described : { ...described, code: String(code) };
  });

const idOf = (result) => [...result.ancestorTitles, result.title].join(' > ');

module.exports = class JestReporter {
  onRunStart() {
    this.reported = new Set();
    emit('run-start', {
      runner: readJob().runner,
      runnerVersion: require('jest/package.json').version,
      node: process.versions.node,
      pid: process.pid,
    });
    emitProcessExit();
  }

  onTestCaseResult(test, result) {
    this.#testEnd(fileIdOf(test.path), result);
  }

  #testEnd(file, result) {
    const test = idOf(result);
    this.reported.add(test);
    const { duration } = result;
    emit('test-end', {
      test,
      file,
      status: statusOf(result),
      ms: duration ?? 0,
      errors: errorsOf(result),
    });
  }

  onTestFileResult(test, result) {
    const file = fileIdOf(test.path);
    for (const one of result.testResults) {
      // Skipped tests have no case result of their own.
      if (!this.reported.has(idOf(one))) this.#testEnd(file, one);
    }
    const error = result.testExecError ?? null;
    const errors = error ? [describeError(error)] : [];
    if (!error && result.failureMessage && result.numFailingTests === 0) {
      errors.push({ message: result.failureMessage });
    }
    emit('file-end', { file, ok: errors.length === 0, errors });
  }

  onRunComplete(_contexts, results) {
    if (results.runExecError) {
      emit('file-end', { file: '(run)', ok: false, errors: [describeError(results.runExecError)] });
    }
    emit('run-end', {
      passed: results.numPassedTests,
      failed: results.numFailedTests,
      skipped: results.numPendingTests + results.numTodoTests,
      ok: results.success && !results.wasInterrupted,
    });
  }
};
