'use strict';
// Backups while their source, their destination or their thread goes away, or is kept by another.

const { setImmediate: turn } = require('node:timers/promises');
const everywhere = require('./everywhere.cjs');
const { ROWS, makeSource, rowsOf } = require('./scenes/backups.cjs');

const TURNS = 300;

const part = (name, scene, needs = []) => ({
  name,
  needs: ['surface-26', ...needs],
  run: (ctx) => everywhere(ctx, 'scenes/backups.cjs', { part: scene }),
});

/** In a worker: keeps an exclusive lock from slot 0 to slot 1. */
function holder({ open, gate, block, data }) {
  const db = open(data.file);
  db.exec('CREATE TABLE IF NOT EXISTS other(a); BEGIN EXCLUSIVE; INSERT INTO other VALUES (1)');
  gate(data.memory).arrive(0);
  block(gate(data.memory), 1, 1);
  db.exec('COMMIT');
  db.close();
}

/** `locked` names the file that another thread keeps: the backup ends after that thread lets go. */
async function waitsFor(ctx, locked) {
  const files = { source: ctx.file(`source-${locked}.db`), copy: ctx.file(`copy-${locked}.db`) };
  const db = makeSource(ctx, files.source);
  const gate = ctx.newGate(2);
  const data = { file: files[locked], memory: gate.memory };
  const worker = ctx.worker(holder, { name: `who keeps the ${locked}`, data });
  await ctx.reached(gate, 0, 1);
  let settled = null;
  const promise = ctx
    .load()
    .backup(db, files.copy)
    .then(
      (pages) => (settled = { pages }),
      (error) => (settled = { error }),
    );
  for (let count = 0; count < TURNS && settled === null; count += 1) await turn();
  ctx.check.ok(settled === null, `it ended while the ${locked} was locked: ${settled?.error}`);
  gate.arrive(1);
  await promise;
  await worker.ends();
  ctx.check.ok(settled.pages > ROWS, `it failed: ${settled.error}`);
  ctx.check.same(rowsOf(ctx, files.copy), ROWS);
  db.close();
}

module.exports = {
  tests: [
    part('a source that is closed meanwhile does no harm, and the copy is whole', 'closing'),
    part('a source that nobody holds lives until its backup is done', 'dropped'),
    part('what the connection writes between the steps is in the copy', 'writing'),
    part('several backups at a time do not disturb one another', 'several'),
    {
      name: 'a thread lives until a backup that nobody awaits is done',
      needs: ['surface-26'],
      async run(ctx) {
        for (const [index, how] of ['inProcess', 'inWorker'].entries()) {
          const [from, to] = [ctx.file(`from${index}.db`), ctx.file(`to${index}.db`)];
          const data = { part: 'unawaited', from, to, dir: ctx.dir };
          await ctx[how]('scenes/backups.cjs', { data });
          ctx.check.same(rowsOf(ctx, to), ROWS);
        }
      },
    },
    {
      name: 'a worker that is terminated between the steps leaves no lock',
      needs: ['surface-26'],
      async run(ctx) {
        const file = ctx.file('copy.db');
        for (let round = 0; round < 3; round += 1) {
          const gate = ctx.newGate(1);
          const data = { file, memory: gate.memory };
          const worker = ctx.worker('scenes/backing-up.cjs', { name: `round ${round}`, data });
          await ctx.reached(gate, 0, 1);
          ctx.check.same(await worker.terminate(), 1);
          await worker.ends({ code: 1 });
          const db = ctx.open(file, { timeout: 0 });
          db.exec('BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS mine(a); COMMIT');
          ctx.check.same(db.prepare('PRAGMA integrity_check').get().integrity_check, 'ok');
          db.close();
        }
      },
    },
    {
      name: 'process.exit between the steps ends with its code, in a worker and in a process',
      needs: ['surface-26'],
      async run(ctx) {
        const code = 17;
        const data = { file: ctx.file('process.db'), exit: code };
        await ctx.inProcess('scenes/backing-up.cjs', { code, data });
        const worker = ctx.worker('scenes/backing-up.cjs', {
          name: 'who exits',
          data: { ...data, file: ctx.file('worker.db') },
        });
        await worker.ends({ code });
      },
    },
    {
      name: 'a backup waits for who keeps its source or its destination locked',
      needs: ['surface-26', 'patient-backup'],
      async run(ctx) {
        await waitsFor(ctx, 'source');
        await waitsFor(ctx, 'copy');
      },
    },
    part('a backup that fails leaves its destination as it was', 'failing', ['patient-backup']),
  ],
};
