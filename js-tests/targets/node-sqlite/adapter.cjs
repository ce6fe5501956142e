'use strict';
// The adapter of node:sqlite. A builtin has one instance in each env and no binary of its own, so there
// is nothing that could be initialised again.

const { generic } = require('../../lib/sqlite-generic.cjs');

const specifier = () => require('../../lib/job.cjs').readJob().target.module;

const load = () => require(specifier());

/** A database of the target; arguments are those of `new DatabaseSync`. */
function open(...args) {
  const { DatabaseSync } = load();
  return new DatabaseSync(...args);
}

module.exports = { generic, load, open };
