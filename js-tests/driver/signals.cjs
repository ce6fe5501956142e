'use strict';
// Named counters in shared memory: the only means by which the threads of a program are brought into
// an order.

const { setImmediate: turn } = require('node:timers/promises');
const { Gate } = require('../lib/gate.cjs');

/** More than any program waits for. */
const ABANDONED = 1_000_000;

/** What a thread throws that waited for another that has failed: never the cause. */
class Abandoned extends Error {
  constructor(name) {
    super(`"${name}" will not be signalled: another thread of the program has failed`);
    this.name = 'Abandoned';
  }
}

class Signals {
  /** @param {string[]} names @param {SharedArrayBuffer} [memory] of the same signals in another thread */
  constructor(names, memory) {
    this.names = names;
    this.gate = new Gate(memory ?? Math.max(1, names.length));
  }

  get memory() {
    return this.gate.memory;
  }

  #slot(name) {
    const slot = this.names.indexOf(name);
    if (slot < 0) throw new Error(`the program has no signal "${name}"`);
    return slot;
  }

  signal(name) {
    this.gate.arrive(this.#slot(name));
  }

  block(name, count, limitMs) {
    const slot = this.#slot(name);
    this.gate.block(slot, count, limitMs);
    this.#check(slot);
  }

  async reached(name, count, limitMs) {
    const slot = this.#slot(name);
    await this.gate.reached(slot, count, limitMs);
    this.#check(slot);
  }

  /** The counter of a name, for native code that counts without waking anybody. */
  cell(name) {
    return new Int32Array(this.memory, Int32Array.BYTES_PER_ELEMENT * this.#slot(name), 1);
  }

  /** The same as `reached`, for what wakes nobody: looks again after each turn of the event loop. */
  async seen(name, limitMs) {
    const slot = this.#slot(name);
    const end = performance.now() + limitMs;
    while (this.gate.count(slot) === 0) {
      if (performance.now() > end) throw new Error(`native code never wrote into "${name}"`);
      await turn();
    }
    this.#check(slot);
  }

  /** Lets go of all who wait, and will wait: this thread failed. */
  abandon() {
    for (const slot of this.names.keys()) {
      Atomics.add(this.gate.counters, slot, ABANDONED);
      Atomics.notify(this.gate.counters, slot);
    }
  }

  #check(slot) {
    if (this.gate.count(slot) >= ABANDONED) throw new Abandoned(this.names[slot]);
  }
}

module.exports = { Abandoned, Signals };
