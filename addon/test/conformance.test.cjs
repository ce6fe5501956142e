'use strict';

/**
 * The observable behaviour of node:sqlite 26, on every Node that runs this: against what Node
 * 26.10.0 did when oracle.json was recorded (`node test/run-probes.cjs node:sqlite`), and against
 * the builtin itself where the running Node is new enough to have that behaviour.
 */

const assert = require('node:assert');
const { test } = require('node:test');
const oracle = require('./oracle.json');
const { runProbes } = require('./run-probes.cjs');

/** Where we differ, and why. Each must still differ, or its entry is stale. */
const DIFFERENCES = {
  'a getter of a named parameter may close the database':
    'the builtin reports "out of memory" of a connection that is gone; we say what happened',
};

/** Node 26.12 has the coming names as those of its classes, and the old ones as aliases. */
const RENAMED = {
  'descriptors of what exists': 'the names of the classes',
  'a frozen or altered instance changes nothing inside': 'the name of a class in a message',
};

const ours = runProbes(require('../index.cjs'));

function compare(expected, differences) {
  assert.deepStrictEqual(Object.keys(ours), Object.keys(expected), 'the same probes');
  for (const [name, outcome] of Object.entries(ours)) {
    if (name in differences) {
      assert.notDeepStrictEqual(outcome, expected[name], `${name}: no difference any more`);
    } else {
      assert.deepStrictEqual(outcome, expected[name], name);
    }
  }
}

test('behaves as node:sqlite 26.10.0 was recorded to', () => compare(oracle, DIFFERENCES));

const [major, minor] = process.versions.node.split('.').map(Number);
const newEnough = major > 26 || (major === 26 && minor >= 10);
test(
  'behaves as the builtin of this Node',
  { skip: !newEnough && 'its node:sqlite is older' },
  () => {
    const builtin = require('node:sqlite');
    const renamed = builtin.DatabaseSync.name === 'Database';
    compare(runProbes(builtin), renamed ? { ...DIFFERENCES, ...RENAMED } : DIFFERENCES);
  },
);
