'use strict';

/** The limits of a connection: the option, and the object `db.limits`. */

/** By their numbers in SQLite. */
const LIMITS = {
  length: 0,
  sqlLength: 1,
  column: 2,
  exprDepth: 3,
  compoundSelect: 4,
  vdbeOp: 5,
  functionArg: 6,
  attach: 7,
  likePatternLength: 8,
  variableNumber: 9,
  triggerDepth: 10,
};
const NAMES = Object.keys(LIMITS);
/** Above every limit: SQLite cuts it down to the largest that it was built with. */
const LARGEST = 0x7fffffff;

const isLimit = (key) => typeof key === 'string' && Object.hasOwn(LIMITS, key);

module.exports = ({ errors: { argType, outOfRange }, isObject, isInt32 }) => ({
  /** The option `limits` as pairs of numbers. */
  check(limits) {
    const checked = [];
    if (!isObject(limits)) throw argType('The "options.limits" argument must be an object.');
    for (const name of NAMES) {
      const value = limits[name];
      if (value === undefined) continue;
      if (!isInt32(value))
        throw argType(`The "options.limits.${name}" argument must be an integer.`);
      if (value < 0) {
        throw outOfRange(`The "options.limits.${name}" argument must be non-negative.`);
      }
      checked.push([LIMITS[name], value]);
    }
    return checked;
  },

  /** The object that reads and writes the limits of a connection. */
  limitsOf(read, write) {
    // The constructor is as nameless as Node's.
    const constructor = (() => function () {})();
    const target = Object.create(
      Object.defineProperty({}, 'constructor', { value: constructor, writable: true }),
    );
    const set = (key, value) => {
      // A closed database says so before anything is said of the value.
      read(LIMITS[key]);
      if (value !== Infinity && !isInt32(value)) {
        throw argType('Limit value must be a non-negative integer or Infinity.');
      }
      if (value < 0) throw outOfRange('Limit value must be non-negative.');
      write(LIMITS[key], value === Infinity ? LARGEST : value);
      target[key] = read(LIMITS[key]);
    };
    for (const name of NAMES) {
      Object.defineProperty(target, name, {
        // Read when it is looked at: the database may be closed now.
        value: undefined,
        writable: true,
        enumerable: true,
        configurable: false,
      });
    }
    return new Proxy(target, {
      get: (object, key) => (isLimit(key) ? (object[key] = read(LIMITS[key])) : object[key]),
      set(object, key, value) {
        if (isLimit(key)) set(key, value);
        else object[key] = value;
        return true;
      },
      defineProperty(object, key, descriptor) {
        if (!isLimit(key)) return Reflect.defineProperty(object, key, descriptor);
        set(key, descriptor.value);
        return true;
      },
      // Node lists what a user added first.
      ownKeys: (object) => {
        const keys = Reflect.ownKeys(object);
        return [...keys.filter((key) => !isLimit(key)), ...keys.filter(isLimit)];
      },
      getOwnPropertyDescriptor(object, key) {
        if (isLimit(key)) object[key] = read(LIMITS[key]);
        return Reflect.getOwnPropertyDescriptor(object, key);
      },
    });
  },
});
