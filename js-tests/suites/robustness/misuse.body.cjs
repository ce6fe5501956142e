'use strict';
// Each thing that a callback should not do, inside of each callback. What comes of it stands in
// expected.json, which was recorded from node:sqlite of Node 26.10 (see record.cjs).

const callbacks = require('./callbacks/index.cjs');
const everywhere = require('./everywhere.cjs');
const { expectedOf, fits } = require('./expected.cjs');

module.exports = {
  tests: Object.entries(callbacks).map(([callback, { needs = [] }]) => ({
    name: `inside of ${callback} nothing that is tried does harm`,
    needs: ['surface-26', ...needs],
    async run(ctx) {
      const outcomes = await everywhere(ctx, 'scenes/misuse.cjs', { callback });
      const expected = expectedOf(callback, Object.keys(outcomes));
      for (const [misuse, outcome] of Object.entries(outcomes)) {
        const want = expected[misuse];
        ctx.check.ok(
          fits(outcome, want),
          `${callback} ${misuse}: got "${outcome}", expected "${want}"`,
        );
      }
    },
  })),
};
