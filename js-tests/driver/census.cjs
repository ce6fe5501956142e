'use strict';
// How much of a resource this process has, as the system itself counts it, and whether an object is still held:
// what an env that has ended must have given back shows nowhere else.

const fs = require('node:fs');

const COUNTS = {
  // Reading the folder takes one more.
  descriptors: () => fs.readdirSync('/proc/self/fd').length - 1,
  threads: () => fs.readdirSync('/proc/self/task').length,
};

/** How many there are of `resource`. */
function count(resource) {
  if (!Object.hasOwn(COUNTS, resource)) throw new Error(`nobody counts ${resource}`);
  return COUNTS[resource]();
}

/** Throws when there are more than `most` of a resource beyond the `before` that were counted once. */
function checkGrowth(resource, before, most) {
  const now = count(resource);
  if (now - before > most) {
    throw new Error(`there are ${now} ${resource}, and were ${before}: at most ${most} may be new`);
  }
}

module.exports = { checkGrowth, count };
