'use strict';

/**
 * Functions that SQLite calls: user functions, aggregates, the authorizer.
 *
 * The native half refers to them weakly, so that a database and functions that mention it can be
 * collected together. What keeps them is the connection.
 */

module.exports = ({
  native,
  settle,
  uncurry,
  errors,
  checkObject,
  stillOpen,
  isInt32,
  boolean,
}) => {
  const { argType } = errors;
  const BIGINTS = 1;
  const DETERMINISTIC = 2;
  const DIRECT_ONLY = 4;
  const invoke = uncurry(Function.prototype.call);

  function checkFunction(value, name) {
    if (typeof value !== 'function') throw argType(`The "${name}" argument must be a function.`);
  }

  function arity(fn, name) {
    const { length } = fn;
    if (!isInt32(length)) throw argType(`The "${name}.length" property must be an integer.`);
    return length;
  }

  /** The name as SQLite tells functions apart: to the first NUL, ASCII letters without case. */
  const keyOf = (name, count) =>
    `${name
      .split('\0', 1)[0]
      .toWellFormed()
      .replace(/[A-Z]/g, (letter) => letter.toLowerCase())}/${count}`;

  function keep(conn, key, functions) {
    conn.functions ??= new Map();
    conn.functions.set(key, functions);
  }

  /** `function(name, options?, function)` */
  function define(conn, args) {
    const [name] = args;
    if (typeof name !== 'string') throw argType('The "name" argument must be a string.');
    let bits = 0;
    let varargs = false;
    let fn = args[1];
    if (args.length > 2) {
      const options = args[1];
      checkObject(options);
      if (boolean(options, 'useBigIntArguments')) bits |= BIGINTS;
      varargs = boolean(options, 'varargs') ?? false;
      if (boolean(options, 'deterministic')) bits |= DETERMINISTIC;
      if (boolean(options, 'directOnly')) bits |= DIRECT_ONLY;
      fn = args[2];
    }
    checkFunction(fn, 'function');
    const count = varargs ? -1 : arity(fn, 'function');
    native.dbFunction(stillOpen(conn), name, fn, count, bits);
    settle();
    keep(conn, keyOf(name, count), [fn]);
  }

  /** Functions for the native half, over accumulators that it numbers. */
  function accumulate({ start, step, result, inverse }, count) {
    const slots = [];
    const by = (fn) => {
      switch (count) {
        case 0:
          return (slot) => (slots[slot] = fn(slots[slot]));
        case 1:
          return (slot, a) => (slots[slot] = fn(slots[slot], a));
        case 2:
          return (slot, a, b) => (slots[slot] = fn(slots[slot], a, b));
        default:
          return (slot, ...values) => (slots[slot] = fn(slots[slot], ...values));
      }
    };
    const value =
      result === undefined
        ? (slot) => slots[slot]
        : // As in Node, `this` is null there, and undefined in steps.
          (slot) => invoke(result, null, slots[slot]);
    return [
      typeof start === 'function'
        ? (slot) => {
            slots[slot] = invoke(start, null);
          }
        : (slot) => {
            slots[slot] = start;
          },
      by(step),
      inverse === undefined ? undefined : by(inverse),
      value,
      // A window has asked for its last value before it ends.
      (slot, asked) => {
        try {
          return asked ? value(slot) : undefined;
        } finally {
          slots[slot] = undefined;
        }
      },
    ];
  }

  /** The name of an aggregate, which Node does not check: what cannot be a string is empty. */
  function text(name) {
    try {
      return `${name}`;
    } catch {
      return '';
    }
  }

  /** `aggregate(name, options)` */
  function defineAggregate(conn, args) {
    const name = text(args[0]);
    const options = args[1];
    const start = options.start;
    if (start === undefined) {
      throw argType('The "options.start" argument must be a function or a primitive value.');
    }
    const step = options.step;
    checkFunction(step, 'options.step');
    const result = options.result;
    let bits = boolean(options, 'useBigIntArguments') ? BIGINTS : 0;
    const varargs = boolean(options, 'varargs') ?? false;
    if (boolean(options, 'directOnly')) bits |= DIRECT_ONLY;
    const inverse = options.inverse;
    if (inverse !== undefined) checkFunction(inverse, 'options.inverse');
    let count = -1;
    if (!varargs) {
      count = arity(step, 'options.step');
      if (inverse !== undefined) count = Math.max(count, arity(inverse, 'options.inverse'));
      // The first parameter is the accumulator.
      count = Math.max(count - 1, 0);
    }
    const functions = accumulate(
      { start, step, result: typeof result === 'function' ? result : undefined, inverse },
      count,
    );
    native.dbAggregate(stillOpen(conn), name, functions, count, bits);
    settle();
    keep(conn, keyOf(name, count), functions);
  }

  /** `setAuthorizer(function | null)` */
  function setAuthorizer(conn, callback) {
    if (callback !== null && typeof callback !== 'function') {
      throw argType('The "callback" argument must be a function or null.');
    }
    const authorizer =
      callback === null
        ? undefined
        : (action, first, second, database, trigger) => {
            conn.authorizing++;
            let answer;
            try {
              answer = callback(action, first, second, database, trigger);
            } finally {
              conn.authorizing--;
            }
            if (!isInt32(answer)) {
              throw new TypeError('Authorizer callback must return an integer authorization code');
            }
            if (answer < 0 || answer > 2) {
              throw new RangeError('Authorizer callback returned a invalid authorization code');
            }
            return answer;
          };
    native.dbAuthorizer(conn.handle, authorizer);
    settle();
    conn.authorizer = authorizer;
  }

  return { define, defineAggregate, setAuthorizer };
};
