'use strict';
// Virtual tables of createModule(): iterators of every shape, scans that are left half way, modules that are
// replaced or dropped while they are read.

const { Collector, gc } = require('./collect.cjs');

const V = [{ name: 'v', type: 'INTEGER' }];
const ANY = [{ name: 'v', type: 'ANY' }];

const open = (tools, rows, columns = V, more = {}) => {
  const db = tools.open(':memory:');
  db.createModule('made', { columns, rows, ...more });
  return db;
};

const values = (db, sql = 'SELECT v FROM made') =>
  db
    .prepare(sql)
    .all()
    .map(({ v }) => v);

/** Rows from anything that can be iterated; the iterator is ended once, when it is not read to its end. */
function iterables({ check, ...tools }) {
  const shapes = {
    'an array': () => [[1], [2], [3]],
    'a Set': () => new Set([[1], [2], [3]]),
    *'a generator'() {
      yield* [[1], [2], [3]];
    },
    'an iterator without return': () => ({
      [Symbol.iterator]: () => {
        let n = 0;
        return { next: () => ({ done: n === 3, value: [(n += 1)] }) };
      },
    }),
    'rows with more than there are columns': () => [
      [1, 9],
      [2, 9],
      [3, 9],
    ],
  };
  for (const [name, rows] of Object.entries(shapes)) {
    const db = open(tools, rows);
    check.same(values(db), [1, 2, 3], name);
    check.same(
      values(db, 'SELECT a.v * b.v AS v FROM made a, made b ORDER BY v'),
      [1, 2, 2, 3, 3, 4, 6, 6, 9],
    );
    db.close();
  }
  const db = open(tools, () => [[], [undefined], [null]]);
  check.same(values(db), [null, null, null]);
  db.close();
}

/** What is no iterable of arrays is an error, each time, and the next query works. */
function wrongRows({ check, ...tools }) {
  let make;
  const db = open(tools, () => make());
  const iterator = (over) => ({ [Symbol.iterator]: () => over });
  const wrong = [
    () => undefined,
    () => null,
    () => 7,
    () => ({}),
    () => ({ [Symbol.iterator]: 7 }),
    () => iterator(null),
    () => iterator({}),
    () => iterator({ next: () => 7 }),
    () => [7],
    () => [null],
    () => [[Symbol('cell')]],
    () => [[{}]],
    () => [[() => 1]],
    () => [[2n ** 64n]],
    () => [
      new Proxy([], {
        get: () => {
          throw new TypeError('cell');
        },
      }),
    ],
    async () => [[1]],
  ];
  for (const [index, rows] of wrong.entries()) {
    make = rows;
    let thrown = null;
    try {
      values(db);
    } catch (error) {
      thrown = error;
    }
    check.ok(typeof thrown?.message === 'string', `rows ${index} were taken`);
    make = () => [[index]];
    check.same(values(db), [index]);
  }
  db.close();
}

/** A scan that is not read to its end returns its iterator, whoever ends it. */
function ends({ check, ...tools }) {
  let returned = 0;
  function* endless() {
    try {
      for (let n = 0; ; n += 1) yield [n];
    } finally {
      returned += 1;
    }
  }
  const db = open(tools, endless);
  check.same(values(db, 'SELECT v FROM made LIMIT 2'), [0, 1]);
  check.same(returned, 1);
  const left = db.prepare('SELECT v FROM made').iterate();
  left.next();
  left.return();
  check.same(returned, 2);
  db.prepare('SELECT v FROM made').get();
  check.same(returned, 3);
  const half = db.prepare('SELECT v FROM made');
  const rows = half.iterate();
  rows.next();
  half.close();
  check.same(returned, 4);
  check.throws(() => rows.next(), { code: 'ERR_INVALID_STATE' });
  const last = db.prepare('SELECT v FROM made').iterate();
  last.next();
  db.close();
  check.same(db.isOpen, false);
  check.throws(() => last.next(), { code: 'ERR_INVALID_STATE' });
}

/** Hidden columns are arguments; values pass both ways exactly. */
function exact({ check, ...tools }) {
  const columns = [...ANY, { name: 'given', type: 'ANY', hidden: true }];
  let seen;
  const rows = (given) => {
    seen = given;
    return [[given]];
  };
  const texts = ['', 'a\0b', '\u{1F9F5}', new Uint8Array([0, 255]), 0.5, -0, null];
  const db = open(tools, rows, columns);
  for (const value of texts) {
    const [v] = db.prepare('SELECT v FROM made(?)').all(value);
    check.ok(Object.is(v.v, value) || value instanceof Uint8Array, `${value} came back as ${v.v}`);
    if (value instanceof Uint8Array) check.same([v.v, seen], [value, value]);
  }
  check.same(db.prepare('SELECT v FROM made(?)').get('\ud800').v, '\ufffd');
  db.close();
  const big = open(tools, rows, columns, { useBigIntArguments: true });
  const query = big.prepare('SELECT v FROM made(?)');
  query.setReadBigInts(true);
  check.same(query.get(2n ** 63n - 1n).v, 2n ** 63n - 1n);
  check.same(seen, 2n ** 63n - 1n);
  big.close();
}

/** The module is registered anew, and its database replaced, while statements on it are there. */
function replaced({ check, ...tools }) {
  const db = open(tools, () => [[1], [2]]);
  const old = db.prepare('SELECT v FROM made');
  const half = db.prepare('SELECT v FROM made').iterate();
  half.next();
  try {
    db.createModule('made', { columns: V, rows: () => [[10]] });
  } catch (error) {
    check.ok(typeof error.message === 'string');
  }
  for (const use of [() => half.next(), () => half.next(), () => old.all(), () => values(db)]) {
    try {
      use();
    } catch (error) {
      check.ok(typeof error.message === 'string');
    }
  }
  half.return();
  db.createModule('made', { columns: V, rows: () => [[11]] });
  check.same(values(db), [11]);
  db.exec('CREATE TABLE plain(a)');
  const image = db.serialize();
  const before = db.prepare('SELECT v FROM made');
  db.deserialize(image);
  check.throws(() => before.all(), { code: 'ERR_INVALID_STATE' });
  check.same(values(db), [11]);
  db.close();
}

/** Queries inside of rows, of the same module too, down to some depth. */
function nested({ check, ...tools }) {
  let depth = 0;
  const db = open(tools, () => {
    depth += 1;
    const inner = depth < 20 ? values(db) : [];
    return [[inner.length], ...inner.map((value) => [value])];
  });
  check.same(values(db).length, 20);
  db.close();
}

/** Rows keep their module alive, and all goes with the database. */
async function collected({ check, ...tools }) {
  const collector = new Collector();
  const rows = (() => {
    const held = collector.watch('rows', {});
    const db = collector.watch(
      'db',
      open(tools, () => (held ? [[1], [2], [3]] : [])),
    );
    return { iterator: db.prepare('SELECT v FROM made').iterate() };
  })();
  gc();
  check.same(
    [...rows.iterator].map(({ v }) => v),
    [1, 2, 3],
  );
  delete rows.iterator;
  await collector.collected();
}

const PARTS = { iterables, wrongRows, ends, exact, replaced, nested, collected };

module.exports = async function tables(tools) {
  await PARTS[tools.data.part](tools);
};
