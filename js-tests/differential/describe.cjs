'use strict';
// Turns any value into JSON that two implementations can be compared by: types, prototypes,
// descriptors, identity. Says nothing that differs between two runs of one implementation: no
// addresses, no stack frames, no temporary paths.

const { createHash } = require('node:crypto');
const { inspect, types } = require('node:util');

const KNOWN = [
  [Object, 'Object'],
  [Array, 'Array'],
  [Function, 'Function'],
  [Promise, 'Promise'],
  [Symbol, 'Symbol'],
  [Date, 'Date'],
  [RegExp, 'RegExp'],
  [Map, 'Map'],
  [Set, 'Set'],
  [Error, 'Error'],
  [TypeError, 'TypeError'],
  [RangeError, 'RangeError'],
  [SyntaxError, 'SyntaxError'],
  [ReferenceError, 'ReferenceError'],
  [Buffer, 'Buffer'],
  [globalThis.Iterator ?? function Iterator() {}, 'Iterator'],
].map(([known, name]) => [known.prototype, name]);
const NAMES = new Map(KNOWN);

/** More than this of a string or of bytes is only compared by its hash. */
const SHOWN = 300;
const DEPTH = 6;

const hash = (data) => createHash('md5').update(data).digest('hex');

/** The name of a prototype, by identity where it is one of the language's own. */
function nameOf(proto) {
  if (proto === null) return 'null';
  const known = NAMES.get(proto);
  if (known) return known;
  const own = Object.getOwnPropertyDescriptor(proto, 'constructor');
  return typeof own?.value === 'function' ? own.value.name : '?';
}

const flagsOf = ({ writable, enumerable, configurable }) =>
  `${writable ? 'w' : ''}${enumerable ? 'e' : ''}${configurable ? 'c' : ''}`;

/** Lone surrogates are no JSON that every reader takes. */
function describeString(text, ctx) {
  // VACUUM gives its temporary schema a random name.
  const masked = ctx.mask(text).replaceAll(/vacuum_[0-9a-f]{16}/g, 'vacuum_random');
  if (!masked.isWellFormed()) {
    return ['units', [...masked.slice(0, SHOWN)].map((char) => char.codePointAt(0).toString(16))];
  }
  if (masked.length <= SHOWN) return masked;
  return ['long', masked.length, masked.slice(0, 40), hash(masked)];
}

/** How pages are laid out differs between two versions of SQLite; what is in them is seen by queries. */
const isDatabase = (bytes) =>
  bytes.length >= 100 &&
  Buffer.from(bytes.subarray(0, 15)).toString('latin1') === 'SQLite format 3';

function describeBytes(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const shown = bytes.length <= 64 ? Buffer.from(bytes).toString('hex') : hash(bytes);
  return [
    nameOf(Object.getPrototypeOf(view)),
    bytes.length,
    isDatabase(bytes) ? 'a database' : shown,
    view.byteOffset,
    view.buffer.byteLength,
  ];
}

function describeProperties(value, ctx, depth, skip = []) {
  const described = [];
  for (const key of Reflect.ownKeys(value)) {
    if (skip.includes(key)) continue;
    const own = Object.getOwnPropertyDescriptor(value, key);
    const name = typeof key === 'symbol' ? String(key) : describeString(key, ctx);
    const content = 'value' in own ? describe(own.value, ctx, depth + 1) : accessor(own);
    const flags = flagsOf(own);
    described.push(flags === 'wec' ? [name, content] : [name, content, flags]);
  }
  return described;
}

const accessor = ({ get, set }) => ['accessor', get ? 'get' : '', set ? 'set' : ''];

/** All of an error but the frames of its stack, which name files of the implementation. */
function describeError(error, ctx, depth) {
  const message = String(error.message);
  const stack = Object.getOwnPropertyDescriptor(error, 'stack');
  // Where V8 says "Error: message", which has as many lines as the message.
  const head = String(error.stack).split('\n').slice(0, message.split('\n').length).join('\n');
  return [
    'error',
    {
      proto: nameOf(Object.getPrototypeOf(error)),
      name: describeString(String(error.name), ctx),
      message: describeString(message, ctx),
      text: describeString(String(error), ctx),
      head: describeString(head, ctx),
      stack: stack ? flagsOf(stack) : 'none',
      order: Reflect.ownKeys(error).map(String),
      own: describeProperties(error, ctx, depth, ['stack', 'message']),
    },
  ];
}

function describeObject(value, ctx, depth) {
  if (value instanceof Described) return value.json;
  const label = ctx.labelOf(value);
  if (label) return ['ref', label];
  if (typeof value === 'function') return ['function', value.name, value.length];
  if (depth > DEPTH) return ['deep'];
  if (types.isNativeError(value)) return describeError(value, ctx, depth);
  if (ArrayBuffer.isView(value)) return describeBytes(value);
  if (types.isAnyArrayBuffer(value))
    return [nameOf(Object.getPrototypeOf(value)), value.byteLength];
  if (types.isPromise(value)) return ['promise'];
  const proto = nameOf(Object.getPrototypeOf(value));
  const again = ctx.seenBefore(value);
  const described = Array.isArray(value)
    ? [
        proto === 'Array' ? 'array' : `array ${proto}`,
        ...(value.length === Object.keys(value).length ? [] : [['length', value.length]]),
        ...describeProperties(value, ctx, depth, ['length']).map(element),
      ]
    : ['object', proto, describeProperties(value, ctx, depth)];
  if (again !== null) described.push(['again', again]);
  return described;
}

/** An element in its place needs no name. */
const element = ([name, ...rest], index) =>
  name === String(index) && rest.length === 1 ? rest[0] : ['at', name, ...rest];

/** JSON that needs no more describing. */
class Described {
  constructor(json) {
    this.json = json;
  }
}

/** @param {{ labelOf: Function, seenBefore: Function, mask: Function }} ctx */
function describe(value, ctx, depth = 0) {
  switch (typeof value) {
    case 'undefined':
      return ['undefined'];
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ['number', Object.is(value, -0) ? '-0' : String(value)];
    case 'bigint':
      return ['bigint', String(value)];
    case 'string':
      return describeString(value, ctx);
    case 'symbol':
      return ['symbol', String(value)];
    default:
      return value === null ? null : describeObject(value, ctx, depth);
  }
}

/** The whole chain of an object: own properties of each prototype, and what `inspect` says. */
function anatomy(value, ctx) {
  const levels = [];
  for (let at = value; at !== null && levels.length < 4; at = Object.getPrototypeOf(at)) {
    const name = at === value ? 'own' : nameOf(at);
    if (NAMES.has(at)) {
      levels.push([name]);
      break;
    }
    levels.push([name, describeProperties(at, ctx, DEPTH - 1)]);
  }
  return {
    levels,
    inspect: describeString(inspect(value), ctx),
    tag: Object.prototype.toString.call(value),
    extensible: Object.isExtensible(value),
  };
}

module.exports = { Described, anatomy, describe, nameOf };
