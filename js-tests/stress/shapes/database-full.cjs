'use strict';
// A database that may not grow any more: a clear error, nothing of what was acknowledged is lost, and with more room
// it goes on.
const { refusal } = require('../refusal.cjs');
const { Fleet } = require('../fleet.cjs');

module.exports = async function databaseFull(shape) {
  const { params, meters, enough } = shape;
  const fleet = new Fleet(shape);
  for (let pages = params.pages; !enough(); pages += params.pages) {
    const life = fleet.life(0, { ending: 'refused', pages });
    refusal(meters, await fleet.refused(life), /full/i);
    await fleet.run(fleet.life(0, { ending: 'natural' })).ends;
    meters.sample();
  }
};
