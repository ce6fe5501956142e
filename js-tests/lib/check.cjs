'use strict';
// Assertions that hold across realms. A runner evaluates tests in a realm of its own (Jest), while
// errors and rows come from another, so neither `instanceof Error` nor a prototype may be compared.

const { inspect, isDeepStrictEqual } = require('node:util');

/** What these assertions throw. Neither class nor code of `AssertionError`: Jest rewrites its message. */
class CheckError extends Error {
  constructor(message, from) {
    super(message);
    this.name = 'CheckError';
    this.code = 'ERR_CHECK';
    Error.captureStackTrace(this, from);
  }
}

function ok(value, message = 'not true') {
  if (!value) throw new CheckError(message, ok);
}

/** Deep equality of data; prototypes (null of a row, another realm's Array) do not count. */
function same(actual, expected, message) {
  if (isDeepStrictEqual(structuredClone(actual), structuredClone(expected))) return;
  const what = message ? `${message}: ` : '';
  const text = `${what}got ${inspect(actual, { depth: 6 })}, expected ${inspect(expected, { depth: 6 })}`;
  throw new CheckError(text, same);
}

const text = (error) => {
  if (error === null || typeof error !== 'object') return inspect(error);
  const { name, code, errcode, message } = error;
  return inspect({ name, code, errcode, message });
};

/** Asserts the fields of an error; a field given as a RegExp is matched. */
function errorLike(error, expected, message) {
  for (const [key, want] of Object.entries(expected)) {
    const got = error?.[key];
    const fits = typeof want?.test === 'function' ? want.test(String(got)) : got === want;
    if (!fits) {
      throw new CheckError(
        `${message ? `${message}: ` : ''}wrong error: ${key} of ${text(error)} is not ${inspect(want)}`,
        errorLike,
      );
    }
  }
}

/** Asserts that `call` throws an error with these fields; give at least its name and its code. */
function throws(call, expected, message) {
  let value;
  try {
    value = call();
  } catch (error) {
    errorLike(error, expected, message);
    return error;
  }
  throw new CheckError(
    `${message ? `${message}: ` : ''}nothing was thrown (returned ${inspect(value)}), expected ${inspect(expected)}`,
    throws,
  );
}

module.exports = { CheckError, errorLike, ok, same, throws };
