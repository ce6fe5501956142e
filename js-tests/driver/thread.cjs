'use strict';
// The first file of each worker thread of a program.

const { parentPort, workerData } = require('node:worker_threads');
const { Handover } = require('./handover.cjs');
const { Interpreter } = require('./interpreter.cjs');
const { take } = require('./passing.cjs');
const { Signals } = require('./signals.cjs');

const { signals, handover, adapterPath } = workerData;

async function run() {
  await new Interpreter({
    ...workerData,
    given: await take(workerData.given),
    adapter: require(adapterPath),
    signals: new Signals(signals.names, signals.memory),
    handover: new Handover(handover.names, handover.memory),
    tell: (message) => parentPort.postMessage(message),
  }).run();
  parentPort.postMessage({ kind: 'finished' });
}

run();
