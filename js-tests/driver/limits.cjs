'use strict';
// Limits of this process's resources, set from outside of it by `prlimit`, since Node cannot.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

const PAGE = 4096;

/** What is in use now, in the unit of the limit. */
const USED = {
  descriptors: () => fs.readdirSync('/proc/self/fd').length - 1,
  // The address space. A thread needs some of it for its stack, so this limits threads, too: the limit on
  // their number does not hold for root.
  memory: () => Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[0]) * PAGE,
};

const FLAGS = { descriptors: '--nofile', memory: '--as' };

/** Allows `extra` more of a resource than is in use. */
function limit(resource, extra) {
  if (!Object.hasOwn(FLAGS, resource)) throw new Error(`there is no limit of ${resource}`);
  const most = USED[resource]() + extra;
  // The soft limit alone: the process could not end a shell's children otherwise.
  const args = ['--pid', String(process.pid), `${FLAGS[resource]}=${most}:`];
  const { status, error, stderr } = spawnSync('prlimit', args, { encoding: 'utf8' });
  if (error) throw new Error(`prlimit (util-linux) is needed for limits: ${error.message}`);
  if (status !== 0) throw new Error(`prlimit failed: ${stderr}`);
}

module.exports = { limit };
