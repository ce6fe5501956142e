'use strict';

/** Values and errors as plain JSON, so that two implementations can be compared, on any Node. */

function describe(value, depth = 6) {
  switch (typeof value) {
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
    case 'undefined':
      return 'undefined';
    case 'function':
      return `function ${value.name}/${value.length}`;
    case 'symbol':
      return String(value.description);
    case 'string':
      return value;
    case 'boolean':
      return value;
  }
  if (value === null) return null;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((item) => describe(item, depth - 1));
  if (value instanceof Uint8Array) {
    return `${value.constructor.name}(${value.length}/${value.buffer.byteLength}) ${value.join(' ')}`;
  }
  const prototype = Object.getPrototypeOf(value);
  const entries = Reflect.ownKeys(value).map((key) => [
    String(key.description ?? key),
    describe(value[key], depth - 1),
  ]);
  const kind =
    prototype === null
      ? 'null'
      : prototype === Object.prototype
        ? 'Object'
        : prototype.constructor.name;
  return { [`<${kind}>`]: entries };
}

function describeError(error) {
  if (!(error instanceof Error)) return { thrown: describe(error) };
  return {
    error: error.name,
    message: error.message,
    type: Object.getPrototypeOf(error).constructor.name,
    own: Object.keys(error).map((key) => [key, describe(error[key])]),
  };
}

/** Runs a probe; what it gives and what it throws are both outcomes. */
function outcome(run) {
  try {
    return { value: describe(run()) };
  } catch (error) {
    return describeError(error);
  }
}

module.exports = { describe, outcome };
