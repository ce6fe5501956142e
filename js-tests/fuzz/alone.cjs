'use strict';
// A program that ends its process: it has one of its own.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const { endBy } = require('../lib/end-by.cjs');

/** Runs it, and asserts how that ended; this process ends by the same signal if that one crashed. */
function alone(program) {
  const args = [...process.execArgv, path.join(__dirname, 'ending.cjs')];
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
  });
  const failure = text(child.stdio[3]);
  child.stdin.end(JSON.stringify(program));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdin.on('error', () => {
      // It has ended before it had read all: how, is told below.
    });
    child.on('exit', async (code, signal) => {
      const message = await failure;
      if (signal !== null) endBy(signal);
      else if (message !== '') reject(new Error(message));
      else if (code === program.ends.code) resolve();
      else reject(new Error(`the process exited with ${code}, not ${program.ends.code}`));
    });
  });
}

module.exports = { alone };
