'use strict';
// Which thread of a process loads first. The main thread of a runner's process cannot be kept from
// loading, so each order has a process of its own.

const alike = (ctx, keys, count) => {
  ctx.check.same(keys.length, count);
  ctx.check.ok(keys[0].includes('DatabaseSync'), `exports are ${keys[0]}`);
  ctx.check.same(new Set(keys).size, 1, 'each thread has the same exports');
};

module.exports = {
  tests: [
    {
      name: 'the main thread loads first, then two workers',
      run: async (ctx) => alike(ctx, await ctx.inProcess('processes/main-first.cjs'), 4),
    },
    {
      name: 'only workers load, together and one after the other',
      run: async (ctx) => alike(ctx, await ctx.inProcess('processes/workers-only.cjs'), 4),
    },
    {
      name: 'a worker loads first, the main thread while it lives',
      run: async (ctx) => alike(ctx, await ctx.inProcess('processes/worker-first.cjs'), 3),
    },
  ],
};
