'use strict';
// A database that somebody else keeps locked: a clear error within the busy timeout, and after that everything works.
const path = require('node:path');
const { refusal } = require('../refusal.cjs');
const { Fleet } = require('../fleet.cjs');
const { FILE } = require('../ledger.cjs');

module.exports = async function locked(shape) {
  const { params, meters, enough, data } = shape;
  const fleet = new Fleet(shape);
  while (!enough()) {
    const holder = fleet.open(path.join(data, FILE), {});
    try {
      holder.exec('BEGIN EXCLUSIVE');
      const life = fleet.life(0, { ending: 'refused', timeout: params.timeout });
      refusal(meters, await fleet.refused(life), /locked|busy/i);
      holder.exec('COMMIT');
    } finally {
      holder.close();
    }
    await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
    meters.sample();
  }
};
