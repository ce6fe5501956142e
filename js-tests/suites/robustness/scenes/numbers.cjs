'use strict';
// Numbers at the edges: each comes back exactly, or is refused, and is never rounded in silence.

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

const INTEGERS = [0n, 1n, -1n, SAFE, -SAFE, SAFE + 1n, -SAFE - 1n, MAX, MIN, MAX - 1n, MIN + 1n];
const REALS = [0, -0, 1, -1, 0.1 + 0.2, Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON];
REALS.push(Infinity, -Infinity, 2 ** 53, 2 ** 63, -(2 ** 63), 5e-324, 1e21, 2 ** 31, 2 ** 32 + 0.5);

const TOO_LARGE = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };

/** Integers by parameter, function and aggregate, read as bigint and as number. */
function integers(db, check) {
  const big = db.prepare('SELECT ?1 AS v, typeof(?1) AS type, CAST(?1 AS TEXT) AS text');
  big.setReadBigInts(true);
  const plain = db.prepare('SELECT ? AS v');
  const named = db.prepare('SELECT $v AS v');
  let given;
  db.function('same', { useBigIntArguments: true }, (value) => {
    check.same(value, given);
    return value;
  });
  db.function('plain', (value) => value);
  const through = db.prepare('SELECT same(?1) AS v, typeof(same(?1)) AS type');
  through.setReadBigInts(true);
  for (const value of INTEGERS) {
    given = value;
    check.same(big.get(value), { v: value, type: 'integer', text: String(value) });
    check.same(through.get(value), { v: value, type: 'integer' });
    if (value >= -SAFE && value <= SAFE) {
      check.ok(Object.is(plain.get(value).v, Number(value)), `${value} as a number`);
      check.same(db.prepare('SELECT plain(?) AS v').get(value).v, Number(value));
      continue;
    }
    check.throws(() => plain.get(value), TOO_LARGE, `${value} as a number`);
    check.throws(() => plain.all(value), TOO_LARGE, `${value} as a number`);
    check.throws(() => [...plain.iterate(value)], TOO_LARGE, `${value} as a number`);
    check.throws(() => db.prepare('SELECT plain(?)').get(value), TOO_LARGE, 'as an argument');
  }
  for (const value of [MAX + 1n, MIN - 1n, 2n ** 64n, 2n ** 200n]) {
    check.throws(() => plain.get(value), { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
    check.throws(() => named.get({ v: value }), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
    });
    db.function('huge', () => value);
    const refused = { name: 'Error', code: 'ERR_SQLITE_ERROR', message: /too large/ };
    check.throws(() => db.prepare('SELECT huge()').get(), refused);
    db.aggregate('grow', { start: 0, step: (_last, _value) => value });
    check.throws(() => db.prepare('SELECT grow(1)').get(), refused);
  }
}

function reals(db, check) {
  const one = db.prepare('SELECT ?1 AS v, typeof(?1) AS type');
  let given;
  db.function('real', (value) => {
    check.ok(Object.is(value, given), `${given} as an argument`);
    return value;
  });
  db.aggregate('last', { start: null, step: (_last, value) => value });
  const through = db.prepare('SELECT real(?1) AS f, last(?1) AS g');
  for (const value of REALS) {
    given = value;
    const { v, type } = one.get(value);
    check.ok(Object.is(v, value), `${Object.is(value, -0) ? '-0' : value} came back as ${v}`);
    check.same(type, 'real');
    const { f, g } = through.get(value);
    check.ok(Object.is(f, value) && Object.is(g, value), `${value} came back as ${f} and ${g}`);
  }
  check.same(one.get(NaN), { v: null, type: 'null' });
  db.function('nan', () => NaN);
  check.same(db.prepare('SELECT nan() AS v, typeof(nan()) AS type').get(), {
    v: null,
    type: 'null',
  });
}

/** A row whose number is too large is inserted; who asks for its number as a number is told. */
function rowids(db, check) {
  db.exec('CREATE TABLE numbered(id INTEGER PRIMARY KEY)');
  const insert = db.prepare('INSERT INTO numbered VALUES (?)');
  insert.setReadBigInts(true);
  check.same(insert.run(MAX), { changes: 1n, lastInsertRowid: MAX });
  check.same(insert.run(MIN), { changes: 1n, lastInsertRowid: MIN });
  const plain = db.prepare('INSERT INTO numbered VALUES (?)');
  check.throws(() => plain.run(MAX - 1n), TOO_LARGE);
  check.same(plain.run(SAFE).lastInsertRowid, Number(SAFE));
  const ids = db.prepare('SELECT CAST(id AS TEXT) AS id FROM numbered ORDER BY numbered.id').all();
  check.same(
    ids.map(({ id }) => id),
    [MIN, SAFE, MAX - 1n, MAX].map(String),
  );
}

module.exports = function numbers({ check, open }) {
  const db = open(':memory:');
  integers(db, check);
  reals(db, check);
  rowids(db, check);
  db.close();
};
