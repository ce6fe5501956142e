'use strict';
// The callbacks in families, for tests that take several of them.

const families = {
  'functions and aggregates': require('./functions.cjs'),
  'hooks and progress': require('./hooks.cjs'),
  'getters of parameters and options': require('./getters.cjs'),
  'virtual tables': require('./tables.cjs'),
};

/**
 * node:sqlite goes on after an exception, or a termination, of this one: it calls it again, and a worker
 * that loops in it never ends (Node 26.10).
 */
const RESTARTED = "an aggregate's start";

const needsOf = (callbacks) => [
  'surface-26',
  ...new Set(Object.values(callbacks).flatMap(({ needs = [] }) => needs)),
];

/** A test for each family: `run(ctx, names)` is given the names of its callbacks. */
exports.perFamily = (title, run) =>
  Object.entries(families).map(([family, callbacks]) => ({
    name: `${title} ${family}`,
    needs: needsOf(callbacks),
    run: (ctx) => run(ctx, Object.keys(callbacks)),
  }));

/** The same for tests whose callback leaves for ever: the one that is called again has a test of its own. */
exports.perFamilyOnce = (title, run) => [
  ...exports.perFamily(title, (ctx, names) =>
    run(
      ctx,
      names.filter((name) => name !== RESTARTED),
    ),
  ),
  {
    name: `${title} ${RESTARTED}`,
    needs: ['surface-26', 'sound'],
    run: (ctx) => run(ctx, [RESTARTED]),
  },
];
