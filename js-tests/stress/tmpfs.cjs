'use strict';
// A small file system in memory, which only root can have.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Fleet } = require('./fleet.cjs');

function system(command, ...args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? null : stderr.trim() || `${command} ended with ${status}`;
}

/** Mounts a file system of so many bytes. */
function mounted(bytes) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'small-'));
  const wrong = system('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir);
  if (wrong) {
    fs.rmdirSync(dir);
    throw new Error(`a tmpfs cannot be mounted here: ${wrong}`);
  }
  const must = (text) => {
    if (text) throw new Error(text);
  };
  return {
    dir,
    remount: (how) => must(system('mount', '-o', `remount,${how}`, dir)),
    unmount: () => {
      must(system('umount', dir));
      fs.rmdirSync(dir);
    },
  };
}

/**
 * Rounds of a shape, each with a ledger on a small file system of its own. What is there at the end of a round is kept for
 * the audit.
 */
async function onSmallFileSystems(shape, work) {
  const { params, meters, enough, data } = shape;
  for (let round = 1; !enough(); round++) {
    const small = mounted(params.bytes);
    try {
      const ledger = path.join(small.dir, 'ledger');
      await work(new Fleet({ ...shape, data: ledger }), small);
      const kept = path.join(data, `round-${String(round).padStart(4, '0')}`);
      fs.cpSync(ledger, kept, { recursive: true });
    } finally {
      small.unmount();
    }
    meters.sample();
  }
}

module.exports = { onSmallFileSystems };
