'use strict';
// A fixed number of workers takes tasks from a queue; now and then one of them is terminated over its task, which
// another one then does.
const { Fleet, settled } = require('../fleet.cjs');

module.exports = async function pool(shape) {
  const { params, meters, enough, next } = shape;
  const fleet = new Fleet(shape);
  let tasks = 0;

  /** One worker of the pool and those that take its place; resolves when there is nothing more to do. */
  async function member(slot) {
    while (!enough()) {
      const last = next() < params.killed;
      let left = last ? 1 + Math.floor(next() * 20) : 20;
      const life = fleet.life(slot, { ending: last ? 'pool-killed' : 'pool', steps: 0 });
      const run = fleet.run(life, {
        onMessage(_message, worker, terminate) {
          tasks++;
          left--;
          if (left > 0) worker.postMessage('task');
          else if (!last) worker.postMessage('stop');
          else {
            worker.postMessage('task');
            terminate();
          }
        },
      });
      run.worker.postMessage('task');
      await run.ends;
      meters.sample();
    }
  }

  await settled(Array.from({ length: params.workers }, (_, slot) => member(slot)));
  meters.tally('tasks', tasks);
};
