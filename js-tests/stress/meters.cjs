'use strict';
// What a shape measures, on its way to the event file: many workers make one event.

const { emit } = require('../lib/events.cjs');
const { count } = require('../driver/census.cjs');
const { heapOfEnv, sum } = require('./heap.cjs');

/** So many latencies make an event. */
const BATCH = 200;

/** How often samples are taken at most, in milliseconds: a run of an hour needs no thousands of them. */
const SAMPLE_EVERY = 100;

class Meters {
  #latencies = new Map();
  #tallies = new Map();
  #sampled = -Infinity;
  #start = performance.now();

  #counters;

  /** `counters` says what the target counts itself, by name. */
  constructor({ forMs, counters = () => ({}) }) {
    this.#counters = counters;
    this.every = forMs === null ? 0 : Math.max(SAMPLE_EVERY, forMs / 500);
    /** Workers that have ended. */
    this.lifecycles = 0;
  }

  /** One more of what is counted, such as `ended:terminate`. */
  tally(name, more = 1) {
    this.#tallies.set(name, (this.#tallies.get(name) ?? 0) + more);
  }

  /** How long something took, in milliseconds. */
  latency(name, ms) {
    const list = this.#latencies.get(name) ?? [];
    this.#latencies.set(name, list);
    list.push(Math.round(ms * 1000) / 1000);
    if (list.length >= BATCH) this.#emitLatencies(name);
  }

  /** Whether it is time for a sample. */
  get due() {
    return performance.now() - this.#sampled >= this.every;
  }

  /**
   * What this process holds now, to be called when all workers that may end have ended. `heaps` are those of the
   * workers that go on.
   */
  sample(done = this.lifecycles, heaps = []) {
    if (!this.due) return;
    const now = performance.now();
    this.#sampled = now;
    const held = sum([heapOfEnv(), ...heaps]);
    const linux = process.platform === 'linux';
    emit('sample', {
      elapsed: Math.round(now - this.#start),
      done,
      rss: process.memoryUsage.rss(),
      ...held,
      descriptors: linux ? count('descriptors') : null,
      threads: linux ? count('threads') : null,
      counters: this.#counters(),
    });
  }

  #emitLatencies(name) {
    const list = this.#latencies.get(name).splice(0);
    if (list.length > 0) emit('latencies', { name, ms: list });
  }

  flush() {
    for (const name of this.#latencies.keys()) this.#emitLatencies(name);
    emit('tally', { counts: Object.fromEntries(this.#tallies) });
  }
}

module.exports = { Meters };
