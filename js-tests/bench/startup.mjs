/**
 * What the first use of a library costs a fresh worker. Started by run.mjs; see lib/channel.mjs.
 *
 * Job: `{ contenders, rounds, seed }`. The process has loaded the libraries before, as any worker
 * but the first finds them: what is counted is the worker's own share. One worker at a time.
 */

import { Worker } from 'node:worker_threads';
import { began, finished, job, out, reason } from './lib/channel.mjs';
import { CLOCK } from './lib/clock.mjs';
import { open, pathOf } from './lib/contenders.mjs';
import { random, shuffled } from './lib/stats.mjs';
import { outcome } from './lib/workers.mjs';

const { contenders, rounds, seed } = job();
const next = random(seed);
const script = new URL('./startup-worker.cjs', import.meta.url);

/** Milliseconds of each phase, in one worker. */
const sample = (name) => outcome(new Worker(script, { workerData: { path: pathOf(name) } }));

const series = new Map();
for (const name of contenders) {
  began(name, 'being loaded');
  try {
    open(name, ':memory:').close();
    series.set(name, []);
  } catch (error) {
    out(name, reason(error));
  }
}
// The first round fills caches of files and code, and is left out.
for (let round = 0; round <= rounds; round++) {
  for (const name of shuffled([...series.keys()], next)) {
    began(name, 'starting in a worker');
    try {
      const phases = await sample(name);
      if (round > 0) series.get(name).push(phases);
    } catch (error) {
      series.delete(name);
      out(name, reason(error));
    }
  }
}

/** From a list of workers' phases to a list of figures for each phase. */
const by = (list, phase) => ({
  cpu: list.map((phases) => phases[phase].cpu),
  wall: list.map((phases) => phases[phase].wall),
});
const phases = (list) => ({
  'worker-require': by(list, 'require'),
  'worker-use': by(list, 'use'),
  'worker-total': by(list, 'total'),
});
finished({
  clock: CLOCK,
  contenders: Object.fromEntries([...series].map(([name, list]) => [name, phases(list)])),
});
