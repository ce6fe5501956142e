'use strict';
// Runs generated programs in this process, the first thread of each on the main thread or in a worker.

const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { runProgram } = require('../driver/program.cjs');
const { plainError } = require('./plain.cjs');

const errorOf = ({ message, stack }) => Object.assign(new Error(message), { stack });

/** The first thread of the program is a worker: all that the program had is gone when it has ended. */
function inWorker(program, spec) {
  const worker = new Worker(path.join(__dirname, 'root.cjs'), { workerData: { program, spec } });
  return new Promise((resolve, reject) => {
    let failed;
    worker.on('message', (error) => {
      failed = error;
    });
    worker.on('error', (error) => {
      failed ??= plainError(error);
    });
    worker.on('exit', (code) => {
      if (failed) reject(errorOf(failed));
      else if (code !== 0) reject(new Error(`the first thread exited with ${code}`));
      else resolve();
    });
  });
}

async function inMain(program, spec) {
  try {
    await runProgram(program, { ...spec, tell: () => {} });
  } catch (error) {
    throw errorOf(plainError(error));
  }
}

/**
 * @param {'main' | 'worker'} root where the first thread runs
 * @param {{ adapterPath: string, limitMs: number }} spec
 * @returns {(program: object) => Promise<void>} rejects when something is not as it must be
 */
const runner = (root, spec) => (program) =>
  root === 'worker' ? inWorker(program, spec) : inMain(program, spec);

module.exports = { runner };
