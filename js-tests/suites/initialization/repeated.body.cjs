'use strict';
// The module initialised more than once in one env. In a worker of plain Node, because runners
// replace `require`; the worker's end then tears all copies down.

const again = (ways) => ({
  needs: ['addon-binary'],
  async run(ctx) {
    for (const way of ways) {
      ctx.check.ok(ctx.adapter.waysToInitialise.includes(way), `the adapter cannot do "${way}"`);
    }
    const data = { ways, dir: ctx.dir };
    ctx.check.same(await ctx.inWorker('again.cjs', { data }), ways.length + 1);
    // What the worker tore down was its own: this thread's copy goes on.
    const db = ctx.open(':memory:');
    ctx.check.same(db.prepare('SELECT 1 AS one').get().one, 1);
    db.close();
  },
});

module.exports = {
  tests: [
    {
      name: 'a thread that requires the module twice has it once',
      async run(ctx) {
        const same = await ctx.inWorker(({ load }) => load() === load());
        ctx.check.same(same, true);
      },
    },
    {
      name: 'after require.cache was emptied, twice',
      ...again(['require-cache', 'require-cache']),
    },
    { name: 'by process.dlopen of the same binary', ...again(['dlopen', 'dlopen']) },
    { name: 'by a hard link to the binary', ...again(['hard-link']) },
    { name: 'by a copy of the binary', ...again(['copy']) },
  ],
};
