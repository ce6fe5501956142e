'use strict';
// What the process and its copies agree on.

/** Places in the counts of results. */
const PASSED = 0;
const FAILED = 1;
/** The start barrier is one number: how many have arrived. */
const CELLS = 1;

const testOf = (label, name, iteration, number) => `${label} > ${name} [${iteration}.${number}]`;

/** Waits until all `workers` are here. */
function meet(start, workers) {
  const arrived = Atomics.add(start, 0, 1) + 1;
  if (arrived === workers) {
    Atomics.notify(start, 0);
    return;
  }
  for (let seen = arrived; seen < workers; seen = Atomics.load(start, 0)) {
    Atomics.wait(start, 0, seen);
  }
}

/** Lets all go on that wait. */
function release(start, workers) {
  Atomics.store(start, 0, workers);
  Atomics.notify(start, 0);
}

module.exports = { CELLS, FAILED, PASSED, meet, release, testOf };
