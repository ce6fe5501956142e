'use strict';
// Each thing that a callback should not do, and some that it may, inside of each callback.

const callbacks = require('./callbacks/index.cjs');
const everywhere = require('./everywhere.cjs');
const expected = require('./expected/index.cjs');

module.exports = {
  tests: Object.entries(callbacks).map(([callback, { needs = [] }]) => ({
    name: `inside of ${callback} nothing that is tried does harm`,
    needs: ['surface-26', ...needs],
    async run(ctx) {
      const outcomes = await everywhere(ctx, 'scenes/misuse.cjs', { callback });
      const want = expected.misuseOf(callback, Object.keys(outcomes));
      expected.check(ctx, outcomes, want, callback);
    },
  })),
};
