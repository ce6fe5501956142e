'use strict';
// One worker more, and one more, until there are no descriptors left for it: that must be an error of that worker and of
// nobody else, and when all have ended everything must be there again.
const { limit, unlimit } = require('../../driver/limits.cjs');
const { Fleet, settled } = require('../fleet.cjs');

/** More are not started, however many descriptors there are. */
const MOST = 200;

module.exports = async function ramp(shape) {
  const { params, meters, enough } = shape;
  const fleet = new Fleet(shape);

  /** Starts a worker; gives it once it has worked, or the error that it came to. */
  const start = async (slot) => {
    let run;
    const worked = new Promise((resolve) => {
      const life = fleet.life(slot, { ending: 'lasting', steps: 0, burst: 1 });
      run = fleet.run(life, { onMessage: resolve });
    });
    const failed = run.ends.then(
      () => new Error('a worker ended that nobody had asked to'),
      (error) => error,
    );
    const error = await Promise.race([worked.then(() => null), failed]);
    return { run, error };
  };

  while (!enough()) {
    const alive = [];
    let refused = null;
    limit('descriptors', params.descriptors);
    try {
      while (refused === null && alive.length < MOST) {
        // What `new Worker` itself throws is a refusal, too.
        const { run, error } = await start(alive.length).catch((thrown) => ({ error: thrown }));
        if (error) refused = error;
        else alive.push(run);
      }
    } finally {
      unlimit('descriptors');
    }
    if (refused === null)
      throw new Error(`${MOST} workers needed fewer descriptors than there were`);
    if (alive.length === 0) throw refused;
    meters.tally(`refused: ${refused.code ?? refused.name}`);
    meters.tally('workers at the limit', alive.length);
    for (const { worker } of alive) worker.postMessage('stop');
    await settled(alive.map(({ ends }) => ends));
    await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
    meters.sample();
  }
};
