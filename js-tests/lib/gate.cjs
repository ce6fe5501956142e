'use strict';
// Counters in shared memory that threads wait on: the only means of synchronisation in the suites.
// A gate blocks (or awaits) until something has happened; nothing in the suites sleeps.

class Gate {
  constructor(slots = 1) {
    this.memory = typeof slots === 'number' ? new SharedArrayBuffer(4 * slots) : slots;
    this.counters = new Int32Array(this.memory);
  }

  /** The same gate in another thread, from `gate.memory`. */
  static of(memory) {
    return new Gate(memory);
  }

  count(slot = 0) {
    return Atomics.load(this.counters, slot);
  }

  /** Says that one more has arrived, and wakes who waits for it. */
  arrive(slot = 0) {
    Atomics.add(this.counters, slot, 1);
    Atomics.notify(this.counters, slot);
  }

  /** Blocks this thread until `count` have arrived. */
  block(slot, count, limitMs) {
    const end = performance.now() + limitMs;
    for (;;) {
      const seen = this.count(slot);
      if (seen >= count) return;
      const left = end - performance.now();
      if (left <= 0 || Atomics.wait(this.counters, slot, seen, left) === 'timed-out') {
        throw this.#late(slot, count, limitMs);
      }
    }
  }

  /** Resolves when `count` have arrived, without blocking this thread. */
  async reached(slot, count, limitMs) {
    const end = performance.now() + limitMs;
    // waitAsync does not keep the event loop alive; this does, until after its time is over.
    const alive = setTimeout(() => {}, limitMs + 1000);
    try {
      for (;;) {
        const seen = this.count(slot);
        if (seen >= count) return;
        const left = end - performance.now();
        if (left <= 0) throw this.#late(slot, count, limitMs);
        await Atomics.waitAsync(this.counters, slot, seen, left).value;
      }
    } finally {
      clearTimeout(alive);
    }
  }

  #late(slot, count, limitMs) {
    const seen = this.count(slot);
    return new Error(`gate ${slot}: ${seen} of ${count} arrived within ${Math.round(limitMs)} ms`);
  }
}

module.exports = { Gate };
