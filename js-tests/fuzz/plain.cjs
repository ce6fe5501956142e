'use strict';
// What an error of a program says, without the place in the program where it happened: the place differs when the program
// is made smaller, and the error is still the same.

const { describeError } = require('../lib/events.cjs');

/** The part behind the last place: `main, operation 7 (instance Counter): what it says`. */
const PLACE = /^.*operation \d+ \(([^)]*)\): /s;

/** @returns {{ message: string, stack?: string }} the message is one line */
function plainError(error) {
  const described = describeError(error);
  const [line, next = ''] = described.message.replace(PLACE, '$1: ').split('\n');
  // A line that announces a list says nothing without its first entry.
  const message = line.endsWith(':') ? `${line} ${next.trim()}`.trim() : line;
  return { ...described, message };
}

module.exports = { plainError };
