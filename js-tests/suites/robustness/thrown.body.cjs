'use strict';
// What user code throws comes out as it is: errors, things that are no errors, things that cannot be looked at.

const lossy = require('./callbacks/lossy.cjs');
const { perFamily } = require('./callbacks/families.cjs');
const everywhere = require('./everywhere.cjs');

const KINDS = 13;

async function thrownBy(ctx, names) {
  const count = await everywhere(ctx, 'scenes/thrown.cjs', { callbacks: names });
  ctx.check.same(count, KINDS * names.length);
}

module.exports = {
  tests: [
    ...perFamily('identical values come out of', thrownBy),
    {
      name: 'no exception is lost where node:sqlite loses it',
      needs: ['surface-26', 'sound'],
      run: (ctx) => thrownBy(ctx, Object.keys(lossy)),
    },
  ],
};
