'use strict';
// An accumulator is the very value that the user's code returned: nothing copies it, turns it into JSON or
// mixes it up with that of another group.

class Sum {
  #secret = 0;
  add(value) {
    this.#secret += value;
    return this;
  }
  get value() {
    return this.#secret;
  }
}

const cyclic = () => {
  const object = { again: null };
  object.again = object;
  return object;
};

/** Values that do not survive a copy. */
const values = () => [
  new Sum(),
  Symbol('accumulator'),
  () => 1,
  new Map([[{}, 1]]),
  cyclic(),
  undefined,
  NaN,
  -0,
  2n ** 100n,
  '\ud800',
  Object.freeze([]),
  new Proxy({}, {}),
  Promise.resolve(1),
  new WeakMap(),
  Object.create(null),
];

/** What start, step and result are given is what the one before gave. */
function identity(db, check) {
  for (const value of values()) {
    const seen = [];
    const keep = (given) => {
      seen.push(given);
      return value;
    };
    const result = (given) => seen.push(given);
    db.aggregate('keep', { start: () => value, step: (given, _value) => keep(given), result });
    db.prepare('SELECT keep(v) AS n FROM t').get();
    check.same(seen.length, 4);
    check.ok(
      seen.every((given) => Object.is(given, value)),
      'an accumulator was copied',
    );
  }
}

/** Interleaved groups keep theirs apart, and each starts afresh. */
function groups(db, check) {
  let starts = 0;
  db.aggregate('total', {
    start() {
      starts += 1;
      return new Sum();
    },
    step: (sum, value) => sum.add(value),
    result: (sum) => sum.value,
  });
  const rows = db.prepare('SELECT g, total(v) AS a, total(v * 10) AS b FROM t GROUP BY g').all();
  check.same(rows, [
    { g: 0, a: 2, b: 20 },
    { g: 1, a: 4, b: 40 },
  ]);
  check.same(starts, 4);
  check.same(db.prepare('SELECT total(v) AS a FROM t WHERE v > 99').get(), { a: 0 });
}

/** A start that is no function is one value for all groups. */
function oneForAll(db, check) {
  const shared = [];
  db.aggregate('collect', {
    start: shared,
    step: (list, value) => {
      check.ok(list === shared, 'the start was copied');
      list.push(value);
      return list;
    },
    result: (list) => list.length,
  });
  db.prepare('SELECT collect(v) AS n FROM t GROUP BY g').all();
  check.same(shared.toSorted?.() ?? [...shared].sort(), [1, 2, 3]);
}

/** A window adds and takes away on the same object. */
function windows(db, check) {
  const objects = new Set();
  db.aggregate('sliding', {
    start: () => new Sum(),
    step: (sum, value) => sum.add(value),
    inverse: (sum, value) => sum.add(-value),
    result(sum) {
      objects.add(sum);
      return sum.value;
    },
  });
  const over = 'OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)';
  const rows = db.prepare(`SELECT sliding(v) ${over} AS s FROM t`).all();
  check.same(rows, [{ s: 1 }, { s: 3 }, { s: 5 }]);
  check.same(objects.size, 1);
}

module.exports = function accumulators({ check, open }) {
  const db = open(':memory:');
  db.exec('CREATE TABLE t(v, g); INSERT INTO t VALUES (1, 1), (2, 0), (3, 1)');
  identity(db, check);
  groups(db, check);
  oneForAll(db, check);
  windows(db, check);
  db.close();
};
