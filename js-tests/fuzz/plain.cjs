'use strict';
// What an error of a program says, without the place in the program where it happened: the place differs when the program
// is made smaller, and the error is still the same.

const { describeError } = require('../lib/events.cjs');

/** The part behind the last place: `main, operation 7 (instance Counter): what it says`. */
const PLACE = /^.*operation \d+ \(([^)]*)\): /s;

/** @returns {{ message: string, stack?: string }} the message is one line */
function plainError(error) {
  const described = describeError(error);
  const [line] = described.message.replace(PLACE, '$1: ').split('\n');
  return { ...described, message: line };
}

module.exports = { plainError };
