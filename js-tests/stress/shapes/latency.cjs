'use strict';
// How long `worker.terminate()` takes while the worker is in a native call that goes on for longer than anybody
// wants to wait.
const { Fleet } = require('../fleet.cjs');

module.exports = async function latency(shape) {
  const { params, meters, enough } = shape;
  const fleet = new Fleet(shape);
  while (!enough()) {
    await fleet.run(fleet.life(0, { ending: 'terminate', query: params.rows })).ends;
    meters.sample();
  }
};
