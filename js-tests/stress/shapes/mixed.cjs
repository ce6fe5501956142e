'use strict';
// Readers and writers on one file: no reader may see a transaction in part.
const { Fleet } = require('../fleet.cjs');

module.exports = async function mixed(shape) {
  const { params, meters, enough } = shape;
  const fleet = new Fleet(shape);
  while (!enough()) {
    await fleet.batch(params.batch, params.workers, (slot) =>
      fleet.life(slot, { reader: slot % 2 === 1 }),
    );
    meters.sample();
  }
};
