'use strict';
// Makes the values that a program names. Each is made anew for each use, so that no state is shared by
// accident; what a program wants to meet again it keeps in a slot.

const { pathToFileURL } = require('node:url');

const VIEWS = {
  int8: Int8Array,
  uint8: Uint8Array,
  clamped: Uint8ClampedArray,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
  bigint64: BigInt64Array,
  biguint64: BigUint64Array,
};

/** Bytes in every wrapping that JavaScript has. */
function bytes({ kind, data }) {
  const source = Uint8Array.from(data);
  if (kind === 'arraybuffer') return source.buffer;
  // Not one of Node's pool, whose offset depends on what was made before.
  if (kind === 'buffer') return Buffer.from(source.buffer);
  if (kind === 'dataview') return new DataView(source.buffer);
  if (kind === 'shared' || kind === 'sharedview') {
    const shared = new SharedArrayBuffer(source.length);
    new Uint8Array(shared).set(source);
    return kind === 'shared' ? shared : new Uint8Array(shared);
  }
  if (kind === 'detached' || kind === 'detachedbuffer') {
    const { buffer } = source;
    structuredClone(buffer, { transfer: [buffer] });
    return kind === 'detached' ? source : buffer;
  }
  if (kind === 'resizable') {
    const buffer = new ArrayBuffer(source.length, { maxByteLength: source.length + 16 });
    new Uint8Array(buffer).set(source);
    return new Uint8Array(buffer);
  }
  // Inside a larger buffer, so that an offset which is forgotten shows.
  const View = VIEWS[kind];
  const size = View.BYTES_PER_ELEMENT;
  const padded = new Uint8Array(Math.ceil(source.length / size) * size + 2 * size).fill(0xee);
  padded.set(source, size);
  return new View(padded.buffer, size, Math.floor(source.length / size));
}

const ERRORS = { Error, TypeError, RangeError, SyntaxError };

function error({ name, message, code }) {
  const made = new ERRORS[name](message);
  if (code !== null) made.code = code;
  return made;
}

function object(proto, entries, ctx) {
  const made = Object.create(proto);
  for (const [key, value] of entries) {
    const own = { enumerable: true, configurable: true };
    if (value !== null && typeof value === 'object' && 'getter' in value) {
      own.get = ctx.callback(value.getter);
    } else {
      own.value = build(value, ctx);
      own.writable = true;
    }
    Object.defineProperty(made, key, own);
  }
  return made;
}

const PLAIN = {
  undefined: () => undefined,
  null: () => null,
  date: () => new Date(0),
  regexp: () => /x/g,
  map: () => new Map([['a', 1]]),
  set: () => new Set([1]),
  promise: () => Promise.resolve(1),
  boxed: () => Object('boxed'),
  holes: () => [, 1], // eslint-disable-line no-sparse-arrays
  throwingproxy: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('from the proxy');
        },
      },
    ),
};

const MAKE = {
  bool: (flag) => flag,
  num: (text) => Number(text),
  big: (text) => BigInt(text),
  str: (text) => text,
  units: (units) => String.fromCharCode(...units),
  long: ({ unit, times }) => unit.repeat(times),
  bytes,
  sym: (name) => Symbol(name),
  error,
  obj: (entries, ctx) => object(Object.prototype, entries, ctx),
  bare: (entries, ctx) => object(null, entries, ctx),
  arr: (items, ctx) => items.map((item) => build(item, ctx)),
  func: (func, ctx) => ctx.callback(func),
  of: (ref, ctx) => ctx.find(ref),
  constant: (name, ctx) => ctx.module.constants[name],
  class: (name, ctx) => ctx.module[name],
  path: (name, ctx) => ctx.path(name),
  pathbytes: (name, ctx) => new TextEncoder().encode(ctx.path(name)),
  url: (name, ctx) => pathToFileURL(ctx.path(name)),
  uri: ({ name, query }, ctx) => `file:${ctx.path(name)}?${query}`,
};

/** The value that `value` describes: a word, or an object with one key that says which kind. */
function build(value, ctx) {
  if (typeof value === 'string') return ctx.made(PLAIN[value]());
  const [kind] = Object.keys(value);
  return ctx.made(MAKE[kind](value[kind], ctx));
}

module.exports = { build };
