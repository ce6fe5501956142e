'use strict';
// Calls every method with everything as its arguments. Whatever it says, it says it as a value or as an error.

const { subjects, unharmed } = require('../subjects.cjs');
const { doing, withFiles } = require('./doing.cjs');

const detached = () => {
  const bytes = new Uint8Array(16);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
};

const throwing = new Proxy(
  {},
  {
    get() {
      throw new RangeError('read on purpose');
    },
    ownKeys() {
      throw new RangeError('listed on purpose');
    },
  },
);

const values = (subject) => [
  undefined,
  null,
  true,
  0,
  -1,
  NaN,
  Infinity,
  2 ** 53,
  7n,
  2n ** 70n,
  '',
  'x',
  '\ud800',
  'nul\0nul',
  'SELECT $a, ?',
  Symbol('argument'),
  {},
  Object.create(null),
  [],
  [1, 2],
  () => 0,
  new Date(0),
  /x/,
  new Map(),
  new Uint8Array(8),
  new BigInt64Array(2),
  new DataView(new ArrayBuffer(3)),
  new ArrayBuffer(0),
  new SharedArrayBuffer(8),
  detached(),
  throwing,
  Promise.resolve(),
  subject.db,
  subject.idle,
  subject.session,
  new Proxy(subject.db, {}),
  globalThis,
];

const OBJECTS = {
  database: ({ db }) => db,
  statement: ({ db }) => db.prepare('SELECT $a AS a, ? AS b'),
  iterator: ({ db }) => db.prepare('SELECT a FROM t').iterate(),
  session: ({ session }) => session,
  'tag store': ({ store }) => store,
};

/** Methods whose call ends what the others need; each of their calls has objects of its own. */
const ENDS = new Set(['close', 'deserialize', String(Symbol.dispose)]);

function callAll(tools, kind, name, key) {
  const { check } = tools;
  let subject = subjects(tools);
  let calls = 0;
  for (const first of values(subject).keys()) {
    for (const rest of [[], [undefined], [{}], [throwing], [() => 0]]) {
      const again = ENDS.has(name) || !subject.db.isOpen;
      if (again) subject = subjects(tools);
      const object = OBJECTS[kind](subject);
      try {
        object[key](values(subject)[first], ...rest);
      } catch (error) {
        check.ok(typeof error?.message === 'string', `${kind}.${name} threw no error`);
      }
      calls += 1;
    }
  }
  if (subject.db.isOpen) {
    subject.db.setAuthorizer(null);
    check.same(unharmed(subject), 'open', `${kind}.${name}`);
  }
  return calls;
}

module.exports = function wrongArguments(plain) {
  const tools = withFiles(plain);
  let calls = 0;
  const sample = subjects(tools);
  for (const kind of Object.keys(OBJECTS)) {
    for (const key of Reflect.ownKeys(Object.getPrototypeOf(OBJECTS[kind](sample)))) {
      const name = String(key);
      // A virtual table of any shape is a matter of its own; constructors are called elsewhere.
      if (name === 'constructor') continue;
      doing(`${kind}.${name}`);
      calls += callAll(tools, kind, name, key);
    }
  }
  return calls > 1000;
};
