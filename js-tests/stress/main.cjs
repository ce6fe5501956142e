'use strict';
// The runner `stress`: runs the one shape of the job in this process. What it measures goes to the event file as
// docs/protocol.md says, and what writers were told stands beside their databases for the audit.

const { readJob, adapterOf } = require('../lib/job.cjs');
const { runOneTest } = require('../lib/one-test.cjs');
const { Meters } = require('./meters.cjs');
const { random } = require('../lib/random.cjs');

/** What one worker may take, in milliseconds, before it is said to hang. */
const LIFE_LIMIT = 120_000;

const job = readJob();
const { params } = job;

/** When a shape has done enough: after so many lifecycles, or, where a time was asked for, after that. */
function budget(meters) {
  const start = performance.now();
  return () =>
    params.forMs === null
      ? meters.lifecycles >= params.lifecycles
      : performance.now() - start >= params.forMs;
}

runOneTest('stress', job, async () => {
  const meters = new Meters(params);
  const shape = require(`./shapes/${params.shape}.cjs`);
  try {
    await shape({
      params,
      meters,
      enough: budget(meters),
      next: random(job.seed),
      adapterPath: adapterOf(job),
      supports: new Set(job.target.supports),
      data: process.env.THREADPROOF_DATA,
      // A life that lasts as long as the run may take that, too.
      limitMs: LIFE_LIMIT + (params.forMs ?? 0),
    });
  } finally {
    meters.flush();
  }
});
