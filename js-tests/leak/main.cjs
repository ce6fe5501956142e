'use strict';
// The runner `leak`: so many workers run the program of the job, two at a time, and end; then this process ends by
// itself, since what is looked at is what is left. It says how many of them finished their work: without that, nothing
// that a tool says of the process counts.

const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { emit } = require('../lib/events.cjs');
const { adapterOf, readJob } = require('../lib/job.cjs');
const { runOneTest } = require('../lib/one-test.cjs');
const { Meters } = require('../stress/meters.cjs');
const { program } = require('./programs.cjs');

const job = readJob();
const { programs, workers } = job.params;
const adapterPath = adapterOf(job);
const TOGETHER = 2;

/** One worker; resolves when it is gone, rejects when it did not do its work or ended in another way than it had to. */
function one(slot, terminated) {
  const worker = new Worker(path.join(__dirname, 'worker.cjs'), {
    workerData: { adapterPath, programs, dir: os.tmpdir(), slot },
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
  // The code stays mapped, so that each worker costs the same.
  require(adapterPath).load();
  const meters = new Meters({ forMs: null });
  let finished = 0;
  for (let slot = 0; slot < workers; slot += TOGETHER) {
    const now = Math.min(TOGETHER, workers - slot);
    await Promise.all(Array.from({ length: now }, (_, at) => one(slot + at, terminated)));
    finished += now;
  }
  meters.sample(finished);
  emit('tally', { counts: { finished, programs: programs.length } });
});
