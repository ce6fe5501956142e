'use strict';
// Databases in several threads at a time, each with its own connection.

const WORKERS = 3;

/** Fills its own table between two gates, so that all are at it together. */
function fillOwn({ open, check, gate, block, data }) {
  const start = gate(data.gate);
  const db = open(data.path);
  db.exec('CREATE TABLE own(a INTEGER PRIMARY KEY, b TEXT)');
  start.arrive();
  block(start, 0, data.workers);
  const insert = db.prepare('INSERT INTO own VALUES (?, ?)');
  for (let a = 0; a < 200; a += 1) insert.run(a, `${data.worker}:${a}`);
  const rows = db.prepare('SELECT a, b FROM own ORDER BY a').all();
  for (const [index, { a, b }] of rows.entries())
    check.same({ a, b }, { a: index, b: `${data.worker}:${index}` });
  db.close();
  return rows.length;
}

async function fillAll(ctx, pathOf) {
  const gate = ctx.newGate();
  const workers = Array.from({ length: WORKERS }, (_, worker) =>
    ctx.worker(fillOwn, {
      name: `filler ${worker}`,
      data: { gate: gate.memory, worker, workers: WORKERS, path: pathOf(worker) },
    }),
  );
  const ends = await Promise.all(workers.map((worker) => worker.ends()));
  ctx.check.same(
    ends.map(({ value }) => value),
    Array(WORKERS).fill(200),
  );
}

module.exports = {
  tests: [
    {
      name: 'three workers fill a file each at the same time',
      async run(ctx) {
        await fillAll(ctx, (worker) => ctx.file(`${worker}.db`));
        for (let worker = 0; worker < WORKERS; worker += 1) {
          const db = ctx.open(ctx.file(`${worker}.db`));
          const { n, s } = db.prepare('SELECT count(*) n, sum(a) s FROM own').get();
          ctx.check.same({ n, s }, { n: 200, s: 19900 });
          db.close();
        }
      },
    },
    {
      name: 'in-memory databases of several workers are apart',
      run: (ctx) => fillAll(ctx, () => ':memory:'),
    },
    {
      name: 'a worker reads what the test wrote, and the test reads what the worker wrote',
      async run(ctx) {
        const file = ctx.file('shared.db');
        const db = ctx.open(file);
        db.exec("CREATE TABLE t(who TEXT); INSERT INTO t VALUES ('test')");
        const seen = await ctx.inWorker(
          ({ open, data }) => {
            const own = open(data.file);
            const before = own.prepare('SELECT who FROM t').all();
            own.exec("INSERT INTO t VALUES ('worker')");
            own.close();
            return before;
          },
          { data: { file } },
        );
        ctx.check.same(seen, [{ who: 'test' }]);
        const after = db.prepare('SELECT who FROM t ORDER BY rowid').all();
        ctx.check.same(after, [{ who: 'test' }, { who: 'worker' }]);
        db.close();
      },
    },
    {
      name: 'a worker updates in transactions while the test keeps its own connection open',
      async run(ctx) {
        const file = ctx.file('shared.db');
        const db = ctx.open(file);
        db.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 0)');
        const read = db.prepare('SELECT n FROM t WHERE id = 1');
        ctx.check.same(read.get().n, 0);
        await ctx.inWorker(
          ({ open, data }) => {
            const own = open(data.file);
            const add = own.prepare('UPDATE t SET n = n + 1 WHERE id = 1');
            own.exec('BEGIN IMMEDIATE');
            for (let i = 0; i < 25; i += 1) add.run();
            own.exec('COMMIT; BEGIN');
            add.run();
            own.exec('ROLLBACK');
            own.close();
          },
          { data: { file } },
        );
        ctx.check.same(read.get().n, 25);
        db.close();
      },
    },
  ],
};
