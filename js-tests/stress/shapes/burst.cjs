'use strict';
// All workers have loaded the target and begin at the same moment.
const { Gate } = require('../../lib/gate.cjs');
const { Fleet, settled } = require('../fleet.cjs');

module.exports = async function burst(shape) {
  const { params, meters, enough, limitMs } = shape;
  const fleet = new Fleet(shape);
  while (!enough()) {
    const gate = new Gate(2);
    const ends = Array.from(
      { length: params.workers },
      (_, slot) => fleet.run(fleet.life(slot), { gate: gate.memory }).ends,
    );
    const failed = Promise.race(ends.map((end) => end.then(() => new Promise(() => {}))));
    try {
      await Promise.race([gate.reached(0, params.workers, limitMs), failed]);
    } finally {
      // Also when one has failed, or the others would wait for nothing.
      gate.arrive(1);
    }
    await settled(ends);
    meters.sample();
  }
};
