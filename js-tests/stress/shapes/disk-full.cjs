'use strict';
// A file system without room: a clear error, nothing of what was acknowledged is lost, and once there is room it goes on.
const fs = require('node:fs');
const path = require('node:path');
const { refusal } = require('../refusal.cjs');
const { Fleet } = require('../fleet.cjs');
const { mounted } = require('../tmpfs.cjs');

/** What is taken away again to make room, in bytes. */
const BALLAST = 256 * 1024;

module.exports = async function diskFull(shape) {
  const { params, meters, enough } = shape;
  for (let round = 1; !enough(); round++) {
    const dir = path.join(shape.data, `round-${String(round).padStart(4, '0')}`);
    const small = mounted(params.bytes);
    try {
      const data = path.join(small.dir, 'ledger');
      const fleet = new Fleet({ ...shape, data });
      const ballast = path.join(small.dir, 'ballast');
      fs.writeFileSync(ballast, Buffer.alloc(BALLAST));
      refusal(meters, await fleet.refused(fleet.life(0, { ending: 'refused' })), /full|I\/O/i);
      fs.rmSync(ballast);
      await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
      fs.cpSync(data, dir, { recursive: true });
    } finally {
      small.unmount();
    }
    meters.sample();
  }
};
