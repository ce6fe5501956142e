'use strict';
// A worker of a leak job: runs its programs, says that it did, and ends.

const { parentPort, workerData } = require('node:worker_threads');
const { program } = require('./programs.cjs');
const { begin } = require('./start.cjs');

const { adapterPath, programs, dir, slot, start } = workerData;

async function work() {
  const adapter = require(adapterPath);
  const module = adapter.load();
  const surface = adapter.generic ? adapter.generic(module) : module;
  /** What lives until the env ends. */
  const kept = [];
  const context = {
    surface,
    open: adapter.open,
    dir,
    slot,
    keep: (value) => kept.push(value),
  };
  let step = null;
  let count = 0;
  for (const one of programs.map(program)) {
    count++;
    if (start) begin(start, count);
    const more = await one.work(context);
    if (one.ending === 'terminate') step = more;
  }
  parentPort.postMessage({ done: count, kept: kept.length });
  // Until this thread is terminated.
  if (step) for (;;) step();
}

work();
