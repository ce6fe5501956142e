'use strict';
// The first thread of a program that runs in a worker.

const { parentPort, workerData } = require('node:worker_threads');
const { runProgram } = require('../driver/program.cjs');
const { plainError } = require('./plain.cjs');

const { program, spec } = workerData;

runProgram(program, { ...spec, tell: () => {} }).catch((error) => {
  parentPort.postMessage(plainError(error));
});
