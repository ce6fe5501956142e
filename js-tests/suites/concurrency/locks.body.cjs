'use strict';
// Who may read and write while another thread holds a lock, step by step through gates.

/** Holds a write transaction open between two steps of the test. */
function holdTransaction({ open, gate, block, data }) {
  const steps = gate(data.memory);
  // With a rollback journal its COMMIT waits for readers, such as a second writer that tries.
  const db = open(data.file, { timeout: 60000 });
  db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
  steps.arrive(0);
  block(steps, 1, 1);
  db.exec('COMMIT');
  steps.arrive(2);
  db.close();
}

function prepare(ctx, journal) {
  const file = ctx.file('locks.db');
  const db = ctx.open(file, { timeout: 0 });
  db.exec(`PRAGMA journal_mode=${journal}; CREATE TABLE t(a); INSERT INTO t VALUES (1)`);
  const gate = ctx.newGate(3);
  const holder = ctx.worker(holdTransaction, {
    name: 'holder',
    data: { file, memory: gate.memory },
  });
  const values = () =>
    db
      .prepare('SELECT a FROM t ORDER BY a')
      .all()
      .map(({ a }) => a);
  return { db, file, gate, holder, values };
}

const BUSY = { name: 'Error', code: 'ERR_SQLITE_ERROR', errcode: 5, message: 'database is locked' };

const withJournal = (journal) => ({
  name: `without busy timeout a second writer is refused at once, journal ${journal}`,
  async run(ctx) {
    const { db, gate, holder, values } = prepare(ctx, journal);
    await ctx.reached(gate, 0, 1);
    ctx.check.throws(() => db.exec('INSERT INTO t VALUES (3)'), BUSY);
    ctx.check.throws(() => db.exec('BEGIN IMMEDIATE'), BUSY);
    ctx.check.same(db.isTransaction, false);
    // What is not committed is seen by nobody else.
    ctx.check.same(values(), [1]);
    gate.arrive(1);
    await holder.ends();
    db.exec('INSERT INTO t VALUES (3)');
    ctx.check.same(values(), [1, 2, 3]);
    db.close();
  },
});

module.exports = {
  tests: [
    withJournal('delete'),
    withJournal('wal'),
    {
      name: 'with a busy timeout a second writer waits until the first has committed',
      async run(ctx) {
        const { db, file, gate, holder, values } = prepare(ctx, 'delete');
        await ctx.reached(gate, 0, 1);
        const waiter = ctx.worker(
          ({ open, check, gate: gateOf, data }) => {
            const steps = gateOf(data.memory);
            const own = open(data.file, { timeout: 60000 });
            steps.arrive(1);
            // The holder is let go by the line above, and commits while this call waits.
            own.exec('INSERT INTO t VALUES (3)');
            check.same(own.prepare('SELECT count(*) AS n FROM t').get().n, 3);
            own.close();
          },
          { name: 'waiter', data: { file, memory: gate.memory } },
        );
        await Promise.all([holder.ends(), waiter.ends()]);
        ctx.check.same(values(), [1, 2, 3]);
        db.close();
      },
    },
    {
      name: 'in WAL mode a read transaction keeps its snapshot while a worker commits',
      async run(ctx) {
        const { db, gate, holder, values } = prepare(ctx, 'wal');
        await ctx.reached(gate, 0, 1);
        db.exec('BEGIN');
        ctx.check.same(values(), [1]);
        gate.arrive(1);
        await ctx.reached(gate, 2, 1);
        ctx.check.same(values(), [1]);
        db.exec('COMMIT');
        ctx.check.same(values(), [1, 2]);
        await holder.ends();
        db.close();
      },
    },
  ],
};
