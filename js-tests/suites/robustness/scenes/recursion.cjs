'use strict';
// Callbacks that call themselves through SQL until the stack is full: a RangeError comes out, and nothing ends.

const { doing } = require('./doing.cjs');

const FULL = { name: 'RangeError', message: /Maximum call stack size exceeded/ };

/** Each gives a call that never returns by itself. */
const WAYS = {
  get(db) {
    db.function('f', () => db.prepare('SELECT f() AS v').get().v);
    return () => db.prepare('SELECT f()').get();
  },
  'exec()'(db) {
    db.function('f', () => db.exec('SELECT f()'));
    return () => db.exec('SELECT f()');
  },
  'an iterator'(db) {
    db.function('f', () => [...db.prepare('SELECT f() AS v').iterate()].length);
    return () => [...db.prepare('SELECT f() AS v').iterate()];
  },
  'an aggregate'(db) {
    const step = (_sum, _value) => db.prepare('SELECT g(1) AS v').get().v;
    db.aggregate('g', { start: 0, step });
    return () => db.prepare('SELECT g(1)').get();
  },
  'a tag store'(db) {
    const store = db.createTagStore();
    // Each call has a text of its own: the same statement cannot run twice at a time.
    const call = (n) => store.get(Object.assign([`SELECT f(${n})`], { raw: [`SELECT f(${n})`] }));
    db.function('f', (n) => (call(n + 1) ? 1 : 0));
    return () => call(1);
  },
  'a getter of parameters'(db) {
    const parameters = () => ({
      get a() {
        return db.prepare('SELECT $a AS v').get(parameters()).v;
      },
    });
    return () => db.prepare('SELECT $a AS v').get(parameters());
  },
};

module.exports = function recursion(tools) {
  const { check, open } = tools;
  for (const [name, prepare] of Object.entries(WAYS)) {
    doing(name);
    const db = open(':memory:');
    const call = prepare(db);
    for (let round = 0; round < 2; round += 1) check.throws(call, FULL, name);
    check.same(db.prepare('SELECT 1 + 1 AS two').get().two, 2);
    db.close();
    check.same(db.isOpen, false);
  }
};
