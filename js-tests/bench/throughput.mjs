/**
 * Workers on one file: reads, or transactions that write. Started by run.mjs; see lib/channel.mjs.
 *
 * Job: `{ role, workers, contenders, rounds, calls, seed }`. Each worker makes `calls` calls; the
 * figure is all calls divided by the wall time from the barrier to the last worker's last call. Two
 * libraries never open the same file: two copies of SQLite in one process must not.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { began, finished, job, out, reason } from './lib/channel.mjs';
import { FIXTURE, PRAGMAS, open, pathOf } from './lib/contenders.mjs';
import { random, shuffled } from './lib/stats.mjs';
import { outcome } from './lib/workers.mjs';

const { role, workers: count, contenders, rounds, calls, seed } = job();
const next = random(seed);
const script = new URL('./throughput-worker.cjs', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A connection stays open, so that the first worker does not find the log to be recovered. */
function create(name, index) {
  const file = join(folder, `${index}.db`);
  const db = open(name, file);
  db.exec(`pragma journal_mode = wal; ${PRAGMAS}`);
  db.exec(FIXTURE);
  return { name, file, db, rates: [] };
}

/** Calls a second, of all workers together. */
async function sample({ name, file, db }) {
  db.exec('delete from item where id > 10000; pragma wal_checkpoint(truncate)');
  // How many are ready, and whether to start.
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { path: pathOf(name), file, gate, pragmas: PRAGMAS, role, calls };
  const done = Promise.all(
    Array.from({ length: count }, () => outcome(new Worker(script, { workerData }))),
  );
  for (;;) {
    const ready = Atomics.load(gate, 0);
    if (ready === count) break;
    const waiting = Atomics.waitAsync(gate, 0, ready);
    await Promise.race([waiting.value, done]);
  }
  const start = performance.timeOrigin + performance.now();
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
  const last = Math.max(...(await done));
  if (role === 'writers') {
    const { rows } = db.prepare('select count(*) as rows from item').get();
    if (rows !== 10_000 + count * calls) throw new Error(`${rows - 10_000} rows were written`);
  }
  return (count * calls * 1000) / (last - start);
}

let field = [];
for (const [index, name] of contenders.entries()) {
  began(name, 'making its file');
  try {
    field.push(create(name, index));
  } catch (error) {
    out(name, reason(error));
  }
}
for (let round = 0; round < rounds; round++) {
  for (const entry of shuffled(field, next)) {
    began(entry.name, `in round ${round + 1}`);
    try {
      entry.rates.push(await sample(entry));
    } catch (error) {
      field = field.filter((other) => other !== entry);
      out(entry.name, reason(error));
    }
  }
}
finished({ contenders: Object.fromEntries(field.map(({ name, rates }) => [name, { rates }])) });
for (const { db } of field) db.close();
