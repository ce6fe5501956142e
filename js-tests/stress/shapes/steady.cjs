'use strict';
// Workers that live as long as the run and work all the time.
const { Fleet, settled } = require('../fleet.cjs');

/** A sample is taken at most each time that every worker has spoken so often. */
const ROUNDS = 5;

module.exports = async function steady(shape) {
  const { params, meters } = shape;
  const fleet = new Fleet(shape);
  const start = performance.now();
  let steps = 0;
  let messages = 0;
  /** What workers hold after a collection that they were asked for: when all have told it, there is a sample. */
  let heaps = null;
  const runs = [];
  const done = () =>
    params.forMs === null ? steps >= params.steps : performance.now() - start >= params.forMs;
  const tell = (message) => runs.forEach(({ worker }) => worker.postMessage(message));
  const stop = () => tell('stop');
  let stopping = false;
  const onMessage = (message) => {
    if (typeof message === 'object') {
      heaps.push(message);
      if (heaps.length === runs.length) {
        meters.sample(steps, heaps);
        heaps = null;
      }
      return;
    }
    steps += message;
    messages++;
    if (heaps === null && meters.due && messages % (ROUNDS * params.workers) === 0) {
      heaps = [];
      tell('collect');
    }
    if (!stopping && done()) {
      stopping = true;
      stop();
    }
  };
  for (let slot = 0; slot < params.workers; slot++) {
    const life = fleet.life(slot, { ending: 'lasting', steps: 0, burst: params.burst });
    const run = fleet.run(life, { onMessage });
    // One that fails ends the others.
    run.ends.catch(stop);
    runs.push(run);
  }
  await settled(runs.map(({ ends }) => ends));
  meters.tally('steps', steps);
};
