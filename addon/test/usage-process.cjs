'use strict';

// A process of its own for the test of usage(): what is held before, while and after a worker and this thread have things open.

const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const { Database, usage } = require('../extras.cjs');

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Database } = require(workerData);
  const db = new Database(':memory:');
  const other = new Database(':memory:');
  db.exec('create table t (a integer primary key)');
  const kept = [other, db.prepare('select 1'), db.prepare('select 2'), db.prepare('select 3'), db.createSession()];
  parentPort.postMessage('open');
  // Ends by itself, with all of it still open.
  parentPort.once('message', () => kept.length);
`;

async function main() {
  const before = usage();
  const worker = new Worker(WORKER, { eval: true, workerData: require.resolve('../extras.cjs') });
  await once(worker, 'message');
  const here = [new Database(':memory:')];
  here.push(here[0].prepare('select 1'));
  const during = usage();
  const exit = once(worker, 'exit');
  worker.postMessage('end');
  await exit;
  // The statement first.
  for (const one of here.splice(0).reverse()) one.close();
  // Finalizers run on a turn of their own after a collection.
  let after = usage();
  for (let turn = 0; turn < 100 && (after.databases > 0 || after.statements > 0); turn++) {
    globalThis.gc();
    await new Promise(setImmediate);
    after = usage();
  }
  console.log(JSON.stringify({ before, during, after }));
}

main();
