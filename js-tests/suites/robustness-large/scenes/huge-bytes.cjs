'use strict';
// Buffers of 2 GiB and more, which no length of SQLite's can hold: they are refused, not cut. Their pages are
// never touched by this side; a module that copies before it looks will need the memory.

const { constants } = require('node:buffer');
const { subjects, unharmed } = require('../../robustness/subjects.cjs');
const { doing } = require('../../robustness/scenes/doing.cjs');

/** The second is 4 when it is cut to 32 bits, or 0 where no view is longer than that (Node 20). */
const SIZES = [2 ** 31, Math.min(2 ** 32 + 4, constants.MAX_LENGTH)];
const TOO_BIG = { name: 'Error', code: 'ERR_SQLITE_ERROR', errcode: 18 };

const KINDS = {
  'a view': (size) => new Uint8Array(size),
  'an ArrayBuffer': (size) => new ArrayBuffer(size),
  'a DataView': (size) => new DataView(new ArrayBuffer(size)),
  'shared memory': (size) => new SharedArrayBuffer(size),
};

const PARAMETERS = {
  'a parameter': ({ db }, bytes) => db.prepare('SELECT length(?) AS n').get(bytes),
  'a named parameter': ({ db }, bytes) => db.prepare('SELECT length($v) AS n').get({ v: bytes }),
  'a value of a tag store': ({ store }, bytes) => store.get`SELECT length(${bytes}) AS n`,
};

const RESULTS = {
  'the result of a function'({ db }, bytes) {
    db.function('give', () => bytes);
    return db.prepare('SELECT length(give()) AS n').get();
  },
  'the result of an aggregate'({ db }, bytes) {
    db.aggregate('gather', { start: 0, step: (_last, _value) => bytes });
    return db.prepare('SELECT length(gather(1)) AS n').get();
  },
};

const TAKERS = {
  'applyChangeset()': ({ db }, bytes) => db.applyChangeset(bytes),
  'deserialize()': ({ db }, bytes) => db.deserialize(bytes),
};

module.exports = function hugeBytes(tools) {
  const { check, data } = tools;
  const subject = subjects(tools);
  let refused = 0;
  const refuse = (call, bytes, expected, what) => {
    doing(what);
    check.throws(() => call(subject, bytes), expected, what);
    refused += 1;
  };
  for (const size of SIZES) {
    if (data.results) {
      for (const [way, call] of Object.entries(RESULTS)) {
        refuse(call, new Uint8Array(size), { name: 'Error' }, `${size} bytes as ${way}`);
      }
      continue;
    }
    for (const [kind, make] of Object.entries(KINDS)) {
      for (const [way, call] of Object.entries(PARAMETERS)) {
        refuse(call, make(size), TOO_BIG, `${kind} of ${size} bytes as ${way}`);
      }
    }
    for (const [way, call] of Object.entries(TAKERS)) {
      refuse(call, new Uint8Array(size), { name: 'RangeError' }, `${size} bytes for ${way}`);
    }
    const zeroes = ({ db }) => db.prepare(`SELECT length(zeroblob(${size})) AS n`).get();
    refuse(zeroes, null, TOO_BIG, `zeroblob(${size})`);
    const random = ({ db }) => db.prepare('SELECT length(randomblob(?)) AS n').get(BigInt(size));
    refuse(random, null, TOO_BIG, `randomblob(${size})`);
  }
  check.same(subject.idle.all().length, 3);
  check.same(unharmed(subject), 'open');
  return refused;
};
