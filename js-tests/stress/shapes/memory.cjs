'use strict';
// A worker that takes more memory than its `resourceLimits` allow ends by itself, with the error that Node has for that;
// the process and its other workers go on.
const { Fleet } = require('../fleet.cjs');

module.exports = async function memory(shape) {
  const { params, meters, enough } = shape;
  const fleet = new Fleet(shape);
  while (!enough()) {
    const life = fleet.life(0, { ending: 'hoard' });
    const options = { resourceLimits: { maxOldGenerationSizeMb: params.heapMiB } };
    const error = await fleet.refused(life, options);
    if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    meters.tally(`refused: ${error.code}`);
    await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
    meters.sample();
  }
};
