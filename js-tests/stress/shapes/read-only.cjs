'use strict';
// A file system that may not be written to: a clear error, and once it may everything works.
const fs = require('node:fs');
const path = require('node:path');
const { refusal } = require('../refusal.cjs');
const { Fleet } = require('../fleet.cjs');
const { mounted } = require('../tmpfs.cjs');

module.exports = async function readOnly(shape) {
  const { params, meters, enough } = shape;
  for (let round = 1; !enough(); round++) {
    const dir = path.join(shape.data, `round-${String(round).padStart(4, '0')}`);
    const small = mounted(params.bytes);
    try {
      const data = path.join(small.dir, 'ledger');
      const fleet = new Fleet({ ...shape, data });
      await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
      small.remount('ro');
      const life = fleet.life(0, { ending: 'refused', silent: true, steps: 0 });
      refusal(meters, await fleet.refused(life), /read-?only|unable to open/i);
      small.remount('rw');
      await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
      fs.cpSync(data, dir, { recursive: true });
    } finally {
      small.unmount();
    }
    meters.sample();
  }
};
