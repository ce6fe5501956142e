/**
 * How long `worker.terminate()` takes while a native call runs in the worker, in milliseconds.
 *
 *   node addon/bench/terminate.mjs [ROUNDS] [MODULE …]
 *
 * Modules default to this package and, where there is one, the builtin. Their rounds alternate, so
 * that the machine's mood is the same for all. `none` is a worker that spins in JavaScript: the
 * floor. The last column counts the calls that ran to their own end: nothing interrupted those.
 */

import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const own = new URL('../index.cjs', import.meta.url).pathname;
const rounds = Number(process.argv[2] ?? 20);
const modules = process.argv.slice(3);
if (modules.length === 0) modules.push(own, ...(isBuiltin('node:sqlite') ? ['node:sqlite'] : []));

const series = (rows) =>
  `with recursive c(x) as (select 1 union all select x + 1 from c where x < ${rows}) `;
const LONG = 20_000_000;
/** Rows that are kept: a module that cannot be interrupted should not run out of memory. */
const KEPT = 3_000_000;
/** What the worker does; each takes seconds when nothing interrupts it. */
const CALLS = {
  'get() of an aggregate of 20 million rows': `db.prepare(${JSON.stringify(`${series(LONG)} select count(*) from c`)}).get()`,
  'all() of 3 million rows': `db.prepare(${JSON.stringify(`${series(KEPT)} select x from c`)}).all()`,
  'exec() of create table as, 3 million rows': `db.exec(${JSON.stringify(`create table t as ${series(KEPT)} select x from c`)})`,
  'waiting for a lock': 'waitForLock()',
};

const folder = mkdtempSync(join(tmpdir(), 'terminate-'));
const lock = join(folder, 'lock.db');

function program(module, call) {
  const work =
    module === 'none'
      ? 'for (;;);'
      : `const { DatabaseSync } = require(${JSON.stringify(module)});
         const db = new DatabaseSync(':memory:');
         const waitForLock = () => {
           const holder = new DatabaseSync(${JSON.stringify(lock)});
           holder.exec('create table if not exists t(a); begin immediate');
           new DatabaseSync(${JSON.stringify(lock)}, { timeout: 8000 }).exec('insert into t values (1)');
         };`;
  return `const { parentPort } = require('node:worker_threads');
    const started = new Int32Array(new SharedArrayBuffer(4));
    ${module === 'none' ? '' : work}
    parentPort.postMessage(started.buffer);
    ${module === 'none' ? work : `try { ${call} } catch {}`}
    parentPort.postMessage('ended by itself');`;
}

/** Milliseconds from `terminate()` to the worker's exit, once it is surely inside of the call. */
async function round(module, call, delay) {
  const worker = new Worker(program(module, call), { eval: true });
  let byItself = false;
  await new Promise((settle, reject) => {
    worker.on('error', reject);
    worker.on('message', (message) => {
      if (message === 'ended by itself') byItself = true;
      else settle();
    });
  });
  // A benchmark, not a test: the delay spreads the moments at which the call is interrupted.
  await new Promise((settle) => {
    setTimeout(settle, delay);
  });
  const start = performance.now();
  await worker.terminate();
  return { ms: performance.now() - start, byItself };
}

const name = (module) => (module === own ? '@threadproof/sqlite' : module);
process.stdout.write(`Node ${process.versions.node}, ${rounds} rounds, milliseconds\n\n`);
process.stdout.write(
  '| call | module | min | median | max | not interrupted |\n|---|---|---|---|---|---|\n',
);
for (const [title, call] of [['JavaScript loop', ''], ...Object.entries(CALLS)]) {
  const contenders = call === '' ? ['none'] : modules;
  const times = new Map(contenders.map((module) => [module, []]));
  const ended = new Map(contenders.map((module) => [module, 0]));
  for (let i = 0; i < rounds; i++) {
    for (const module of contenders) {
      const { ms, byItself } = await round(module, call, 20 + ((i * 7) % 50));
      times.get(module).push(ms);
      if (byItself) ended.set(module, ended.get(module) + 1);
    }
  }
  for (const [module, list] of times) {
    list.sort((a, b) => a - b);
    const at = (q) => list[Math.floor((list.length - 1) * q)].toFixed(1);
    const row = [title, name(module), at(0), at(0.5), at(1), `${ended.get(module)} of ${rounds}`];
    process.stdout.write(`| ${row.join(' | ')} |\n`);
  }
}
rmSync(folder, { recursive: true, force: true });
