'use strict';
// Envs with big heaps, at the same time.
const { Fleet } = require('../fleet.cjs');

module.exports = async function heaps(shape) {
  const { params, meters, enough } = shape;
  const fleet = new Fleet(shape);
  while (!enough()) {
    await fleet.batch(params.batch, params.workers, (slot) =>
      fleet.life(slot, { heapMiB: params.heapMiB }),
    );
    meters.sample();
  }
};
