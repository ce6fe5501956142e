'use strict';
// What a test is given (`ctx`), and what is asked of it when it is done: each worker that it
// started has ended, and the test has asserted how.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { emit } = require('./events.cjs');
const { Gate } = require('./gate.cjs');
const { waitLimitMs } = require('./job.cjs');
const { processEnds } = require('./process.cjs');
const { toolsFor } = require('./tools.cjs');
const { WorkerHandle, within } = require('./worker.cjs');

/** `base` is the folder of the body: files of workers are named relative to it. */
function makeContext({ id, job, base }) {
  const limitMs = waitLimitMs(job);
  const handles = [];
  const processes = [];
  let dir = null;

  const ctx = {
    ...toolsFor({ limitMs }),
    id,
    seed: BigInt(job.seed),
    /** A folder of this test's own, under the job's TMPDIR; the harness removes it. */
    get dir() {
      dir ??= fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'test-')));
      return dir;
    },
    file: (name) => path.join(ctx.dir, name),
    newGate: (slots) => new Gate(slots),

    /** Starts a worker: `run` is a function without free variables, or a file beside the body. */
    worker(run, { name = 'worker', ...rest } = {}) {
      const target = typeof run === 'function' ? run : path.resolve(base, run);
      const handle = new WorkerHandle({ limitMs, ...rest, run: target, name });
      handles.push(handle);
      return handle;
    },

    /** Starts a worker and waits for its end with code 0; gives the value that it returned. */
    async inWorker(run, options) {
      return (await ctx.worker(run, options).ends()).value;
    },

    /** Resolves when `count` have arrived at the gate; rejects when a worker of the test dies first. */
    async reached(gate, slot, count) {
      let settled = false;
      const died = handles
        .filter((handle) => !handle.ended)
        .map(async (handle) => {
          const { code, error } = await handle.exited;
          if (settled || gate.count(slot) >= count) return;
          const why = error ? `: ${error.stack ?? error}` : '';
          throw new Error(`worker "${handle.name}" exited with code ${code} too early${why}`);
        });
      try {
        await Promise.race([gate.reached(slot, count, limitMs), ...died.map(onlyRejects)]);
      } finally {
        settled = true;
      }
    },

    /** Runs a file on the main thread of its own process; gives its value, asserts its exit code. */
    inProcess(file, options = {}) {
      const promise = processEnds({ limitMs, ...options, file: path.resolve(base, file) });
      processes.push(promise);
      return promise;
    },
  };

  async function finish(failed) {
    await Promise.allSettled(processes);
    const alive = handles.filter((handle) => !handle.ended);
    for (const handle of alive) handle.terminate();
    const ends = Promise.all(alive.map((handle) => handle.exited));
    await within(ends, limitMs, () => {
      const names = alive.filter((handle) => !handle.ended).map((handle) => handle.name);
      return `cannot terminate ${names.join(', ')}`;
    }).catch((error) => {
      emit('note', { message: `${id}: ${error.message}` });
      if (!failed) throw error;
    });
    if (failed) return;
    const careless = handles.filter((handle) => !handle.accounted).map((handle) => handle.name);
    if (careless.length > 0) {
      throw new Error(`the test never asserted how its workers ended: ${careless.join(', ')}`);
    }
  }

  return { ctx, finish };
}

const onlyRejects = (promise) => promise.then(() => new Promise(() => {}));

module.exports = { makeContext };
