'use strict';
// Each thing that a callback should not do, and some that it may, inside of each callback.

const everywhere = require('./everywhere.cjs');
const expected = require('./expected/index.cjs');
const { perFamily } = require('./callbacks/families.cjs');

module.exports = {
  tests: perFamily('nothing that is tried does harm inside of', async (ctx, callbacks) => {
    const found = await everywhere(ctx, 'scenes/misuse.cjs', { callbacks });
    ctx.check.same(Object.keys(found), callbacks);
    for (const [callback, outcomes] of Object.entries(found)) {
      const want = expected.misuseOf(callback, Object.keys(outcomes));
      expected.check(ctx, outcomes, want, callback);
    }
  }),
};
