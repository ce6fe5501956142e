'use strict';
// Callbacks whose exceptions node:sqlite loses, as of Node 26.10: the call goes on as if nothing had been
// thrown. Only targets that keep them are asked.

const step = {
  set({ db }, act) {
    const parts = {
      start: 0,
      step(sum, _value) {
        act();
        return sum;
      },
      result: (sum) => sum,
    };
    db.aggregate('acting', parts);
    return { go: () => db.prepare('SELECT acting(b) FROM t').all() };
  },
};

const option = (name) => ({
  set: ({ tools }, act) => ({
    go: () => tools.open(':memory:', Object.defineProperty({}, name, { get: act })).close(),
  }),
});

module.exports = {
  'the step of an aggregate that has a result': step,
  'readBigInts of the constructor': option('readBigInts'),
  'returnArrays of the constructor': option('returnArrays'),
  'allowBareNamedParameters of the constructor': option('allowBareNamedParameters'),
  'allowUnknownNamedParameters of the constructor': option('allowUnknownNamedParameters'),
};
