'use strict';
// The runner `leak`: so many workers run the program of the job, two at a time, and end; then this process ends by
// itself, since what is looked at is what is left. It says how many of them finished their work: without that, nothing
// that a tool says of the process counts. Those that run at the same time begin each program together where that is asked for.

const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { emit } = require('../lib/events.cjs');
const { adapterOf, readJob } = require('../lib/job.cjs');
const { runOneTest } = require('../lib/one-test.cjs');
const { Meters } = require('../stress/meters.cjs');
const { program } = require('./programs.cjs');
const { startOf } = require('./start.cjs');

const job = readJob();
const { programs, workers, together } = job.params;
const adapterPath = adapterOf(job);
const AT_A_TIME = 2;

/**
 * One worker; resolves when it is gone, rejects when it did not do its work or ended in another way than it had to.
 * `start` is where it waits for the others of its time.
 */
function one(slot, terminated, start) {
  const worker = new Worker(path.join(__dirname, 'worker.cjs'), {
    workerData: { adapterPath, programs, dir: os.tmpdir(), slot, start },
  });
  let done = false;
  let failure = null;
  worker.on('message', () => {
    done = true;
    if (terminated) worker.terminate();
  });
  worker.on('error', (error) => {
    failure = error;
  });
  return new Promise((resolve, reject) => {
    worker.on('exit', (code) => {
      const expected = terminated ? 1 : 0;
      if (failure) reject(failure);
      else if (!done) reject(new Error(`worker ${slot} ended before its work was done`));
      else if (code !== expected) reject(new Error(`worker ${slot} exited with ${code}`));
      else resolve();
    });
  });
}

runOneTest('leak', job, async () => {
  const terminated = programs.map(program).some(({ ending }) => ending === 'terminate');
  const { counters, load } = require(adapterPath);
  // What is not counted unless somebody asks for it, before the target is there.
  counters?.start?.();
  // The code stays mapped, so that each worker costs the same.
  load();
  const meters = new Meters({ forMs: null, counters: counters?.read });
  let finished = 0;
  for (let slot = 0; slot < workers; slot += AT_A_TIME) {
    const now = Math.min(AT_A_TIME, workers - slot);
    const start = together ? startOf(now) : null;
    const all = Array.from({ length: now }, (_, at) => one(slot + at, terminated, start));
    await Promise.all(all);
    finished += now;
  }
  meters.sample(finished);
  emit('tally', { counts: { finished, programs: programs.length } });
});
