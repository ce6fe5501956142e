'use strict';
// Writers that want the same file at the same time.

const { audit, create } = require('./ledger.cjs');

const WRITERS = 4;

/** Starts the writers, with readers beside them, and accounts for each row at the end. */
async function writeTogether(ctx, { journal, transactions, rows, readers }) {
  const file = ctx.file(`${journal}.db`);
  create(ctx, file, journal);
  const memory = ctx.newGate(2).memory;
  const workers = WRITERS + readers;
  const writing = Array.from({ length: WRITERS }, (_, worker) =>
    ctx.worker('writer.cjs', {
      name: `writer ${worker}`,
      data: { file, worker, workers, transactions, rows, memory },
    }),
  );
  const reading = Array.from({ length: readers }, (_, reader) =>
    ctx.worker('reader.cjs', {
      name: `reader ${reader}`,
      data: { file, workers, writers: WRITERS, rows, memory },
    }),
  );
  const total = WRITERS * transactions * rows;
  const [wrote, read] = await Promise.all([
    Promise.all(writing.map((worker) => worker.ends())),
    Promise.all(reading.map((worker) => worker.ends())),
  ]);
  for (const { value } of wrote) ctx.check.same(value, transactions * rows);
  for (const { value } of read) ctx.check.same(value.last, total);
  const expected = [];
  for (let step = 0; step < transactions * rows; step += 1) {
    for (let worker = 0; worker < WRITERS; worker += 1) {
      expected.push([step * workers + worker + 1, worker]);
    }
  }
  ctx.check.same(audit(ctx, file, expected, journal), total);
}

module.exports = {
  tests: [
    {
      name: 'four writers in WAL mode, two readers beside them, every row is there',
      run: (ctx) => writeTogether(ctx, { journal: 'wal', transactions: 10, rows: 8, readers: 2 }),
    },
    {
      name: 'four writers with a rollback journal wait for each other, every row is there',
      run: (ctx) => writeTogether(ctx, { journal: 'delete', transactions: 5, rows: 8, readers: 0 }),
    },
    {
      name: 'a reader beside four writers with a rollback journal sees whole transactions',
      run: (ctx) => writeTogether(ctx, { journal: 'delete', transactions: 4, rows: 4, readers: 1 }),
    },
  ],
};
