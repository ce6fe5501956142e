'use strict';

/** Values in and rows out, exactly, on every path that the encoding has. */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const { DatabaseSync } = require('../index.cjs');

/** A seeded generator (mulberry32): failures name the seed, THREADPROOF_SEED replays it. */
const seed = Number(process.env.THREADPROOF_SEED ?? Math.floor(Math.random() * 2 ** 32));
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
process.stdout.write(`# data seed: THREADPROOF_SEED=${seed}\n`);

const random = generator(seed);
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

/** Lengths around every border: shared texts, chunks, inline blobs. */
const LENGTHS = [0, 1, 12, 13, 255, 256, 257, 1023, 1024, 1025, 5000];
const BLOB_LENGTHS = [0, 1, 100, 16383, 16384, 16385, 70000];

function text() {
  const alphabet = pick(['ab', 'aé', 'xß漢', 'z😀', 'n\0l', '\x7f\x80']);
  const units = Array.from(alphabet);
  let made = '';
  for (let left = pick(LENGTHS); left > 0; left--) made += pick(units);
  return made;
}

function blob() {
  const bytes = new Uint8Array(random() < 0.9 ? below(40) : pick(BLOB_LENGTHS));
  for (let i = 0; i < bytes.length; i++) bytes[i] = below(256);
  return bytes;
}

const MAKERS = [
  () => null,
  () => below(100) - 50,
  () => random() * 1e6,
  () => pick([2 ** 31, -(2 ** 31), 2 ** 31 - 1, Number.MAX_SAFE_INTEGER, 5e-324, -0, Infinity]),
  text,
  blob,
];

/** A value as a number column gives it back: text, blob and null as they are. */
function rows(count, columns) {
  return Array.from({ length: count }, () => Array.from({ length: columns }, () => pick(MAKERS)()));
}

function check(columns, count) {
  const db = new DatabaseSync(':memory:');
  const names = Array.from({ length: columns }, (_, i) => `c${i}`);
  db.exec(`create table t(${names.join(', ')})`);
  const expected = rows(count, columns);
  const insert = db.prepare(`insert into t values (${names.map(() => '?').join(', ')})`);
  for (const row of expected) insert.run(...row);
  const objects = expected.map((row) =>
    Object.assign(Object.create(null), Object.fromEntries(row.map((v, i) => [names[i], v]))),
  );
  const select = db.prepare('select * from t order by rowid');
  assert.deepStrictEqual(select.all(), objects);
  assert.deepStrictEqual([...select.iterate()], objects);
  const one = db.prepare('select * from t where rowid = ?');
  objects.forEach((row, i) => assert.deepStrictEqual(one.get(i + 1), row));
  select.setReturnArrays(true);
  assert.deepStrictEqual(select.all(), expected);
  const named = db.prepare(`insert into t values (${names.map((n) => `$${n}`).join(', ')})`);
  for (const row of objects) named.run(row);
  assert.deepStrictEqual(
    db.prepare('select * from t where rowid > ? order by rowid').all(count),
    objects,
  );
}

for (const [columns, count] of [
  [1, 3000],
  [5, 700],
  [9, 300],
  [70, 30],
  [500, 4],
]) {
  test(`rows of ${columns} columns come back as they went in`, () => check(columns, count));
}

test('bigints at the edges of 64 bits', () => {
  const db = new DatabaseSync(':memory:', { readBigInts: true });
  const edges = [0n, 1n, -1n, 2n ** 31n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)];
  db.exec('create table t(a)');
  const insert = db.prepare('insert into t values (?)');
  for (const edge of edges) insert.run(edge);
  const all = db.prepare('select a from t').all();
  assert.deepStrictEqual(
    all.map((row) => row.a),
    edges,
  );
  // As many as make the decoder compile itself.
  for (let i = 0; i < 100; i++) db.prepare('select a from t').all();
  assert.deepStrictEqual(
    db
      .prepare('select a from t')
      .all()
      .map((row) => row.a),
    edges,
  );
});

test('rows are read before the next call can disturb them', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('create table t(a); insert into t values (1), (2), (3)');
  const outer = db.prepare("select a, printf('row %d', a) as b from t");
  const inner = db.prepare('select ? as x, ? as y');
  const seen = [];
  for (const row of outer.iterate()) {
    const other = inner.get(`text ${row.a}`, new Uint8Array(row.a));
    seen.push([row.a, row.b, other.x, other.y.length]);
  }
  assert.deepStrictEqual(seen, [
    [1, 'row 1', 'text 1', 1],
    [2, 'row 2', 'text 2', 2],
    [3, 'row 3', 'text 3', 3],
  ]);
});

test('a blob is a copy, both ways', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('create table t(a)');
  const bytes = new Uint8Array([1, 2, 3]);
  db.prepare('insert into t values (?)').run(bytes);
  bytes.fill(9);
  const first = db.prepare('select a from t').get().a;
  assert.deepStrictEqual(first, new Uint8Array([1, 2, 3]));
  first.fill(7);
  assert.deepStrictEqual(db.prepare('select a from t').get().a, new Uint8Array([1, 2, 3]));
  assert.strictEqual(first.buffer.byteLength, 3, 'its buffer holds nothing else');
});

test('a text beyond JavaScript is refused as a resource', () => {
  const db = new DatabaseSync(':memory:');
  const longest = 2 ** 29 - 24;
  assert.throws(
    () => db.prepare(`select replace(hex(zeroblob(${longest / 4 + 8})), '00', 'aaaa') as a`).get(),
    { name: 'RangeError', code: 'ERR_RESOURCE', message: /longer than JavaScript strings can be/ },
  );
  assert.strictEqual(db.prepare('select 1 as a').get().a, 1, 'the connection goes on');
});

test('without code generation everything still works', () => {
  const program = `
    const { DatabaseSync } = require(${JSON.stringify(require.resolve('../index.cjs'))});
    const db = new DatabaseSync(':memory:');
    const sql = 'with recursive c(x) as (select 1 union all select x + 1 from c where x < 3000) ' +
      "select x, x || '!' as y from c";
    const rows = db.prepare(sql).all();
    if (rows.length !== 3000 || rows[2999].y !== '3000!') process.exit(9);
    if (db.prepare(sql).all()[2999].y !== '3000!') process.exit(10);
  `;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '-e', program],
    { encoding: 'utf8' },
  );
  assert.strictEqual(stderr, '');
  assert.strictEqual(status, 0);
});
