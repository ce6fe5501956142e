'use strict';
// The worker threads that one thread of a program started: how they end is asserted, never what they said.

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { everyOperation } = require('./language.cjs');
const { give } = require('./passing.cjs');

const ENTRY = path.join(__dirname, 'thread.cjs');

const lateNote = (thread, withinMs) => ({
  kind: 'note',
  message: `"${thread}" is not gone ${withinMs} ms after this thread began to wait for its end`,
});

class Threads {
  #spec;
  #started = new Map();

  constructor(spec) {
    this.#spec = spec;
  }

  /** `given`: `{ value }`, and `by`: how it is passed. */
  spawn(thread, { resourceLimits, given, by = 'worker-data' } = {}) {
    if (this.#started.get(thread)?.ended === false) {
      throw new Error(`"${thread}" was started and has not ended`);
    }
    const { threads, dir, limitMs, signals, handover, tell, adapterPath } = this.#spec;
    tell({ kind: 'phase', phase: 'start-workers' });
    const portable = ({ names, memory }) => ({ names, memory });
    const passed = given && give(given.value, by);
    const worker = new Worker(ENTRY, {
      workerData: {
        thread,
        threads,
        dir,
        limitMs,
        adapterPath,
        signals: portable(signals),
        handover: portable(handover),
        given: passed?.given,
      },
      transferList: passed?.transferList,
      ...(resourceLimits && { resourceLimits }),
    });
    passed?.then?.(worker);
    const started = {
      worker,
      ended: false,
      finished: false,
      accounted: false,
      asked: null,
      error: undefined,
    };
    started.exit = new Promise((resolve) => {
      worker.on('message', (message) => {
        if (message.kind === 'finished') started.finished = true;
        else tell(message);
      });
      worker.on('error', (error) => {
        started.error = error ?? new Error(`threw ${error}`);
      });
      worker.on('exit', (code) => {
        started.ended = true;
        const sinceAskedMs = started.asked === null ? null : performance.now() - started.asked;
        resolve({ code, sinceAskedMs });
      });
    });
    this.#started.set(thread, started);
    tell({ kind: 'worker', thread: worker.threadId, name: thread });
    started.id = worker.threadId;
  }

  #of(thread) {
    const started = this.#started.get(thread);
    if (started === undefined) throw new Error(`this thread did not start "${thread}"`);
    return started;
  }

  terminate(thread) {
    const started = this.#of(thread);
    started.asked ??= performance.now();
    this.#spec.tell({ kind: 'phase', phase: 'terminate' });
    started.worker.terminate();
  }

  async exits(thread, { code, error, withinMs }) {
    const started = this.#of(thread);
    started.accounted = true;
    const { tell } = this.#spec;
    // When the process has to be killed for it, this is what a person reads.
    const late = withinMs && setTimeout(tell, withinMs, lateNote(thread, withinMs));
    const end = await started.exit;
    clearTimeout(late);
    tell({ kind: 'exit', thread: started.id, code: end.code });
    if (end.sinceAskedMs !== null) {
      const message = `"${thread}" was gone ${end.sinceAskedMs.toFixed(1)} ms after terminate()`;
      tell({ kind: 'note', message });
    }
    const thrown = started.error;
    const words = thrown && `${thrown.name} ${thrown.code} ${thrown.message}`;
    if (thrown && error === undefined) throw thrown;
    if (!thrown && error !== undefined) throw new Error(`"${thread}" threw nothing`);
    if (error !== undefined && error !== true && !words.includes(error)) {
      throw new Error(`"${thread}" threw ${words}, not ${error}`, { cause: thrown });
    }
    if (code === 0 && !started.finished && !this.#mayExit(thread)) {
      throw new Error(`"${thread}" ended before it had done all`);
    }
    // Who is ended at any time may have ended by itself before.
    if (code === 'any') return;
    if (end.code !== code) throw new Error(`"${thread}" exited with ${end.code}, not ${code}`);
    if (withinMs !== undefined && end.sinceAskedMs > withinMs) {
      const took = Math.round(end.sinceAskedMs);
      throw new Error(`"${thread}" was gone ${took} ms after terminate(), not within ${withinMs}`);
    }
  }

  /** Whether its list may end it. */
  #mayExit(thread) {
    return [...everyOperation(this.#spec.threads[thread])].some(({ op }) => op === 'exit');
  }

  /** Ends all threads that are left. */
  async end() {
    const left = [...this.#started.values()].filter(({ ended }) => !ended);
    for (const { worker } of left) worker.terminate();
    await Promise.all(left.map(({ exit }) => exit));
  }

  /** Throws when the end of a thread was never asserted: a program that forgets it tests nothing. */
  settled() {
    for (const [thread, { accounted }] of this.#started) {
      if (!accounted) throw new Error(`nobody asserted how "${thread}" ended`);
    }
  }
}

module.exports = { Threads };
