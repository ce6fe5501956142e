'use strict';
// Many threads that load: at once behind a barrier, one after the other, one inside the other.

const proof = require('./proof.cjs');

const CONCURRENT = 10;
const SEQUENTIAL = 20;

module.exports = {
  tests: [
    {
      name: 'ten workers load at once behind a barrier',
      async run(ctx) {
        const keys = proof(ctx, ctx.load());
        const barrier = ctx.newGate();
        const workers = Array.from({ length: CONCURRENT }, (_, index) =>
          ctx.worker('prove.cjs', {
            name: `loader ${index}`,
            data: { barrier: barrier.memory, together: CONCURRENT },
          }),
        );
        const ends = await Promise.all(workers.map((worker) => worker.ends()));
        ctx.check.same(
          ends.map(({ value }) => value),
          Array(CONCURRENT).fill(keys),
        );
        ctx.check.same(proof(ctx, ctx.load()), keys);
      },
    },
    {
      name: 'twenty workers load one after the other',
      async run(ctx) {
        const seen = new Set();
        for (let index = 0; index < SEQUENTIAL; index += 1) {
          seen.add(await ctx.inWorker('prove.cjs', { name: `loader ${index}` }));
        }
        ctx.check.same(seen.size, 1, 'each worker has the same exports');
        ctx.check.same([...seen][0], proof(ctx, ctx.load()));
      },
    },
    {
      name: 'a worker of a worker loads while its parent has loaded, and outlives nobody',
      async run(ctx) {
        const keys = await ctx.inWorker('nested.cjs', { name: 'parent' });
        ctx.check.same(keys.length, 3);
        ctx.check.same(new Set(keys).size, 1);
      },
    },
  ],
};
