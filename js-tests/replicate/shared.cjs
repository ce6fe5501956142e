'use strict';
// What the process and its copies agree on.

const { threadId } = require('node:worker_threads');
const { emit } = require('../lib/events.cjs');

/** Places in the counts of results. */
const PASSED = 0;
const FAILED = 1;
/** The start barrier is one number: how many have arrived. */
const CELLS = 1;

const testOf = (label, name, iteration, number) => `${label} > ${name} [${iteration}.${number}]`;

/** Waits until all `workers` are here; too few after `limitMs` is an error, since no runner promises that all run at once. */
function meet(start, workers, limitMs = Infinity) {
  const arrived = Atomics.add(start, 0, 1) + 1;
  if (arrived === workers) {
    Atomics.notify(start, 0);
    return;
  }
  const until = performance.now() + limitMs;
  for (let seen = arrived; seen < workers; seen = Atomics.load(start, 0)) {
    if (Atomics.wait(start, 0, seen, until - performance.now()) === 'timed-out') {
      throw new Error(`only ${seen} of ${workers} copies came to the start`);
    }
  }
}

/** Lets all go on that wait. */
function release(start, workers) {
  Atomics.store(start, 0, workers);
  Atomics.notify(start, 0);
}

/**
 * What a runner tells of the tests of a copy. Tests of one name are counted, so that none stands for another. Only tests of
 * the manifest (`expected`) start: whether another one skips itself is not known then, and a skipped test is no test.
 */
class Teller {
  #copy;
  #expected;
  #started = new Map();
  #ended = new Map();

  constructor({ label, iteration, number, counts, expected }) {
    this.#copy = { label, iteration, number, counts };
    this.#expected = new Set(expected);
    this.failed = 0;
  }

  /** How many ended. */
  get tests() {
    return [...this.#ended.values()].reduce((sum, times) => sum + times, 0);
  }

  #idOf(titles, times) {
    const full = titles.join(' > ');
    const time = (times.get(full) ?? 0) + 1;
    times.set(full, time);
    const { label, iteration, number } = this.#copy;
    return testOf(label, time === 1 ? full : `${full} #${time}`, iteration, number);
  }

  start(titles) {
    const test = this.#idOf(titles, this.#started);
    if (!this.#expected.has(test)) return;
    emit('test-start', { test, file: this.#copy.label, thread: threadId });
  }

  end(titles, { passed, ms, errors }) {
    const test = this.#idOf(titles, this.#ended);
    if (!passed) this.failed += 1;
    Atomics.add(this.#copy.counts, passed ? PASSED : FAILED, 1);
    emit('test-end', {
      test,
      file: this.#copy.label,
      status: passed ? 'passed' : 'failed',
      ms,
      // Those of an earlier try do not matter any more.
      errors: passed ? [] : errors,
    });
  }
}

/** The error of a file of which no test was run. */
const NOTHING = { message: 'the file has no test that is not skipped: nothing was tried' };

module.exports = { CELLS, FAILED, NOTHING, PASSED, Teller, meet, release, testOf };
