'use strict';
// What was recorded from node:sqlite of Node 26.10, as text of values and errors (see record.cjs), each table
// without what repeats itself. A `*` is text that does not matter.

const after = require('./after.json');
const buffers = require('./buffers.json');
const misuse = require('./misuse.json');

/** `{ misuse: outcome }` inside of a callback, for these misuses. */
function misuseOf(callback, misuses) {
  const { outside, but } = misuse.callbacks[callback];
  return Object.fromEntries(
    misuses.map((name) => [name, but[name] ?? `${misuse.usual[name]} | ${outside} | open`]),
  );
}

/** `{ use: outcome }` after an event, with a schema of this kind. */
const afterOf = (event, kind) => ({
  ...after.usual,
  ...after.events[event].but,
  ...after.events[event].kinds[kind],
});

const escaped = (text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Whether an outcome is as expected. */
function fits(outcome, expected) {
  return new RegExp(`^${expected.split('*').map(escaped).join('.*')}$`, 's').test(outcome);
}

/** Asserts that the outcomes are exactly those that are expected, and as they are expected. */
function check({ check: { ok, same } }, outcomes, expected, where) {
  same(Object.keys(outcomes).sort(), Object.keys(expected).sort(), where);
  for (const [what, outcome] of Object.entries(outcomes)) {
    const want = expected[what];
    ok(fits(outcome, want), `${where}, ${what}: got "${outcome}", expected "${want}"`);
  }
}

module.exports = { afterOf, buffers, check, misuseOf };
