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
    /** Status of each test as it was reported when the test ended. */
    this.reported = new Map();
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
    this.reported.set(test, statusOf(result));
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
    const error = result.testExecError ?? null;
    const errors = error ? [describeError(error)] : [];
    for (const one of result.testResults) {
      const reported = this.reported.get(idOf(one));
      // Skipped tests have no case result of their own.
      if (reported === undefined) this.#testEnd(file, one);
      else if (reported !== statusOf(one)) {
        // Jest blames a test for an error that came after its end; the test was reported already.
        errors.push(...errorsOf(one));
      }
    }
    if (!error && result.failureMessage && result.numFailingTests === 0) {
      errors.push({ message: result.failureMessage });
    }
    emit('file-end', { file, ok: errors.length === 0, errors });
  }

  onRunComplete(_contexts, results) {
    if (results.runExecError) {
      emit('file-end', { file: '(run)', ok: false, errors: [describeError(results.runExecError)] });
    }
    // `results.success` is set only after this.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    emit('run-end', {
      passed: results.numPassedTests,
      failed: results.numFailedTests,
      skipped: results.numPendingTests + results.numTodoTests,
      ok: failed === 0 && !results.runExecError && !results.wasInterrupted,
    });
  }
};
