'use strict';
// The first file of each worker thread of a program.

const { parentPort, workerData } = require('node:worker_threads');
const { Interpreter } = require('./interpreter.cjs');
const { Signals } = require('./signals.cjs');

const { signals, adapterPath } = workerData;

new Interpreter({
  ...workerData,
  adapter: require(adapterPath),
  signals: new Signals(signals.names, signals.memory),
  tell: (message) => parentPort.postMessage(message),
}).run();
