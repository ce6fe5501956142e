'use strict';

/** Counts an error that had to come, and throws it when it does not say what was wrong. */
function refusal(meters, error, expected) {
  if (!expected.test(error.message)) throw error;
  meters.tally(`refused: ${error.code ?? error.name}, ${error.message}`);
}

module.exports = { refusal };
