'use strict';
// Getters of the objects that callers hand in: named parameters and bags of options.

/** An object whose property `key` is a getter that calls `act` and gives `value`. */
const bag = (key, act, value, rest = {}) =>
  Object.defineProperty({ ...rest }, key, {
    enumerable: true,
    get: () => {
      act();
      return value;
    },
  });

const options = (key, value, use, rest) => ({
  set: (subject, act) => ({ go: () => use(subject, bag(key, act, value, rest)) }),
});

module.exports = {
  'a getter of named parameters': {
    set({ db }, act) {
      const running = db.prepare('SELECT $p + a AS v FROM t');
      return { running, go: () => running.all(bag('p', act, 1)).length };
    },
  },
  'a getter of named parameters of iterate()': {
    set({ db }, act) {
      const running = db.prepare('SELECT $p + a AS v FROM t');
      return { running, go: () => [...running.iterate(bag('$p', act, 1))].length };
    },
  },
  'an option of prepare()': options(
    'returnArrays',
    true,
    ({ db }, bagged) => db.prepare('SELECT a FROM t', bagged).all().length,
  ),
  'an option of function()': options('varargs', true, ({ db }, bagged) =>
    db.function('fresh', bagged, () => 1),
  ),
  'an option of aggregate()': options(
    'step',
    (sum) => sum,
    ({ db }, bagged) => db.aggregate('fresh', bagged),
    { start: 0 },
  ),
  'an option of createSession()': options(
    'table',
    't',
    ({ db }, bagged) => db.createSession(bagged).changeset().length,
  ),
  'an option of applyChangeset()': options(
    'filter',
    () => false,
    ({ db, changeset }, bagged) => db.applyChangeset(changeset, bagged),
  ),
  'an option of deserialize()': {
    set: ({ db, image }, act) => ({
      exclusive: true,
      go: () => db.deserialize(image, bag('dbName', act, 'main')),
    }),
  },
  'an option of backup()': options('rate', 1, ({ db, tools }, bagged) =>
    tools.load().backup(db, tools.newFile(), bagged),
  ),
  'an option of the constructor': options('timeout', 5, ({ tools }, bagged) =>
    tools.open(':memory:', bagged).close(),
  ),
};
