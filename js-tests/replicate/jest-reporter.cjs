'use strict';
// What Jest tells of its tests in a worker of `replicate`, as events. It is loaded by Jest, in the worker itself.

const { parentPort, workerData } = require('node:worker_threads');
const { describeError } = require('../lib/events.cjs');
const { NOTHING, Teller, meet } = require('./shared.cjs');

const titlesOf = (result) => [...result.ancestorTitles, result.title];
const ran = (result) => result.status === 'passed' || result.status === 'failed';
const errorsOf = (result) =>
  (result.failureMessages ?? []).map((text) => ({ message: text.split('\n')[0], stack: text }));

module.exports = class ReplicateReporter {
  #teller = new Teller(workerData);
  #met = false;
  /** What is wrong with the file as a whole. */
  #errors = [];
  /** How many results of each name and status were told of. */
  #told = new Map();

  /** The last moment before the file is loaded. */
  onTestFileStart() {
    if (this.#met) return;
    this.#met = true;
    meet(workerData.start, workerData.workers, workerData.startMs);
  }

  onTestCaseStart(_test, info) {
    this.#teller.start(titlesOf(info));
  }

  onTestCaseResult(_test, result) {
    if (!ran(result)) return;
    const key = JSON.stringify([titlesOf(result), result.status]);
    this.#told.set(key, (this.#told.get(key) ?? 0) + 1);
    this.#end(result);
  }

  #end(result) {
    this.#teller.end(titlesOf(result), {
      passed: result.status === 'passed',
      ms: result.duration ?? undefined,
      errors: errorsOf(result),
    });
  }

  onTestFileResult(_test, file) {
    if (file.testExecError) this.#errors.push(describeError(file.testExecError));
    const perCase = this.#told.size > 0;
    for (const result of file.testResults.filter(ran)) {
      const key = JSON.stringify([titlesOf(result), result.status]);
      const times = this.#told.get(key) ?? 0;
      if (times > 0) this.#told.set(key, times - 1);
      // Other test runners than jest-circus tell only of the file.
      else if (!perCase) this.#end(result);
      // Jest blames a test for an error that came after its end; the test was told of already.
      else this.#errors.push(...errorsOf(result));
    }
    this.#told.clear();
    if (!file.testExecError && file.failureMessage && file.numFailingTests === 0) {
      this.#errors.push({ message: file.failureMessage });
    }
  }

  onRunComplete(_contexts, results) {
    if (results.runExecError) this.#errors.push(describeError(results.runExecError));
    const { failed, tests } = this.#teller;
    if (results.numTotalTestSuites === 0) {
      const message = 'Jest does not take it for a test file: does testMatch of its configuration?';
      this.#errors.push({ message });
    }
    if (tests === 0 && this.#errors.length === 0) this.#errors.push(NOTHING);
    parentPort.postMessage({ threadproof: 'done', failed, errors: this.#errors });
  }
};
