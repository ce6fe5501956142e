'use strict';
// A file system without room: a clear error, nothing of what was acknowledged is lost, and once there is room it goes on.
const fs = require('node:fs');
const path = require('node:path');
const { refusal } = require('../refusal.cjs');
const { onSmallFileSystems } = require('../tmpfs.cjs');

/** What is taken away again to make room, in bytes. */
const BALLAST = 256 * 1024;

module.exports = (shape) =>
  onSmallFileSystems(shape, async (fleet, { dir }) => {
    const ballast = path.join(dir, 'ballast');
    fs.writeFileSync(ballast, Buffer.alloc(BALLAST));
    refusal(shape.meters, await fleet.refused(fleet.life(0, { ending: 'refused' })), /full|I\/O/i);
    fs.rmSync(ballast);
    await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
  });
