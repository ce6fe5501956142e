'use strict';
// Buffers that are detached, resized or shared: before a call, in a getter that the call reads, in a
// callback while it runs. Gives what each way was answered, as text.

const { subjects, unharmed } = require('../subjects.cjs');
const { doing } = require('./doing.cjs');

/** Detaches the view's buffer, if that has not been done. */
function detach({ buffer }) {
  if (buffer.maxByteLength === 0) return;
  structuredClone(buffer, { transfer: [buffer] });
}

/** A view of `bytes` on a buffer that can shrink and grow; `length` undefined tracks the buffer. */
function resizable(bytes, length = bytes.length) {
  const buffer = new ArrayBuffer(bytes.length, { maxByteLength: bytes.length * 2 });
  new Uint8Array(buffer).set(bytes);
  return length === 0 ? new Uint8Array(buffer) : new Uint8Array(buffer, 0, length);
}

function shared(bytes, options) {
  const view = new Uint8Array(new SharedArrayBuffer(bytes.length, options));
  view.set(bytes);
  return view;
}

const getter = (key, value, act) => ({
  get [key]() {
    act();
    return value;
  },
});

/** Things to do to a view on a buffer that can be resized. */
const HARMS = {
  'detached in': (view) => detach(view),
  'shrunk in': (view) => view.buffer.resize(1),
  'emptied in': (view) => view.buffer.resize(0),
  'grown in': (view) => view.buffer.resize(view.buffer.maxByteLength),
};

/** The same where a view that covers its buffer before the call is harmed before it. */
const BEFORE = Object.entries(HARMS).map(([name, harm]) => [name.replace(' in', ''), harm]);

const BYTES = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);

/** Views for a parameter: each is what the call is given. */
function parameters() {
  const all = {
    'a view of shared memory': () => shared(BYTES),
    'shared memory': () => shared(BYTES).buffer,
    'a view of shared memory that can grow': () => shared(BYTES, { maxByteLength: 64 }),
    'an ArrayBuffer': () => BYTES.slice().buffer,
    'a part of a buffer': () => BYTES.slice().subarray(2, 5),
    'a DataView': () => new DataView(BYTES.slice().buffer, 3),
    'numbers of 16 bits': () => new Uint16Array(BYTES.slice().buffer),
    'a resizable buffer': () => resizable(BYTES).buffer,
    'a detached ArrayBuffer': () => {
      const bytes = BYTES.slice();
      detach(bytes);
      return bytes.buffer;
    },
  };
  for (const [name, harm] of BEFORE) {
    for (const [kind, length] of [
      ['a view', 8],
      ['a tracking view', 0],
      ['a part', 4],
    ]) {
      all[`${kind} that was ${name}`] = () => {
        const view = resizable(BYTES, length);
        harm(view);
        return view;
      };
    }
    all[`a DataView that was ${name}`] = () => {
      const view = new DataView(resizable(BYTES).buffer, 2, 4);
      harm(view);
      return view;
    };
  }
  return all;
}

function said(call) {
  try {
    const value = call();
    return value instanceof Uint8Array ? `bytes ${[...value]}` : String(value);
  } catch (error) {
    const { name, code, message } = error;
    return `${[name, code].filter(Boolean).join(' ')}: ${message}`;
  }
}

function bindings({ db }, outcomes) {
  const one = db.prepare('SELECT ? AS v');
  for (const [name, make] of Object.entries(parameters())) {
    outcomes[`${name}, bound`] = said(() => one.get(make()).v);
    db.function('give', make);
    outcomes[`${name}, as a result`] = said(() => db.prepare('SELECT give() AS v').get().v);
  }
  const two = db.prepare('SELECT $a AS a, $b AS b');
  for (const [name, harm] of Object.entries(HARMS)) {
    const harmed = resizable(BYTES);
    outcomes[`${name} the getter of a parameter before it`] = said(
      () => two.get(lazily({ a: [1, () => harm(harmed)], b: [harmed] })).b,
    );
  }
}

/** An object with getters, in order: `{ key: [value, act] }`. */
function lazily(entries) {
  const object = {};
  for (const [key, [value, act]] of Object.entries(entries)) {
    Object.defineProperty(object, key, {
      enumerable: true,
      get() {
        act?.();
        return value;
      },
    });
  }
  return object;
}

/** Calls that take bytes and options. */
const TAKERS = {
  'deserialize()': {
    bytes: ({ image }) => image,
    key: 'dbName',
    value: 'main',
    call: ({ db }, view, options) => {
      db.deserialize(view, options);
      return db.prepare('SELECT count(*) AS n FROM t').get().n;
    },
  },
  'applyChangeset()': {
    bytes: ({ changeset }) => changeset,
    key: 'onConflict',
    value: () => 0,
    call: ({ db }, view, options) => {
      const result = db.applyChangeset(view, options);
      return `${result}, ${db.prepare('SELECT count(*) AS n FROM t').get().n} rows`;
    },
  },
};

function takers(tools, outcomes) {
  for (const [name, { bytes, key, value, call }] of Object.entries(TAKERS)) {
    const attempt = (what, make, act = () => {}) => {
      doing(`${name} of ${what}`);
      const subject = subjects(tools);
      const view = make(bytes(subject));
      outcomes[`${what}, ${name}`] = said(() =>
        call(
          subject,
          view,
          getter(key, value, () => act(view)),
        ),
      );
      subject.db.close();
    };
    attempt('a view of shared memory', (raw) => shared(raw));
    attempt('a view of shared memory that can grow', (raw) =>
      shared(raw, { maxByteLength: raw.length * 2 }),
    );
    attempt('an ArrayBuffer', (raw) => raw.slice().buffer);
    attempt('an empty view', () => new Uint8Array(0));
    attempt('random bytes', (raw) => raw.map((byte, index) => (byte * 31 + index * 7) % 256));
    attempt('half of it', (raw) => raw.slice(0, raw.length / 2));
    for (const [kind, length] of [
      ['a view', undefined],
      ['a tracking view', 0],
    ]) {
      for (const [how, harm] of BEFORE) {
        attempt(`${kind} that was ${how}`, (raw) => {
          const view = resizable(raw, length);
          harm(view);
          return view;
        });
      }
      for (const [how, harm] of Object.entries(HARMS)) {
        attempt(`${kind} that is ${how} an option's getter`, (raw) => resizable(raw, length), harm);
      }
    }
  }
}

/** The bytes are gone or changed while a changeset is applied: it was copied before. */
function duringApply(tools) {
  const { check } = tools;
  for (const harm of [...Object.values(HARMS), (view) => view.fill(255)]) {
    const subject = subjects(tools);
    const view = resizable(subject.changeset);
    let calls = 0;
    const onConflict = () => {
      calls += 1;
      harm(view);
      return tools.load().constants.SQLITE_CHANGESET_REPLACE;
    };
    const filter = () => {
      harm(view);
      return true;
    };
    check.same(subject.db.applyChangeset(view, { onConflict, filter }), true);
    check.same(calls, 1);
    check.same(subject.db.prepare('SELECT a, b FROM t WHERE a IN (1, 9)').all(), [
      { a: 1, b: 11 },
      { a: 9, b: 99 },
    ]);
    check.same(unharmed(subject), 'open');
  }
}

module.exports = function buffers(tools) {
  const outcomes = {};
  const subject = subjects(tools);
  bindings(subject, outcomes);
  tools.check.same(unharmed(subject), 'open');
  takers(tools, outcomes);
  duringApply(tools);
  return outcomes;
};
