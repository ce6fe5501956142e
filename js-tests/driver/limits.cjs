'use strict';
// Limits of this process's resources, set from outside of it by `prlimit`, since Node cannot.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

const PAGE = 4096;

/** Enough to start a process with, which takes the limit back. */
const SPARE_DESCRIPTORS = 16;

/** Descriptors that stand where the system would otherwise find free numbers below the limit. */
const held = [];

/** Takes every free number below the highest one, and some more: the limit is one of numbers. */
function fillDescriptors() {
  const highest = Math.max(...fs.readdirSync('/proc/self/fd').map(Number));
  do {
    held.push(fs.openSync('/dev/null'));
  } while (held.at(-1) < highest + SPARE_DESCRIPTORS);
  return held.at(-1) + 1;
}

/** What is in use now, in the unit of the limit. */
const USED = {
  descriptors: fillDescriptors,
  // The address space. A thread needs some of it for its stack, so this limits threads, too: the limit on
  // their number does not hold for root.
  memory: () => Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[0]) * PAGE,
};

const FLAGS = { descriptors: '--nofile', memory: '--as' };

/** The soft limits from before, by resource. */
const before = new Map();

/** Limits that hold now. */
const limited = new Set();

function prlimit(resource, ...args) {
  if (!Object.hasOwn(FLAGS, resource)) throw new Error(`there is no limit of ${resource}`);
  const { status, error, stdout, stderr } = spawnSync(
    'prlimit',
    ['--pid', String(process.pid), ...args],
    { encoding: 'utf8' },
  );
  if (error) throw new Error(`prlimit (util-linux) is needed for limits: ${error.message}`);
  if (status !== 0) throw new Error(`prlimit failed: ${stderr}`);
  return stdout.trim();
}

/** The soft limit alone: a process without rights could not raise the hard one again. */
const set = (resource, most) => prlimit(resource, `${FLAGS[resource]}=${most}:`);

/** Allows `extra` more of a resource than is in use. */
function limit(resource, extra) {
  if (!before.has(resource)) {
    const now = prlimit(resource, FLAGS[resource], '--raw', '--noheadings', '--output', 'SOFT');
    before.set(resource, now);
  }
  limited.add(resource);
  set(resource, USED[resource]() + extra);
}

/** Takes the limit back. */
function unlimit(resource) {
  limited.delete(resource);
  if (resource === 'descriptors') held.splice(0).forEach((fd) => fs.closeSync(fd));
  set(resource, before.get(resource));
}

/** Takes all back: after a failure others must not fail for want of them. */
const unlimitAll = () => [...limited].forEach(unlimit);

module.exports = { limit, unlimit, unlimitAll };
