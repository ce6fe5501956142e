'use strict';
// A file system that may not be written to: a clear error, and once it may everything works.
const { refusal } = require('../refusal.cjs');
const { onSmallFileSystems } = require('../tmpfs.cjs');

module.exports = (shape) =>
  onSmallFileSystems(shape, async (fleet, small) => {
    await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
    small.remount('ro');
    const life = fleet.life(0, { ending: 'refused', silent: true, steps: 0 });
    refusal(shape.meters, await fleet.refused(life), /read-?only|unable to open/i);
    small.remount('rw');
    await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
  });
