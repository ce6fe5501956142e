'use strict';
// What the JavaScript heap of this env is, after a collection. Of V8's heaps a process knows only the one of the thread
// that asks, so each env has to be asked.

const v8 = require('node:v8');

/** @returns {{ heapUsed: number, heapPhysical: number, external: number }} bytes: of live objects, of memory for them, of what is outside and belongs to them */
function heapOfEnv() {
  // Garbage that nobody collected yet is no leak.
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    heapUsed,
    heapPhysical: v8.getHeapStatistics().total_physical_size,
    external: external + arrayBuffers,
  };
}

/** Of several envs together. */
function sum(heaps) {
  const total = { heapUsed: 0, heapPhysical: 0, external: 0 };
  for (const one of heaps) for (const name of Object.keys(total)) total[name] += one[name];
  return total;
}

module.exports = { heapOfEnv, sum };
