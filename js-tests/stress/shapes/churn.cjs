'use strict';
// Workers come and go, some at a time, each ending in its own way.
const { Fleet } = require('../fleet.cjs');

module.exports = async function churn(shape) {
  const { params, meters, enough } = shape;
  const fleet = new Fleet(shape);
  while (!enough()) {
    await fleet.batch(params.batch, params.workers);
    meters.sample();
  }
};
