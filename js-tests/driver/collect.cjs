'use strict';
// The garbage collector, called until it has taken what nobody holds.

const { setImmediate: turn } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');

/** The collector's function: Node can be told to give it at any time, others only by a flag. */
function collector() {
  const { gc, Bun } = globalThis;
  if (gc) return gc;
  // Its flag does not hold in workers.
  if (Bun) return () => Bun.gc(true);
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc');
}

/**
 * Collects until an object that nobody holds is seen to be gone: what was dropped before it is then gone too,
 * finalizers that Node runs later included.
 */
async function collect(limitMs) {
  const gc = collector();
  let gone = false;
  const registry = new FinalizationRegistry(() => {
    gone = true;
  });
  (() => registry.register({ control: new Array(16) }, 0))();
  const end = performance.now() + limitMs;
  while (!gone) {
    if (performance.now() > end) throw new Error('the garbage collector did not take the control');
    gc();
    await turn();
  }
  gc();
  await turn();
}

module.exports = { collect };
