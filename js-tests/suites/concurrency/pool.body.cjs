'use strict';
// The pattern that most programs use: a few workers, tasks by messages, answers by messages.

const { audit, checksum, create } = require('./ledger.cjs');

const POOL = 3;
const TASKS = 90;

module.exports = {
  tests: [
    {
      name: 'a pool of three workers does ninety tasks, each one once',
      async run(ctx) {
        const file = ctx.file('pool.db');
        create(ctx, file, 'wal');
        let next = 1;
        const doneBy = new Map();
        const answer = (index) => (message, handle) => {
          if (message.stopped !== undefined) return;
          if (message.id !== undefined) {
            ctx.check.same(message.sum, checksum(message.id, index));
            ctx.check.ok(!doneBy.has(message.id), `task ${message.id} was done twice`);
            doneBy.set(message.id, index);
          }
          if (next <= TASKS) {
            handle.post({ id: next });
            next += 1;
          } else handle.post('stop');
        };
        const pool = Array.from({ length: POOL }, (_, index) =>
          ctx.worker('pool-worker.cjs', {
            name: `pool ${index}`,
            data: { file, worker: index },
            onMessage: answer(index),
          }),
        );
        const ends = await Promise.all(pool.map((worker) => worker.ends()));
        const counts = ends.map(({ messages }) => messages.at(-1).stopped);
        ctx.check.same(
          counts.reduce((sum, count) => sum + count, 0),
          TASKS,
        );
        ctx.check.same(doneBy.size, TASKS);
        const expected = [...doneBy].sort(([a], [b]) => a - b);
        ctx.check.same(audit(ctx, file, expected, 'wal'), TASKS);
      },
    },
    {
      name: 'when a worker of the pool dies its task is done by another, and no row is half',
      async run(ctx) {
        const file = ctx.file('pool.db');
        create(ctx, file, 'wal');
        const doomed = ctx.worker(
          ({ open, onMessage, data }) => {
            const db = open(data.file);
            onMessage(({ id }) => {
              db.exec('BEGIN IMMEDIATE');
              db.prepare('INSERT INTO ledger(id, worker, sum) VALUES (?, 0, 0)').run(id);
              throw new Error('the task failed half way');
            });
          },
          { name: 'doomed', data: { file } },
        );
        doomed.post({ id: 1 });
        await doomed.ends({ code: 1, error: { message: /half way/ } });
        const heir = ctx.worker('pool-worker.cjs', {
          name: 'heir',
          data: { file, worker: 1 },
        });
        heir.post({ id: 1 });
        heir.post('stop');
        const { messages } = await heir.ends();
        ctx.check.same(messages, [{ ready: true }, { id: 1, sum: checksum(1, 1) }, { stopped: 1 }]);
        ctx.check.same(audit(ctx, file, [[1, 1]], 'wal'), 1);
      },
    },
  ],
};
