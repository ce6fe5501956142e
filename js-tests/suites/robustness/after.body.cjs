'use strict';
// Objects that are used after what they stand on is gone, with schemas of plain and of virtual tables.

const everywhere = require('./everywhere.cjs');
const expected = require('./expected/index.cjs');

module.exports = {
  tests: [
    {
      name: 'statements, iterators, sessions and tag stores after what they stood on',
      needs: ['surface-26'],
      async run(ctx) {
        const outcomes = await everywhere(ctx, 'scenes/after.cjs');
        ctx.check.same(Object.keys(outcomes).length, 16);
        for (const [event, kinds] of Object.entries(outcomes)) {
          for (const [kind, answers] of Object.entries(kinds)) {
            const where = `${kind}, after ${event}`;
            expected.check(ctx, answers, expected.afterOf(event, kind), where);
          }
        }
      },
    },
  ],
};
