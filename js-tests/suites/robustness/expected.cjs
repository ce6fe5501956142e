'use strict';
// Reads expected.json: what is usual for a misuse in any callback, what the call that led to the callback
// usually gives, and where a callback differs. A `*` is text that does not matter.

const { usual, callbacks } = require('./expected.json');

/** `{ misuse: outcome }` of the callback, for these misuses. */
exports.expectedOf = function expectedOf(callback, misuses) {
  const { outside, but } = callbacks[callback];
  return Object.fromEntries(
    misuses.map((misuse) => [misuse, but[misuse] ?? `${usual[misuse]} | ${outside} | open`]),
  );
};

const escaped = (text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Whether the outcome is as expected. */
exports.fits = function fits(outcome, expected) {
  return new RegExp(`^${expected.split('*').map(escaped).join('.*')}$`, 's').test(outcome);
};
