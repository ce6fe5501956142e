'use strict';
const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');

const { meet } = require('../replicate/shared.cjs');

const SHARED = path.join(__dirname, '../replicate/shared.cjs');
const BODY = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { meet } = require(workerData.shared);
  Atomics.add(workerData.up, 0, 1);
  meet(workerData.start, workerData.workers);
  parentPort.postMessage(Atomics.load(workerData.up, 0));
`;

test('nobody passes the start barrier before all are there', async () => {
  const workers = 6;
  const numbers = () => new Int32Array(new SharedArrayBuffer(4));
  const workerData = { shared: SHARED, workers, start: numbers(), up: numbers() };
  const copies = Array.from({ length: workers }, () => {
    const worker = new Worker(BODY, { eval: true, workerData });
    return new Promise((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
    });
  });
  assert.deepEqual(await Promise.all(copies), Array(workers).fill(workers));
});

test('too few at the start barrier is an error, and not a wait without end', () => {
  const start = new Int32Array(new SharedArrayBuffer(4));
  assert.throws(() => meet(start, 2, 10), /only 1 of 2 copies/);
});
