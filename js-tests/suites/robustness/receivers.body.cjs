'use strict';
// Wrong receivers and wrong arguments of everything that can be called.

const everywhere = require('./everywhere.cjs');

module.exports = {
  tests: [
    {
      name: 'every method and accessor refuses every receiver that is not of its class',
      needs: ['surface-26'],
      async run(ctx) {
        const calls = await everywhere(ctx, 'scenes/receivers.cjs');
        ctx.check.ok(calls > 900, `only ${calls} calls were made`);
      },
    },
    {
      name: 'an object that looks like another class stays what it is',
      needs: ['surface-26'],
      run: (ctx) => everywhere(ctx, 'scenes/disguised.cjs'),
    },
    {
      name: 'every method takes or refuses everything as its arguments',
      needs: ['surface-26'],
      async run(ctx) {
        ctx.check.same(await everywhere(ctx, 'scenes/arguments.cjs'), true);
      },
    },
    {
      name: 'backup() refuses everything that is no database',
      needs: ['surface-26', 'sound'],
      run: (ctx) => everywhere(ctx, 'scenes/no-database.cjs'),
    },
  ],
};
