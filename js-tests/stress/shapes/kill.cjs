'use strict';
// SIGKILL for the whole process while its workers write: whatever was acknowledged must be there afterwards, and the
// file must be whole. Each round has a database of its own, which is audited when this process has ended.
const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const { within } = require('../../lib/worker.cjs');
const ledger = require('../ledger.cjs');

const CHILD = path.join(__dirname, '..', 'killed.cjs');

/** The journal modes in turns. */
const JOURNALS = ['wal', 'delete'];

module.exports = async function kill(shape) {
  const { params, meters, enough, next, supports, adapterPath, data, limitMs } = shape;
  const { open } = require(adapterPath);
  for (let round = 1; !enough(); round++) {
    const dir = path.join(data, `round-${String(round).padStart(4, '0')}`);
    const { synchronous, workers } = params;
    const journal = JOURNALS[round % JOURNALS.length];
    ledger.create(open, dir, { journal, synchronous });
    const plan = {
      dir,
      synchronous,
      workers,
      adapterPath,
      supports: [...supports],
      seed: Math.floor(next() * 2 ** 32),
      // After so many transactions, and so many microseconds more.
      after: 1 + Math.floor(next() * params.transactions),
      spin: Math.floor(next() * 2000),
      limitMs,
    };
    const signal = await killed(plan, limitMs);
    if (signal !== 'SIGKILL') throw new Error(`round ${round}: the process ended by ${signal}`);
    meters.lifecycles += 1;
    meters.tally('killed');
    meters.tally(`killed in ${journal}`);
  }
};

/** Runs the process that kills itself; gives the signal or code that it ended with. */
function killed(plan, limitMs) {
  const env = { ...process.env, THREADPROOF_EVENTS: os.devNull };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(plan)], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const end = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  return within(end, limitMs, () => {
    child.kill('SIGKILL');
    return 'the process that was to kill itself did not';
  });
}
