'use strict';
// Runs a suite's function on the main thread of a process of its own, for what a runner's process
// cannot give: a main thread that has not loaded the target yet, or that exits. Like a worker, it is
// judged by its end: exit code, signal, and a result that only an orderly end writes.

const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const { emit } = require('./events.cjs');
const { within } = require('./worker.cjs');

const MAIN = path.join(__dirname, 'process-main.cjs');
const MARK = 'THREADPROOF_RESULT ';

/** `{ code, signal, value, stdout, stderr }` of the process. */
function runProcess({ file, data, limitMs }) {
  // Its threads have the same ids as ours, so its events would be taken for ours.
  const env = { ...process.env, THREADPROOF_EVENTS: os.devNull };
  const input = JSON.stringify({ file, data, limitMs });
  const child = spawn(process.execPath, [...process.execArgv, MAIN, input], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8');
    child[name].on('data', (chunk) => {
      output[name] += chunk;
    });
  }
  const closed = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  const late = () => {
    child.kill('SIGKILL');
    const text = `process of ${path.basename(file)} still ran after ${limitMs} ms and was killed`;
    emit('note', { message: text });
    return text;
  };
  return within(closed, limitMs, late);
}

/** Runs `file` and asserts that the process ended with `code` by itself; gives the value of code 0. */
async function processEnds({ file, data, limitMs, code = 0 }) {
  const end = await runProcess({ file, data, limitMs });
  if (end.signal !== null || end.code !== code) {
    const how = end.signal === null ? `with code ${end.code}` : `by ${end.signal}`;
    throw new Error(`process of ${path.basename(file)} ended ${how}:\n${end.stderr.trim()}`);
  }
  if (code !== 0) return undefined;
  const line = end.stdout.split('\n').find((text) => text.startsWith(MARK));
  if (line === undefined) {
    throw new Error(`process of ${path.basename(file)} ended without its result:\n${end.stderr}`);
  }
  return JSON.parse(line.slice(MARK.length)).value;
}

module.exports = { MARK, processEnds, runProcess };
