'use strict';
// Workers of workers: the inner one ends first, or ends with the outer one.
const { Fleet } = require('../fleet.cjs');

module.exports = async function nested(shape) {
  const { params, meters, enough, next } = shape;
  const fleet = new Fleet(shape);
  const life = (slot) => {
    // Slots of inner workers are their own: each writer has a file of its own to write acknowledgements to.
    const inner = (more) => fleet.life(slot + params.workers, more);
    return next() < 0.25
      ? fleet.life(slot, { ending: 'terminate', inner: inner({ ending: 'endless' }) })
      : fleet.life(slot, { inner: inner() });
  };
  while (!enough()) {
    await fleet.batch(params.batch, params.workers, life);
    meters.sample();
  }
};
