'use strict';
// What a worker leaves behind in its process: no open file, no broken module, no hang at the process's end.

const { checkFile, openFiles, start } = require('./aftermath.cjs');

const ENDINGS = [
  ['returns', { code: 0 }],
  ['throws', { code: 1, error: { name: 'RangeError' } }],
  ['iterates', { code: 1 }],
];

module.exports = {
  tests: [
    {
      name: 'no descriptor of the database stays open, however the worker ended',
      needs: ['os:linux'],
      async run(ctx) {
        // The check can only fail if it sees a database that is open.
        const probe = ctx.open(ctx.file('probe.db'));
        probe.exec('CREATE TABLE t(a)');
        ctx.check.same(openFiles(ctx.dir), [ctx.file('probe.db')]);
        probe.close();
        for (const [index, [how, expected]] of ENDINGS.entries()) {
          const file = ctx.file(`${index}.db`);
          const { worker, ready } = start(ctx, how, { file, journal: 'wal' });
          if (how === 'iterates') {
            await ready();
            await worker.terminate();
          }
          await worker.ends(expected);
          ctx.check.same(openFiles(ctx.dir), [], `open after a worker that ${how}`);
        }
      },
    },
    {
      name: 'after a terminated worker a new one does everything on the same file',
      async run(ctx) {
        const scene = start(ctx, 'iterates');
        await scene.ready();
        await scene.worker.terminate();
        await scene.worker.ends({ code: 1 });
        const ids = await ctx.inWorker(
          ({ open, data }) => {
            const db = open(data.file, { timeout: 0 });
            db.exec('INSERT INTO t VALUES (6, 1)');
            const rows = db.prepare('SELECT id FROM t ORDER BY id').all();
            db.exec('DELETE FROM t WHERE id = 6');
            db.close();
            return rows.map(({ id }) => id);
          },
          { data: { file: scene.file } },
        );
        ctx.check.same(ids, [1, 2, 3, 4, 5, 6]);
        checkFile(ctx, scene.file);
      },
    },
    {
      name: "the main thread's process.exit ends a process whose worker is busy, with its code",
      async run(ctx) {
        const file = ctx.file('process.db');
        await ctx.inProcess('processes/exit-while-busy.cjs', { code: 9, data: { file } });
        checkFile(ctx, file);
      },
    },
  ],
};
