'use strict';
// What a suite's code has in every thread and process: the target, gates, assertions.

const { threadId } = require('node:worker_threads');
const check = require('./check.cjs');
const { emit } = require('./events.cjs');
const { Gate } = require('./gate.cjs');
const { adapterOf, readJob } = require('./job.cjs');

function toolsFor({ limitMs }) {
  const job = readJob();
  const adapter = require(adapterOf(job));
  let loaded = false;
  const handles = [];
  const announce = () => {
    if (loaded) return;
    loaded = true;
    emit('phase', { phase: 'load', thread: threadId });
  };
  return {
    job,
    adapter,
    check,
    limitMs,
    require,
    supports: (capability) => job.target.supports.includes(capability),
    /** The target's module; the first call of a thread loads it. */
    load: () => {
      announce();
      return adapter.load();
    },
    /** A database by the adapter's `open`. */
    open: (...args) => {
      announce();
      return adapter.open(...args);
    },
    gate: (memory) => Gate.of(memory),
    /** Blocks this thread until `count` have arrived at the gate's slot. */
    block: (gate, slot, count) => gate.block(slot, count, limitMs),
    /** Starts a worker from within a worker or process, which then has to await its `ends()`. */
    nested: (run, worker = {}) => {
      const { WorkerHandle } = require('./worker.cjs');
      const handle = new WorkerHandle({ name: 'nested', limitMs, ...worker, run });
      handles.push(handle);
      return handle;
    },
    /** Throws when a nested worker was started and nobody asserted how it ended. */
    settleNested: () => {
      const careless = handles.filter((handle) => !handle.accounted).map((handle) => handle.name);
      if (careless.length > 0)
        throw new Error(`nobody asserted the end of: ${careless.join(', ')}`);
    },
  };
}

module.exports = { toolsFor };
