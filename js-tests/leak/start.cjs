'use strict';
// Workers that begin together: each waits until all of them are here, as often as they want. What they do before is ordered
// before what the others do afterwards, and nothing else is.

/** How long a worker waits for the others before it takes them for lost. */
const LIMIT_MS = 60_000;

/** For so many workers; it can be handed to them. */
const startOf = (workers) => ({ workers, arrived: new Int32Array(new SharedArrayBuffer(4)) });

/** Returns when all workers have come here for the `time`th time, counted from 1. */
function begin({ workers, arrived }, time) {
  const all = workers * time;
  Atomics.add(arrived, 0, 1);
  Atomics.notify(arrived, 0);
  for (;;) {
    const now = Atomics.load(arrived, 0);
    if (now >= all) return;
    if (Atomics.wait(arrived, 0, now, LIMIT_MS) === 'timed-out') {
      throw new Error(`only ${now} of ${all} arrivals at the start`);
    }
  }
}

module.exports = { begin, startOf };
