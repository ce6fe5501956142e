'use strict';
// Values that are too large for SQLite are refused with an error. In processes of their own, so that their
// memory is given back.

const os = require('node:os');
const everywhere = require('../robustness/everywhere.cjs');
const { WAYS } = require('./scenes/huge-text.cjs');

/** A string of the longest kind, its UTF-8, and a copy of that on its way to SQLite. */
const TEXT_NEEDS = 4 * 1024 ** 3;

/** Never skipped in silence: on a machine that is too small this is a failure that says why. */
function checkMemory() {
  const free = process.availableMemory?.() ?? os.freemem();
  if (free >= TEXT_NEEDS) return;
  const gib = (bytes) => (bytes / 1024 ** 3).toFixed(1);
  throw new Error(
    `this test needs ${gib(TEXT_NEEDS)} GiB of memory, and ${gib(free)} are available`,
  );
}

module.exports = {
  tests: [
    {
      name: 'bytes of 2 GiB and more are refused as parameters, changesets, images and in SQL',
      needs: ['surface-26'],
      async run(ctx) {
        ctx.check.same(await everywhere(ctx, 'scenes/huge-bytes.cjs'), 32);
      },
    },
    {
      name: 'bytes of 2 GiB and more are refused as results of functions and aggregates',
      needs: ['surface-26', 'sound'],
      async run(ctx) {
        ctx.check.same(await everywhere(ctx, 'scenes/huge-bytes.cjs', { results: true }), 4);
      },
    },
    ...WAYS.map((way) => ({
      name: `text that is longer than SQLite takes is refused as ${way}`,
      needs: ['surface-26'],
      async run(ctx) {
        checkMemory();
        await ctx.inProcess('scenes/huge-text.cjs', { data: { way } });
      },
    })),
    {
      name: 'a column may have a name as long as a string can be',
      needs: ['surface-26'],
      async run(ctx) {
        checkMemory();
        await ctx.inProcess('scenes/huge-text.cjs', { data: { way: 'a name' } });
      },
    },
  ],
};
