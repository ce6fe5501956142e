'use strict';
// What the JavaScript heap of this env is, after a collection. Of V8's heaps a process knows only the one of the thread
// that asks, so each env has to be asked.

/** @returns {{ heapUsed: number, external: number }} bytes: of live objects, and of what is outside and belongs to them */
function heapOfEnv() {
  // Garbage that nobody collected yet is no leak.
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    heapUsed,
    external: external + arrayBuffers,
  };
}

/** Of several envs together. */
function sum(heaps) {
  const total = { heapUsed: 0, external: 0 };
  for (const one of heaps) for (const name of Object.keys(total)) total[name] += one[name];
  return total;
}

module.exports = { heapOfEnv, sum };
