'use strict';
// Starts lives and follows them to their ends: how each ended must be how it was told to end.

const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { within } = require('../lib/worker.cjs');
const ledger = require('./ledger.cjs');

const MAIN = path.join(__dirname, 'worker.cjs');

/** The exit codes of the endings; `process.exit()` in a worker ends it with the code that it was given. */
const CODES = {
  natural: 0,
  'left-open': 0,
  lasting: 0,
  pool: 0,
  exit: 5,
  terminate: 1,
  'pool-killed': 1,
  endless: 1,
  refused: 1,
  hoard: 1,
};

class Fleet {
  #lives = 0;

  /** @param {object} shape what a shape is given */
  constructor({ params, meters, next, adapterPath, supports, data, limitMs }) {
    Object.assign(this, { params, meters, next, adapterPath, supports, data, limitMs });
    this.databases = supports.has('database');
    /** Where targets that are no database open a file. */
    this.files = null;
    if (this.databases) ledger.create(this.open, data, params);
    else if (supports.has('generic:file')) {
      this.files = path.join(data, 'files');
      fs.mkdirSync(this.files, { recursive: true });
    }
  }

  /** A database of the target, in this thread. */
  get open() {
    return require(this.adapterPath).open;
  }

  /** A life, from the shape's random numbers. `more` takes precedence. */
  life(slot, more = {}) {
    const { steps, synchronous, endings } = this.params;
    const ending = more.ending ?? pick(endings, this.next);
    return {
      life: ++this.#lives,
      slot,
      seed: Math.floor(this.next() * 2 ** 32),
      steps: 1 + Math.floor(this.next() * steps),
      synchronous,
      dir: this.databases ? this.data : null,
      files: this.files,
      ...more,
      ending,
      code: CODES[ending],
    };
  }

  /** Runs a life; resolves when its worker is gone, rejects when it was not as it was told to be. */
  run(life, { gate = null, options = {}, onMessage } = {}) {
    const { adapterPath, limitMs } = this;
    const supports = [...this.supports];
    const started = performance.now();
    const worker = new Worker(MAIN, {
      workerData: { life, adapterPath, supports, gate, limitMs },
      ...options,
    });
    let failure = null;
    let asked = null;
    worker.on('error', (error) => {
      failure ??= error;
    });
    const terminate = () => {
      asked = performance.now();
      worker.terminate();
    };
    worker.on('message', (message) => {
      if (message === 'ready') terminate();
      else onMessage?.(message, worker, terminate);
    });
    const end = new Promise((resolve) => {
      worker.on('exit', resolve);
    }).then((code) => {
      const now = performance.now();
      if (asked !== null) this.meters.latency('terminate', now - asked);
      this.meters.latency('life', now - started);
      this.meters.lifecycles += life.inner ? 2 : 1;
      this.meters.tally(`ended:${life.ending}`);
      if (life.inner) this.meters.tally(`ended:${life.inner.ending} inside`);
      if (failure) throw failure;
      if (code !== life.code) {
        throw new Error(`life ${life.life} (${life.ending}) exited with ${code}, not ${life.code}`);
      }
    });
    return {
      worker,
      ends: within(end, limitMs, () => `life ${life.life} (${life.ending}) does not end`),
    };
  }

  /** Runs a life that has to fail; gives what it failed with. */
  async refused(life, options) {
    const failed = await this.run(life, { options }).ends.then(
      () => null,
      (error) => error,
    );
    if (failed === null) throw new Error(`life ${life.life} (${life.ending}) did not fail`);
    return failed;
  }

  /** Runs so many lives, `workers` at a time. */
  async batch(lives, workers, life = (slot) => this.life(slot)) {
    let left = lives;
    const slots = Array.from({ length: workers }, async (_, slot) => {
      while (left > 0) {
        left--;
        await this.run(life(slot)).ends;
      }
    });
    await settled(slots);
  }
}

/** Waits for all of them, also when one has failed: a life that goes on would be in the way of what comes then. */
async function settled(promises) {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

/** One of the names, each as probable as its weight says. */
function pick(weights, next) {
  const entries = Object.entries(weights);
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let at = next() * total;
  for (const [name, weight] of entries) {
    at -= weight;
    if (at < 0) return name;
  }
  return entries.at(-1)[0];
}

module.exports = { Fleet, settled };
