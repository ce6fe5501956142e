'use strict';
// Assertions that hold across realms. A runner evaluates tests in a realm of its own (Jest), while
// errors and rows come from another, so neither `instanceof Error` nor a prototype may be compared.

const assert = require('node:assert');
const { inspect, isDeepStrictEqual } = require('node:util');

/** Deep equality of data; prototypes (null of a row, another realm's Array) do not count. */
function same(actual, expected, message) {
  if (isDeepStrictEqual(structuredClone(actual), structuredClone(expected))) return;
  const what = message ? `${message}: ` : '';
  throw new assert.AssertionError({
    message: `${what}got ${inspect(actual, { depth: 6 })}, expected ${inspect(expected, { depth: 6 })}`,
    actual,
    expected,
    operator: 'same',
    stackStartFn: same,
  });
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
      assert.fail(
        `${message ? `${message}: ` : ''}wrong error: ${key} of ${text(error)} is not ${inspect(want)}`,
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
  return assert.fail(
    `${message ? `${message}: ` : ''}nothing was thrown (returned ${inspect(value)}), expected ${inspect(expected)}`,
  );
}

module.exports = { errorLike, ok: assert.ok, same, throws };
