'use strict';
// Bytes are copied on their way in and out: nobody sees what is written to them later.

const MARK = 0xee;

/** Fills the whole buffer under a view, beyond the view's own ends. */
const spoil = (view) => new Uint8Array(view.buffer).fill(MARK);

/** A view in the middle of a larger buffer. */
const inside = (bytes) => {
  const larger = new Uint8Array(bytes.length + 16).fill(MARK);
  larger.set(bytes, 8);
  return larger.subarray(8, 8 + bytes.length);
};

const BYTES = Uint8Array.from({ length: 300 }, (_, index) => index % 256);

function parameters(db, check) {
  db.exec('CREATE TABLE kept(id INTEGER PRIMARY KEY, v)');
  const insert = db.prepare('INSERT INTO kept(v) VALUES (?)');
  const source = inside(BYTES);
  insert.run(source);
  spoil(source);
  // Bound for an iterator that is half way: the bytes are needed after the call.
  const late = inside(BYTES);
  const rows = db.prepare('SELECT a.v = ?1 AS same, ?1 AS v FROM kept a, kept b').iterate(late);
  spoil(late);
  check.same(rows.next().value, { same: 1, v: BYTES });
  rows.return();
  const read = db.prepare('SELECT v FROM kept');
  const first = read.get().v;
  check.same(first, BYTES);
  check.same(first.buffer.byteLength, BYTES.length, 'nothing but the value is handed out');
  check.same(Object.getPrototypeOf(first).constructor.name, 'Uint8Array');
  spoil(first);
  check.same(read.get().v, BYTES);
  const [one, two] = db.prepare('SELECT v, v AS w FROM kept', { returnArrays: true }).get();
  check.ok(one.buffer !== two.buffer, 'two values share memory');
  spoil(one);
  check.same(two, BYTES);
  check.same(db.prepare("SELECT x'' AS v").get().v, new Uint8Array(0));
}

function functions(db, check) {
  const kept = [];
  const result = inside(BYTES);
  db.function('take', (bytes) => {
    kept.push(bytes);
    const before = bytes.slice();
    spoil(bytes);
    return before;
  });
  db.function('give', () => result);
  const { a, b } = db.prepare('SELECT take(v) AS a, v AS b FROM kept').get();
  check.same([a, b], [BYTES, BYTES]);
  const given = db.prepare('SELECT give() AS v').iterate();
  const { v } = given.next().value;
  spoil(result);
  check.same(v, BYTES);
  check.same(kept[0], new Uint8Array(BYTES.length).fill(MARK));
  // An argument belongs to who got it, when SQLite's own memory is long gone.
  db.prepare('SELECT take(zeroblob(100000)) AS v').get();
  check.same(kept[1].length, 100000);
  check.same(kept[1][99999], MARK);
}

function images(tools, check) {
  const make = () => {
    const db = tools.open(':memory:');
    db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'one')");
    return db;
  };
  const db = make();
  const image = db.serialize();
  const copy = inside(image);
  spoil(image);
  check.same(db.prepare('SELECT v FROM t').get(), { v: 'one' });
  const other = tools.open(':memory:');
  other.deserialize(copy);
  spoil(copy);
  check.same(other.prepare('SELECT v FROM t').get(), { v: 'one' });
  other.exec("UPDATE t SET v = 'two'; INSERT INTO t VALUES (2, zeroblob(100000))");
  check.same(other.prepare('PRAGMA integrity_check').get().integrity_check, 'ok');

  const session = db.createSession();
  db.exec("INSERT INTO t VALUES (2, 'new')");
  const changeset = session.changeset();
  const again = session.changeset();
  spoil(changeset);
  const target = make();
  check.same(target.applyChangeset(again), true);
  check.same(target.prepare('SELECT v FROM t WHERE a = 2').get(), { v: 'new' });
  for (const each of [db, other, target]) each.close();
}

module.exports = function bytes(tools) {
  const { check, open } = tools;
  const db = open(':memory:');
  parameters(db, check);
  functions(db, check);
  db.close();
  images(tools, check);
};
